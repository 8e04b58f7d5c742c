// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

func TestACopyThatFollowsTheChangesEndsUpEqual(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		w := h.town()
		h.ask("PATCH", "/api/v1/usages/"+w.usage, agent, `{"visibility":"members"}`).status(200)
		h.ask("POST", "/api/v1/references/"+w.reference+"/confirm", agent, "").status(200)
		h.ask("DELETE", "/api/v1/offers/"+w.offer, provider, "").status(204)
		held := map[string]any{}
		for next, pages := "/api/v1/changes?size=2", 0; ; pages++ {
			page := h.ask("GET", next, "", "").status(200)
			for _, c := range page.list("data") {
				if c["op"] == "delete" {
					delete(held, fmt.Sprint(c["id"]))
				} else {
					held[fmt.Sprint(c["id"])] = c["data"]
				}
			}
			next = page.text("links.next")
			if page.at("meta.more") == false {
				break
			}
			if pages > 20 {
				t.Fatal("changes without end")
			}
		}
		var public []string
		for _, list := range []string{"software", "organisations", "usages", "offers", "references"} {
			for _, d := range h.ask("GET", "/api/v1/"+list, "", "").status(200).list("data") {
				public = append(public, fmt.Sprint(d["id"]))
			}
		}
		for _, id := range public {
			if held[id] == nil {
				t.Errorf("%s is not in the copy", id)
			}
		}
		if len(held) != len(public) {
			t.Errorf("the copy holds %d, the catalogue %d: %v", len(held), len(public), held)
		}
		if held[w.usage] != nil {
			t.Error("a usage that is not public any more is in the copy")
		}
	})
}

func TestTheOfficialRegisterAnswers(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	h.town()
	w := h.ask("GET", "/api/v1/territories?q=saint+denis&kind=commune", "", "").status(200)
	if !strings.Contains(w.text("data.0.label"), "(") || w.text("meta.vintage.credit") == "" {
		t.Errorf("suggestions: %s", w.Body)
	}
	if got := h.ask("GET", "/api/v1/territories?q=saint-denis&departement=93", "", "").status(200); got.text("data.0.departement.code") != "93" {
		t.Errorf("in Seine-Saint-Denis: %s", got.Body)
	}
	for ref, name := range map[string]string{"213801855": "Grenoble", "38185": "Grenoble", "departement:38": "Isère", "38": "Isère", "region:84": "Auvergne-Rhône-Alpes", "2A": "Corse-du-Sud"} {
		if got := h.ask("GET", "/api/v1/territories/"+ref, "", "").status(200).text("name"); got != name {
			t.Errorf("%s is %q", ref, got)
		}
	}
	if got := h.ask("GET", "/api/v1/territories/213801855", "", "").text("organisation"); got != "grenoble-38" {
		t.Errorf("its sheet is %q", got)
	}
	h.ask("GET", "/api/v1/territories/999999999", "", "").status(404)
	h.ask("GET", "/api/v1/territories/pays:1", "", "").status(404)
}

func TestVocabulariesHaveTheirWordsInBothLanguages(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for _, path := range []string{"/api/v1/domains", "/api/v1/categories"} {
		w := h.ask("GET", path, "", "").status(200)
		for _, d := range w.list("data") {
			if l, ok := d["label"].(map[string]any); !ok || l["fr"] == "" || l["en"] == "" {
				t.Errorf("%s: %v", path, d)
			}
		}
	}
	h.ask("GET", "/api/v1/context.jsonld", "", "").status(200)
	if got := h.ask("GET", "/api/v1/openapi.yaml", "", "").status(200).Body.String(); !strings.Contains(got, base) {
		t.Error("the description does not say where the instance is")
	}
}

func TestOrganisersDecideWhatIsOneThing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		left := h.ask("POST", "/api/v1/software", agent, `{"name":"Iris"}`).status(201).text("id")
		right := h.ask("POST", "/api/v1/software", agent, `{"name":"Iris 2","website":"https://iris.example"}`).status(201).text("id")
		if err := h.registry.ProposeMatch(t.Context(), member.System("test"), registry.KindSoftware, registry.ID(left), registry.ID(right), registry.ReasonSimilarName, "iris"); err != nil {
			t.Fatal(err)
		}
		h.ask("GET", "/api/v1/proposals", "", "").status(401)
		h.ask("GET", "/api/v1/proposals", agent, "").status(403)
		list := h.ask("GET", "/api/v1/proposals?state=open", organiser, "").status(200)
		id := list.text("data.0.id")
		if list.text("data.0.left_name") != "Iris" {
			t.Errorf("proposal: %s", list.Body)
		}
		h.ask("POST", "/api/v1/proposals/"+id+"/accept", agent, "").status(403)
		h.ask("POST", "/api/v1/proposals/"+id+"/accept", organiser, "").status(200)
		h.ask("POST", "/api/v1/proposals/"+id+"/refuse", organiser, "").status(409)
		if got := h.ask("GET", "/api/v1/software/"+right, "", "").status(308).Header().Get("Location"); got != "/api/v1/software/iris" {
			t.Errorf("the one that was joined moves to %q", got)
		}
		h.ask("POST", "/api/v1/proposals/"+id+"/undo", organiser, "").status(200)
		h.ask("GET", "/api/v1/software/"+right, "", "").status(200)
		h.ask("POST", "/api/v1/proposals/x/accept", organiser, "").status(404)
		trail := h.ask("GET", "/api/v1/audit?object="+left, organiser, "").status(200)
		if trail.text("data.0.action") == "" || trail.at("links.next") != nil {
			t.Errorf("trail: %s", trail.Body)
		}
		h.ask("GET", "/api/v1/audit?object="+left, agent, "").status(403)
		next := h.ask("GET", "/api/v1/audit?page[size]=1&object="+left, organiser, "").status(200)
		if after := h.ask("GET", next.text("links.next"), organiser, "").status(200); after.text("data.0.id") == next.text("data.0.id") {
			t.Error("the second page of the trail is the first")
		}
	})
}

func TestASearchPassesWhatIsAskedAndShowsWhy(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	h.town()
	item, _, err := h.catalogue.Get(registry.KindSoftware, "nextcloud", member.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	h.search.result = catalogue.SearchResult{Hits: []catalogue.Hit{{Item: item, Score: 1.25, Highlights: []string{"Suite «collaborative»"},
		Why: []catalogue.Reason{{Code: "replaces", Value: "SharePoint", Name: "SharePoint"}}}}, Total: 1, Asked: "nextclud", Corrected: "nextcloud", Next: "n1", Version: "v",
		Facets: []catalogue.Facet{{Dim: "licence", Values: []catalogue.FacetValue{{Value: "MIT", Count: 2}}}}}
	w := h.ask("GET", "/api/v1/search?q=nextclud&type=software&facets=licence&near=38185&within=20&licence=MIT&lang=en&page[size]=5", "", "").status(200)
	if w.text("data.0.item.name") != "Nextcloud" || w.text("meta.text.fr") != "Résultats pour « nextcloud »" || w.text("data.0.why.0.text.fr") != "Remplace SharePoint" {
		t.Errorf("answer: %s", w.Body)
	}
	q := h.search.asked
	if q.Text != "nextclud" || !slices.Equal(q.Types, []string{"software"}) || q.Within != 20 || q.Near == nil || q.Lang != "en" || q.Size != 5 || len(q.Where) != 1 || !slices.Equal(q.Facets, []string{"licence"}) {
		t.Errorf("asked: %+v", q)
	}
	if next := h.ask("GET", w.text("links.next"), "", "").status(200); h.search.asked.After != "n1" || next.text("meta.asked") == "" {
		t.Errorf("after: %+v", h.search.asked)
	}
	h.ask("GET", "/api/v1/search?q=x", "", "", "If-None-Match", h.ask("GET", "/api/v1/search?q=x", "", "").Header().Get("ETag")).status(304)
	h.search.err = fault.OnField("after", "cursor_unknown")
	if got := h.ask("GET", "/api/v1/search?page[after]=x", "", "").status(422).faults(); !slices.Equal(got, []string{"page[after]: cursor_unknown"}) {
		t.Errorf("faults %v", got)
	}
}
