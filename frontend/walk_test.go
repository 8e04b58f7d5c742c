// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"maillage/internal/store"
	"maillage/internal/testkit"
)

// maxPages bounds the walk: every kind of page is met long before.
const maxPages = 400

func TestEveryPageAReaderCanReachIsWholeAndNeedsNoScript(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		for _, lang := range []string{"fr", "en"} {
			start := "/"
			if lang == "en" {
				start = "/?lang=en"
			}
			seen, kinds := map[string]bool{start: true}, map[string]int{}
			for next := []string{start}; len(next) > 0; {
				at := next[0]
				next = next[1:]
				doc := h.page(at)
				whole(t, at, doc, lang)
				first, _, _ := strings.Cut(strings.TrimPrefix(at, "/"), "/")
				kinds[strings.SplitN(first, "?", 2)[0]]++
				for _, to := range ours(doc) {
					u, err := url.Parse(to)
					if err != nil {
						t.Fatal(err)
					}
					if other := u.Query().Get("lang"); other != "" && other != lang || seen[to] || len(seen) >= maxPages {
						continue
					}
					seen[to] = true
					next = append(next, to)
				}
			}
			for _, kind := range []string{"", "recherche", "logiciels", "organismes", "donnees"} {
				if kinds[kind] == 0 {
					t.Errorf("no link leads to /%s", kind)
				}
			}
		}
	})
}

// ours returns the addresses of pages a page links to.
func ours(doc *goquery.Document) []string {
	var out []string
	doc.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		to := a.AttrOr("href", "")
		for _, machine := range []string{"/api/", "/v1/", "/public/", "/repositories.json"} {
			if strings.HasPrefix(to, machine) {
				return
			}
		}
		if strings.HasPrefix(to, "/") && !strings.Contains(to, "format=csv") { // files for spreadsheets are no pages
			out = append(out, to)
		}
	})
	return out
}

// whole checks what every page owes its readers.
func whole(t *testing.T, at string, doc *goquery.Document, lang string) {
	t.Helper()
	for selector, want := range map[string]int{"html[lang=" + lang + "]": 1, "h1": 1, "main#main": 1, "body > header": 1, "body > footer": 1,
		"a.skip[href='#main']": 1, "form[role=search]": 1, "title": 1, "script": 0, "style": 0, "[style]": 0, "iframe": 0, "img": 0} {
		if n := doc.Find(selector).Length(); n != want {
			t.Errorf("%s: %d of %s, want %d", at, n, selector, want)
		}
	}
	if words(doc, "title") == "" || words(doc, "h1") == "" {
		t.Errorf("%s: no title", at)
	}
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if ids[id] || id == "" {
			t.Errorf("%s: the id %q twice or empty", at, id)
		}
		ids[id] = true
	})
	doc.Find("[aria-labelledby]").Each(func(_ int, s *goquery.Selection) {
		if by := s.AttrOr("aria-labelledby", ""); !ids[by] {
			t.Errorf("%s: labelled by %q, which is not there", at, by)
		}
	})
	doc.Find("input:not([type=hidden])").Each(func(_ int, s *goquery.Selection) {
		if doc.Find("label[for="+s.AttrOr("id", "-")+"]").Length() != 1 {
			t.Errorf("%s: a field without label", at)
		}
	})
	doc.Find("a").Each(func(_ int, s *goquery.Selection) {
		if strings.TrimSpace(s.Text()) == "" || s.AttrOr("href", "") == "" {
			t.Errorf("%s: a link without words or without address", at)
		}
	})
	headings(t, at, doc)
	alone(t, at, doc)
}

// headings checks that no level is jumped.
func headings(t *testing.T, at string, doc *goquery.Document) {
	t.Helper()
	level := byte('0')
	doc.Find("h1,h2,h3,h4,h5,h6").Each(func(_ int, s *goquery.Selection) {
		now := goquery.NodeName(s)[1]
		if now > level+1 {
			t.Errorf("%s: from h%c to h%c: %s", at, level, now, s.Text())
		}
		level = now
	})
}

// alone checks that showing a page asks nobody else anything, and runs nothing.
func alone(t *testing.T, at string, doc *goquery.Document) {
	t.Helper()
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		name := goquery.NodeName(s)
		loads := name == "link" && slices.Contains([]string{"stylesheet", "icon"}, s.AttrOr("rel", ""))
		for _, a := range s.Nodes[0].Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:"):
				t.Errorf("%s: %s runs something", at, name)
			case a.Key == "src", a.Key == "srcset", a.Key == "action" && a.Val != "/recherche" && a.Val != "/logiciels/comparer", loads && a.Key == "href" && !strings.HasPrefix(a.Val, "/assets/"):
				t.Errorf("%s: %s loads %s", at, name, a.Val)
			}
		}
	})
}

func TestAMissingPageSaysWhatToDoInTheLanguageOfTheAddress(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for target, want := range map[string]string{"/nulle-part": "Introuvable", "/nulle-part?lang=en": "Not found",
		"/logiciels/inconnu": "Introuvable", "/organismes/inconnu": "Introuvable", "/assets/inconnu.css": "Introuvable"} {
		w := h.get(target)
		doc := read(t, w)
		lang := doc.Find("html").AttrOr("lang", "")
		whole(t, target, doc, lang)
		if w.Code != http.StatusNotFound || words(doc, "h1") != want || doc.Find("main a[href]").Length() < 2 {
			t.Errorf("%s: %d %s", target, w.Code, words(doc, "main"))
		}
		if id := w.Header().Get("X-Request-Id"); id == "" || words(doc, "main p.quiet code") != id {
			t.Errorf("%s: the request's number is not given", target)
		}
		if w.Header().Get("Content-Language") != lang || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", target, w.Header())
		}
	}
}
