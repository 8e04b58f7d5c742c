// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http"
	"strings"
	"testing"

	"maillage/internal/member"
	"maillage/internal/registry"
)

func TestAProviderPublishesChangesAndWithdrawsAnOffer(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("administrator") // who speaks for every provider
	k, err := c.registry.Organisation(t.Context(), string(c.seller()))
	if err != nil {
		t.Fatal(err)
	}
	at := "/organismes/" + string(k.Slug) + "/offres"
	if n := b.see(at + "?q=nextclud").Find("section[aria-labelledby=more] .links a[href*='software=nextcloud']").Length(); n != 1 {
		t.Errorf("%d links to the software", n)
	}
	b.see(at + "?software=nextcloud")
	_, doc, status := b.send(at, "do=save&software=nextcloud&departements=38%2C+99&url=ftp%3A%2F%2Fx&note=Bonjour")
	if status != http.StatusUnprocessableEntity || doc.Find(".wrong a[href='#f-services']").Length() != 1 || doc.Find(".wrong a[href='#f-departements']").Length() != 1 ||
		doc.Find(".wrong a[href='#f-url']").Length() != 1 || doc.Find("#f-note").Text() != "Bonjour" {
		t.Errorf("a wrong offer: %d %q", status, words(doc, ".wrong"))
	}
	for _, x := range []struct{ form, area string }{
		{"do=save&software=nextcloud&services=hosting&services=support&departements=38%2C+2a&regions=84&purchase=ugap&note=Bonjour", "Auvergne-Rhône-Alpes"},
		{"do=save&software=nextcloud&services=audit&france=1", "France entière"},
	} {
		if to, _, status := b.send(at, x.form); to != at+"?fait=offer_save" {
			t.Fatalf("%s: %d to %q", x.form, status, to)
		}
		if list := words(b.see(at), "section[aria-labelledby=offers]"); !strings.Contains(list, "Nextcloud") || !strings.Contains(list, x.area) {
			t.Errorf("the list: %s", list)
		}
	}
	offers, err := c.db.DeclarationsOf(t.Context(), k.ID)
	if err != nil || len(offers.Offers) != 1 {
		t.Fatalf("%+v %v", offers.Offers, err)
	}
	id := string(offers.Offers[0].ID)
	if w := b.do(http.MethodPost, "/organismes/cairn-libre-fictif/offres", "do=withdraw&id="+id); w.Code != http.StatusNotFound {
		t.Errorf("withdrawn as another provider's: %d", w.Code)
	}
	if to, _, _ := b.send(at, "do=withdraw&id="+id); to != at+"?fait=offer_withdraw" {
		t.Errorf("to %q", to)
	}
	for _, path := range []string{at, "/organismes/grenoble-38/offres"} { // another's, and of a body that sells nothing
		if w := c.browse("member").do(http.MethodGet, path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if _, err := c.registry.PublishOffer(t.Context(), member.Actor{ID: "token:3", Role: member.Provider, Organisation: string(k.ID)},
		registry.OfferOf{Provider: string(k.ID), Software: "nextcloud"}, registry.OfferFacts{Services: []registry.ServiceKind{"audit"}, Area: registry.Area{France: true}}); err != nil {
		t.Errorf("after it was withdrawn it can be published again: %v", err)
	}
}
