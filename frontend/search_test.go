// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"maillage/frontend"
	"maillage/internal/demo"
	"maillage/internal/store"
	"maillage/internal/testkit"
	"maillage/internal/web"
)

func TestATypingErrorIsCorrectedAndThePageSaysSo(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	doc := h.page("/recherche?q=nextclud")
	if got := words(doc, ".told"); !strings.HasPrefix(got, "Résultats pour « nextcloud »") || !strings.Contains(got, "nextclud") {
		t.Errorf("told %q", got)
	}
	if got := words(doc, ".hits > li:first-child h3"); got != "Nextcloud Logiciel" {
		t.Errorf("first is %q", got)
	}
	if box := doc.Find("#q").AttrOr("value", ""); box != "nextclud" {
		t.Errorf("the box holds %q", box)
	}
	doc = h.page("/recherche?q=nextclud&lang=en")
	if got := words(doc, ".told"); !strings.HasPrefix(got, "Results for “nextcloud”") {
		t.Errorf("told %q", got)
	}
}

func TestAResultSaysWhyItIsThere(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for target, want := range map[string]string{
		"/recherche?q=alternative+photoshop":                "Remplace Adobe Photoshop",
		"/recherche?q=alternative+photoshop&lang=en":        "Replaces Adobe Photoshop",
		"/recherche?q=nextcloud&type=collectivity":          "Utilise Nextcloud",
		"/recherche?q=nextcloud&type=provider":              "Propose des services pour Nextcloud",
		"/recherche?q=nextclud&type=provider&lang=en":       "Offers services for Nextcloud",
		"/recherche?q=nextcloud+grenoble&type=collectivity": "Utilise Nextcloud",
	} {
		whys := texts(h.page(target), ".hits .why")
		if len(whys) == 0 || !strings.Contains(whys[0], want) {
			t.Errorf("%s: %q", target, whys)
		}
	}
}

func TestNothingFoundSaysWhatToDo(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	doc := h.page("/recherche?q=zzzqqqxxx&type=provider&service=audit")
	if words(doc, "#count") != "0 résultat" || doc.Find(".hits").Length() != 0 {
		t.Errorf("found %s", words(doc, ".found"))
	}
	var to []string
	doc.Find(".empty a").Each(func(_ int, a *goquery.Selection) { to = append(to, a.AttrOr("href", "")) })
	want := []string{"/recherche?q=zzzqqqxxx&type=provider", "/recherche?q=zzzqqqxxx", "/"}
	if d := cmp.Diff(want, to); d != "" {
		t.Error(d)
	}
}

func TestACountBesideALinkIsWhatTheLinkFinds(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for _, target := range []string{"/recherche", "/recherche?type=software", "/recherche?type=collectivity", "/recherche?type=provider",
		"/recherche?q=documents", "/recherche?q=nextclud&type=provider", "/recherche?type=software&domain=collaboration"} {
		doc := h.page(target)
		links := doc.Find(".facets li, .tabs li")
		if links.Length() < 5 {
			t.Errorf("%s: %d links", target, links.Length())
		}
		links.Each(func(_ int, li *goquery.Selection) {
			to := li.Find("a").AttrOr("href", "")
			if count := strings.TrimSpace(li.Find(".n").Text()); count != total(h.page(to)) {
				t.Errorf("%s: %s says %s, finds %s", target, to, count, total(h.page(to)))
			}
		})
	}
}

// total returns how many results a page of results announces.
func total(doc *goquery.Document) string {
	return strings.TrimRightFunc(doc.Find("#count").Text(), func(r rune) bool { return !unicode.IsDigit(r) })
}

func TestFollowingTheResultsShowsEachThingOnce(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	var names []string
	want, to := 0, "/recherche?type=software"
	for to != "" {
		doc := h.page(to)
		names = append(names, texts(doc, ".hits h3 a")...)
		want, _ = strconv.Atoi(total(doc))
		to = doc.Find(".pager a[rel=next]").AttrOr("href", "")
	}
	slices.Sort(names)
	if got := len(slices.Compact(names)); got != want || want < 80 {
		t.Errorf("%d names, %d announced", got, want)
	}
}

func TestAFilterInForceCanBeRemoved(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	doc := h.page("/recherche?type=provider&service=hosting&utm_source=lettre&stage=")
	if got := words(doc, ".chips"); got != "Retirer le filtre Service proposé : Hébergement ×" {
		t.Errorf("chips %q", got)
	}
	if to := doc.Find(".chips a").AttrOr("href", ""); to != "/recherche?type=provider" {
		t.Errorf("removing leads to %s", to)
	}
}

func TestWithoutSearchThePageSaysSo(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	pages := frontend.New(frontend.Config{Catalogue: h.catalogue, Facts: h.db, Register: testkit.Register(t), Name: demo.Name})
	e := web.New(web.Config{ErrorPage: pages.ErrorPage})
	pages.Mount(e)
	h.e = e
	w := h.get("/recherche?q=a")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(words(read(t, w), "main"), "Réessayez") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func FuzzTheAddressOfASearch(f *testing.F) {
	h := newHouse(f, testkit.SQLite(f, store.Config{}))
	for _, raw := range []string{"q=nextclud", "q=%ff%00&type=x", "type=provider&service=zzz&departement=999", "after=%%%", "q=\"><script>alert(1)</script>",
		"after=abc", "q=a&q=b", "role=,&label=%2c", "lang=de&q=" + strings.Repeat("a", 300)} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		w := h.ask(raw)
		if w.Code >= 500 {
			t.Errorf("%q: %d", raw, w.Code)
		}
		if doc := read(t, w); doc.Find("script").Length() != 0 || doc.Find("h1").Length() != 1 {
			t.Errorf("%q: %s", raw, w.Body)
		}
	})
}
