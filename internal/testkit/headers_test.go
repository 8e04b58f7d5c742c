// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package testkit_test

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const header = "// SPDX-FileCopyrightText: The Maillage authors\n// SPDX-License-Identifier: EUPL-1.2\n"

// sleepers are the test files that may call time.Sleep, with the reason. A sleep makes a test slow
// when it is long and false when it is short: wait on the thing itself, or use testing/synctest.
var sleepers = map[string]string{
	"cmd/maillage/process_test.go": "waits on another process, which has no channel to wait on",
	"cmd/maillage/kill_test.go":    "kills another process at a moment nobody chose",
	"internal/testkit/process.go":  "waits on another process, which has no channel to wait on",
}

func TestEveryGoFileSaysWhoseItIsAndUnderWhatLicence(t *testing.T) {
	files := tracked(t)
	seen := 0
	for _, file := range files {
		if filepath.Ext(file.name) != ".go" {
			continue
		}
		seen++
		if !bytes.HasPrefix(file.text, []byte(header)) {
			t.Errorf("%s does not begin with the two SPDX lines", file.name)
		}
	}
	if seen == 0 {
		t.Fatal("no Go file found: this test would prove nothing")
	}
}

// The patterns are written in pieces, so that this file does not hold what it forbids.
var (
	machinePath = regexp.MustCompile(`(^|[^A-Za-z0-9_.])/(wo` + `rk|fa` + `rm|ro` + `ot)/`)
	registry    = regexp.MustCompile(`proxy\.golang` + `\.org|registry\.npm` + `js|deb\.debian` + `\.org`)
	unfinished  = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`)
	withIssue   = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b ?\(?#\d+`)
)

// sources are the files where a mark of unfinished work is one, and not a word of a text.
var sources = []string{".go", ".sql", ".sh", ".js", ".css", ".html", ".tmpl", ".yml", ".yaml", ".mod"}

func TestNoTrackedFileNamesAMachineARegistryOrUnownedWork(t *testing.T) {
	for _, file := range tracked(t) {
		base := filepath.Base(file.name)
		if base == "go.sum" || base == "package-lock.json" || bytes.IndexByte(file.text, 0) >= 0 {
			continue
		}
		for i, line := range strings.Split(string(file.text), "\n") {
			if why := forbidden(line, slices.Contains(sources, filepath.Ext(base)) || base == "Makefile"); why != "" {
				t.Errorf("%s:%d: %s: %s", file.name, i+1, why, strings.TrimSpace(line))
			}
		}
	}
}

// forbidden says what a line may not hold, or nothing.
func forbidden(line string, source bool) string {
	switch {
	case machinePath.MatchString(line):
		return "the path of a machine"
	case registry.MatchString(line):
		return "the host of a package registry"
	case source && unfinished.MatchString(line) && !withIssue.MatchString(line):
		return "unfinished work without its issue number"
	}
	return ""
}

func TestTheForbiddenThingsAreRecognised(t *testing.T) {
	for _, line := range []string{
		"see /wo" + "rk/main", `"/ro` + `ot/x"`, "https://registry.npm" + "js.org/a", "// TO" + "DO: later",
		"x() // FIX" + "ME(ana) later",
	} {
		if forbidden(line, true) == "" {
			t.Errorf("%q passes", line)
		}
	}
	for _, line := range []string{
		"https://example.org/wo" + "rk/", "a.wo" + "rk/b", "// TO" + "DO(#12): later", "// TO" + "DO #12", "NOTO" + "DO",
	} {
		if why := forbidden(line, true); why != "" {
			t.Errorf("%q refused: %s", line, why)
		}
	}
	if forbidden("une liste TO"+"DO partagée", false) != "" {
		t.Error("a word of a text is taken for unfinished work")
	}
}

func TestNoTestSleeps(t *testing.T) {
	for _, file := range tracked(t) {
		testing := strings.HasSuffix(file.name, "_test.go") ||
			strings.HasPrefix(file.name, "internal/testkit/") && filepath.Ext(file.name) == ".go"
		if !testing || sleepers[file.name] != "" {
			continue
		}
		for _, at := range sleeps(t, file) {
			t.Errorf("%s: time.Sleep: wait on the thing itself, or list the file with its reason", at)
		}
	}
}

func TestASleepIsSeenUnderAnotherName(t *testing.T) {
	src := "package p\nimport clock \"time\"\nfunc f() { clock.Sleep(1) }\n"
	if got := sleeps(t, trackedFile{"p_test.go", []byte(src)}); len(got) != 1 {
		t.Errorf("found %v, want one", got)
	}
	src = "package p\nimport \"x/time\"\nfunc f() { time.Sleep(1) }\n"
	if got := sleeps(t, trackedFile{"p_test.go", []byte(src)}); len(got) != 0 {
		t.Errorf("found %v in a package that is not the clock", got)
	}
}

// sleeps lists the positions where a file uses time.Sleep, called or passed on.
func sleeps(t *testing.T, file trackedFile) []string {
	t.Helper()
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file.name, file.text, parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("%v", err)
		return nil
	}
	clock := ""
	for _, spec := range tree.Imports {
		if spec.Path.Value == `"time"` {
			clock = "time"
			if spec.Name != nil {
				clock = spec.Name.Name
			}
		}
	}
	var found []string
	ast.Inspect(tree, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Sleep" {
			return true
		}
		if pkg, ok := sel.X.(*ast.Ident); ok && clock != "" && pkg.Name == clock {
			found = append(found, fset.Position(sel.Pos()).String())
		}
		return true
	})
	return found
}

type trackedFile struct {
	name string // from the root, with slashes
	text []byte
}

// tracked reads every file git tracks, as it is on disk; in a source archive without git, every file.
func tracked(t *testing.T) []trackedFile {
	t.Helper()
	root := moduleRoot(t)
	var files []trackedFile
	for _, name := range names(t, root) {
		path := filepath.Join(root, filepath.FromSlash(name))
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed, and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		if !info.Mode().IsRegular() {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, trackedFile{name, text})
	}
	if len(files) == 0 {
		t.Fatal("no file found: this test would prove nothing")
	}
	return files
}

func names(t *testing.T, root string) []string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(root, ".git")); err == nil {
		// The checkout may belong to another user, as it does in a container: git would refuse.
		cmd := exec.CommandContext(t.Context(), "git", "-c", "safe.directory="+root, "ls-files", "-z")
		cmd.Dir = root
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("git ls-files: %v", err)
		}
		return strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	}
	var list []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		list = append(list, filepath.ToSlash(name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
