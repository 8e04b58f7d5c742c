// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// never are the names under which nothing is ever shown.
var never = []string{"password", "hash", "handle", "sealed", "id_token", "credential"}

// TestNoRepresentationHasAPlaceForWhatIsNeverShown reads every struct that is named as one: a list of
// them by hand would miss the next.
func TestNoRepresentationHasAPlaceForWhatIsNeverShown(t *testing.T) {
	files, err := filepath.Glob("*.go")
	must(t, err)
	seen := map[string]int{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		must(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || !strings.HasSuffix(spec.Name.Name, "DTO") {
				return true
			}
			s, ok := spec.Type.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range s.Fields.List {
				seen[spec.Name.Name]++
				if strings.HasPrefix(typeName(field.Type), "member.") {
					t.Errorf("%s holds a %s whole: what is added to it would be shown", spec.Name.Name, typeName(field.Type))
				}
				if name := jsonName(t, field); slices.Contains(never, name) {
					t.Errorf("%s.%s would show what is never shown", spec.Name.Name, name)
				}
			}
			return true
		})
	}
	if len(seen) < 25 || seen["ownDTO"] < 9 || seen["accountDTO"] < 9 {
		t.Errorf("the search is broken: %v", seen)
	}
}

func typeName(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.StarExpr:
		return typeName(x.X)
	case *ast.ArrayType:
		return typeName(x.Elt)
	case *ast.SelectorExpr:
		if pkg, ok := x.X.(*ast.Ident); ok {
			return pkg.Name + "." + x.Sel.Name
		}
	}
	return ""
}

func jsonName(t *testing.T, f *ast.Field) string {
	t.Helper()
	if f.Tag == nil {
		return ""
	}
	tag, err := strconv.Unquote(f.Tag.Value)
	must(t, err)
	name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
	return name
}

// TestNoDescribedAnswerHasEither: answers are held against openapi.yaml, where no other field is allowed.
func TestNoDescribedAnswerHasEither(t *testing.T) {
	doc, err := description()
	must(t, err)
	seen := 0
	for name, schema := range doc.Components.Schemas {
		if !strings.HasSuffix(name, "Input") {
			closed(t, name, schema.Value, &seen)
		}
	}
	if seen < 300 {
		t.Errorf("only %d fields were looked at", seen)
	}
}

func closed(t *testing.T, at string, s *openapi3.Schema, seen *int) {
	t.Helper()
	if s == nil {
		return
	}
	for field, sub := range s.Properties {
		*seen++
		if slices.Contains(never, field) {
			t.Errorf("%s.%s would show what is never shown", at, field)
		}
		if sub.Ref == "" {
			closed(t, at+"."+field, sub.Value, seen)
		}
	}
}
