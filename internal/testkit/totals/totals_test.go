// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const fixture = `package p
import ("testing"; "os")
func TestPasses(t *testing.T) {}
func TestHasCases(t *testing.T) {
	t.Run("a", func(t *testing.T) {})
	t.Run("b", func(t *testing.T) { t.Error("b is wrong") })
	t.Run("c", func(t *testing.T) { t.Skip("no server here") })
}
func TestFailsAlone(t *testing.T) { t.Run("d", func(t *testing.T) {}); t.Error("alone") }
func TestDies(t *testing.T) { if os.Getenv("DIE") != "" { panic("dead") } }
`

// stream runs the real go command over a small module, so that its format is the one of today.
func stream(t *testing.T, files map[string]string, env ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module x\n\ngo 1.26\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-json", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(exit, err)
	}
	return out
}

func TestLeavesAreCountedOnceAndFailuresAreShown(t *testing.T) {
	var out bytes.Buffer
	got := newReader("pass", &out).read(bytes.NewReader(stream(t, map[string]string{
		"p/p_test.go": fixture, "q/q.go": "package q\n"})))
	want := Counts{Pass: "pass", Packages: 1, PackagesFailed: 1, Untested: 1, Passed: 4, Failed: 2, Skipped: 1,
		Reasons: map[string]int{"no server here": 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, text := range []string{"b is wrong", "alone", "FAIL  x/p"} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("%q is not shown in\n%s", text, out.String())
		}
	}
}

func TestATestThatDiesIsAFailure(t *testing.T) {
	var out bytes.Buffer
	got := newReader("pass", &out).read(bytes.NewReader(stream(t,
		map[string]string{"p/p_test.go": fixture}, "DIE=1")))
	if got.Failed != 3 || got.PackagesFailed != 1 || !strings.Contains(out.String(), "panic: dead") {
		t.Errorf("%+v\n%s", got, out.String())
	}
}

func TestAPackageThatDoesNotCompileFailsAndSaysWhy(t *testing.T) {
	var out bytes.Buffer
	got := newReader("pass", &out).read(bytes.NewReader(stream(t, map[string]string{
		"p/p_test.go": "package p\nfunc f() { undefinedThing() }\n"})))
	if got.PackagesFailed != 1 || !got.failed() || !strings.Contains(out.String(), "undefinedThing") {
		t.Errorf("%+v\n%s", got, out.String())
	}
}

func TestAStreamCutShortIsAFailure(t *testing.T) {
	cut := `{"Action":"start","Package":"x"}` + "\n" + `{"Action":"run","Package":"x","Test":"TestA"}` + "\n"
	got := newReader("pass", &bytes.Buffer{}).read(strings.NewReader(cut))
	if got.Failed != 1 || got.PackagesFailed != 1 {
		t.Errorf("%+v", got)
	}
	if nothing := newReader("pass", &bytes.Buffer{}).read(strings.NewReader("")); !nothing.failed() {
		t.Error("a pass in which nothing ran succeeds")
	}
}

func TestPassesAreSavedAndAddedUp(t *testing.T) {
	dir := t.TempDir()
	green := stream(t, map[string]string{"p/p_test.go": "package p\nimport \"testing\"\nfunc TestA(t *testing.T) {}\n"})
	var files []string
	for _, name := range []string{"one", "two"} {
		file := filepath.Join(dir, name)
		files = append(files, file)
		if err := run([]string{"-pass", name, "-save", file}, bytes.NewReader(green), &bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := run(append([]string{"-sum"}, files...), nil, &out); err != nil {
		t.Fatal(err)
	}
	const last = "total: 2 packages (0 failed, 0 more without tests); tests: 2 passed, 0 failed, 0 skipped\n"
	if !strings.HasSuffix(out.String(), last) {
		t.Errorf("got\n%s", out.String())
	}
	if err := run([]string{"-sum", files[0], filepath.Join(dir, "absent")}, nil, &out); err == nil {
		t.Error("a pass that never ran is forgiven")
	}
}
