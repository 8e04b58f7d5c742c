// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package testkit_test

import (
	"encoding/csv"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryRequirementOfTheASVSNamesTestsThatExist reads docs/asvs.csv: a claim whose proof was renamed
// or removed is no claim.
func TestEveryRequirementOfTheASVSNamesTestsThatExist(t *testing.T) {
	root := moduleRoot(t)
	f, err := os.Open(filepath.Join(root, "docs", "asvs.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment, r.FieldsPerRecord = '#', 5
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 200 || !slices.Equal(rows[0], []string{"id", "level", "applies", "why_or_code", "test"}) {
		t.Fatalf("%d rows, headed %v", len(rows), rows[0])
	}
	tests := testsOf(t, root)
	if len(tests) < 300 {
		t.Fatalf("only %d tests are found: this one would prove nothing", len(tests))
	}
	var last []int
	for _, row := range rows[1:] {
		for _, fault := range rowFaults(row, tests) {
			t.Errorf("%s: %s", row[0], fault)
		}
		id := numbers(row[0])
		if slices.Compare(last, id) >= 0 {
			t.Errorf("%s: twice, or out of order", row[0])
		}
		last = id
	}
}

func TestARowOfTheASVSWithoutProofIsRecognised(t *testing.T) {
	tests := map[string]bool{"internal/member.TestA": true}
	for _, row := range [][]string{
		{"6.2", "1", "yes", "why", ""}, {"6.2.1", "4", "yes", "why", ""}, {"6.2.1", "1", "maybe", "why", ""},
		{"6.2.1", "1", "later", " ", ""}, {"6.2.1", "1", "yes", "why", "internal/member.TestB"},
		{"6.2.1", "1", "no", "why", "internal/member.TestA"},
	} {
		if len(rowFaults(row, tests)) != 1 {
			t.Errorf("%v has the faults %v", row, rowFaults(row, tests))
		}
	}
	if f := rowFaults([]string{"6.2.1", "1", "yes", "why", "internal/member.TestA"}, tests); len(f) != 0 {
		t.Errorf("a good row has the faults %v", f)
	}
}

var requirement = regexp.MustCompile(`^[1-9][0-9]?\.[1-9][0-9]?\.[1-9][0-9]?$`)

// rowFaults says what is wrong with a row; tests are those there are.
func rowFaults(row []string, tests map[string]bool) (faults []string) {
	if !requirement.MatchString(row[0]) {
		faults = append(faults, "not a requirement's number")
	}
	if !slices.Contains([]string{"1", "2", "3"}, row[1]) {
		faults = append(faults, "no such level: "+row[1])
	}
	if !slices.Contains([]string{"yes", "no", "later"}, row[2]) {
		faults = append(faults, "applies is yes, no or later")
	}
	if strings.TrimSpace(row[3]) == "" {
		faults = append(faults, "neither a reason nor where it is done")
	}
	named := strings.Fields(row[4])
	if row[2] == "no" && len(named) > 0 {
		faults = append(faults, "does not apply, and is tested")
	}
	for _, name := range named {
		if !tests[name] {
			faults = append(faults, "no such test: "+name)
		}
	}
	return faults
}

// numbers returns a requirement's number as it is ordered.
func numbers(id string) []int {
	var all []int
	for part := range strings.SplitSeq(id, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil
		}
		all = append(all, n)
	}
	return all
}

// testsOf returns every test and fuzz target of the module, as folder.Name.
func testsOf(t *testing.T, root string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if ok && fn.Recv == nil && (strings.HasPrefix(fn.Name.Name, "Test") || strings.HasPrefix(fn.Name.Name, "Fuzz")) {
				found[filepath.ToSlash(folder)+"."+fn.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
