// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"testing"

	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

type addresses struct {
	Parts []string `xml:"sitemap>loc"`
	Pages []string `xml:"url>loc"`
}

func mapOf(t *testing.T, h *house, target string) (a addresses) {
	t.Helper()
	w := h.get(target)
	if err := xml.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/xml; charset=utf-8" {
		t.Fatalf("%s: %d, %v, %v", target, w.Code, err, w.Header())
	}
	return a
}

func TestTheSiteMapListsEveryPageOnceAndEachIsThere(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	index := mapOf(t, h, "/sitemap.xml")
	if len(index.Parts) != 1 || index.Parts[0] != base+"/sitemap.xml?partie=1" {
		t.Fatalf("parts %v", index.Parts)
	}
	pages := mapOf(t, h, strings.TrimPrefix(index.Parts[0], base)).Pages
	want := 10
	for _, kind := range []registry.Kind{registry.KindSoftware, registry.KindOrganisation} {
		for range h.catalogue.Items(kind) {
			want++
		}
	}
	if len(pages) != want || len(slices.Compact(slices.Sorted(slices.Values(pages)))) != want {
		t.Errorf("%d pages, want %d", len(pages), want)
	}
	for _, at := range pages {
		if doc := h.page(strings.TrimPrefix(at, base)); doc.Find("meta[name=robots]").Length() != 0 || doc.Find("link[rel=canonical]").AttrOr("href", "") != at {
			t.Errorf("%s is not to be listed, or elsewhere", at)
		}
	}
	for _, part := range []string{"0", "2", "x", "-1", "1e1"} {
		if w := h.get("/sitemap.xml?partie=" + part); w.Code != http.StatusNotFound {
			t.Errorf("part %s: %d", part, w.Code)
		}
	}
}

func TestRobotsAreLeftOutOfWhatIsEndlessOrSomebodysOwn(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	w := h.get("/robots.txt")
	body := w.Body.String()
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") || !strings.HasPrefix(body, "User-agent: *\n") {
		t.Errorf("%d, %v, %s", w.Code, w.Header(), body)
	}
	for _, line := range []string{"Disallow: /recherche", "Disallow: /compte", "Disallow: /animation/", "Sitemap: " + base + "/sitemap.xml"} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
	// What the site map lists, robots may read.
	for _, at := range mapOf(t, h, "/sitemap.xml?partie=1").Pages {
		for line := range strings.Lines(body) {
			if no, ok := strings.CutPrefix(strings.TrimSpace(line), "Disallow: "); ok && strings.HasPrefix(strings.TrimPrefix(at, base), no) {
				t.Errorf("%s is listed and refused by %s", at, no)
			}
		}
	}
}
