// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"maillage/internal/member"
	"maillage/internal/registry"
)

// of returns the forms of a page that do something, by what they do it to.
func of(doc *goquery.Document, section, do string) (ids []string) {
	doc.Find("section[aria-labelledby=" + section + "] form").Each(func(_ int, s *goquery.Selection) {
		if s.Find("input[name=do]").AttrOr("value", "") == do {
			ids = append(ids, s.Find("input[name=id]").AttrOr("value", ""))
		}
	})
	return ids
}

func TestAReferenceIsConfirmedFromTheOtherSideContestedAndTakenBack(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("member")
	const at = "/organismes/grenoble-38/references"
	grenoble := c.item("grenoble-38")
	seller := c.seller()
	r, err := c.registry.ProposeReference(t.Context(), member.Actor{ID: "token:2", Role: member.Provider, Organisation: string(seller)},
		registry.ReferenceOf{Provider: string(seller), Organisation: string(grenoble), Software: "nextcloud"}, registry.ReferenceFacts{Since: "2025"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.catalogue.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	id := string(r.ID)
	if got := of(b.see(at), "waiting", "confirm"); !slices.Contains(got, id) {
		t.Fatalf("waiting: %q, want %s", got, id)
	}
	for _, x := range []struct{ form, state, answer string }{
		{"do=confirm&id=" + id + "&again=yes", "confirmed", "yes"},
		{"do=confirm&id=" + id + "&again=no", "confirmed", "no"},
		{"do=contest&id=" + id, "contested", ""},
		{"do=confirm&id=" + id + "&again=", "confirmed", ""},
	} {
		if to, _, status := b.send(at, x.form); status != http.StatusSeeOther || to[:len(at)] != at {
			t.Fatalf("%s: %d to %q", x.form, status, to)
		}
		list, err := c.db.ReferencesShown(t.Context(), r.ID)
		if err != nil || len(list) != 1 || list[0].State() != x.state {
			t.Fatalf("%s: %+v %v", x.form, list, err)
		}
		answer := ""
		if a := list[0].ChooseAgain; a != nil {
			answer = map[bool]string{true: "yes", false: "no"}[*a]
		}
		if x.state == "confirmed" && answer != x.answer {
			t.Errorf("%s: would choose again %q", x.form, answer)
		}
		if got := of(b.see(at), "others", "withdraw"); !slices.Contains(got, id) {
			t.Errorf("%s: it is not among the others", x.form)
		}
	}
	if to, _, _ := b.send(at, "do=withdraw&id="+id); to != at+"?fait=reference_withdraw" {
		t.Errorf("to %q", to)
	}
	for _, form := range []string{"do=confirm&id=" + id, "do=contest&id=nobody", "do=propose&id=nobody"} {
		if w := b.do(http.MethodPost, at, form); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", form, w.Code)
		}
	}
	if w := b.do(http.MethodGet, "/organismes/echirolles-38/references", ""); w.Code != http.StatusNotFound {
		t.Errorf("another body's references: %d", w.Code)
	}
	if w := c.browse("administrator").do(http.MethodGet, at, ""); w.Code != http.StatusNotFound {
		t.Errorf("an administrator speaks for a side: %d", w.Code)
	}
}

func TestAUsageThatNamesAProviderCallsForAReference(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("member")
	const at = "/organismes/grenoble-38/references"
	own, err := c.db.DeclarationsOf(t.Context(), c.item("grenoble-38"))
	if err != nil || len(own.Usages) == 0 {
		t.Fatal(err)
	}
	u := own.Usages[0]
	if _, _, status := b.send("/usages/"+string(u.ID), "do=save&stage=default&visibility=public&provider="+string(c.seller())); status != http.StatusSeeOther {
		t.Fatalf("naming a provider: %d", status)
	}
	before := of(b.see(at), "unspoken", "propose")
	if len(before) == 0 {
		t.Fatal("a usage that names a new provider calls for no reference")
	}
	if to, _, _ := b.send(at, "do=propose&id="+before[0]); to != at+"?fait=reference_propose" {
		t.Fatalf("to %q", to)
	}
	if after := of(b.see(at), "unspoken", "propose"); len(after) != len(before)-1 {
		t.Errorf("%d are left of %d", len(after), len(before))
	}
}

// item returns the id of an organisation.
func (c *club) item(slug string) registry.ID {
	c.t.Helper()
	it, _, err := c.catalogue.Get(registry.KindOrganisation, slug, member.Actor{})
	if err != nil {
		c.t.Fatal(err)
	}
	return it.ID()
}

// seller returns a provider that the tests make.
func (c *club) seller() registry.ID {
	c.t.Helper()
	k, err := c.registry.RegisterOrganisation(c.t.Context(), organiser(), registry.OrganisationFacts{Name: "Atelier d’essai",
		Roles: []registry.Role{registry.RoleProvider}, Type: "company"})
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.catalogue.CatchUp(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
	return k.ID
}
