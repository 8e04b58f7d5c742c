// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// echoParam is how Echo writes a parameter of a path.
var echoParam = regexp.MustCompile(`:([a-z]+)`)

func TestEveryRouteIsDescribedAndEveryDescriptionIsARoute(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	doc, err := description()
	if err != nil {
		t.Fatal(err)
	}
	routes := map[string]bool{}
	for _, r := range h.e.Routes() {
		if r.Method != "echo_route_not_found" {
			routes[r.Method+" "+echoParam.ReplaceAllString(r.Path, "{$1}")] = true
		}
	}
	described := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			described[method+" "+path] = true
		}
	}
	for r := range routes {
		if !described[r] {
			t.Errorf("%s is not in openapi.yaml", r)
		}
	}
	for d := range described {
		if !routes[d] {
			t.Errorf("%s is in openapi.yaml and nowhere else", d)
		}
	}
}

func TestEveryFilterOfTheCatalogueIsDescribed(t *testing.T) {
	doc, err := description()
	if err != nil {
		t.Fatal(err)
	}
	common := []string{"near", "within", "sort", "facets", "page[size]", "page[after]", "page[before]", "format", "If-None-Match"}
	for path, kind := range map[string]registry.Kind{"software": registry.KindSoftware, "organisations": registry.KindOrganisation,
		"usages": registry.KindUsage, "offers": registry.KindOffer, "references": registry.KindReference} {
		var described []string
		for _, p := range doc.Paths.Find("/api/v1/" + path).Get.Parameters {
			if !slices.Contains(common, p.Value.Name) {
				described = append(described, p.Value.Name)
			}
		}
		dims := slices.Clone(catalogue.Dims(kind))
		slices.Sort(described)
		slices.Sort(dims)
		if !slices.Equal(described, dims) {
			t.Errorf("%s: described %v, filters %v", path, described, dims)
		}
	}
}

func TestEveryOperationSaysWhatItIsInBothLanguages(t *testing.T) {
	doc, err := description()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.Summary == "" || strings.HasPrefix(path, "/api/") && !strings.Contains(op.Summary, " / ") {
				t.Errorf("%s %s: summary %q", method, path, op.Summary)
			}
			if op.OperationID == "" || len(op.Tags) == 0 {
				t.Errorf("%s %s has no id or no tag", method, path)
			}
		}
	}
}
