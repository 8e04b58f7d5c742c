// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

func TestSoftwareAreReadSideBySide(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	doc := h.page("/logiciels/comparer?ref=nextcloud&ref=glpi&lang=en")
	whole(t, "compare", doc, "en")
	if d := cmp.Diff([]string{"Nextcloud", "GLPI"}, texts(doc, "table.compared thead th > a:first-child")); d != "" {
		t.Error(d)
	}
	row := func(name string) (cells []string) {
		for _, tr := range doc.Find("table.compared tbody tr").EachIter() {
			if strings.TrimSpace(tr.Find("th[scope=row]").Text()) == name {
				return tr.Find("td").Map(text)
			}
		}
		return nil
	}
	item := func(slug string) (users, references string) {
		it, _, err := h.catalogue.Get(registry.KindSoftware, slug, organiser())
		if err != nil {
			t.Fatal(err)
		}
		return strconv.Itoa(it.Users()), strconv.Itoa(it.References())
	}
	users, references := item("nextcloud")
	others, _ := item("glpi")
	if got := row("Public users"); len(got) != 2 || got[0] != users || got[1] != others {
		t.Errorf("users %v", got)
	}
	if got := row("Confirmed references"); len(got) != 2 || got[0] != references {
		t.Errorf("references %v", got)
	}
	sellers := strconv.Itoa(h.page("/logiciels/nextcloud").Find("section[aria-labelledby=sell] .cards > li").Length())
	if got := row("Providers"); len(got) != 2 || got[0] != sellers {
		t.Errorf("providers %v, want %s", got, sellers)
	}
	if got := row("Licence"); len(got) != 2 || got[0] != "AGPL-3.0-or-later" {
		t.Errorf("licences %v", got)
	}
	if to := doc.Find("a.drop").First().AttrOr("href", ""); to != "/logiciels/comparer?lang=en&ref=glpi" {
		t.Errorf("without the first: %s", to)
	}
	if doc.Find("section[aria-labelledby=add] a[href^='/logiciels/comparer?lang=en&ref=nextcloud&ref=glpi&ref=']").Length() == 0 {
		t.Error("no third is proposed")
	}
}

func TestTheComparisonKeepsThreeEachOnce(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for query, want := range map[string][]string{
		"":                              nil,
		"ref=nextcloud&ref=nextcloud":   {"Nextcloud"},
		"ref=inconnu&ref=glpi":          {"GLPI"},
		"ref=" + strings.Repeat("x", 9): nil,
		"ref=nextcloud&ref=glpi&ref=libreoffice&ref=gimp": {"Nextcloud", "GLPI", "LibreOffice"},
	} {
		doc := h.page("/logiciels/comparer?" + query)
		if d := cmp.Diff(want, texts(doc, "table.compared thead th > a:first-child")); d != "" && len(want) > 0 {
			t.Errorf("%s: %s", query, d)
		}
		if n := doc.Find("table.compared").Length(); n != min(len(want), 1) {
			t.Errorf("%s: %d tables", query, n)
		}
		if missing := doc.Find(".told").Length() == 1; missing != (strings.Contains(query, "inconnu") || strings.Contains(query, "xxx")) {
			t.Errorf("%s: told %v", query, missing)
		}
		if room := doc.Find("form.find").Length() == 1; room != (len(want) < 3) {
			t.Errorf("%s: room for more %v", query, room)
		}
	}
}

func TestAComparisonIsReachedFromASheetAndFromTheListAndGoesOnByName(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	if h.page("/logiciels/nextcloud").Find("main a[href='/logiciels/comparer?ref=nextcloud']").Length() != 1 {
		t.Error("nothing leads there from the sheet")
	}
	if h.page("/recherche?type=software&q=ged").Find("main a[href='/logiciels/comparer?q=ged']").Length() != 1 {
		t.Error("nothing leads there from the list")
	}
	doc := h.page("/logiciels/comparer?ref=nextcloud&q=glpi")
	if to := doc.Find("section[aria-labelledby=add] ul a").First().AttrOr("href", ""); to != "/logiciels/comparer?ref=nextcloud&ref=glpi" {
		t.Errorf("GLPI is added by %s", to)
	}
	if kept := doc.Find("form.find input[type=hidden][name=ref]").AttrOr("value", ""); kept != "nextcloud" {
		t.Errorf("the form keeps %q", kept)
	}
	for _, raw := range []string{"ref=%00", "ref=%ff&q=%ff", "ref=" + strings.Repeat("&ref=glpi", 500), "q=%22%3E%3Cscript%3E"} {
		if w := h.get("/logiciels/comparer?" + raw); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<script") {
			t.Errorf("%.40s: %d", raw, w.Code)
		}
	}
}
