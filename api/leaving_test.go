// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"maillage/internal/member"
)

func TestAMemberTakesTheirDataLeavesAndIsErased(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		ana, own := h.referent("ana@grenoble.fr", "Ana")
		bob, his := h.referent("bob@grenoble.fr", "Bob")

		h.say("GET", "/me/export", "", "").status(401)
		w := h.say("GET", "/me/export", ana, "").status(200)
		if w.Header().Get("Content-Type") != "application/zip" || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
			h.t.Errorf("headers: %v", w.Header())
		}
		if z, err := zip.NewReader(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len())); err != nil || len(z.File) == 0 {
			h.t.Errorf("archive: %v", err)
		}

		h.say("DELETE", "/me/memberships/"+his, ana, "").status(404)
		h.say("DELETE", "/me/memberships/nobody", ana, "").status(404)
		h.say("DELETE", "/me/memberships/"+own, ana, "").status(409)
		h.say("DELETE", "/me/memberships/"+own+"?sure=true", ana, "").status(204)
		h.say("GET", "/organisations/"+h.body+"/members", ana, "").status(404)

		h.say("POST", "/me/leave", bob, `{"sur":true}`).status(422)
		h.say("POST", "/me/leave", bob, `{"sure":true}`).status(204)
		h.say("GET", "/organisations/"+h.body+"/members", bob, "").status(404)

		h.say("POST", "/me/erase", "", `{}`).status(401)
		h.say("POST", "/me/erase", ana, `{"posts":true,"sure":true}`).status(204)
		h.say("GET", "/me", ana, "").status(401)
		h.say("POST", "/sessions", "", `{"email":"ana@grenoble.fr","password":"`+goodPassword+`"}`).status(401)
	})
}

func TestAnAdministratorErasesSomebody(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		token, _ := h.join("ana@grenoble.fr", "Ana")
		id := h.say("GET", "/me", token, "").status(200).text("account.id")
		h.actors["chief"] = member.Actor{ID: "account:01a20d57-cace-7e32-b05a-9541671184b9", Account: "01a20d57-cace-7e32-b05a-9541671184b9",
			Role: member.Administrator, Via: member.ViaSession, Strong: true, ProvedAt: h.clock.Now()}
		h.say("DELETE", "/accounts/"+id, organiser, "").status(403)
		h.say("DELETE", "/accounts/"+id, administrator, "").status(403) // a programme erases nobody
		h.say("DELETE", "/accounts/"+id+"?posts=oui", "chief", "").status(422)
		h.say("DELETE", "/accounts/"+id+"?posts=true", "chief", "").status(204)
		h.say("DELETE", "/accounts/"+id, "chief", "").status(404)
		h.say("GET", "/me", token, "").status(401)
	})
}

func TestAnAdministratorAsksForANewPassword(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		token, _ := h.join("ana@grenoble.fr", "Ana")
		id := h.say("GET", "/me", token, "").status(200).text("account.id")
		path := "/accounts/" + id + "/force-password-change"
		h.say("POST", path, "", "").status(401)
		h.say("POST", path, organiser, "").status(403)
		h.say("POST", "/accounts/nobody/force-password-change", administrator, "").status(404)
		h.say("POST", path, administrator, "").status(204)
		h.say("GET", "/me", token, "").status(401)
		in := h.say("POST", "/sessions", "", `{"email":"ana@grenoble.fr","password":"`+goodPassword+`"}`).status(201)
		if in.at("must_change") != true {
			h.t.Errorf("signed in: %s", in.Body)
		}
		h.say("PUT", "/me/password", in.text("token"), `{"current":"`+goodPassword+`","password":"`+goodPassword+`, et une grise"}`).status(200)
	})
}

func TestABodyTakesItsFileLeavesAndIsMarked(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		ana, _ := h.referent("ana@grenoble.fr", "Ana")
		tool := h.ask("POST", "/api/v1/software", organiser, `{"name":"Zorin OS"}`).status(201).text("id")
		h.ask("POST", "/api/v1/usages", organiser, `{"organisation":"`+h.body+`","software":"`+tool+`","stage":"default"}`).status(201)
		hidden := h.ask("POST", "/api/v1/usages", organiser, `{"organisation":"`+h.body+`","software":"`+
			h.ask("POST", "/api/v1/software", organiser, `{"name":"=SOMME(1)"}`).status(201).text("id")+`","stage":"pilot","visibility":"collectivities"}`).status(201).text("id")

		h.say("GET", "/organisations/"+h.body+"/file", "", "").status(401)
		w := h.say("GET", "/organisations/"+h.body+"/file", ana, "").status(200)
		files := unzipped(t, w.Body.Bytes())
		for name, holds := range map[string]string{"LISEZMOI-README.txt": "Grenoble", "organisation.json": `"siren":"213801855"`,
			"organisation-sources.json": "legal_category", "usages.json": hidden, "usages.csv": ";'=SOMME(1);", "offers.json": `"data":[`,
			"offers.csv": "Identifiant", "references.json": `"data":[`, "references.csv": "Identifiant", "members.json": "ana@grenoble.fr", "members.csv": "Ana;ana@grenoble.fr"} {
			if !strings.Contains(files[name], holds) {
				t.Errorf("%s does not hold %q: %.400s", name, holds, files[name])
			}
		}
		h.say("DELETE", "/organisations/"+h.body+"/membership", "", "").status(401)
		h.say("DELETE", "/organisations/"+h.body+"/membership", ana, "").status(204)
		h.say("GET", "/organisations/"+h.body+"/file", ana, "").status(404)
		h.say("GET", "/organisations/"+h.body+"/members", ana, "").status(404)
		if on := h.ask("GET", "/api/v1/organisations/"+h.body, "", "").status(200).text("left_on"); on != h.clock.Now().UTC().Format("2006-01-02") {
			t.Errorf("left on %q", on)
		}
		list := h.ask("GET", "/api/v1/usages?software="+tool, "", "").status(200).Body.String()
		if !strings.Contains(list, `"left":true`) {
			t.Errorf("its usage is not marked: %s", list)
		}
		h.ask("PATCH", "/api/v1/organisations/"+h.body, organiser, `{"left_on":null}`).status(422)
	})
}

func unzipped(t *testing.T, archive []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(body)
	}
	return files
}
