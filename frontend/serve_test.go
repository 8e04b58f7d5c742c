// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http"
	"strings"
	"testing"

	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

func usageOf(t *testing.T, h *house, organisation, software string) registry.ID {
	t.Helper()
	found, err := h.catalogue.Query(catalogue.Query{Kind: registry.KindUsage, By: member.Actor{}, Size: 1, Where: []catalogue.Term{
		{Dim: "organisation", Values: []string{organisation}}, {Dim: "software", Values: []string{software}}}})
	if err != nil || len(found.Items) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	return found.Items[0].ID()
}

func TestStaticFilesMayBeKeptForEver(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	doc := h.page("/")
	for selector, mediaType := range map[string]string{"link[rel=stylesheet]": "text/css; charset=utf-8", "link[rel=icon]": "image/svg+xml"} {
		w := h.get(doc.Find(selector).AttrOr("href", ""))
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != mediaType || w.Body.Len() == 0 {
			t.Errorf("%s: %d %v", selector, w.Code, w.Header())
		}
		if got := w.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %s", selector, got)
		}
	}
	if w := h.get("/assets/maillage.css"); w.Code != http.StatusNotFound {
		t.Errorf("a name without its hash answers %d", w.Code)
	}
}

func TestAnUnchangedPageIsNotSentAgain(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for _, target := range []string{"/", "/recherche?q=ged", "/logiciels/nextcloud", "/organismes/echirolles-38", "/donnees"} {
		first := h.get(target)
		tag := first.Header().Get("Etag")
		if w := h.get(target, "If-None-Match", tag); tag == "" || w.Code != http.StatusNotModified || w.Body.Len() != 0 {
			t.Errorf("%s: %d under %s", target, w.Code, tag)
		}
		// The same address in another language is another page.
		if w := h.get(target, "If-None-Match", tag, "Accept-Language", "en"); w.Code != http.StatusOK || w.Header().Get("Content-Language") != "en" {
			t.Errorf("%s in English: %d", target, w.Code)
		}
		if !strings.Contains(first.Header().Get("Vary"), "Accept-Language") {
			t.Errorf("%s does not say that it varies", target)
		}
	}
}

func TestPagesAreSentUnderThePolicyThatForbidsScriptsOfOthers(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for _, target := range []string{"/", "/recherche", "/nulle-part"} {
		if csp := h.get(target).Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; script-src 'self'; style-src 'self'") {
			t.Errorf("%s: %s", target, csp)
		}
	}
}
