// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/url"
	"strings"
	"testing"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
)

func TestThePickerFindsByNamePostalCodeAndSIREN(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("")
	for q, want := range map[string]string{"Grenoble": "Grenoble (Isère)", "38000": "Grenoble (Isère)", "213801855": "Grenoble (Isère)", "saint denis": "Saint-Denis (Seine-Saint-Denis)"} {
		doc := b.see("/rejoindre?q=" + url.QueryEscape(q))
		if !strings.Contains(words(doc, "main fieldset"), want) {
			t.Errorf("%q: %q", q, texts(doc, "main fieldset label"))
		}
	}
}

// TestThePickerFindsProvidersOfTheRegistry asks for one by all it may be known by.
func TestThePickerFindsProvidersOfTheRegistry(t *testing.T) {
	c := newClub(t, base)
	found, err := c.catalogue.Query(catalogue.Query{Kind: registry.KindOrganisation, Size: 50, Where: []catalogue.Term{{Dim: "role", Values: []string{"provider"}}}})
	if err != nil {
		t.Fatal(err)
	}
	var ids []registry.ID
	for _, it := range found.Items {
		ids = append(ids, it.ID())
	}
	all, err := c.db.OrganisationsShown(t.Context(), ids...)
	if err != nil {
		t.Fatal(err)
	}
	b, asked := c.browse(""), 0
	for _, o := range all {
		for _, q := range []string{o.Name, o.SIREN, o.PostalCode} {
			if q == "" {
				continue
			}
			asked++
			doc := b.see("/rejoindre?q=" + url.QueryEscape(q))
			if doc.Find("input[name=body][value='"+string(o.ID)+"']").Length() != 1 {
				t.Errorf("%s is not found by %q: %q", o.Name, q, texts(doc, "main fieldset label"))
			}
		}
		if to, _, _ := b.send("/rejoindre", "body="+string(o.ID)); to != "/rejoindre/adresse?organisme="+string(o.ID) || !strings.Contains(words(b.see(to), "main"), o.Name) {
			t.Errorf("%s leads to %q", o.Name, to)
		}
	}
	if asked < 2 {
		t.Fatalf("%d questions were asked", asked)
	}
}
