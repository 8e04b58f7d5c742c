// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/registry"
)

// walk reads every page of a search.
func walk(t *testing.T, h *house, q catalogue.SearchQuery) (all []string) {
	t.Helper()
	for range 1000 {
		r := h.search(q)
		for _, x := range r.Hits {
			all = append(all, string(x.Item.ID()))
		}
		if r.Next == "" {
			if len(all) != r.Total {
				t.Errorf("%q: %d read, total %d", q.Text, len(all), r.Total)
			}
			return all
		}
		q.After = r.Next
	}
	t.Fatal("pages without end")
	return nil
}

func TestPagesHoldEveryHitOnceInOneOrder(t *testing.T) {
	h := newHouse(t, alps(t), "")
	for _, text := range []string{"commune", "isère", "logiciel", "nextcloud", "", "serveur de messagerie"} {
		for _, types := range [][]string{nil, {"software"}, {"collectivity"}, {"provider"}, {"software", "provider"}} {
			q := catalogue.SearchQuery{Text: text, Types: types, Size: 7}
			small := walk(t, h, q)
			q.Size = 100
			if diff := cmp.Diff(walk(t, h, q), small); diff != "" {
				t.Errorf("%q %v: pages of 7 and of 100 differ:\n%s", text, types, diff)
			}
			seen := slices.Clone(small)
			slices.Sort(seen)
			if len(slices.Compact(seen)) != len(small) {
				t.Errorf("%q %v: a hit came twice", text, types)
			}
		}
	}
}

func TestTheOrderSurvivesARebuild(t *testing.T) {
	h := newHouse(t, alps(t), "")
	before := walk(t, h, catalogue.SearchQuery{Text: "commune", Size: 50})
	must(t, h.index.Rebuild(t.Context(), nil))
	if diff := cmp.Diff(before, walk(t, h, catalogue.SearchQuery{Text: "commune", Size: 50})); diff != "" {
		t.Error(diff)
	}
}

func TestAMadeUpQuestionIsRefusedByName(t *testing.T) {
	h := newHouse(t, alps(t), "")
	other := h.search(catalogue.SearchQuery{Text: "commune", Size: 5}).Next
	if other == "" {
		t.Fatal("no second page")
	}
	for name, q := range map[string]catalogue.SearchQuery{
		"page[after]":     {Text: "nextcloud", After: "abc"},
		"page[after] ":    {Text: "nextcloud", After: other},
		"page[after]  ":   {Text: "commune", After: other[:len(other)-1] + "A"},
		"page[after]   ":  {After: "software.zzz"},
		"page[after]    ": {After: "nothing"},
		"page[size]":      {Text: "nextcloud", Size: 101},
		"page[size] ":     {Text: "nextcloud", Size: -1},
		"type":            {Text: "nextcloud", Types: []string{"person"}},
		"colour":          {Text: "nextcloud", Where: []catalogue.Term{{Dim: "colour", Values: []string{"red"}}}},
		"facets":          {Text: "nextcloud", Facets: []string{"colour"}},
		"facets ":         {Facets: []string{"updated_since"}},
	} {
		_, err := h.index.Search(t.Context(), q)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Name != trimmed(name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func trimmed(s string) string {
	for s != "" && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

func TestFiltersAndFacetsAgree(t *testing.T) {
	h := newHouse(t, alps(t), "")
	all := h.search(catalogue.SearchQuery{Text: "logiciel libre serveur données", Facets: []string{"licence", "category", "domain", "departement"}, Size: 100})
	for _, f := range all.Facets {
		for _, v := range f.Values {
			r := h.search(catalogue.SearchQuery{Text: all.Asked, Where: []catalogue.Term{{Dim: f.Dim, Values: []string{v.Value}}}})
			if r.Total != v.Count {
				t.Errorf("%s=%s: counted %d, filtered %d", f.Dim, v.Value, v.Count, r.Total)
			}
		}
	}
	if len(all.Facets) != 4 || len(all.Facets[0].Values) == 0 {
		t.Errorf("facets %+v", all.Facets)
	}
}

func TestAProviderIsFilteredByTheDepartementItServes(t *testing.T) {
	h := newHouse(t, alps(t), "")
	r := h.search(catalogue.SearchQuery{Text: "nextcloud", Types: []string{"provider"},
		Where: []catalogue.Term{{Dim: "departement", Values: []string{"38"}}, {Dim: "service", Values: []string{"hosting"}}}})
	got := names(r)
	slices.Sort(got)
	if diff := cmp.Diff([]string{"Belledonne Services", "Hexagone Libre"}, got); diff != "" {
		t.Error(diff)
	}
	if r.Hits[0].Role != "provider" {
		t.Errorf("role %q", r.Hits[0].Role)
	}
}

func TestNearKeepsWhatIsWithin(t *testing.T) {
	h := newHouse(t, alps(t), "")
	grenoble := registry.Point{Lat: 45.1885, Lon: 5.7245}
	r := h.search(catalogue.SearchQuery{Text: "commune", Near: &grenoble, Within: 10, Size: 100})
	if r.Total < 10 || r.Total > 60 {
		t.Errorf("%d communes within 10 km of Grenoble", r.Total)
	}
	for _, x := range r.Hits {
		if len(x.Why) == 0 || x.Why[0].Code != "distance" || x.Why[0].Amount > 10 {
			t.Errorf("%s: %+v", x.Item.Name(), x.Why)
		}
	}
}

func TestASearchThatFindsNothingIsCountedOnce(t *testing.T) {
	s := hidden(t)
	h := newHouse(t, s, "")
	for _, typed := range []string{"xyl", "xylo", "xyloph", "xylophone", "no", "moi@exemple.fr", "zérubabel"} {
		h.ask(typed)
	}
	h.search(catalogue.SearchQuery{Text: "zerubabel", Where: []catalogue.Term{{Dim: "licence", Values: []string{"none"}}}})
	h.clock.Add(int64(10 * time.Second))
	h.until("the miss is written", func() bool { h.index.Wake(); return len(s.missed()) > 0 })
	h.search(catalogue.SearchQuery{Text: "okapi", Aside: true}) // a page's own question
	h.ask("wombat")
	h.clock.Add(int64(10 * time.Second))
	h.until("the next one is", func() bool { h.index.Wake(); return slices.Contains(s.missed(), "wombat") })
	if diff := cmp.Diff([]string{"xylophone", "wombat"}, s.missed()); diff != "" {
		t.Error(diff)
	}
}

func TestTheVersionOfAnAnswerChangesWithTheCatalogue(t *testing.T) {
	s := hidden(t)
	h := newHouse(t, s, "")
	before := h.ask("zerubabel").Version
	if again := h.ask("zerubabel").Version; again != before || before == "" {
		t.Errorf("%q then %q", before, again)
	}
	s.putSoftware(named("late", "Tardigrade"))
	h.settle()
	if after := h.ask("zerubabel").Version; after == before {
		t.Error("the same version after a change")
	}
}

func TestAnEmptySearchIsTheCatalogue(t *testing.T) {
	h := newHouse(t, alps(t), "")
	r := h.search(catalogue.SearchQuery{Types: []string{"software"}, Where: []catalogue.Term{{Dim: "licence", Values: []string{"AGPL-3.0-or-later"}}}, Facets: []string{"licence"}})
	page, err := h.catalogue.Query(catalogue.Query{Kind: registry.KindSoftware, Where: []catalogue.Term{{Dim: "licence", Values: []string{"AGPL-3.0-or-later"}}}, Size: 25})
	if err != nil {
		t.Fatal(err)
	}
	if r.Total != page.Total || len(r.Hits) != len(page.Items) || r.Hits[0].Item != page.Items[0] {
		t.Errorf("%d of %d, catalogue %d of %d", len(r.Hits), r.Total, len(page.Items), page.Total)
	}
	if fmt.Sprint(r.Facets) != fmt.Sprintf("[{licence [{AGPL-3.0-or-later %d}]}]", page.Total) {
		t.Errorf("facets %v", r.Facets)
	}
}
