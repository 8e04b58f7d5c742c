// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import "testing"

func TestAReferentInvitesAndKeepsTheMembers(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		ana, own := h.referent("ana@grenoble.fr", "Ana")
		stranger, _ := h.join("zoe@grenoble.fr", "Zoé")
		h.say("POST", "/invitations", stranger, `{"body":"`+h.body+`","email":"bob@grenoble.fr"}`).status(404)
		h.say("POST", "/invitations", ana, `{"office":"organiser","email":"bob@grenoble.fr"}`).status(403)
		made := h.say("POST", "/invitations", ana, `{"body":"`+h.body+`","email":"bob@grenoble.fr","name":"Bob","message":"Bienvenue."}`).status(201)
		if made.text("role") != "agent" || made.text("inviter") != "Ana" {
			h.t.Errorf("invitation: %s", made.Body)
		}
		link := secretIn(h.t, h.letter("invitation", "bob@grenoble.fr"))
		lost := h.say("POST", "/invitations", ana, `{"body":"`+h.body+`","email":"eve@grenoble.fr"}`).status(201).text("id")
		h.say("GET", "/invitations", ana, "").status(403)
		h.say("GET", "/invitations?body="+h.body, stranger, "").status(404)
		if n := len(h.say("GET", "/invitations?body="+h.body, ana, "").status(200).list("data")); n != 2 {
			h.t.Errorf("%d invitations", n)
		}
		h.say("DELETE", "/invitations/"+lost, stranger, "").status(404)
		h.say("DELETE", "/invitations/"+lost, ana, "").status(204)
		h.say("DELETE", "/invitations/"+lost, ana, "").status(404)

		h.say("GET", "/invitations/by-link", "", "").status(422)
		h.say("GET", "/invitations/by-link?link=invente", "", "").status(404)
		if shown := h.say("GET", "/invitations/by-link?link="+link, "", "").status(200); shown.text("body.name") != "Grenoble" || shown.at("has_account") != false {
			h.t.Errorf("by link: %s", shown.Body)
		}
		h.say("POST", "/invitations/accept", stranger, `{"link":"`+link+`"}`).status(409)
		h.say("POST", "/invitations/accept", "", `{"link":"`+link+`","password":"court"}`).status(422)
		bob := h.say("POST", "/invitations/accept", "", `{"link":"`+link+`","password":"`+goodPassword+`"}`).status(201)
		if bob.text("membership.state") != "accepted" || bob.text("account.name") != "Bob" {
			h.t.Errorf("joined: %s", bob.Body)
		}
		h.say("POST", "/invitations/accept", "", `{"link":"`+link+`","password":"`+goodPassword+`"}`).status(404)
		token, membership := bob.text("session.token"), bob.text("membership.id")

		h.say("GET", "/organisations/"+h.body+"/members", "", "").status(401)
		if n := len(h.say("GET", "/organisations/"+h.body+"/members", token, "").status(200).list("data")); n != 2 {
			h.t.Errorf("%d members", n)
		}
		h.say("PATCH", "/memberships/"+membership, token, `{"role":"referent"}`).status(404)
		h.say("DELETE", "/memberships/"+own, ana, "").status(409)
		h.say("PATCH", "/memberships/"+membership, ana, `{"role":"roi"}`).status(422)
		h.say("PATCH", "/memberships/"+membership, ana, `{"role":"referent"}`).status(204)
		h.say("PATCH", "/memberships/"+membership, ana, `{"role":"agent"}`).status(204)
		h.say("DELETE", "/memberships/"+membership+"?sure=oui", ana, "").status(422)
		h.say("DELETE", "/memberships/"+membership, ana, "").status(204)
		h.say("GET", "/organisations/"+h.body+"/members", token, "").status(404)

		// Somebody with an account takes an invitation up with it.
		h.say("POST", "/invitations", ana, `{"body":"`+h.body+`","email":"zoe@grenoble.fr"}`).status(201)
		link = secretIn(h.t, h.letter("invitation", "zoe@grenoble.fr"))
		if got := h.say("POST", "/invitations/accept", stranger, `{"link":"`+link+`"}`).status(200).text("state"); got != "accepted" {
			h.t.Errorf("state %q", got)
		}
		h.say("POST", "/invitations", administrator, `{"office":"organiser","email":"zoe@grenoble.fr"}`).status(201)
		link = secretIn(h.t, h.letter("invitation", "zoe@grenoble.fr"))
		h.say("POST", "/invitations/accept", stranger, `{"link":"`+link+`"}`).status(204)
	})
}
