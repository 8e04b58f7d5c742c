// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
)

func TestBothLanguagesHaveTheSameCodesAndNoEmptySentence(t *testing.T) {
	c := NewCatalogue()
	for code, sentence := range c.fr {
		other, ok := c.en[code]
		if !ok || strings.TrimSpace(sentence) == "" || strings.TrimSpace(other) == "" {
			t.Errorf("%s is not complete: %q, %q", code, sentence, other)
		}
		if s := c.Sentence("fr", code, "") + c.Sentence("en", code, ""); strings.ContainsAny(s, "[]{}") || strings.Contains(s, ": .") {
			t.Errorf("%s without a detail reads %q", code, s)
		}
		if strings.Contains(sentence, "{detail}") != strings.Contains(other, "{detail}") {
			t.Errorf("%s: {detail} in one language only", code)
		}
	}
	if len(c.fr) != len(c.en) || len(c.fr) < 50 {
		t.Errorf("%d sentences in French, %d in English", len(c.fr), len(c.en))
	}
	for status := 400; status < 600; status++ {
		if c.Title("fr", status) == "" || c.Title("en", status) == "" || c.Sentence("fr", statusCode(status), "") == "" {
			t.Errorf("status %d has no title or no sentence", status)
		}
	}
}

// TestEveryCodeOfTheProjectHasASentence reads the source of the whole module: a code given to a fault
// as a literal must be in the catalogue. When it fails, write the line in messages/fr.txt and en.txt.
func TestEveryCodeOfTheProjectHasASentence(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]string{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			return collectCodes(path, codes)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(codes) < 20 {
		t.Errorf("only %d codes found: the search is broken", len(codes))
	}
	// Reasons for which something was found are no faults: the API door has their sentences.
	reasons, err := os.ReadFile(filepath.Join(root, "api", "reasons.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(reasons)) {
		code, _, _ := strings.Cut(line, "\t")
		delete(codes, code)
	}
	words, missing := NewCatalogue(), []string{}
	for code, where := range codes {
		if words.fr[code] == "" {
			missing = append(missing, code+" ("+where+")")
		}
	}
	sort.Strings(missing)
	if len(missing) > 0 {
		t.Errorf("no sentence for:\n%s", strings.Join(missing, "\n"))
	}
}

// collectCodes finds fault.New(k, "code"), fault.Wrap(k, "code", …), fault.OnField(n, "code"),
// fields.Add(n, "code") and AddDetail, q.Fault(n, "code", …), and Code: "code" in files that use faults.
func collectCodes(path string, codes map[string]string) error {
	source, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	inFault := strings.HasSuffix(filepath.Dir(path), "internal/fault")
	if inFault || !strings.Contains(string(source), `"maillage/internal/fault"`) && !strings.Contains(string(source), "package web\n") {
		return nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil // a file half saved is the compiler's to report
	}
	shape := regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	keep := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if code, err := strconv.Unquote(lit.Value); err == nil && shape.MatchString(code) {
				codes[code] = filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			sel, ok := n.Fun.(*ast.SelectorExpr)
			if !ok {
				break
			}
			switch name := sel.Sel.Name; name {
			case "New", "Wrap", "OnField":
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "fault" && len(n.Args) >= 2 {
					keep(n.Args[1])
				}
			case "Add", "AddDetail", "Fault":
				if len(n.Args) >= 2 {
					keep(n.Args[1])
				}
			case "note":
				if len(n.Args) == 2 {
					keep(n.Args[0])
				}
			case "malformed":
				if len(n.Args) == 1 {
					keep(n.Args[0])
				}
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
				keep(n.Value)
			}
		}
		return true
	})
	return nil
}
