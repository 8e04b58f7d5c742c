// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"maillage/internal/store"
	"maillage/internal/testkit"
)

func TestOnesOwnWriteIsVisibleAtOnceAndHasItsAddress(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		w := h.ask("POST", "/api/v1/software", agent, `{"name":"Nextcloud","licence":"agpl-3.0"}`).status(201)
		if got := w.Header().Get("Location"); got != "/api/v1/software/"+w.text("id") {
			t.Errorf("Location %q", got)
		}
		if got := w.text("licence.spdx"); got != "AGPL-3.0-only" {
			t.Errorf("licence %q, want the SPDX expression", got)
		}
		one := h.ask("GET", w.Header().Get("Location"), "", "").status(200)
		if one.Body.String() != w.Body.String() || one.Header().Get("ETag") != w.Header().Get("ETag") {
			t.Errorf("the representation read is not the one answered")
		}
		if got := h.ask("GET", "/api/v1/software", "", "").status(200).names(); !slices.Equal(got, []string{"Nextcloud"}) {
			t.Errorf("list: %v", got)
		}
	})
}

func TestABodyOfTheOfficialRegisterNeedsItsSIRENAlone(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	w := h.ask("POST", "/api/v1/organisations", organiser, `{"siren":"213 801 855"}`).status(201)
	for path, want := range map[string]string{"name": "Grenoble", "type": "commune", "territory.departement.name": "Isère",
		"territory.commune.code": "38185", "roles.0": "collectivity", "@type": "GovernmentOrganization", "stratum": "100000+", "siren": "213801855"} {
		if got := w.text(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	again := h.ask("POST", "/api/v1/organisations", organiser, `{"siren":"213801855"}`).status(409)
	if got := again.faults(); !slices.Contains(got, "siren: already_registered") && !slices.Contains(got, "territory.code: already_registered") {
		t.Errorf("faults %v", got)
	}
}

func TestTheWholeWalkOfATown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		w := h.town()
		if got := h.ask("GET", "/api/v1/software/nextcloud", "", "").status(200).at("users.total"); got != 1.0 {
			t.Errorf("users %v, want 1", got)
		}
		// A reference counts once both sides said so.
		h.ask("GET", "/api/v1/references/"+w.reference, "", "").status(404)
		if got := h.ask("GET", "/api/v1/references/"+w.reference, agent, "").status(200).text("state"); got != "awaiting_customer" {
			t.Errorf("state %q", got)
		}
		h.ask("POST", "/api/v1/references/"+w.reference+"/confirm", provider, `{"choose_again":true}`).status(422)
		got := h.ask("POST", "/api/v1/references/"+w.reference+"/confirm", agent, `{"choose_again":true}`).status(200)
		if got.text("state") != "confirmed" || got.at("choose_again") != true {
			t.Errorf("confirmed: %s", got.Body)
		}
		h.ask("GET", "/api/v1/references/"+w.reference, "", "").status(200)
		h.ask("POST", "/api/v1/references/"+w.reference+"/contest", provider, "").status(200)
		h.ask("GET", "/api/v1/references/"+w.reference, "", "").status(404)

		found := h.ask("GET", "/api/v1/providers?software=nextcloud", "", "").status(200)
		if names := found.names(); !slices.Equal(names, []string{"Libre Alpes"}) {
			t.Fatalf("providers %v", names)
		}
		if found.text("data.0.match.reasons.0.code") == "" || found.text("data.0.match.reasons.0.text.fr") == "" {
			t.Errorf("no reason: %s", found.Body)
		}
		asked := h.ask("GET", "/api/v1/providers?software=nextcloud&departement=38&service=hosting", "", "").status(200)
		if asked.text("data.0.match.reasons.0.text.fr") != "Propose ce service pour Nextcloud : hébergement" ||
			asked.text("data.0.match.reasons.1.text.en") != "Works in this département: Isère" {
			t.Errorf("reasons: %v", asked.at("data.0.match"))
		}
		if got := h.ask("GET", "/api/v1/providers?software=nextcloud&departement=75&service=hosting", "", "").status(200).names(); len(got) != 0 {
			t.Errorf("providers in Paris: %v", got)
		}
		h.ask("GET", "/api/v1/collectivities/"+w.grenoble+"/similar", "", "").status(200)
		h.ask("GET", "/api/v1/stats", "", "").status(200)

		h.ask("DELETE", "/api/v1/offers/"+w.offer, provider, "").status(204)
		h.ask("GET", "/api/v1/offers/"+w.offer, "", "").status(404)
		h.ask("DELETE", "/api/v1/references/"+w.reference, organiser, "").status(204)
		h.ask("DELETE", "/api/v1/usages/"+w.usage, agent, "").status(204)
		h.ask("DELETE", "/api/v1/software/"+w.nextcloud, agent, "").status(403)
		h.ask("DELETE", "/api/v1/software/"+w.nextcloud, organiser, "").status(204)
		h.ask("DELETE", "/api/v1/organisations/"+w.alpes, organiser, "").status(204)
	})
}

func TestAPatchKeepsWhatItDoesNotSayAndClearsWhatItEmpties(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	h.town()
	w := h.ask("PATCH", "/api/v1/software/nextcloud", agent,
		`{"summary":{"en":"Collaboration suite"},"status":null,"release":{"version":"32"},"keywords":["fichiers"]}`).status(200)
	if w.text("summary.fr") != "Suite collaborative" || w.text("summary.en") != "Collaboration suite" {
		t.Errorf("summary %v", w.at("summary"))
	}
	if w.at("status") != nil || w.text("release.version") != "32" || w.text("release.date") != "2026-02" || w.text("keywords.0") != "fichiers" {
		t.Errorf("patched: %s", w.Body)
	}
	w = h.ask("PATCH", "/api/v1/software/nextcloud", agent, `{"release":null,"summary":null}`).status(200)
	if w.at("release") != nil || w.at("summary") != nil {
		t.Errorf("cleared: %s", w.Body)
	}
	w = h.ask("PATCH", "/api/v1/organisations/libre-alpes", provider, `{"territory":{"commune":"38185","departement":{"code":"38","name":"Isère"}},"postal_code":"38000"}`).status(200)
	if w.text("territory.departement.name") != "Isère" || w.text("website") != "https://libre-alpes.example" {
		t.Errorf("organisation: %s", w.Body)
	}
	if got := h.ask("PATCH", "/api/v1/organisations/libre-alpes", provider, `{"label":{"level":"gold"}}`).status(403).faults(); !slices.Contains(got, "label.level: organisers_only") {
		t.Errorf("faults %v", got)
	}
}

func TestDeclarationsAreRevisedOverWhatTheySay(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	w := h.town()
	u := h.ask("PATCH", "/api/v1/usages/"+w.usage, agent, `{"stage":"leaving","provider":"libre-alpes","since":null}`).status(200)
	if u.text("stage") != "leaving" || u.at("seats") != 400.0 || u.text("provider.name") != "Libre Alpes" || u.at("since") != nil {
		t.Errorf("usage: %s", u.Body)
	}
	o := h.ask("PATCH", "/api/v1/offers/"+w.offer, provider, `{"area":{"regions":["84"]},"note":{"fr":"Devis gratuit"}}`).status(200)
	if o.text("area.departements.0.code") != "38" || o.text("area.regions.0.name") != "Auvergne-Rhône-Alpes" || o.text("services.1") != "support" {
		t.Errorf("offer: %s", o.Body)
	}
	r := h.ask("PATCH", "/api/v1/references/"+w.reference, provider, `{"until":"2026","summary":{"fr":"Hébergement de 400 comptes"}}`).status(200)
	if r.text("since") != "2023-05" || r.text("until") != "2026" {
		t.Errorf("reference: %s", r.Body)
	}
	h.ask("PATCH", "/api/v1/usages/"+w.usage, provider, `{"stage":"left"}`).status(403)
	h.ask("PATCH", "/api/v1/offers/"+w.offer, agent, `{"services":["audit"]}`).status(403)
	c := h.ask("POST", "/api/v1/usages/"+w.usage+"/confirm", agent, "").status(200)
	if c.text("confirmed_at") != "2026-11-24T09:00:00Z" || c.text("confirm_by") != "2027-11-24T09:00:00Z" || c.at("overdue") != false {
		t.Errorf("confirmed: %s", c.Body)
	}
}

func TestWhatMembersAloneMaySeeIsNotShownToOthers(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	w := h.town()
	h.ask("PATCH", "/api/v1/usages/"+w.usage, agent, `{"visibility":"collectivities"}`).status(200)
	h.ask("GET", "/api/v1/usages/"+w.usage, "", "").status(404)
	h.ask("GET", "/api/v1/usages/"+w.usage, provider, "").status(404)
	h.ask("GET", "/api/v1/usages/"+w.usage, organiser, "").status(200)
	if got := h.ask("GET", "/api/v1/usages", provider, "").status(200).at("meta.total"); got != 0.0 {
		t.Errorf("a provider counts %v of them", got)
	}
	mine := h.ask("GET", "/api/v1/usages", agent, "").status(200)
	if mine.at("meta.total") != 1.0 || !strings.Contains(mine.Header().Get("Cache-Control"), "no-store") {
		t.Errorf("mine: %s %v", mine.Body, mine.Header())
	}
}

func TestAnOldNameMovesToThePresentOne(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	h.town()
	h.ask("PATCH", "/api/v1/software/nextcloud", agent, `{"name":"Nuage"}`).status(200)
	for from, to := range map[string]string{
		"/api/v1/software/nextcloud":                    "/api/v1/software/nuage",
		"/api/v1/software/nextcloud?include=provenance": "/api/v1/software/nuage?include=provenance",
		"/api/v1/software/nextcloud/provenance":         "/api/v1/software/nuage/provenance",
		"/api/v1/software/nextcloud/publiccode.yml":     "/api/v1/software/nuage/publiccode.yml",
	} {
		if got := h.ask("GET", from, "", "").status(308).Header().Get("Location"); got != to {
			t.Errorf("%s moves to %q, want %q", from, got, to)
		}
	}
	h.ask("GET", "/api/v1/collectivities/libre-alpes", "", "").status(404)
	h.ask("GET", "/api/v1/providers/libre-alpes", "", "").status(200)
}

func TestProvenanceSaysWhoSaidWhat(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	w := h.town()
	got := h.ask("GET", "/api/v1/organisations/"+w.grenoble+"?include=provenance", "", "").status(200)
	if got.text("provenance.fields.population.0.source") != "territory" || got.text("name") != "Grenoble" {
		t.Errorf("provenance: %s", got.Body)
	}
	sub := h.ask("GET", "/api/v1/organisations/"+w.grenoble+"/provenance", "", "").status(200)
	if n := len(sub.list("records")); n != 2 {
		t.Errorf("%d records, want the curator's and the register's", n)
	}
	h.ask("GET", "/api/v1/software/nextcloud/provenance", "", "").status(200)
}

func TestAHeadSaysWhatAGetWould(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	h.town()
	server := httptest.NewServer(h.e)
	defer server.Close()
	for _, path := range []string{"/api/v1/software", "/api/v1/software/nextcloud", "/api/v1/software?format=csv"} {
		get := h.ask("GET", path, "", "").status(200)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		head, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := head.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if head.StatusCode != 200 || head.Header.Get("ETag") != get.Header().Get("ETag") || head.ContentLength != int64(get.Body.Len()) {
			t.Errorf("%s: %d %v", path, head.StatusCode, head.Header)
		}
	}
}

func TestTheNearestComeFirst(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for _, siren := range []string{"213801855", "217300656", "216901231"} { // Grenoble, Chambéry, Lyon
		h.ask("POST", "/api/v1/collectivities", organiser, `{"siren":"`+siren+`"}`).status(201)
	}
	near := h.ask("GET", "/api/v1/collectivities?near=38185&within=60", "", "").status(200)
	if got := near.names(); !slices.Equal(got, []string{"Grenoble", "Chambéry"}) {
		t.Errorf("within 60 km of Grenoble: %v", got)
	}
	if got := near.text("data.1.match.reasons.0.text.fr"); !strings.HasPrefix(got, "À ") {
		t.Errorf("reason %q", got)
	}
	h.ask("GET", "/api/v1/collectivities?sort=distance", "", "").status(422)
}
