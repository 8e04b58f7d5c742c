// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

func TestBothLanguagesHaveEverySentence(t *testing.T) {
	fr, en := newWords("fr"), newWords("en")
	for key, s := range fr.text {
		if s == "" || en.text[key] == "" {
			t.Errorf("%s is missing in a language", key)
		}
		if holes(s) != holes(en.text[key]) {
			t.Errorf("%s does not take the same values in both languages", key)
		}
	}
	for key := range en.text {
		if fr.text[key] == "" {
			t.Errorf("%s is in English only", key)
		}
	}
}

var hole = regexp.MustCompile(`\{[a-z]+\}`)

func holes(s string) string {
	all := hole.FindAllString(s, -1)
	slices.Sort(all)
	return strings.Join(all, "")
}

func TestEverySentenceTheTemplatesAskForIsThereAndEachIsAskedFor(t *testing.T) {
	w := newWords("fr")
	call := regexp.MustCompile(`[{(]\s*(?:with |if )?([tn]) "([^"]+)"`)
	asked := map[string]bool{}
	err := fs.WalkDir(templateFiles, "templates", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(templateFiles, path)
		for _, m := range call.FindAllStringSubmatch(string(body), -1) {
			keys := []string{m[2]}
			if m[1] == "n" {
				keys = []string{m[2] + ".one", m[2] + ".other"}
			}
			for _, key := range keys {
				asked[key] = true
				if w.text[key] == "" {
					t.Errorf("%s asks for %q", path, key)
				}
			}
		}
		return err
	})
	if err != nil || len(asked) < 100 {
		t.Fatalf("%d keys, %v", len(asked), err)
	}
	for key := range w.text {
		room, _, _ := strings.Cut(key, ".")
		if slices.Contains([]string{"layout", "box", "usage", "reference", "software", "sheet", "organisation", "data"}, room) && !asked[key] {
			t.Errorf("nobody asks for %q", key)
		}
	}
}

func TestEveryTermOfTheVocabulariesHasItsWord(t *testing.T) {
	terms := map[string][]string{"type": registry.OrganisationTypes(), "stratum": territory.Strata(), "domain": registry.DomainKeys(),
		"platform": registry.Platforms(), "status": registry.DevelopmentStatuses(), "label": registry.LabelLevels()}
	add := func(vocabulary string, key string) { terms[vocabulary] = append(terms[vocabulary], key) }
	for _, v := range registry.Stages() {
		add("stage", string(v))
	}
	for _, v := range registry.Services() {
		add("service", string(v))
	}
	for _, v := range registry.Hostings() {
		add("hosting", string(v))
	}
	for _, v := range registry.Purchases() {
		add("purchase", string(v))
	}
	for _, v := range registry.Roles() {
		add("role", string(v))
		add("kind", string(v))
	}
	for _, kind := range tabTypes() {
		add("tab", "type."+kind)
		add("search.all", kind)
		for _, dim := range append(filters(kind), facetsOf(kind)...) {
			add("facet", facetKey(kind, dim))
		}
		for _, dim := range facetsOf(kind) {
			if !slices.Contains(filters(kind), dim) {
				t.Errorf("%s is counted among %q and cannot be a filter", dim, kind)
			}
		}
	}
	for _, lang := range []string{"fr", "en"} {
		w := newWords(lang)
		for vocabulary, keys := range terms {
			for _, key := range keys {
				if w.text[vocabulary+"."+key] == "" {
					t.Errorf("%s: no word for %s %q", lang, vocabulary, key)
				}
			}
		}
		for _, key := range []string{"users", "inhabitants", "usages", "references"} {
			if s := count(w, key, 2); !strings.Contains(s, " ") {
				t.Errorf("%s: %s counts %q", lang, key, s)
			}
		}
	}
}

func TestEveryReasonOfTheCatalogueAndOfTheIndexIsSaid(t *testing.T) {
	register, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	p := &Pages{cfg: Config{Register: register}}
	for _, code := range []string{"service", "offer_area_departement", "offer_area_region", "offer_area_france", "confirmed_reference", "choose_again",
		"reference_nearby", "same_type", "same_stratum", "near_stratum", "same_epci", "same_departement", "distance", "shared_software",
		"replaces", "alternative", "synonym", "uses", "offers"} {
		for _, lang := range []string{"fr", "en"} {
			r := catalogue.Reason{Code: code, Value: "38", Name: "GLPI", Amount: 3}
			if s := p.reason(newWords(lang), &r); s == "" || strings.ContainsAny(s, "{}") {
				t.Errorf("%s in %s: %q", code, lang, s)
			}
		}
	}
	if s := p.reason(newWords("fr"), &catalogue.Reason{Code: "same_departement", Value: "38"}); s != "Dans le même département"+noBreak+": Isère" {
		t.Errorf("said %q", s)
	}
}

func TestFrenchSignsDoNotLeaveTheirWord(t *testing.T) {
	broken := regexp.MustCompile(` [:;!?»%]|« `)
	for key, s := range newWords("fr").text {
		if broken.MatchString(s) {
			t.Errorf("%s: %q", key, s)
		}
	}
	if s := newWords("fr").fine("« Que faire ? » : rien ; 10 %"); s != "«\u00a0Que faire\u202f?\u00a0»\u00a0: rien\u202f; 10\u00a0%" {
		t.Errorf("%q", s)
	}
}

func TestNumbersAndDatesAreWrittenAsPeopleDo(t *testing.T) {
	fr, en := newWords("fr"), newWords("en")
	for n, want := range map[int][2]string{0: {"0", "0"}, 999: {"999", "999"}, 35000: {"35\u202f000", "35,000"},
		1234567: {"1\u202f234\u202f567", "1,234,567"}, -1234: {"-1\u202f234", "-1,234"}, -123: {"-123", "-123"}} {
		if got := [2]string{fr.number(n), en.number(n)}; got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	for d, want := range map[registry.Date][2]string{"2026-11-24": {"24\u00a0novembre 2026", "24\u00a0November 2026"}, "2024-03": {"mars 2024", "March 2024"},
		"2024": {"2024", "2024"}, "2025-08-01": {"1er\u00a0août 2025", "1\u00a0August 2025"}, "": {"", ""}} {
		if got := [2]string{fr.date(d), en.date(d)}; got != want {
			t.Errorf("%s: %q", d, got)
		}
	}
	for n, want := range map[int][2]string{0: {"0 résultat", "0 results"}, 1: {"1 résultat", "1 result"}, 2: {"2 résultats", "2 results"}} {
		f, errF := fr.n("search.count", n)
		e, errE := en.n("search.count", n)
		if got := [2]string{f, e}; got != want || errF != nil || errE != nil {
			t.Errorf("%d: %q", n, got)
		}
	}
	if _, err := fr.t("no.such.key"); err == nil {
		t.Error("a missing sentence is shown as nothing")
	}
}
