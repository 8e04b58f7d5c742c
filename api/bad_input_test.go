// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"maillage/internal/store"
	"maillage/internal/testkit"
)

func TestWhatIsWrongInAQuestionIsNamed(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	h.town()
	for _, c := range []struct{ path, fault string }{
		{"/api/v1/software?couleur=bleu", "couleur: unknown_parameter"},
		{"/api/v1/software?page[size]=101", "page[size]: out_of_range"},
		{"/api/v1/software?page[size]=0", "page[size]: out_of_range"},
		{"/api/v1/software?page[size]=dix", "page[size]: out_of_range"},
		{"/api/v1/software?page[after]=invente", "page[after]: cursor_unknown"},
		{"/api/v1/software?page[before]=invente", "page[before]: cursor_unknown"},
		{"/api/v1/software?licence=MIT&page[after]=%F0%9F%92%A3", "page[after]: cursor_unknown"},
		{"/api/v1/software?page[after]=a&page[before]=b", "page[before]: exclusive"},
		{"/api/v1/software?page[after]=a&page[after]=b", "page[after]: repeated_parameter"},
		{"/api/v1/software?sort=prix", "sort: not_a_choice"},
		{"/api/v1/software?sort=name;DROP", "sort: not_a_choice"},
		{"/api/v1/software?licence=%FF", "licence: broken_encoding"},
		{"/api/v1/software?licence=%zz", "licence: broken_encoding"},
		{"/api/v1/software?licence=a&licence=b", "licence: repeated_parameter"},
		{"/api/v1/software?licence=a,,b", "licence: invalid_value"},
		{"/api/v1/software?licence=" + strings.Repeat("a,", 60) + "a", "licence: too_many_items"},
		{"/api/v1/software?format=pdf", "format: not_a_choice"},
		{"/api/v1/software?facets=couleur", "facets: not_a_choice"},
		{"/api/v1/software/nextcloud?include=tout", "include: not_a_choice"},
		{"/api/v1/software/nextcloud?x=1", "x: unknown_parameter"},
		{"/api/v1/usages/x?include=provenance", "include: unknown_parameter"},
		{"/api/v1/organisations?near=ici", "near: not_a_place"},
		{"/api/v1/organisations?near=91,0", "near: not_a_place"},
		{"/api/v1/organisations?near=NaN,0", "near: not_a_place"},
		{"/api/v1/organisations?within=10", "near: required"},
		{"/api/v1/organisations?near=38185&within=-1", "within: out_of_range"},
		{"/api/v1/organisations?near=38185&within=Inf", "within: out_of_range"},
		{"/api/v1/territories", "q: required"},
		{"/api/v1/territories?q=a&kind=pays", "kind: not_a_choice"},
		{"/api/v1/territories?q=a&departement=999", "departement: unknown_value"},
		{"/api/v1/changes?after=-1", "after: out_of_range"},
		{"/api/v1/changes?after=99999999999999999999", "after: out_of_range"},
		{"/api/v1/changes?size=501", "size: out_of_range"},
		{"/api/v1/search?q=" + strings.Repeat("a", 201), "q: too_long"},
		{"/api/v1/search?q=%FF", "q: broken_encoding"},
		{"/api/v1/search?type=meteo", "type: not_a_choice"},
		{"/api/v1/search?page[size]=101", "page[size]: out_of_range"},
		{"/api/v1/domains?x=1", "x: unknown_parameter"},
		{"/repositories.json?x=1", "x: unknown_parameter"},
	} {
		got := h.ask("GET", c.path, "", "").status(422).faults()
		if !slices.Contains(got, c.fault) {
			t.Errorf("%s: %v, want %q", c.path, got, c.fault)
		}
	}
	if got := h.ask("GET", "/api/v1/audit?object=x", organiser, "").status(422).faults(); !slices.Contains(got, "object: invalid_value") {
		t.Errorf("audit: %v", got)
	}
	if got := h.ask("GET", "/api/v1/proposals?page[after]=x", organiser, "").status(422).faults(); !slices.Contains(got, "page[after]: cursor_unknown") {
		t.Errorf("proposals: %v", got)
	}
}

func TestWhatIsWrongInABodyIsNamed(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	w := h.town()
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	for _, c := range []struct {
		method, path, body string
		status             int
		fault              string
	}{
		{"POST", "software", `{"name":"x","couleur":"bleu"}`, 422, "couleur: unknown_field"},
		{"POST", "software", `{"name":"x","name":"y"}`, 422, "name: duplicate_field"},
		{"POST", "software", `{"id":"01a20d57-cace-7e32-b05a-9541671184b9","name":"x"}`, 422, "id: unknown_field"},
		{"POST", "software", `{"name":"x"} {}`, 400, ""},
		{"POST", "software", `{"name":`, 400, ""},
		{"POST", "software", `{"name":"` + "\xff" + `"}`, 400, ""},
		{"POST", "software", `[]`, 422, "body: wrong_type"},
		{"POST", "software", `{"name":12}`, 422, "name: wrong_type"},
		{"POST", "software", `{}`, 422, "name: required"},
		{"POST", "software", `{"name":"` + strings.Repeat("a", 201) + `"}`, 422, "name: too_long"},
		{"POST", "software", `{"name":"a` + "\u202e" + `b"}`, 422, "name: "},
		{"POST", "software", `{"name":"x","licence":"ma-licence"}`, 422, "licence: unknown_spdx"},
		{"POST", "software", `{"name":"x","licence":{"spdx":"MIT","prix":1}}`, 422, "licence.prix: unknown_field"},
		{"POST", "software", `{"name":"x","licence":12}`, 422, "licence: invalid_value"},
		{"POST", "software", `{"name":"x","repository":"javascript:alert(1)"}`, 422, "repository: not_a_url"},
		{"POST", "software", `{"name":"x","website":"https://a:b@c.example"}`, 422, "website: url_with_password"},
		{"POST", "software", `{"name":"x","platforms":["minitel"]}`, 422, "platforms.0: unknown_value"},
		{"POST", "software", `{"name":"x","identifiers":[{"scheme":"wikidata","value":"12"}]}`, 422, "identifiers.0.value: not_a_wikidata_id"},
		{"POST", "software", `{"name":"x","release":{"date":"hier"}}`, 422, "release.date: not_a_date"},
		{"POST", "software", `{"name":"x","repository":"https://github.com/nextcloud/server"}`, 409, "repository: already_registered"},
		{"POST", "software", deep, 422, ""},
		{"POST", "organisations", `{"siren":"213801856"}`, 422, "siren: not_a_siren"},
		{"POST", "organisations", `{"name":"x"}`, 422, "roles: required"},
		{"POST", "organisations", `{"name":"x","roles":["roi"]}`, 422, "roles.0: unknown_value"},
		{"POST", "providers", `{"name":"x","point":{"lat":100,"lon":0}}`, 422, "point: out_of_range"},
		{"POST", "providers", `{"name":"x","territory":{"commune":"999"}}`, 422, "territory.commune: unknown_value"},
		{"POST", "providers", `{"name":"x","label":{"level":"platine"}}`, 422, "label.level: unknown_value"},
		{"POST", "usages", `{}`, 422, "organisation: required"},
		{"POST", "usages", `{"organisation":"grenoble-38","software":"rien","stage":"default"}`, 422, "software: software_missing"},
		{"POST", "usages", `{"organisation":"grenoble-38","software":"nextcloud","stage":"bientot"}`, 422, "stage: unknown_value"},
		{"POST", "usages", `{"organisation":"grenoble-38","software":"nextcloud","stage":"default"}`, 409, "software: already_declared"},
		{"POST", "usages", `{"organisation":"grenoble-38","software":"nextcloud","stage":"default","seats":-1}`, 422, "seats: out_of_range"},
		{"POST", "usages", `{"organisation":"grenoble-38","software":"nextcloud","stage":"default","seats":1e9}`, 422, "seats: "},
		{"PATCH", "usages/" + w.usage, `{"software":"nextcloud"}`, 422, "software: unknown_field"},
		{"PATCH", "usages/" + w.usage, `{"stage":null}`, 422, "stage: required"},
		{"POST", "offers", `{"provider":"grenoble-38","software":"nextcloud","services":["audit"],"area":{"france":true}}`, 422, "provider: not_a_provider"},
		{"POST", "offers", `{"provider":"libre-alpes","software":"nextcloud","services":[],"area":{}}`, 422, "services: required"},
		{"POST", "offers", `{"provider":"libre-alpes","software":"nextcloud","services":["audit"],"area":{"departements":["99"]}}`, 422, "area.departements.0: unknown_value"},
		{"PATCH", "offers/" + w.offer, `{"area":null}`, 422, "area: required"},
		{"POST", "references", `{"provider":"libre-alpes","organisation":"libre-alpes","software":"nextcloud"}`, 422, "organisation: same_as_provider"},
		{"PATCH", "references/" + w.reference, `{"until":"2020"}`, 422, "until: before_since"},
		{"POST", "references/" + w.reference + "/confirm", `{"choose_again":"oui"}`, 422, "choose_again: wrong_type"},
		{"PATCH", "software/nextcloud", `{"name":null}`, 422, "name: required"},
		{"PATCH", "software/nextcloud", `{"users":{"total":9}}`, 422, "users: unknown_field"},
		{"PATCH", "software/rien", `{}`, 404, ""},
	} {
		as := organiser
		got := h.ask(c.method, "/api/v1/"+c.path, as, c.body).status(c.status)
		if c.fault == "" {
			continue
		}
		if faults := got.faults(); !slices.ContainsFunc(faults, func(f string) bool { return strings.HasPrefix(f, c.fault) }) {
			t.Errorf("%s %s %.80s: %v, want %q", c.method, c.path, c.body, faults, c.fault)
		}
	}
	huge := `{"name":"` + strings.Repeat("a", 256<<10) + `"}`
	h.ask("POST", "/api/v1/software", organiser, huge).status(413)
	h.ask("POST", "/api/v1/software", organiser, huge, "Idempotency-Key", "k").status(413)
	h.ask("POST", "/api/v1/software", organiser, `{"name":"x"}`, "Content-Type", "text/plain").status(415)
	h.ask("PATCH", "/api/v1/software/nextcloud", organiser, `{"name":"x"}`, "Content-Type", "application/json-patch+json").status(415)
	h.ask("PUT", "/api/v1/software/nextcloud", organiser, `{"name":"x"}`).status(405)
	h.ask("GET", "/api/v1/rien", "", "").status(404)
}

func TestNobodyWritesWithoutSayingWho(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	w := h.town()
	for _, c := range [][2]string{{"POST", "software"}, {"POST", "organisations"}, {"POST", "collectivities"}, {"POST", "providers"}, {"POST", "usages"},
		{"POST", "offers"}, {"POST", "references"}, {"PATCH", "software/nextcloud"}, {"DELETE", "software/nextcloud"},
		{"PATCH", "organisations/libre-alpes"}, {"DELETE", "organisations/libre-alpes"}, {"PATCH", "usages/" + w.usage},
		{"DELETE", "usages/" + w.usage}, {"POST", "usages/" + w.usage + "/confirm"}, {"PATCH", "offers/" + w.offer}, {"DELETE", "offers/" + w.offer},
		{"POST", "references/" + w.reference + "/confirm"}, {"GET", "audit?object=" + w.usage}, {"GET", "proposals"}} {
		body := ""
		if c[0] != "GET" && c[0] != "DELETE" {
			body = `{"name":"x"}`
		}
		h.ask(c[0], "/api/v1/"+c[1], "", body).status(401)
		h.ask(c[0], "/api/v1/"+c[1], "faux", body).status(401)
	}
	h.ask("GET", "/api/v1/software", "faux", "").status(401)
	h.ask("POST", "/api/v1/organisations", agent, `{"name":"x","roles":["partner"]}`).status(403)
	h.ask("POST", "/api/v1/usages", provider, `{"organisation":"grenoble-38","software":"nextcloud","stage":"default"}`).status(403)
}

// FuzzAQuestionNeverBreaksTheDoor sends any query to lists and to the search.
func FuzzAQuestionNeverBreaksTheDoor(f *testing.F) {
	for _, s := range []string{"", "q=a", "page[after]=x", "licence=a,b&facets=licence", "near=1,2&within=3", "%", "a=%FF", "&&=&", "sort=-name&format=csv", "page%5Bbefore%5D=c1&page[size]=1"} {
		f.Add(s)
	}
	h := newHouse(f, testkit.SQLite(f, store.Config{}))
	h.town()
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{"/api/v1/software", "/api/v1/organisations", "/api/v1/usages", "/api/v1/search", "/api/v1/changes", "/v1/software"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			r.URL.RawQuery, r.RemoteAddr = query, "127.0.0.1:4711"
			w := httptest.NewRecorder()
			h.e.ServeHTTP(w, r)
			if w.Code >= 500 {
				t.Errorf("%s?%s: %d %s", path, query, w.Code, w.Body)
			}
			if w.Code == 422 && !strings.Contains(w.Body.String(), `"errors":[{"field":`) {
				t.Errorf("%s?%s: nothing is named: %s", path, query, w.Body)
			}
		}
	})
}

// FuzzABodyNeverBreaksTheDoor sends any body to what creates and what changes.
func FuzzABodyNeverBreaksTheDoor(f *testing.F) {
	for _, s := range []string{`{}`, `{"name":"x"}`, `{"licence":{"spdx":null}}`, `{"summary":{"fr":null}}`, `{"area":{"departements":[null]}}`, `{"point":{"lat":1}}`,
		`{"organisation":{"id":"x"},"software":{"slug":""},"stage":"default"}`, `null`, `{"release":null}`, `{"identifiers":[null]}`, "{\"name\":\"\x00\"}"} {
		f.Add(s)
	}
	h := newHouse(f, testkit.SQLite(f, store.Config{}))
	w := h.town()
	f.Fuzz(func(t *testing.T, body string) {
		for _, c := range [][2]string{{"POST", "software"}, {"POST", "providers"}, {"POST", "usages"}, {"POST", "offers"}, {"POST", "references"},
			{"PATCH", "software/" + w.nextcloud}, {"PATCH", "organisations/" + w.alpes}, {"PATCH", "usages/" + w.usage}, {"PATCH", "offers/" + w.offer}, {"PATCH", "references/" + w.reference}} {
			r := httptest.NewRequestWithContext(t.Context(), c[0], "/api/v1/"+c[1], strings.NewReader(body))
			r.RemoteAddr = "127.0.0.1:4711"
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+organiser)
			rec := httptest.NewRecorder()
			h.e.ServeHTTP(rec, r)
			if rec.Code >= 500 {
				t.Errorf("%s %s %q: %d %s", c[0], c[1], body, rec.Code, rec.Body)
			}
			for _, leak := range []string{"json:", "sql", "gorm", "strconv", "reflect", "cannot unmarshal"} {
				if rec.Code >= 400 && strings.Contains(rec.Body.String(), leak) && !strings.Contains(body, leak) {
					t.Errorf("%s %s %q: a library speaks: %s", c[0], c[1], body, rec.Body)
				}
			}
		}
	})
}

func TestTextOfStrangersStaysText(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	const name = `</script> "é" \\ & b`
	w := h.ask("POST", "/api/v1/software", agent, `{"name":"</script> \"é\" \\\\ & b"}`).status(201)
	if got := h.ask("GET", "/api/v1/software?licence="+url.QueryEscape(`"\</script>`), "", "").status(200).text("links.self"); !strings.Contains(got, "licence=") {
		t.Errorf("self %q", got)
	}
	if w.text("name") != name {
		t.Errorf("name %q", w.text("name"))
	}
}
