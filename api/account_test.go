// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"maillage/api"
	"maillage/internal/store"
	"maillage/internal/testkit"
	"maillage/internal/web"
)

func TestSomebodySignsUpAndWaitsForADecision(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		got := h.say("POST", "/signups", "", `{"body":"","email":"ana","name":""}`).status(422).faults()
		for _, want := range []string{"body: required", "email: not_an_email", "name: required"} {
			if !slices.Contains(got, want) {
				h.t.Errorf("faults %v, want %s", got, want)
			}
		}
		h.say("POST", "/signups", "", `{"body":"x","email":"a@b.fr","name":"A","role":"administrator"}`).status(422)
		s := h.say("POST", "/signups", "", `{"body":"`+h.body+`","email":"ana@grenoble.fr","name":"Ana"}`).status(202)
		path := "/signups/" + s.text("signup")
		old := h.letter("confirm_email", "ana@grenoble.fr").Values["code"]
		if got := h.say("GET", path, "", "").status(200); got.text("email") != "ana@grenoble.fr" || got.text("body.name") != "Grenoble" {
			h.t.Errorf("sign-up: %s", got.Body)
		}
		h.say("GET", "/signups/invente", "", "").status(404)
		h.say("POST", path+"/resend", "", "").status(202)
		code := h.letter("confirm_email", "ana@grenoble.fr").Values["code"]
		confirm := func(code, pass string) answer {
			return h.say("POST", path+"/confirm", "", `{"code":"`+code+`","password":"`+pass+`","function":"DSI","rhythm":"daily"}`)
		}
		if old != code {
			if got := confirm(old, goodPassword).status(422).faults(); !slices.Contains(got, "code: code_wrong") {
				h.t.Errorf("the code before: %v", got)
			}
		}
		if got := confirm(code, "azertyuiop").status(422).faults(); len(got) != 1 {
			h.t.Errorf("a weak password: %v", got)
		}
		j := confirm(code, goodPassword).status(201)
		if j.text("membership.state") != "pending" || j.text("deciders") != "organiser" || j.text("account.rhythm") != "daily" {
			h.t.Errorf("joined: %s", j.Body)
		}
		confirm(code, goodPassword).status(404)
		ana, membership := j.text("session.token"), j.text("membership.id")

		h.say("GET", "/me", "", "").status(401)
		if me := h.say("GET", "/me", ana, "").status(200); me.text("memberships.0.body.name") != "Grenoble" || me.at("acting") != nil {
			h.t.Errorf("me: %s", me.Body)
		}
		// Without standing she writes nothing in the catalogue, and sees nobody.
		h.ask("POST", "/api/v1/software", ana, `{"name":"Nextcloud"}`).status(403)
		h.say("GET", "/organisations/"+h.body+"/members", ana, "").status(404)
		h.say("GET", "/membership-requests", ana, "").status(403)
		h.say("POST", "/membership-requests/"+membership+"/accept", ana, "").status(404)

		list := h.say("GET", "/membership-requests?page[size]=1", organiser, "").status(200)
		if list.text("data.0.name") != "Ana" || list.text("data.0.membership.id") != membership || list.text("links.next") == "" {
			h.t.Errorf("requests: %s", list.Body)
		}
		h.say("POST", "/membership-requests/"+membership+"/accept", organiser, "").status(204)
		h.say("POST", "/membership-requests/"+membership+"/accept", organiser, "").status(409)
		h.say("POST", "/membership-requests/nobody/accept", organiser, "").status(404)

		next := h.say("POST", "/me/act", ana, `{"membership":"`+membership+`"}`).status(200).text("token")
		h.say("GET", "/me", ana, "").status(401)
		if me := h.say("GET", "/me", next, "").status(200); me.text("acting") != membership || me.text("memberships.0.role") != "referent" {
			h.t.Errorf("me: %s", me.Body)
		}
		h.ask("POST", "/api/v1/software", next, `{"name":"Nextcloud"}`).status(201)
	})
}

func TestARefusalSaysWhy(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		token, membership := h.join("bob@grenoble.fr", "Bob")
		h.say("POST", "/membership-requests/"+membership+"/refuse", organiser, `{"reason":""}`).status(422)
		h.say("POST", "/membership-requests/"+membership+"/refuse", organiser, `{"reason":"Adresse inconnue de la mairie."}`).status(204)
		if got := h.say("GET", "/me", token, "").status(200).text("memberships.0.reason"); got != "Adresse inconnue de la mairie." {
			h.t.Errorf("reason %q", got)
		}
	})
}

func TestAProfileIsPatchedAndAnAddressConfirmed(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		token, _ := h.join("ana@grenoble.fr", "Ana")
		me := h.say("PATCH", "/me", token, `{"function":"DSI","interests":["education"]}`).status(200)
		if me.text("account.name") != "Ana" || me.text("account.function") != "DSI" || me.text("account.interests.0") != "education" {
			h.t.Errorf("me: %s", me.Body)
		}
		if me = h.say("PATCH", "/me", token, `{"function":null}`).status(200); me.at("account.function") != nil || me.text("account.interests.0") != "education" {
			h.t.Errorf("emptied: %s", me.Body)
		}
		for _, bad := range []string{`{"name":null}`, `{"name":""}`, `{"office":"administrator"}`, `{"email":"x@y.fr"}`, `{"rhythm":"hourly"}`} {
			h.say("PATCH", "/me", token, bad).status(422)
		}
		change := h.say("POST", "/me/email", token, `{"email":"ana.b@grenoble.fr"}`).status(202).text("token")
		code := h.letter("confirm_new_email", "ana.b@grenoble.fr").Values["code"]
		h.say("POST", "/me/email/confirm", token, `{"token":"x","code":"`+code+`"}`).status(404)
		h.say("POST", "/me/email/confirm", token, `{"token":"`+change+`","code":"`+code+`"}`).status(204)
		if got := h.say("GET", "/me", token, "").status(200).text("account.email"); got != "ana.b@grenoble.fr" {
			h.t.Errorf("address %q", got)
		}
		h.clock.Advance(20 * time.Minute)
		h.say("POST", "/me/email", token, `{"email":"c@grenoble.fr"}`).status(403)
		h.say("POST", "/me/prove", token, `{"password":"faux"}`).status(422)
		h.say("POST", "/me/prove", token, `{"password":"`+goodPassword+`"}`).status(204)
		h.say("POST", "/me/email", token, `{"email":"c@grenoble.fr"}`).status(202)
		h.say("POST", "/me/memberships", token, `{"body":"`+h.body+`"}`).status(409)
		h.say("POST", "/me/memberships", token, `{"body":"nulle-part"}`).status(422)
		h.say("POST", "/me/memberships", token, `{"body":"register:216901231"}`).status(201)
	})
}

func TestOrganisersKeepAccountsAndAdministratorsOffices(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		token, _ := h.join("ana@grenoble.fr", "Ana")
		h.say("GET", "/accounts?q=ana", token, "").status(403)
		list := h.say("GET", "/accounts?q=ANA&page[size]=1", organiser, "").status(200)
		id := list.text("data.0.id")
		if list.text("data.0.email") != "ana@grenoble.fr" || list.text("data.0.state") != "active" || list.text("links.next") == "" {
			h.t.Errorf("accounts: %s", list.Body)
		}
		h.say("GET", "/accounts?page[after]=x", organiser, "").status(422)
		path := "/accounts/" + id
		h.say("PUT", path+"/office", organiser, `{"office":"organiser"}`).status(403)
		h.say("PUT", path+"/office", administrator, `{"office":"roi"}`).status(422)
		h.say("POST", path+"/disable", organiser, `{"reason":""}`).status(422)
		h.say("POST", path+"/disable", token, `{"reason":"x"}`).status(403)
		h.say("POST", path+"/disable", organiser, `{"reason":"Compte partagé"}`).status(204)
		h.say("GET", "/me", token, "").status(401)
		h.say("POST", "/sessions", "", `{"email":"ana@grenoble.fr","password":"`+goodPassword+`"}`).status(401)
		h.say("POST", path+"/enable", organiser, "").status(204)
		h.say("POST", "/sessions", "", `{"email":"ana@grenoble.fr","password":"`+goodPassword+`"}`).status(201)
		h.say("PUT", path+"/office", administrator, `{"office":"organiser"}`).status(204)
		in := h.say("POST", "/sessions", "", `{"email":"ana@grenoble.fr","password":"`+goodPassword+`"}`).status(201)
		if in.at("must_enrol") != true {
			h.t.Errorf("an office without a second factor: %s", in.Body)
		}
		h.say("POST", "/accounts/nobody/enable", organiser, "").status(404)
		h.say("POST", "/accounts/01a20d57-cace-7e32-b05a-9541671184b9/enable", organiser, "").status(404)
	})
}

func TestAFloodOfGuessesIsToldHowLongToWait(t *testing.T) {
	eachAccountHouse(t, func(h *accounts) {
		h.join("ana@grenoble.fr", "Ana")
		guess := `{"email":"ana@grenoble.fr","password":"ce n'est pas le bon"}`
		unknown := h.say("POST", "/sessions", "", `{"email":"personne@grenoble.fr","password":"ce n'est pas le bon"}`).status(401)
		for range 5 {
			if w := h.say("POST", "/sessions", "", guess).status(401); w.text("code") != unknown.text("code") {
				h.t.Fatalf("an account shows: %s", w.Body)
			}
		}
		w := h.say("POST", "/sessions", "", guess).status(429)
		if n, err := strconv.Atoi(w.Header().Get("Retry-After")); err != nil || n < 1 || n > 3600 {
			h.t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
		}
	})
}

// TestWithoutMembersTheirRoutesAreAbsent: an instance may have none.
func TestWithoutMembersTheirRoutesAreAbsent(t *testing.T) {
	db := testkit.SQLite(t, store.Config{})
	h := newHouse(t, db)
	e := web.New(web.Config{APIPrefixes: api.Prefixes(), Authenticate: h.authenticate})
	api.New(api.Config{Registry: h.registry, Catalogue: h.catalogue, Register: testkit.Register(t), Journal: db, BaseURL: base}).Mount(e)
	for _, path := range []string{"/me", "/sessions", "/accounts", "/invitations", "/membership-requests", "/signups/x", "/me/export"} {
		r := httptest.NewRequest("GET", "/api/v1"+path, nil)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
