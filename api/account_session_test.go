// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"slices"
	"testing"
	"time"

	"maillage/internal/member"
)

func TestASessionIsOpenedListedAndEnded(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		first, _ := h.join("ana@grenoble.fr", "Ana")
		h.say("POST", "/sessions", "", `{"email":"ana@grenoble.fr","password":"`+goodPassword+`","role":"administrator"}`).status(422)
		in := h.say("POST", "/sessions", "", `{"email":"ANA@grenoble.fr","password":"`+goodPassword+`"}`).status(201)
		second := in.text("token")
		again := h.say("POST", "/sessions", "", `{"email":"ana@grenoble.fr","password":"`+goodPassword+`","device":"`+in.text("device")+`"}`).status(201)
		if again.at("device") != nil {
			h.t.Errorf("a known device is given another secret: %s", again.Body)
		}
		list := h.say("GET", "/sessions", second, "").status(200).list("data")
		if len(list) != 3 {
			h.t.Fatalf("%d sessions", len(list))
		}
		for _, s := range list {
			if s["current"] == false && s["id"] != "" {
				h.say("DELETE", "/sessions/"+s["id"].(string), agent, "").status(401) // no account of hers
			}
		}
		last := slices.IndexFunc(list, func(s map[string]any) bool { return s["current"] == true })
		h.say("DELETE", "/sessions/"+list[(last+1)%3]["id"].(string), second, "").status(204)
		h.say("DELETE", "/sessions/"+list[(last+1)%3]["id"].(string), second, "").status(404)
		h.say("DELETE", "/sessions", second, "").status(204)
		h.say("GET", "/me", first, "").status(401)
		if n := len(h.say("GET", "/sessions", second, "").status(200).list("data")); n != 1 {
			h.t.Errorf("%d sessions are left", n)
		}
		h.say("DELETE", "/sessions/current", second, "").status(204)
		h.say("GET", "/me", second, "").status(401)
	})
}

func TestAPasswordIsChangedAndResetAndTheOldOneOpensNothing(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		token, _ := h.join("ana@grenoble.fr", "Ana")
		other := h.say("POST", "/sessions", "", `{"email":"ana@grenoble.fr","password":"`+goodPassword+`"}`).status(201).text("token")
		const next = "quatre mots choisis sans raison"
		h.say("PUT", "/me/password", token, `{"current":"faux","password":"`+next+`"}`).status(422)
		h.say("PUT", "/me/password", token, `{"current":"`+goodPassword+`","password":"court"}`).status(422)
		changed := h.say("PUT", "/me/password", token, `{"current":"`+goodPassword+`","password":"`+next+`"}`).status(200).text("token")
		h.say("GET", "/me", token, "").status(401)
		h.say("GET", "/me", other, "").status(401)
		h.say("GET", "/me", changed, "").status(200)
		h.say("POST", "/sessions", "", `{"email":"ana@grenoble.fr","password":"`+goodPassword+`"}`).status(401)
		h.say("POST", "/sessions", "", `{"email":"ana@grenoble.fr","password":"`+next+`"}`).status(201)

		nobody := h.say("POST", "/password/forgot", "", `{"email":"personne@grenoble.fr"}`).status(202)
		somebody := h.say("POST", "/password/forgot", "", `{"email":"ana@grenoble.fr"}`).status(202)
		if nobody.Body.String() != somebody.Body.String() {
			h.t.Errorf("the answers differ: %q, %q", nobody.Body, somebody.Body)
		}
		link := secretIn(h.t, h.letter("reset_password", "ana@grenoble.fr"))
		h.say("POST", "/password/reset", "", `{"link":"invente","password":"`+goodPassword+`"}`).status(404)
		h.say("POST", "/password/reset", "", `{"link":"`+link+`","password":"`+goodPassword+`"}`).status(204)
		h.say("POST", "/password/reset", "", `{"link":"`+link+`","password":"`+goodPassword+`"}`).status(404)
		h.say("GET", "/me", changed, "").status(401)
		h.say("POST", "/sessions", "", `{"email":"ana@grenoble.fr","password":"`+goodPassword+`"}`).status(201)
	})
}

func TestOneTimeCodesMakeASignInTakeTwoSteps(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		token, _ := h.join("ana@grenoble.fr", "Ana")
		setup := h.say("POST", "/me/totp", token, "").status(201)
		h.say("POST", "/me/totp/confirm", token, `{"token":"`+setup.text("token")+`","code":"12"}`).status(422)
		made := h.say("POST", "/me/totp/confirm", token, `{"token":"`+setup.text("token")+`","code":"`+oneTime(h.t, setup.text("secret"), h.clock.Now())+`"}`).status(200)
		token = made.text("session.token")
		recovery := made.text("recovery_codes.0")

		sign := `{"email":"ana@grenoble.fr","password":"` + goodPassword + `"}`
		w := h.say("POST", "/sessions", "", sign).status(202)
		if w.at("token") != nil {
			h.t.Fatalf("a session without the second factor: %s", w.Body)
		}
		pending := w.text("pending")
		h.say("POST", "/sessions/second-factor", "", `{"pending":"`+pending+`","code":"12"}`).status(422)
		h.clock.Advance(time.Minute)
		code := oneTime(h.t, setup.text("secret"), h.clock.Now())
		h.say("POST", "/sessions/second-factor", "", `{"pending":"`+pending+`","code":"`+code+`"}`).status(201)
		h.say("POST", "/sessions/second-factor", "", `{"pending":"`+pending+`","code":"`+code+`"}`).status(404)
		pending = h.say("POST", "/sessions", "", sign).status(202).text("pending")
		h.say("POST", "/sessions/second-factor", "", `{"pending":"`+pending+`","code":"`+recovery+`"}`).status(201)
		if me := h.say("GET", "/me", token, "").status(200); me.at("totp") != true || me.at("recovery_codes_left") != 9.0 {
			h.t.Errorf("me: %s", me.Body)
		}
		if n := h.say("POST", "/me/recovery-codes", token, "").status(201).at("recovery_codes"); len(n.([]any)) != 10 {
			h.t.Errorf("codes: %v", n)
		}
		h.say("DELETE", "/me/totp", token, "").status(204)
		h.say("DELETE", "/me/totp", token, "").status(404)
		h.say("POST", "/sessions", "", sign).status(201)
	})
}

func TestPasskeyCeremoniesAreBegunAndRefuseWhatNoKeySigned(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		token, _ := h.join("ana@grenoble.fr", "Ana")
		h.say("POST", "/me/passkeys/begin", "", "").status(401)
		begun := h.say("POST", "/me/passkeys/begin", token, "").status(201)
		h.say("POST", "/me/passkeys/finish", token, `{"ceremony":"`+begun.text("ceremony")+`","label":"Clé","response":{"id":"x"}}`).status(422)
		h.say("DELETE", "/me/passkeys/aaaa", token, "").status(404)
		h.say("DELETE", "/me/passkeys/a.b", token, "").status(404)
		begun = h.say("POST", "/sessions/passkey/begin", "", "").status(201)
		if w := h.say("POST", "/sessions/passkey/finish", "", `{"ceremony":"`+begun.text("ceremony")+`","response":{"id":"x"}}`); w.Code < 400 || w.Code >= 500 {
			h.t.Errorf("signed in by nothing: %d %s", w.Code, w.Body)
		}
	})
}

func TestATokenOfOnesOwnIsShownOnceAndDoesWhatItIsFor(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		token, _ := h.referent("ana@grenoble.fr", "Ana")
		h.say("POST", "/me/secrets", token, `{"kind":"api_token","name":"Tableur","ttl_days":9999}`).status(422)
		h.say("POST", "/me/secrets", token, `{"kind":"api_token","name":"Tableur","scope":"calendar"}`).status(422)
		read := h.say("POST", "/me/secrets", token, `{"kind":"api_token","name":"Tableur","scope":"read","ttl_days":30}`).status(201)
		all := h.say("POST", "/me/secrets", token, `{"kind":"api_token","name":"Import"}`).status(201)
		agenda := h.say("POST", "/me/secrets", token, `{"kind":"app_password","name":"Téléphone"}`).status(201)
		if all.text("scope") != "all" || agenda.text("scope") != "calendar" || read.text("expires_at") == "" {
			h.t.Errorf("made: %s %s %s", all.Body, agenda.Body, read.Body)
		}
		for _, s := range h.say("GET", "/me/secrets", token, "").status(200).list("data") {
			if s["secret"] != nil {
				h.t.Errorf("shown again: %v", s)
			}
		}
		h.say("GET", "/organisations/"+h.body+"/members", read.text("secret"), "").status(200)
		if w := h.ask("POST", "/api/v1/software", read.text("secret"), `{"name":"Nextcloud"}`).status(403); w.text("code") != "scope_too_narrow" {
			h.t.Errorf("a token that reads writes: %s", w.Body)
		}
		h.ask("POST", "/api/v1/software", all.text("secret"), `{"name":"Nextcloud"}`).status(201)
		h.ask("GET", "/api/v1/software", agenda.text("secret"), "").status(401)
		// What only its holder may do, a token may not.
		for _, c := range [][3]string{{"POST", "/me/secrets", `{"kind":"api_token","name":"x"}`}, {"POST", "/me/prove", `{"password":"x"}`},
			{"POST", "/me/totp", ""}, {"POST", "/me/email", `{"email":"x@y.fr"}`}, {"DELETE", "/sessions/current", ""}} {
			h.say(c[0], c[1], all.text("secret"), c[2]).status(403)
		}
		h.say("DELETE", "/me/secrets/"+all.text("id"), token, "").status(204)
		h.say("DELETE", "/me/secrets/"+all.text("id"), token, "").status(404)
		h.ask("GET", "/api/v1/software", all.text("secret"), "").status(401)
	})
}

func TestAnIdentityProviderIsUnlinkedByTheNameItIsListedUnder(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		token, _ := h.join("ana@grenoble.fr", "Ana")
		stranger, _ := h.join("zoe@grenoble.fr", "Zoé")
		id := h.say("GET", "/me", token, "").status(200).text("account.id")
		must(h.t, h.db.AddIdentity(h.t.Context(), member.Identity{Issuer: "https://idp.example", Subject: "7", Account: member.AccountID(id),
			Provider: "proconnect", CreatedAt: h.clock.Now()}))
		me := h.say("GET", "/me", token, "").status(200)
		path := "/me/identities/" + me.text("identities.0.id")
		if me.text("identities.0.provider") != "proconnect" || len(path) != len("/me/identities/")+32 {
			h.t.Errorf("me: %s", me.Body)
		}
		h.say("DELETE", path, "", "").status(401)
		h.say("DELETE", path, stranger, "").status(404)
		h.clock.Advance(20 * time.Minute)
		h.say("DELETE", path, token, "").status(403)
		h.say("POST", "/me/prove", token, `{"password":"`+goodPassword+`"}`).status(204)
		h.say("DELETE", path, token, "").status(204)
		h.say("DELETE", path, token, "").status(404)
	})
}
