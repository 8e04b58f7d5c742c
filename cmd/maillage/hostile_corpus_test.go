// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"net/url"
	"strings"
)

// only is the one status that is right.
func only(status int) []int { return []int{status} }

// badQueries are wrong questions: each answer names the parameter.
func badQueries() []attack {
	var out []attack
	for _, c := range [][2]string{
		{"/api/v1/software?couleur=bleu", "couleur"},
		{"/api/v1/software?page[size]=101", "page[size]"},
		{"/api/v1/software?page[size]=0", "page[size]"},
		{"/api/v1/software?page[size]=-1", "page[size]"},
		{"/api/v1/software?page[size]=1e2", "page[size]"},
		{"/api/v1/software?page[size]=99999999999999999999999", "page[size]"},
		{"/api/v1/software?page[after]=eyJpbnZlbnRlIjoxfQ", "page[after]"},
		{"/api/v1/software?page[after]=" + strings.Repeat("A", 4000), "page[after]"},
		{"/api/v1/software?page[before]=%00", "page[before]"},
		{"/api/v1/search?q=a&page[after]=AAAA", "page[after]"},
		{"/api/v1/software?sort=prix", "sort"},
		{"/api/v1/software?sort=name,(SELECT%201)", "sort"},
		{"/api/v1/software?sort=-", "sort"},
		{"/api/v1/software?licence=%FF%FE", "licence"},
		{"/api/v1/software?licence=%zz", "licence"},
		{"/api/v1/software?sort=name&sort=-name", "sort"},
		{"/api/v1/search?q=%C0%AF", "q"},
		{"/api/v1/search?q=" + strings.Repeat("%C3%A9", 201), "q"},
		{"/api/v1/search?type=meteo", "type"},
		{"/api/v1/software?format=exe", "format"},
		{"/api/v1/software?facets=tout", "facets"},
		{"/api/v1/organisations?near=1e999,2", "near"},
		{"/api/v1/organisations?near=45,5&within=-3", "within"},
		{"/api/v1/organisations?near=45,5&within=NaN", "within"},
		{"/api/v1/changes?after=-1", "after"},
		{"/api/v1/changes?after=9223372036854775808", "after"},
		{"/api/v1/changes?size=100000", "size"},
		{"/api/v1/territories", "q"},
		{"/api/v1/territories?q=a&departement=999", "departement"},
		{"/api/v1/software/nextcloud?include=motdepasse", "include"},
	} {
		out = append(out, attack{method: "GET", target: c[0], status: only(422), field: c[1]})
	}
	for _, target := range []string{"/api/v1/audit?object=1%20OR%201=1", "/api/v1/audit"} {
		out = append(out, attack{method: "GET", target: target, as: "organiser", status: only(422), field: "object"})
	}
	return append(out,
		attack{method: "GET", target: "/api/v1/proposals?page[after]='", as: "organiser", status: only(422), field: "page[after]"},
		attack{method: "GET", target: "/api/v1/search?q=" + url.QueryEscape(`" OR 1=1; DROP TABLE entities; -- \ (((( *** ~2 name:/(a+)+$/`), status: only(200)},
		attack{method: "GET", target: "/api/v1/search?q=" + url.QueryEscape(strings.Repeat("a* ", 60)), status: only(200)},
		attack{method: "GET", target: "/api/v1/search?q=rien%00zzq%00", status: []int{200, 422}},
		attack{method: "GET", target: "/api/v1/organisations?departement=%00", status: []int{200, 422}},
		attack{method: "GET", target: "/api/v1/territories?q=%00", status: []int{200, 422}},
		attack{method: "GET", target: "/api/v1/search?q=%00%00", status: []int{200, 422}},
		attack{method: "GET", target: "/api/v1/search?q=%E2%80%AE%F0%9F%92%A3", status: []int{200, 422}},
	)
}

// badBodies are wrong software and organisations, sent by an organiser.
func badBodies() []attack {
	deep := func(open, end string, n int) string {
		return strings.Repeat(open, n) + "1" + strings.Repeat(end, n)
	}
	var out []attack
	for _, c := range []struct {
		path, body string
		status     int
		field      string
	}{
		{"software", `{"name":"x","couleur":"bleu"}`, 422, "couleur"},
		{"software", `{"name":"x","name":"y"}`, 422, "name"},
		{"software", `{"name":"x","NAME":"y"}`, 422, "NAME"},
		{"software", `{"name":"x","\u006eame":"y"}`, 422, "name"},
		{"software", `{"name":"x","id":"01a20d57-cace-7e32-b05a-9541671184b9"}`, 422, "id"},
		{"software", `{"name":"x","slug":"nextcloud"}`, 422, "slug"},
		{"software", `{"name":"x","rev":9}`, 422, "rev"},
		{"software", `{"name":"x","withdrawn_at":null}`, 422, "withdrawn_at"},
		{"software", `{"name":"x"}{"name":"y"}`, 400, ""},
		{"software", `{"name":"x"}]`, 400, ""},
		{"software", `{"name":"x",}`, 400, ""},
		{"software", `{'name':'x'}`, 400, ""},
		{"software", "\xef\xbb\xbf" + `{"name":"x"}`, 400, ""},
		{"software", `{"name":"x"`, 400, ""},
		{"software", `null`, 422, "body"},
		{"software", `[{"name":"x"}]`, 422, "body"},
		{"software", `"x"`, 422, "body"},
		{"software", "{\"name\":\"a\xff\xfeb\"}", 400, "name"},
		{"software", `{"name":"a\ud800b"}`, 400, "name"},
		{"software", `{"name":"a\u0000b"}`, 422, "name"},
		{"software", "{\"name\":\"a\x00b\"}", 400, "name"},
		{"software", `{"name":"a\u202eb"}`, 422, "name"},
		{"software", `{"name":"a\u200bb"}`, 422, "name"},
		{"software", `{"name":"` + strings.Repeat("é", 201) + `"}`, 422, "name"},
		{"software", `{"name":""}`, 422, "name"},
		{"software", `{"name":"   "}`, 422, "name"},
		{"software", `{"name":1e400}`, 422, "name"},
		{"software", `{"name":{"$ne":""}}`, 422, "name"},
		{"software", `{"name":"x","licence":"WTFNPL-9.0"}`, 422, "licence"},
		{"software", `{"name":"x","repository":"javascript:alert(1)"}`, 422, "repository"},
		{"software", `{"name":"x","repository":"file:///etc/passwd"}`, 422, "repository"},
		{"software", `{"name":"x","website":"https://u:p@x.example"}`, 422, "website"},
		{"software", `{"name":"x","website":"https://x.example/\u0000"}`, 422, "website"},
		{"software", `{"name":"x","platforms":["minitel"]}`, 422, "platforms.0"},
		{"software", `{"name":"x","identifiers":[{"scheme":"wikidata","value":"12; DROP"}]}`, 422, "identifiers.0.value"},
		{"software", `{"name":"x","identifiers":[{"scheme":"Pas un nom","value":"12"}]}`, 422, "identifiers.0.scheme"},
		{"software", `{"name":"x","identifiers":[{"scheme":"autre","value":"a\u0000b"}]}`, 422, "identifiers.0.value"},
		{"software", `{"name":"x","release":{"date":"2026-13-45"}}`, 422, "release.date"},
		{"software", `{"name":"x","description":{"fr":"` + strings.Repeat("> ", 9000) + `"}}`, 422, "description.fr"},
		{"software", `{"name":"x","description":{"klingon":"a"}}`, 422, "description.klingon"},
		{"software", `{"name":"x","keywords":[` + strings.Repeat(`"a",`, 2000) + `"a"]}`, 422, "keywords.1000"},
		{"software", deep(`{"a":`, "}", 40), 422, ""},
		{"software", `{"name":"x","keywords":` + deep("[", "]", 5000) + `}`, 422, ""},
		{"organisations", `{"siren":"213801856"}`, 422, "siren"},
		{"organisations", `{"siren":"000000000"}`, 422, "siren"},
		{"organisations", `{"siren":213801855}`, 422, "siren"},
		{"organisations", `{"siren":"２１３８０１８５５"}`, 422, "siren"},
		{"organisations", `{"name":"x","roles":["roi"]}`, 422, "roles.0"},
		{"providers", `{"name":"x","point":{"lat":91,"lon":0}}`, 422, "point"},
		{"providers", `{"name":"x","point":{"lat":1e308,"lon":-1e308}}`, 422, "point"},
		{"providers", `{"name":"x","territory":{"commune":"99A99"}}`, 422, "territory.commune"},
		{"software", `{"name":"` + strings.Repeat("a", 256<<10) + `"}`, 413, ""},
	} {
		out = append(out, attack{method: "POST", target: "/api/v1/" + c.path, as: "organiser", body: c.body, status: only(c.status), field: c.field})
	}
	return out
}

// badDeclarations are wrong usages, offers and references.
func badDeclarations(usage, offer string, cred credentials) []attack {
	mine, seller := cred.Referent.Organisation, cred.Provider.Organisation
	var out []attack
	for _, c := range []struct {
		method, path, body, field string
		status                    int
	}{
		{"POST", "usages", `{}`, "organisation", 422},
		{"POST", "usages", fmt.Sprintf(`{"organisation":%q,"software":"rien-de-tel","stage":"pilot"}`, mine), "software", 422},
		{"POST", "usages", fmt.Sprintf(`{"organisation":%q,"software":"nextcloud","stage":"bientot"}`, mine), "stage", 422},
		{"POST", "usages", fmt.Sprintf(`{"organisation":%q,"software":"gimp","stage":"pilot","seats":-1}`, mine), "seats", 422},
		{"POST", "usages", fmt.Sprintf(`{"organisation":%q,"software":"gimp","stage":"pilot","seats":1.5}`, mine), "seats", 422},
		{"POST", "usages", fmt.Sprintf(`{"organisation":%q,"software":"gimp","stage":"pilot","seats":99999999999999999999999999}`, mine), "seats", 422},
		{"POST", "usages", fmt.Sprintf(`{"organisation":%q,"software":"gimp","stage":"pilot","since":"3026"}`, mine), "since", 422},
		{"POST", "usages", fmt.Sprintf(`{"organisation":%q,"software":"gimp","stage":"pilot","provider":"a\u0000b"}`, mine), "provider", 422},
		{"POST", "usages", fmt.Sprintf(`{"organisation":%q,"software":"gimp","stage":"pilot","visibility":"secret"}`, mine), "visibility", 422},
		{"POST", "usages", fmt.Sprintf(`{"organisation":%q,"software":%q,"stage":"pilot"}`, mine, strings.Repeat("a", 5000)), "software", 422},
		{"POST", "usages", fmt.Sprintf(`{"organisation":%q,"software":"a\u0000b","stage":"pilot"}`, mine), "software", 422},
		{"PATCH", "usages/" + usage, `{"software":"gimp"}`, "software", 422},
		{"PATCH", "usages/" + usage, `{"stage":null}`, "stage", 422},
		{"PATCH", "usages/" + usage, `{"confirmed_at":"2026-01-01"}`, "confirmed_at", 422},
		{"PATCH", "offers/" + offer, `{"area":null}`, "area", 422},
		{"PATCH", "offers/" + offer, `{"provider":"x"}`, "provider", 422},
		{"POST", "offers", fmt.Sprintf(`{"provider":%q,"software":"gimp","services":["magie"],"area":{"france":true}}`, seller), "services.0", 422},
		{"POST", "offers", fmt.Sprintf(`{"provider":%q,"software":"gimp","services":["audit"],"area":{"departements":["99"]}}`, seller), "area.departements.0", 422},
		{"POST", "offers", fmt.Sprintf(`{"provider":%q,"software":"gimp","services":["audit"],"area":{"france":true},"url":"javascript:1"}`, seller), "url", 422},
		{"POST", "references", fmt.Sprintf(`{"provider":%q,"organisation":%q,"software":"gimp"}`, seller, seller), "organisation", 422},
		{"PATCH", "software/nextcloud", `{"users":{"total":9}}`, "users", 422},
		{"PATCH", "software/nextcloud", `{"name":null}`, "name", 422},
		{"PATCH", "software/rien-de-tel", `{"name":"x"}`, "", 404},
	} {
		out = append(out, attack{method: c.method, target: "/api/v1/" + c.path, as: "organiser", body: c.body, status: only(c.status), field: c.field})
	}
	return out
}

// badHTTP bends the protocol itself.
func badHTTP() []attack {
	name := `{"name":"x"}`
	return []attack{
		{method: "POST", target: "/api/v1/software", as: "organiser", body: name, headers: []string{"Content-Type: text/plain"}, status: only(415)},
		{method: "POST", target: "/api/v1/software", as: "organiser", body: name, headers: []string{"Content-Type: application/json; charset=latin1"}, status: only(415)},
		{method: "POST", target: "/api/v1/software", as: "organiser", body: name, headers: []string{"Content-Type: application/json", "Content-Encoding: gzip"}, status: only(415)},
		{method: "POST", target: "/api/v1/software", as: "organiser", headers: []string{"Content-Length: 0", "Content-Type: application/json"}, status: only(400)},
		{method: "PATCH", target: "/api/v1/software/nextcloud", as: "organiser", body: `[]`, headers: []string{"Content-Type: application/json-patch+json"}, status: only(415)},
		{method: "POST", target: "/api/v1/software", as: "organiser", body: name, headers: []string{"Content-Length: 5", "Content-Length: 12"}, status: only(400), field: "http"},
		{method: "POST", target: "/api/v1/software", as: "organiser", body: name, headers: []string{"Content-Length: -1"}, status: only(400), field: "http"},
		{method: "POST", target: "/api/v1/software", as: "organiser", body: "zz\r\n" + name, headers: []string{"Transfer-Encoding: chunked"}, status: only(400)},
		{method: "POST", target: "/api/v1/software", as: "organiser", body: fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", 300<<10, strings.Repeat(" ", 300<<10)),
			headers: []string{"Transfer-Encoding: chunked"}, status: only(413)},
		{method: "POST", target: "/api/v1/software", as: "organiser", body: name, headers: []string{"Transfer-Encoding: gzip, chunked"}, status: []int{400, 501}, field: "http"},
		{method: "POST", target: "/api/v1/software", as: "organiser", body: name, headers: []string{"Idempotency-Key: " + strings.Repeat("k", 101)}, status: only(422), field: "Idempotency-Key"},
		{method: "POST", target: "/api/v1/software", as: "organiser", body: name, headers: []string{"Idempotency-Key: a", "Idempotency-Key: b"}, status: only(422), field: "Idempotency-Key"},
		{method: "POST", target: "/api/v1/software", as: "organiser", body: name, headers: []string{"Idempotency-Key: clé"}, status: only(422), field: "Idempotency-Key"},
		{method: "POST", target: "/api/v1/software", as: "organiser", body: `{}`, headers: []string{"Idempotency-Key: vide"}, status: only(422), field: "name"},
		{method: "PATCH", target: "/api/v1/software/nextcloud", as: "organiser", body: `{"name":"x"}`, headers: []string{`If-Match: "invente"`}, status: only(412)},
		{method: "PATCH", target: "/api/v1/software/nextcloud", as: "organiser", body: `{"name":"x"}`, headers: []string{`If-Match: W/"1"`}, status: only(412)},
		{method: "DELETE", target: "/api/v1/software/nextcloud", as: "organiser", headers: []string{`If-Match: "0-0"`}, status: only(412)},
		{method: "GET", target: "/api/v1/stats", headers: []string{"If-None-Match: " + strings.Repeat(`"a",`, 2000)}, status: only(200)},
		{method: "GET", target: "/api/v1/stats", headers: []string{"Authorization: Bearer mlg_invente"}, status: only(401)},
		{method: "GET", target: "/api/v1/proposals", headers: []string{"Authorization: Basic YTpi"}, status: only(401)},
		{method: "GET", target: "/api/v1/proposals", headers: []string{"Authorization: Bearer"}, status: only(401)},
		{method: "GET", target: "/api/v1/proposals", headers: []string{"Authorization: Bearer " + strings.Repeat("a", 8000)}, status: only(401)},
		{method: "GET", target: "/api/v1/proposals", headers: []string{"Authorization: Bearer ' OR '1'='1"}, status: only(401)},
		{method: "GET", target: "/api/v1/stats", headers: []string{"X: " + strings.Repeat("a", 20<<10)}, status: only(431), field: "http"},
		{method: "GET", target: "/api/v1/stats", headers: []string{"X: a\rEvil: 1"}, status: only(400), field: "http"},
		{method: "GET", target: "/api/v1/stats", headers: []string{"X: a\x00b"}, status: only(400), field: "http"},
		{method: "GET", target: "/api/v1/stats", headers: []string{"Sans deux-points"}, status: only(400), field: "http"},
		{method: "GET", target: "/api/v1/software", headers: []string{"Accept: application/x-evil;q=zz, */*;q=-1"}, status: []int{200, 406}},
		{method: "GET", target: "/api/v1/software", headers: []string{"Accept-Language: \xff\xfe, tlh;q=9"}, status: only(200)},
		{method: "GET", target: "/api/v1/software", headers: []string{"Range: bytes=0-18446744073709551615"}, status: only(200)},
		{method: "GET", target: "/api/v1/software", body: name, status: only(200)},
		{method: "PRI", target: "*", status: []int{400, 404, 405, 505}, field: "http"},
	}
}

// badMethods asks each kind of address what it does not do.
func badMethods() []attack {
	var out []attack
	for _, path := range []string{"/api/v1/software", "/api/v1/software/nextcloud", "/api/v1/search", "/api/v1/changes", "/api/v1/stats", "/api/v1/audit",
		"/api/v1/openapi.yaml", "/v1/status", "/v1/software", "/repositories.json", "/public/export/comptoir-du-libre_export_v1.json"} {
		for _, method := range []string{"PUT", "TRACE", "PROPFIND", "CONNECT", "get", "PATCHER"} {
			out = append(out, attack{method: method, target: path, as: "organiser", status: []int{400, 405}, field: "http"})
		}
		head := []int{200, 204, 401, 422}
		out = append(out, attack{method: "HEAD", target: path, status: head},
			attack{method: "OPTIONS", target: path, status: []int{200, 204, 405}},
			attack{method: "OPTIONS", target: path, headers: []string{"Origin: https://evil.example", "Access-Control-Request-Method: DELETE"}, status: []int{200, 204, 405}})
	}
	for _, path := range []string{"/api/v1/search", "/api/v1/stats", "/api/v1/changes", "/v1/software", "/repositories.json"} {
		out = append(out, attack{method: "POST", target: path, as: "organiser", body: `{}`, status: only(405)},
			attack{method: "DELETE", target: path, as: "organiser", status: only(405)})
	}
	return append(out, attack{method: "OPTIONS", target: "*", status: []int{200, 204, 400, 404, 405}, field: "http"})
}

// badPaths are addresses that lead nowhere, or try to lead out.
func badPaths() []attack {
	var out []attack
	for _, target := range []string{"/api/v1/rien", "/api/v2/software", "/api", "/api/v1", "/api/v1/software/rien-de-tel", "/api/v1/software/%FF", "/api/v1/software/%00",
		"/api/v1/software/..%2f..%2f..%2fetc%2fpasswd", "/api/v1/../../../etc/passwd", "/public/export/../../demo-credentials.json", "/public/export/%2e%2e/%2e%2e/maillage.db",
		"/demo-credentials.json", "/.git/config", "/api/v1/software/" + strings.Repeat("a", 3000), "/api/v1/usages/1", "/api/v1/usages/01a20d57-cace-7e32-b05a-9541671184b9",
		"/api/v1/usages/01a20d57-cace-7e32-b05a-9541671184b9'--", "/api/v1/territories/commune:99999", "/api/v1/collectivities/nextcloud", "/api/v1/collectivities/rien/similar",
		"/api/v1/software/nextcloud/provenance/x", "/v1/software/rien", "/v1/software/%FF", "/v1/publishers/' OR 1", "/debug/pprof/", "/metrics"} {
		out = append(out, attack{method: "GET", target: target, status: []int{308, 400, 404}, field: "http"})
	}
	return append(out, attack{method: "GET", target: "http://evil.example/api/v1/rien", status: []int{400, 404}},
		attack{method: "GET", target: "/api/v1/stats%zz", status: only(400), field: "http"},
		attack{method: "GET", target: "/api/v1/software?" + strings.Repeat("a=1&", 4000), status: []int{414, 422, 431}, field: "http"})
}
