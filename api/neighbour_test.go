// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"maillage/internal/publiccode"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

func TestTheComptoirsReadersReadUs(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	h.town()
	h.ask("POST", "/api/v1/software", agent, `{"name":"Acceleo","licence":"EPL-2.0","identifiers":[{"scheme":"comptoir","value":"304"},{"scheme":"wikidata","value":"Q2822666"},{"scheme":"sill","value":"2"}]}`).status(201)
	w := h.ask("GET", "/public/export/comptoir-du-libre_export_v1.json", "", "").status(200)
	var export struct {
		Number    int `json:"number_of_software"`
		Softwares []struct {
			ID        int64
			Name      string
			External  map[string]json.RawMessage `json:"external_resources"`
			Providers []struct{ Name, Type string }
			Users     []struct {
				ID         int64
				Name, Type string
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &export); err != nil {
		t.Fatal(err)
	}
	if export.Number != 2 || len(export.Softwares) != 2 {
		t.Fatalf("%d software: %s", export.Number, w.Body)
	}
	for _, s := range export.Softwares {
		switch s.Name {
		case "Acceleo":
			if s.ID != 304 || !strings.Contains(string(s.External["wikidata"]), `"id":"Q2822666"`) || !strings.Contains(string(s.External["sill"]), `"id":2`) || string(s.External["cnll"]) != "[]" {
				t.Errorf("Acceleo: %d %s", s.ID, s.External)
			}
		case "Nextcloud":
			if s.ID < 1<<45 || s.ID >= 1<<46 || string(s.External["wikidata"]) != "[]" {
				t.Errorf("Nextcloud: %d %s", s.ID, s.External)
			}
			if len(s.Users) != 1 || s.Users[0].Name != "Grenoble" || s.Users[0].Type != "Administration" || len(s.Providers) != 1 || s.Providers[0].Type != "Company" {
				t.Errorf("relations: %+v %+v", s.Users, s.Providers)
			}
		}
	}
	again := h.ask("GET", "/public/export/comptoir-du-libre_export_v1.json", "", "").status(200)
	if again.Body.String() != w.Body.String() {
		t.Error("the same catalogue, another export: numbers are not stable")
	}
}

func TestOpenCatalogsClientsReadUs(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	w := h.town()
	h.ask("POST", "/api/v1/software", agent, `{"name":"Sans dépôt"}`).status(201)
	h.ask("POST", "/api/v1/software", agent, `{"name":"GLPI","licence":"GPL-3.0-or-later","repository":"https://github.com/glpi-project/glpi.git","summary":{"fr":"Parc informatique"}}`).status(201)
	h.ask("GET", "/v1/status", "", "").status(204)
	list := h.ask("GET", "/v1/software?page[size]=1", "", "").status(200)
	if got := slices.Sorted(maps.Keys(list.list("data")[0])); !slices.Equal(got, []string{"active", "aliases", "catalogId", "createdAt", "id", "publiccodeYml", "updatedAt", "url", "vitality"}) {
		t.Errorf("fields %v", got)
	}
	if next := list.text("links.next"); !strings.HasPrefix(next, "?page%5Bafter%5D=") {
		t.Fatalf("next is %q", next)
	}
	urls := []string{}
	for next := "?page[size]=1"; next != ""; {
		page := h.ask("GET", "/v1/software"+next, "", "").status(200)
		for _, d := range page.list("data") {
			urls = append(urls, fmt.Sprint(d["url"]))
		}
		next, _ = page.at("links.next").(string)
	}
	if len(urls) != 2 {
		t.Errorf("repositories %v", urls)
	}
	one := h.ask("GET", "/v1/software/"+w.nextcloud, "", "").status(200)
	if _, problems, err := publiccode.Parse(strings.NewReader(one.text("publiccodeYml")), publiccode.Options{}); err != nil || !problems.Valid() {
		t.Errorf("publiccode: %v %v", err, problems)
	}
	if got := h.ask("GET", "/v1/software?url=http://www.github.com/GLPI-project/glpi/", "", "").status(200).list("data"); len(got) != 1 {
		t.Errorf("by address: %v", got)
	}
	h.ask("GET", "/v1/software?page[size]=101", "", "").status(200)
	for _, bad := range []string{"page[size]=x", "page[size]=0", "from=hier", "page[after]=invente", "url=%3A"} {
		h.ask("GET", "/v1/software?"+bad, "", "").status(422)
	}
	publishers := h.ask("GET", "/v1/publishers", "", "").status(200)
	if publishers.text("data.0.alternativeId") != "213801855" || publishers.text("data.0.description") != "Grenoble" {
		t.Errorf("publishers: %s", publishers.Body)
	}
	h.ask("GET", "/v1/publishers/213801855", "", "").status(200)
	h.ask("GET", "/v1/publishers/"+w.grenoble, "", "").status(200)
	h.ask("GET", "/v1/publishers/356000000", "", "").status(404)
	catalogs := h.ask("GET", "/v1/catalogs", "", "").status(200)
	h.ask("GET", "/v1/catalogs/"+catalogs.text("data.0.id"), "", "").status(200)
	h.ask("GET", "/v1/catalogs/"+catalogs.text("data.0.alternativeId"), "", "").status(200)
	h.ask("GET", "/v1/catalogs/autre", "", "").status(404)
}

func TestCrawlersFindEveryRepository(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	h.town()
	h.ask("POST", "/api/v1/software", agent, `{"name":"Sans dépôt"}`).status(201)
	if got := h.ask("GET", "/repositories.json", "", "").status(200).Body.String(); got != `[{"url":"https://github.com/nextcloud/server"}]` {
		t.Errorf("repositories: %s", got)
	}
}

func TestAPubliccodeIsValidWhateverTheSheetHolds(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	long := strings.Repeat("Une phrase assez longue. ", 20)
	for i, body := range []string{
		`{"name":"A","repository":"https://git.example/a","licence":"MIT"}`,
		fmt.Sprintf(`{"name":"B","repository":"https://git.example/b","licence":"AGPL-3.0 OR MIT","summary":{"fr":%q},"description":{"fr":%q},"release":{"version":"1","date":"2026"}}`, long[:290], long),
		`{"name":"C: \"x\"","repository":"https://git.example/c","licence":"EUPL-1.2","summary":{"en":"Only English"},"platforms":["ios"],"website":"https://c.example","release":{"date":"2026-01-31"},"domains":[],"categories":["other"]}`,
	} {
		slug := h.ask("POST", "/api/v1/software", agent, body).status(201).text("slug")
		w := h.ask("GET", "/api/v1/software/"+slug+"/publiccode.yml", "", "").status(200)
		doc, problems, err := publiccode.Parse(strings.NewReader(w.Body.String()), publiccode.Options{})
		if err != nil || !problems.Valid() || doc.Version != "0.7" {
			t.Errorf("%d: %v %v\n%s", i, err, problems.Errors(), w.Body)
		}
	}
	h.ask("POST", "/api/v1/software", agent, `{"name":"Sans licence","repository":"https://git.example/d"}`).status(201)
	if got := h.ask("GET", "/api/v1/software/sans-licence/publiccode.yml", "", "").status(422).faults(); len(got) == 0 || got[0] != "licence: required" {
		t.Errorf("faults %v", got)
	}
}
