// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"bytes"
	"compress/gzip"
	"net/http/httptest"
	"testing"

	"maillage/internal/store"
	"maillage/internal/testkit"
)

// The most a page may weigh, gzipped, and how many elements it may have.
const (
	maxHTML  = 25_000
	maxCSS   = 18_000
	maxNodes = 1000
)

// sitePages are the pages of the collective that are about the whole of it.
func sitePages() []string {
	return []string{"/chiffres", "/carte", "/carte?tri=nom",
		"/accessibilite", "/aide", "/confidentialite", "/contact", "/mentions-legales", "/plan-du-site",
		"/logiciels/comparer?ref=nextcloud", "/logiciels/comparer?ref=nextcloud&ref=glpi&ref=libreoffice"}
}

func TestThePagesAboutTheWholeCollectiveAreLightAndWhole(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for _, at := range sitePages() {
		for _, lang := range []string{"fr", "en"} {
			w := h.get(at, "Accept-Language", lang)
			body := w.Body.Bytes()
			doc := read(t, w)
			whole(t, at, doc, lang)
			if n := doc.Find("*").Length(); n > maxNodes {
				t.Errorf("%s: %d elements", at, n)
			}
			if n := zipped(t, body); n > maxHTML {
				t.Errorf("%s weighs %d", at, n)
			}
			if words(doc, "title") == words(h.page("/?lang="+lang), "title") || doc.Find("link[rel=canonical]").Length() != 1 {
				t.Errorf("%s has no title or address of its own", at)
			}
			if n := zipped(t, h.get(doc.Find("link[rel=stylesheet]").AttrOr("href", "")).Body.Bytes()); n > maxCSS {
				t.Errorf("the style weighs %d", n)
			}
		}
	}
}

func zipped(t *testing.T, body []byte) int {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// TestPagesAboutTheWholeCollectiveInABrowser looks at each with axe, in both languages and both
// themes, on a small screen too.
func TestPagesAboutTheWholeCollectiveInABrowser(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	server := httptest.NewServer(h.e)
	t.Cleanup(server.Close)
	testkit.Chromium(t, "site.mjs", map[string]any{"base": server.URL, "pages": append(sitePages(), "/", "/recherche", "/recherche?q=nextclud&type=software",
		"/logiciels/nextcloud", "/organismes/echirolles-38", "/donnees", "/logiciels/comparer?q=zzzzzzzz")})
}
