// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

func TestTheNumbersAreThoseOfTheCatalogue(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	stats, err := h.catalogue.Stats()
	if err != nil {
		t.Fatal(err)
	}
	for lang, roles := range map[string][]string{"fr": {"Collectivité 48", "Prestataire 12", "Partenaire 0"}, "en": {"Local authority 48", "Provider 12", "Partner 0"}} {
		doc := h.page("/chiffres?lang=" + lang)
		whole(t, "/chiffres", doc, lang)
		if d := cmp.Diff(roles, texts(doc, "section[aria-labelledby=t-nature] tbody tr")); d != "" {
			t.Error(lang, d)
		}
		first := stats.MostUsed[0]
		if got := words(doc, "section[aria-labelledby=t-logiciels] tbody tr:first-child"); got != first.Name+" "+strconv.Itoa(first.Users) {
			t.Errorf("most used: %s", got)
		}
		if bar := doc.Find("section[aria-labelledby=t-logiciels] tbody tr:first-child rect").AttrOr("width", ""); bar != "100" {
			t.Errorf("the longest bar is %s", bar)
		}
		holes := 0
		for i, row := range stats.Coverage {
			cells := doc.Find("table.squares tbody tr").Eq(i).Find("td")
			for _, n := range row.Counts {
				if n == 0 {
					holes++
				}
			}
			if total := sum(t, cells.Map(text)); total != row.Total || cells.Length() != len(row.Counts) {
				t.Errorf("%s: %d in %d squares, want %d", row.Domain, total, cells.Length(), row.Total)
			}
		}
		if shown := doc.Find("table.squares td.h0").Length(); shown != holes || holes == 0 || doc.Find("table.squares td.h4").Length() == 0 {
			t.Errorf("%d holes shown of %d", shown, holes)
		}
	}
}

func TestEachTableOfTheNumbersIsAFileToo(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	if _, err := h.registry.RegisterSoftware(t.Context(), organiser(), registry.SoftwareFacts{Name: "=1+1;\"x\""}); err != nil {
		t.Fatal(err)
	}
	h.settle()
	doc := h.page("/chiffres")
	files := map[string]bool{}
	doc.Find("section.figures-table").Each(func(_ int, s *sel) {
		href := s.Find("a[href*='format=csv']").AttrOr("href", "")
		w := h.get(href)
		rows, err := reading(w.Body.String())
		if w.Code != http.StatusOK || err != nil || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" {
			t.Fatalf("%s: %d, %v, %v", href, w.Code, err, w.Header())
		}
		files[w.Header().Get("Content-Disposition")] = true
		if shown := s.Find("tbody tr").Length(); len(rows) != shown+1 {
			t.Errorf("%s: %d rows for %d on the page", href, len(rows), shown)
		}
		if d := cmp.Diff(s.Find("thead th").Map(text), rows[0]); d != "" {
			t.Errorf("%s: %s", href, d)
		}
	})
	if len(files) != 6 {
		t.Errorf("files %v", files)
	}
	for _, target := range []string{"/chiffres?format=csv", "/chiffres?format=csv&tableau=../x"} {
		if w := h.get(target); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
}

func reading(body string) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff")))
	r.Comma = ';'
	return r.ReadAll()
}

func sum(t *testing.T, cells []string) (total int) {
	t.Helper()
	for _, s := range cells {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Errorf("%q is no number", s)
		}
		total += n
	}
	return total
}

// sel is what a selector found.
type sel = goquery.Selection

func text(_ int, s *sel) string { return strings.TrimSpace(s.Text()) }
