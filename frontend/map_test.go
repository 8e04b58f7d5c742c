// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/territory"
	"maillage/internal/testkit"
)

func TestTheMapAndItsTableSayTheSame(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	doc := h.page("/carte")
	if n := doc.Find("svg.map path:not(.dots)").Length(); n != 96 {
		t.Errorf("%d départements are drawn", n)
	}
	rows := texts(doc, "table.sortable tbody tr")
	if rows[0] != "Isère (38)28432" {
		t.Errorf("first is %s", rows[0])
	}
	// Shaded are those of the table, but those overseas, of which there are none here.
	if n := doc.Find("svg.map path:not(.dots, .h0)").Length(); n != len(rows) {
		t.Errorf("%d are shaded, %d in the table", n, len(rows))
	}
	if tiles := strings.Join(texts(doc, ".tiles li"), ", "); tiles != "Guadeloupe 0, Martinique 0, Guyane 0, La Réunion 0, Mayotte 0" {
		t.Errorf("overseas: %s", tiles)
	}
	dots := 0
	for _, class := range []string{".dots:not(.sellers)", ".sellers"} {
		n := strings.Count(doc.Find("svg.map "+class).AttrOr("d", ""), "h0")
		if dots += n; n == 0 {
			t.Errorf("no dot of %s", class)
		}
	}
	if total := sum(t, doc.Find("table.sortable td:last-child").Map(text)); dots > total || dots < total/2 {
		t.Errorf("%d dots for %d organisations", dots, total)
	}
	if doc.Find("a[href='https://mapsvg.com/']").Length() != 1 {
		t.Error("who drew the outlines is not said")
	}
}

func TestTheTableOfTheMapIsSortedByLinks(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for order, c := range map[string]struct {
		column int
		sort   string
		next   string // what a second click asks for
	}{
		"": {3, "descending", "total"}, "nom": {0, "ascending", "-nom"}, "-nom": {0, "descending", "nom"},
		"-collectivites": {1, "descending", "collectivites"}, "collectivites": {1, "ascending", "-collectivites"},
		"-prestataires": {2, "descending", "prestataires"}, "inconnu": {3, "descending", "total"}, "--nom": {3, "descending", "total"},
	} {
		doc := h.page("/carte?lang=fr&tri=" + order)
		heads := doc.Find("table.sortable thead th")
		if got := heads.Eq(c.column).AttrOr("aria-sort", ""); got != c.sort || doc.Find("[aria-sort]").Length() != 1 {
			t.Errorf("%s: sorted %q", order, got)
		}
		if got := heads.Eq(c.column).Find("a").AttrOr("href", ""); got != "/carte?lang=fr&tri="+c.next+"#tableau" {
			t.Errorf("%s: then %s", order, got)
		}
		if c.column == 0 {
			continue
		}
		counts := doc.Find(fmt.Sprintf("table.sortable td:nth-child(%d)", c.column+1)).Map(text)
		sorted := slices.IsSortedFunc(counts, func(a, b string) int {
			m, n := sum(t, []string{a}), sum(t, []string{b})
			if c.sort == "descending" {
				return n - m
			}
			return m - n
		})
		if !sorted {
			t.Errorf("%s: %v", order, counts)
		}
	}
	names := texts(h.page("/carte?tri=nom"), "table.sortable tbody th")
	want := []string{"Bouches-du-Rhône (13)", "Drôme (26)", "Haute-Savoie (74)", "Hautes-Alpes (05)"}
	if d := cmp.Diff(want, names[:4]); d != "" {
		t.Error(d)
	}
	w := h.get("/carte?format=csv&tri=nom")
	rows, err := reading(w.Body.String())
	if err != nil || w.Code != http.StatusOK || len(rows) != len(names)+1 || rows[1][0] != names[0] {
		t.Errorf("the file: %d, %v, %v", w.Code, err, rows)
	}
}

func TestAMapWithSomebodyEverywhereIsStillLight(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	everywhere := 0
	for _, d := range testkit.Register(t).Departements() {
		b, ok := testkit.Register(t).ByCode(territory.Commune, string(d.ChefLieu))
		if !ok {
			continue // an overseas collectivity without communes
		}
		everywhere++
		f := registry.OrganisationFacts{Name: "Syndicat de " + b.DisplayName(), Type: "syndicat", Roles: []registry.Role{registry.RoleCollectivity},
			Departement: d.Code, Commune: b.Code, Point: &registry.Point{Lat: b.Lat, Lon: b.Lon}}
		if _, err := h.registry.RegisterOrganisation(t.Context(), organiser(), f); err != nil {
			t.Fatalf("%s: %v", b.Name, err)
		}
	}
	h.settle()
	w := h.get("/carte")
	doc := read(t, w)
	whole(t, "/carte", doc, "fr")
	rows := doc.Find("table.sortable tbody tr").Length()
	if rows < 101 || everywhere < 101 {
		t.Errorf("%d départements of %d", rows, everywhere)
	}
	if n := doc.Find("*").Length(); n > maxNodes {
		t.Errorf("%d elements", n)
	}
	if n := zipped(t, w.Body.Bytes()); n > maxHTML {
		t.Errorf("it weighs %d", n)
	}
}
