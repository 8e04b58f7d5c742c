// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maillage/internal/exchange"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

var organiser = member.Actor{ID: "token:org", Name: "Animation", Role: member.Organiser}

// bench is a registry on a database, with its importers.
type bench struct {
	*exchange.Importers
	service *registry.Service
	db      *store.DB
	clock   *testkit.Clock
	t       *testing.T
}

func newBench(t *testing.T, db *store.DB, clock *testkit.Clock) bench {
	t.Helper()
	service := registry.NewService(db, testkit.Register(t), clock.Now)
	return bench{exchange.NewImporters(service, testkit.Register(t)), service, db, clock, t}
}

func eachBench(t *testing.T, fn func(b bench)) {
	t.Helper()
	testkit.EachDBWith(t, store.Config{}, func(t *testing.T, db *store.DB) { fn(newBench(t, db, &testkit.Clock{})) })
}

// sqliteBench is for what does not depend on the database.
func sqliteBench(t *testing.T) bench {
	t.Helper()
	return newBench(t, testkit.SQLite(t, store.Config{}), &testkit.Clock{})
}

// run imports and returns the report, its lines and the error.
func (b bench) run(format, name, content string, change ...func(*exchange.Options)) (*exchange.Report, []exchange.Line, error) {
	b.t.Helper()
	importer, ok := b.Format(format)
	if !ok {
		b.t.Fatalf("no format %q", format)
	}
	lines := &exchange.Lines{}
	opts := exchange.Options{By: organiser, Report: exchange.NewReport(lines)}
	for _, c := range change {
		c(&opts)
	}
	err := importer.Run(context.WithoutCancel(b.t.Context()), exchange.File{Name: name, Reader: strings.NewReader(content)}, opts)
	return opts.Report, lines.All, err
}

// must imports and wants no error.
func (b bench) must(format, name, content string) (*exchange.Report, []exchange.Line) {
	b.t.Helper()
	report, lines, err := b.run(format, name, content)
	if err != nil {
		b.t.Fatalf("%s: %v\n%s", name, err, printed(lines))
	}
	return report, lines
}

func printed(lines []exchange.Line) string {
	var out bytes.Buffer
	sink := exchange.Text(&out, "fr")
	for _, l := range lines {
		_ = sink.Line(l) // to memory
	}
	return out.String()
}

// wantLine fails unless a line has that result and code, and its sentence holds these words.
func wantLine(t *testing.T, lines []exchange.Line, result exchange.Result, code string, words ...string) exchange.Line {
	t.Helper()
	for _, l := range lines {
		if l.Result != result || l.Code != code {
			continue
		}
		whole := l.Place() + " " + l.Name + " " + l.Field + " " + l.Sentence("fr")
		found := true
		for _, w := range words {
			found = found && strings.Contains(whole, w)
		}
		if found {
			return l
		}
	}
	t.Errorf("no line %s %s %v in:\n%s", result, code, words, printed(lines))
	return exchange.Line{}
}

func wantCount(t *testing.T, r *exchange.Report, kind registry.Kind, result exchange.Result, want int) {
	t.Helper()
	if got := r.Count(kind, result); got != want {
		t.Errorf("%s %s: %d, want %d", kind, result, got, want)
	}
}

// shared returns the folder of public data that may stand beside the project; the test passes
// without it.
func shared(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above")
		}
	}
	path := filepath.Join(filepath.Dir(dir), "shared", "data")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

func content(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path) //nolint:gosec // a test's own path
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
