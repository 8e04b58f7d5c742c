// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"slices"
	"testing"

	"maillage/internal/exchange"
	"maillage/internal/registry"
)

func comptoirFixture(t *testing.T) string { return content(t, "testdata/comptoir.json") }

func TestTheComptoirsQuirksAreReadAndReported(t *testing.T) {
	eachBench(t, func(b bench) {
		report, lines := b.must("comptoir", "comptoir.json", comptoirFixture(b.t))
		wantCount(b.t, report, registry.KindSoftware, exchange.Created, 2)
		wantCount(b.t, report, registry.KindSoftware, exchange.Refused, 2) // no id; no name
		wantCount(b.t, report, registry.KindOrganisation, exchange.Skipped, 2)
		wantCount(b.t, report, registry.KindUsage, exchange.Created, 6)
		wantCount(b.t, report, registry.KindOffer, exchange.Created, 2)
		wantLine(b.t, lines, exchange.Skipped, "demo_account", "comptoir.json:5", "DÉMO collectivité")
		wantLine(b.t, lines, exchange.Skipped, "personal_account")
		wantLine(b.t, lines, exchange.Note, "matched_by_name", "Ville de Boé", "Lot-et-Garonne")
		wantLine(b.t, lines, exchange.Note, "matched_by_name", "Abbeville", "Somme")
		wantLine(b.t, lines, exchange.Warning, "name_ambiguous", "Mairie de Saint-Denis", "Réunion")
		wantLine(b.t, lines, exchange.Warning, "name_unknown", "Ministère d’Essai")
		wantLine(b.t, lines, exchange.Warning, "two_names", "Ville de Boé / Commune de Boé")
		wantLine(b.t, lines, exchange.Warning, "two_names", "Cimetière d’Essai / Cimetière d’Essai, autrement nommé")
		wantLine(b.t, lines, exchange.Warning, "licence_unknown", "Licence que personne ne connaît")
		wantLine(b.t, lines, exchange.Refused, "no_id", "Sans numéro")
		wantLine(b.t, lines, exchange.Refused, "not_a_record")
		wantLine(b.t, lines, exchange.Refused, "no_id", "comptoir.json:39") // {"0": {}} is a list with a hole
		wantLine(b.t, lines, exchange.Refused, "required", "name")
		for _, field := range []string{"name", "external_resources.website", "providers"} {
			wantLine(b.t, lines, exchange.Warning, "wrong_type", field)
		}
		for _, l := range lines {
			if l.Name == "Camille Exemple" {
				b.t.Errorf("a person's name is in the report: %+v", l)
			}
		}
	})
}

func TestWhatTheComptoirSaysIsInTheRegistryUnconfirmed(t *testing.T) {
	b := sqliteBench(t)
	b.must("comptoir", "comptoir.json", comptoirFixture(t))
	software, err := b.service.Software(t.Context(), "parapheur-d-essai")
	if err != nil {
		t.Fatal(err)
	}
	if got := software.Facts; got.Licence != "AGPL-3.0-only" || got.Repository != "https://forge.exemple.fr/essai/parapheur" ||
		!slices.Contains(got.Identifiers, registry.Identifier{Scheme: "cnll", Value: "55"}) ||
		!slices.Contains(got.Identifiers, registry.Identifier{Scheme: "sill", Value: "77"}) ||
		!slices.Contains(got.Identifiers, registry.Identifier{Scheme: "framalibre", Value: "parapheur-essai"}) {
		t.Errorf("software: %+v", got)
	}
	if at := software.Records[0].RetrievedAt.Format("2006-01-02T15:04"); at != "2026-03-02T03:10" {
		t.Errorf("said at %s, want the date of the export", at)
	}
	boe, err := b.service.Organisation(t.Context(), "boe-47")
	if err != nil {
		t.Fatal(err)
	}
	if boe.Facts.SIREN == "" || boe.Facts.TerritoryCode != "47031" || boe.Facts.Website != "https://www.ville-boe.fr/" {
		t.Errorf("Boé: %+v", boe.Facts)
	}
	provider, err := b.service.Organisation(t.Context(), "services-libres-d-essai")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(provider.Facts.Roles, []registry.Role{registry.RoleProvider}) || provider.Facts.Type != "company" {
		t.Errorf("provider: %+v", provider.Facts)
	}
	all, err := b.db.DeclarationsOf(t.Context(), software.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range all.Usages {
		if u.Stage != registry.StageDefault || u.Visibility != registry.Public || !u.ConfirmedAt.IsZero() || u.ContactAllowed {
			t.Errorf("usage: %+v", u)
		}
	}
	if len(all.Offers) != 2 || all.Offers[0].Note["fr"] == "" || !all.Offers[0].Area.France {
		t.Errorf("offers: %+v", all.Offers)
	}
}

func TestTheBareArrayOf2022IsReadToo(t *testing.T) {
	b := sqliteBench(t)
	report, _ := b.must("comptoir", "f", `[{"id":7,"name":"Ancien","licence":"MIT","external_resources":{"website":"","repository":""},
		"users":[{"id":1,"name":"Conseil départemental de l'Isère","type":"Administration"}]}]`)
	wantCount(t, report, registry.KindUsage, exchange.Created, 1)
	if _, err := b.service.Organisation(t.Context(), "isere"); err != nil {
		t.Errorf("Isère: %v", err)
	}
}

func TestASecondRunChangesNothingAndARehearsalLeavesNothing(t *testing.T) {
	eachBench(t, func(b bench) {
		dry, _, err := b.run("comptoir", "f", comptoirFixture(b.t), func(o *exchange.Options) { o.DryRun = true })
		if err != nil {
			b.t.Fatal(err)
		}
		if n, err := b.db.AllSoftware(b.t.Context(), "", 10); err != nil || len(n) != 0 {
			b.t.Fatalf("a rehearsal left %d software (%v)", len(n), err)
		}
		first, _ := b.must("comptoir", "f", comptoirFixture(b.t))
		for _, r := range exchange.Results() {
			if dry.Total(r) != first.Total(r) {
				b.t.Errorf("%s: rehearsed %d, done %d", r, dry.Total(r), first.Total(r))
			}
		}
		second, lines := b.must("comptoir", "f", comptoirFixture(b.t))
		if n := second.Total(exchange.Created) + second.Total(exchange.Joined) + second.Total(exchange.Updated); n != 0 {
			b.t.Errorf("a second run changed %d things\n%s", n, printed(lines))
		}
	})
}

func TestProvidersOfOneSiteAreNotJoinedByIt(t *testing.T) {
	b := sqliteBench(t)
	report, lines := b.must("comptoir", "f", `[{"id":1,"name":"Essai","providers":[
		{"id":1,"name":"Atelier","type":"Company","external_resources":{"website":"https://www.atelier.example/"}},
		{"id":2,"name":"Atelier Formation","type":"Company","external_resources":{"website":"https://formation.atelier.example"}},
		{"id":3,"name":"Autre","type":"Company","external_resources":{"website":"https://autre.example"}}]}]`)
	wantCount(t, report, registry.KindOrganisation, exchange.Created, 3)
	wantLine(t, lines, exchange.Warning, "shared_identifier", "Atelier Formation", "website")
	report, _ = b.must("cnll", "g", `[{"nom":"x","sill_id":9,"prestataires":[{"nom":"AUTRE SARL","siren":"552100554","website":"https://www.autre.example/"}]}]`)
	wantCount(t, report, registry.KindOrganisation, exchange.Joined, 1)
}
