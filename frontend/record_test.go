// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestABodyKeepsItsOwnRecord(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("member")
	const at = "/organismes/grenoble-38/fiche"
	_, doc, status := b.send(at, "website=javascript%3Aalert(1)&summary=%3Cb%3E&postal_code=38")
	if status != http.StatusUnprocessableEntity || doc.Find("a[href='#f-website']").Length() != 1 || doc.Find("a[href='#f-postal_code']").Length() != 1 ||
		doc.Find("#f-summary").Text() != "<b>" {
		t.Errorf("a wrong record: %d %q", status, words(doc, ".wrong"))
	}
	form := url.Values{"website": {"https://www.grenoble.example/"}, "summary": {"Ville des Alpes."}, "postal_code": {"38000"}}
	if to, _, status := b.send(at, form.Encode()); to != at+"?fait=record" {
		t.Fatalf("%d to %q", status, to)
	}
	page := words(read(t, b.do(http.MethodGet, "/organismes/grenoble-38", "")), "main")
	for _, want := range []string{"Ville des Alpes.", "grenoble.example"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q: %.300s", want, page)
		}
	}
	before, err := c.registry.Organisation(t.Context(), "grenoble-38")
	if err != nil {
		t.Fatal(err)
	}
	if to, _, _ := b.send(at, form.Encode()); to != at+"?fait=record" {
		t.Errorf("the same again: %q", to)
	}
	after, err := c.registry.Organisation(t.Context(), "grenoble-38")
	if err != nil || after.Rev != before.Rev {
		t.Errorf("saving the same made a revision: %d, %d, %v", before.Rev, after.Rev, err)
	}
	b.lang = "en"
	if _, _, status := b.send(at, "website=&summary=A+town.&postal_code=38000"); status != http.StatusSeeOther {
		t.Errorf("in English: %d", status)
	}
	after, err = c.registry.Organisation(t.Context(), "grenoble-38")
	if err != nil || after.Facts.Summary["fr"] != "Ville des Alpes." || after.Facts.Summary["en"] != "A town." || after.Facts.Website != "" {
		t.Errorf("then the record is %+v, %v", after.Facts, err)
	}
	if w := b.do(http.MethodPost, at, "siren=123456789"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a field it does not have: %d", w.Code)
	}
	if w := b.do(http.MethodGet, "/organismes/echirolles-38/fiche", ""); w.Code != http.StatusNotFound {
		t.Errorf("another body's record: %d", w.Code)
	}
}
