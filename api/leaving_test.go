// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"archive/zip"
	"bytes"
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
