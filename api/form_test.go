// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"maillage/internal/store"
	"maillage/internal/testkit"
)

func TestATableOpensInASpreadsheetAndRunsNothing(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	h.town()
	h.ask("POST", "/api/v1/software", agent, `{"name":"=HYPERLINK(\"http://x\")","summary":{"fr":"Deux ; points\net \"guillemets\""},"keywords":["a"],"release":{"version":"+1"}}`).status(201)
	for _, w := range []answer{h.ask("GET", "/api/v1/software?format=csv", "", ""), h.ask("GET", "/api/v1/software", "", "", "Accept", "text/csv")} {
		w.status(200)
		body := w.Body.String()
		if !strings.HasPrefix(body, "\ufeffIdentifiant;Nom;") || !strings.Contains(w.Header().Get("Content-Type"), "text/csv") {
			t.Fatalf("table: %s %.100s", w.Header().Get("Content-Type"), body)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff")))
		r.Comma = ';'
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != 3 {
			t.Fatalf("%d rows", len(rows))
		}
		seen := strings.Join(append(rows[1], rows[2]...), "|")
		for _, want := range []string{`'=HYPERLINK("http://x")`, "'+1", "Deux ; points", "Nextcloud", "AGPL-3.0-or-later"} {
			if !strings.Contains(seen, want) {
				t.Errorf("no %q in %s", want, seen)
			}
		}
		for _, cell := range append(rows[1], rows[2]...) {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("cell %q runs", cell)
			}
		}
	}
	for _, list := range []string{"organisations", "collectivities", "providers", "usages", "offers", "references"} {
		h.ask("GET", "/api/v1/"+list+"?format=csv", organiser, "").status(200)
	}
	h.ask("GET", "/api/v1/software", "", "", "Accept", "image/png").status(406)
}

func TestEveryListIsAFeed(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	h.town()
	for _, list := range []string{"software", "organisations", "collectivities", "providers", "usages", "offers", "references"} {
		w := h.ask("GET", "/api/v1/"+list, organiser, "", "Accept", "application/atom+xml", "Accept-Language", "en").status(200)
		var feed struct {
			XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			ID      string   `xml:"id"`
			Title   string   `xml:"title"`
			Updated string   `xml:"updated"`
			Entries []struct {
				ID      string `xml:"id"`
				Title   string `xml:"title"`
				Updated string `xml:"updated"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal(w.Body.Bytes(), &feed); err != nil {
			t.Fatalf("%s: %v", list, err)
		}
		if len(feed.Entries) == 0 || !strings.HasPrefix(feed.Entries[0].ID, "urn:uuid:") || feed.Updated == "" || feed.Title == "" {
			t.Errorf("%s: %+v", list, feed)
		}
	}
}

func TestPagesFollowOneAnotherAndComeBack(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for i := range 7 {
		h.ask("POST", "/api/v1/software", agent, fmt.Sprintf(`{"name":"Logiciel %d"}`, i)).status(201)
	}
	seen := map[string]int{}
	next, pages, prev := "/api/v1/software?page[size]=3&sort=name", 0, ""
	for next != "" {
		w := h.ask("GET", next, "", "").status(200)
		for _, n := range w.names() {
			seen[n]++
		}
		if p, ok := w.at("links.prev").(string); ok {
			prev = p
		}
		if w.text("links.self") != next {
			t.Errorf("self is %q, want %q", w.text("links.self"), next)
		}
		next, _ = w.at("links.next").(string)
		if pages++; pages > 5 {
			t.Fatal("pages without end")
		}
	}
	if pages != 3 || len(seen) != 7 {
		t.Errorf("%d pages, %v", pages, seen)
	}
	back := h.ask("GET", prev, "", "").status(200)
	if got := back.names(); len(got) != 3 || got[0] != "Logiciel 3" {
		t.Errorf("the page before the last: %v", got)
	}
	// The cursor may be anywhere in the question, and its name encoded or not.
	u, err := url.Parse(prev)
	if err != nil {
		t.Fatal(err)
	}
	cursor := u.Query().Get("page[before]")
	for _, path := range []string{"/api/v1/software?page[before]=" + url.QueryEscape(cursor) + "&page[size]=3&sort=name",
		"/api/v1/software?page%5Bsize%5D=3&page%5Bbefore%5D=" + url.QueryEscape(cursor) + "&sort=name"} {
		if got := h.ask("GET", path, "", "").status(200).names(); len(got) != 3 || got[0] != "Logiciel 3" {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestFacetsCountWithTheirNames(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	h.town()
	w := h.ask("GET", "/api/v1/software?facets=licence,category", "", "").status(200)
	if w.text("meta.facets.licence.0.value") != "AGPL-3.0-or-later" || w.at("meta.facets.licence.0.count") != 1.0 ||
		!strings.Contains(w.text("meta.facets.licence.0.label.fr"), "Affero") {
		t.Errorf("facets: %v", w.at("meta"))
	}
	if got := h.ask("GET", "/api/v1/organisations?facets=departement,role", "", "").status(200).at("meta.facets.departement"); !strings.Contains(fmt.Sprint(got), "Isère") {
		t.Errorf("départements: %v", got)
	}
}
