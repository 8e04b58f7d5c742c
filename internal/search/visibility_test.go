// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search_test

import (
	"slices"
	"testing"

	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// hidden is a source in which three bodies run the same software, each for other eyes.
func hidden(t testing.TB) *source {
	s := newSource()
	soft := func(id registry.ID, name string) {
		sw := registry.Software{Entity: registry.Entity{ID: id}}
		sw.Name, sw.Licence = name, "MIT"
		s.putSoftware(sw)
	}
	soft("soft", "Zérubabel")
	soft("gone", "Quimperlo")
	for id, v := range map[registry.ID]registry.Visibility{"open": registry.Public, "inside": registry.Members, "bodies": registry.CollectivitiesOnly} {
		s.putOrganisation(registry.Organisation{Entity: registry.Entity{ID: id}, OrganisationFacts: registry.OrganisationFacts{
			Name: "Body " + string(id), Roles: []registry.Role{registry.RoleCollectivity}, Type: "commune", Departement: "38"}})
		s.putUsage(registry.Usage{Declared: registry.Declared{ID: "u-" + id}, Organisation: id, Software: "soft",
			UsageFacts: registry.UsageFacts{Stage: registry.StageDefault, Visibility: v}})
	}
	return s
}

func TestNothingHiddenIsFoundCountedOrSuggested(t *testing.T) {
	h := newHouse(t, hidden(t), "")
	for _, c := range []struct {
		by   member.Actor
		want []string
	}{
		{visitor, []string{"Body open", "Zérubabel"}},
		{provider, []string{"Body inside", "Body open", "Zérubabel"}},
		{agent, []string{"Body bodies", "Body inside", "Body open", "Zérubabel"}},
		{organiser, []string{"Body bodies", "Body inside", "Body open", "Zérubabel"}},
	} {
		for _, asked := range []string{"zerubabel", "zerub", "zérubabl"} {
			r := h.search(catalogue.SearchQuery{Text: asked, By: c.by, Facets: []string{"departement"}})
			got := names(r)
			slices.Sort(got)
			if !slices.Equal(got, c.want) || r.Total != len(c.want) {
				t.Errorf("%q as %q: %v, total %d; want %v", asked, c.by.Role, got, r.Total, c.want)
			}
			// The software counts too: it is publicly used in the département.
			if r.Facets[0].Values[0].Count != len(c.want) {
				t.Errorf("%q as %q counts %+v", asked, c.by.Role, r.Facets)
			}
		}
	}
}

func TestWhatWasWithdrawnIsNeitherFoundNorSuggested(t *testing.T) {
	s := hidden(t)
	h := newHouse(t, s, "")
	if r := h.ask("quimprelo"); r.Total != 1 || r.Corrected != "quimperlo" {
		t.Fatalf("before: %+v", r)
	}
	s.withdrawSoftware("gone")
	// The catalogue forgets at once; the index, when it comes to it, must not show it meanwhile.
	if err := h.catalogue.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := h.ask("quimperlo"); r.Total != 0 {
		t.Errorf("an index that lags shows %v", names(r))
	}
	h.settle()
	for _, asked := range []string{"quimperlo", "quimprelo", "quimp"} {
		if r := h.ask(asked); r.Total != 0 || r.Corrected != "" {
			t.Errorf("%q: %v, corrected %q", asked, names(r), r.Corrected)
		}
	}
}

func TestADeclarationTakenBackIsNoLongerFoundBy(t *testing.T) {
	s := hidden(t)
	h := newHouse(t, s, "")
	u := s.usages["u-open"]
	u.WithdrawnAt = epoch
	s.putUsage(u)
	h.settle()
	if got := names(h.ask("zerubabel")); !slices.Equal(got, []string{"Zérubabel"}) {
		t.Errorf("found %v", got)
	}
}

func TestARenamedSoftwareRenamesWhatItsUsersAreFoundBy(t *testing.T) {
	s := hidden(t)
	h := newHouse(t, s, "")
	sw := s.software["soft"]
	sw.Name, sw.FormerSlugs = "Melchisédech", nil
	s.putSoftware(sw)
	h.settle()
	if got := names(h.ask("melchisedech")); !slices.Contains(got, "Body open") {
		t.Errorf("by the new name: %v", got)
	}
	if r := h.ask("zerubabel"); r.Total != 0 {
		t.Errorf("by the old name: %v", names(r))
	}
}
