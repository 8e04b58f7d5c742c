// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"strings"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
)

const (
	grenoble   = "213801855"
	echirolles = "213801517"
)

func TestAnAddressOfTheBodysOwnDomainIsAMembershipAtOnceAndTheFirstIsReferent(t *testing.T) {
	eachHouse(t, func(h *house) {
		body := h.body(grenoble, "grenoble.example")
		j := h.join(body, "ana@grenoble.example", "Ana Roux")
		if j.Membership.State != member.Accepted || j.Membership.Proof != member.ByDomain || j.Membership.Role != member.Referent {
			t.Fatalf("got %+v", j.Membership)
		}
		a := h.actor(j.SignedIn.Secret)
		if a.Role != member.Referent || a.Organisation != body || !a.Leads || a.Name != "" {
			t.Fatalf("acts as %+v", a)
		}
		if second := h.join(body, "bea@grenoble.example", "Béa"); second.Membership.Role != member.Agent {
			t.Errorf("the second is %s", second.Membership.Role)
		}
		if m := letter(t, h.letters(), "welcome", "bea@grenoble.example"); m.Values["body"] != "Grenoble" {
			t.Errorf("welcome says %v", m.Values)
		}
	})
}

func TestWebmailAndSharedDomainsProveNothing(t *testing.T) {
	eachHouse(t, func(h *house) {
		one := h.body(grenoble, "mutualise.example")
		h.body(echirolles, "mutualise.example")
		if j := h.join(one, "ana@mutualise.example", "Ana"); j.Membership.State != member.Pending || j.Deciders != "organiser" {
			t.Errorf("a shared domain gave %+v, decided by %s", j.Membership, j.Deciders)
		}
		if j := h.join(one, "ana@gmail.com", "Ana"); j.Membership.State != member.Pending {
			t.Errorf("webmail gave %+v", j.Membership)
		}
		if j := h.join(one, "ana@attacker-mutualise.example", "Ana"); j.Membership.State != member.Pending {
			t.Errorf("a suffix gave %+v", j.Membership)
		}
	})
}

func TestABodyOfTheOfficialRegisterIsRegisteredByWhoJoinsIt(t *testing.T) {
	eachHouse(t, func(h *house) {
		j := h.join("register:"+grenoble, "ana@laposte.net", "Ana")
		if j.Membership.State != member.Pending || j.Body.Name != "Grenoble" {
			t.Fatalf("got %+v of %+v", j.Membership, j.Body)
		}
		if a := h.actor(j.SignedIn.Secret); a.Role != member.Applicant || a.Known() {
			t.Errorf("who waits acts as %+v", a)
		}
	})
}

func TestAWaitingMembershipIsDecidedByTheReferentAndNobodyElse(t *testing.T) {
	eachHouse(t, func(h *house) {
		body, other := h.body(grenoble, "grenoble.example"), h.body(echirolles, "echirolles.example")
		referent := h.actor(h.join(body, "ana@grenoble.example", "Ana").SignedIn.Secret)
		foreign := h.actor(h.join(other, "eve@echirolles.example", "Ève").SignedIn.Secret)
		h.letters()
		j := h.join(body, "bob@free.fr", "Bob")
		if j.Deciders != "referent" {
			t.Errorf("decided by %s", j.Deciders)
		}
		m := letter(t, h.letters(), "request_to_decide", "ana@grenoble.example")
		if m.Values["applicant"] != "Bob" || m.Values["email"] != "bob@free.fr" {
			t.Errorf("the referent is told %v", m.Values)
		}
		wantCode(t, h.AcceptRequest(t.Context(), foreign, j.Membership.ID), fault.Missing, "request_missing")
		wantCode(t, h.AcceptRequest(t.Context(), h.actor(j.SignedIn.Secret), j.Membership.ID), fault.Missing, "request_missing")
		rs, err := h.Requests(t.Context(), referent, "", 10)
		must(t, err)
		if len(rs) != 1 || rs[0].Name != "Bob" {
			t.Fatalf("requests %+v", rs)
		}
		must(t, h.AcceptRequest(t.Context(), referent, j.Membership.ID))
		wantCode(t, h.AcceptRequest(t.Context(), referent, j.Membership.ID), fault.Conflict, "already_decided")
		if a := h.actor(j.SignedIn.Secret); a.Role != member.Applicant {
			t.Errorf("a session made before speaks for nobody until asked: %+v", a)
		}
		secret, err := h.ActFor(t.Context(), h.actor(j.SignedIn.Secret), j.Membership.ID)
		must(t, err)
		if a := h.actor(secret); a.Role != member.Agent || a.Organisation != body {
			t.Errorf("then acts as %+v", a)
		}
	})
}

func TestARefusalSaysWhyAndTheCodeOfAnotherOpensNothing(t *testing.T) {
	eachHouse(t, func(h *house) {
		organiser := h.office(member.Organiser, "orga@collectif.example")
		j := h.join("register:"+grenoble, "ana@laposte.net", "Ana")
		wantCode(t, h.RefuseRequest(t.Context(), organiser, j.Membership.ID, " "), fault.Invalid, "reason")
		must(t, h.RefuseRequest(t.Context(), organiser, j.Membership.ID, "Adresse inconnue de la mairie."))
		if m := letter(t, h.letters(), "request_refused", "ana@laposte.net"); m.Values["reason"] != "Adresse inconnue de la mairie." {
			t.Errorf("told %v", m.Values)
		}
	})
}

func TestASixDigitCodeHasFiveTriesAndTenMinutes(t *testing.T) {
	eachHouse(t, func(h *house) {
		v := at("192.0.2.10")
		begin := func(email string) (string, string) {
			s, err := h.Join(t.Context(), v, member.JoinRequest{Body: "register:" + grenoble, Email: email, Name: "Ana"})
			must(t, err)
			return s.Token, letter(t, h.letters(), "confirm_email", email).Values["code"]
		}
		confirm := func(token, code string) error {
			_, err := h.ConfirmSignup(t.Context(), v, member.Confirmation{Signup: token, Code: code, Password: goodPassword})
			return err
		}
		token, code := begin("ana@laposte.net")
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		for range 4 {
			wantCode(t, confirm(token, wrong), fault.Invalid, "code_wrong")
		}
		_, err := h.ConfirmSignup(t.Context(), v, member.Confirmation{Signup: token, Code: code, Password: "court"})
		wantCode(t, err, fault.Invalid, "password") // and costs no try
		wantCode(t, confirm(token, wrong), fault.Invalid, "code_wrong")
		wantCode(t, confirm(token, code), fault.Invalid, "code_expired")

		token, code = begin("bea@laposte.net")
		h.clock.Advance(member.CodeTTL + time.Second)
		wantCode(t, confirm(token, code), fault.Invalid, "code_expired")
		_, err = h.ResendCode(t.Context(), v, token)
		must(t, err)
		next := letter(t, h.letters(), "confirm_email", "bea@laposte.net").Values["code"]
		must(t, confirm(token, strings.Join([]string{next[:3], next[3:]}, " ")))
		if err := confirm(token, next); !fault.Is(err, fault.Missing) {
			t.Errorf("a sign-up was confirmed twice: %v", err)
		}
	})
}

func TestTheLinkConfirmsWithoutACodeAndTheBrowsersSecretIsNotTheLink(t *testing.T) {
	eachHouse(t, func(h *house) {
		v := at("192.0.2.10")
		s, err := h.Join(t.Context(), v, member.JoinRequest{Body: "register:" + grenoble, Email: "ana@laposte.net", Name: "Ana"})
		must(t, err)
		_, link, _ := strings.Cut(letter(t, h.letters(), "confirm_email", "ana@laposte.net").Values["link"], "?")
		if _, err := h.SignupByLink(t.Context(), s.Token); !fault.Is(err, fault.Missing) {
			t.Errorf("the browser's secret passes for the link: %v", err)
		}
		shown, err := h.SignupByLink(t.Context(), link)
		must(t, err)
		if !shown.Linked || shown.Name != "Ana" {
			t.Errorf("shown %+v", shown)
		}
		_, err = h.ConfirmSignup(t.Context(), v, member.Confirmation{Link: link, Password: goodPassword})
		must(t, err)
	})
}

func TestWhoHasAnAccountIsToldByMailAndTheStrangerLearnsNothing(t *testing.T) {
	eachHouse(t, func(h *house) {
		body := h.body(grenoble, "grenoble.example")
		h.join(body, "ana@grenoble.example", "Ana")
		h.letters()
		s, err := h.Join(t.Context(), at("198.51.100.7"), member.JoinRequest{Body: body, Email: "ANA@grenoble.example", Name: "Un inconnu"})
		must(t, err)
		if s.Token == "" || s.Body.Name != "Grenoble" {
			t.Errorf("the answer tells it has an account: %+v", s)
		}
		all := h.letters()
		letter(t, all, "account_exists", "ana@grenoble.example")
		for _, m := range all {
			if m.Letter == "confirm_email" {
				t.Errorf("a code went out: %+v", m)
			}
		}
	})
}

func TestThreeMessagesAnHourGoToOneAddress(t *testing.T) {
	eachHouse(t, func(h *house) {
		ask := func(from string) error {
			_, err := h.Join(t.Context(), at(from), member.JoinRequest{Body: "register:" + grenoble, Email: "ana@laposte.net", Name: "Ana"})
			return err
		}
		for _, from := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"} {
			must(t, ask(from))
		}
		err := ask("192.0.2.4")
		wantCode(t, err, fault.TooMany, "too_many_tries")
		if wait := member.Waiting(err); wait <= 0 || wait > time.Hour {
			t.Errorf("asks to wait %v", wait)
		}
		h.clock.Advance(time.Hour + time.Second)
		must(t, ask("192.0.2.4"))
	})
}

func TestAnAddressInAnotherAlphabetIsRefused(t *testing.T) {
	for address, want := range map[string]string{
		"ana@gоuv.fr": "email_not_ascii", "ana@xn--guv-sed.fr": "email_not_ascii", "ana": "not_an_email", "": "required",
		"ana@a@b.fr": "not_an_email", "a\u200bna@b.fr": "email_not_ascii", "ana@localhost": "not_an_email",
		"ana@127.0.0.1": "not_an_email", "a\r\nb@c.fr": "not_an_email", "Ana.Roux@Ville.FR": "",
	} {
		if _, code := member.ParseEmail(address); code != want {
			t.Errorf("%q: %q, want %q", address, code, want)
		}
	}
}

func TestAnInvitationOpensOnceAndDiesWithTheRightToSendIt(t *testing.T) {
	eachHouse(t, func(h *house) {
		body := h.body(grenoble, "grenoble.example")
		ana := h.join(body, "ana@grenoble.example", "Ana")
		referent := h.actor(ana.SignedIn.Secret)
		invite := func(email string) string {
			_, err := h.Invite(t.Context(), referent, member.InvitationRequest{Body: body, Email: email, Message: "Bienvenue."})
			must(t, err)
			_, link, _ := strings.Cut(letter(t, h.letters(), "invitation", email).Values["link"], "?")
			return link
		}
		link := invite("bob@free.fr")
		j, err := h.AcceptInvitation(t.Context(), at("192.0.2.20"), link, goodPassword, member.Profile{Name: "Bob"})
		must(t, err)
		if j.Membership.State != member.Accepted || j.Membership.Role != member.Agent {
			t.Errorf("got %+v", j.Membership)
		}
		_, err = h.AcceptInvitation(t.Context(), at("192.0.2.20"), link, goodPassword, member.Profile{Name: "Bob"})
		wantCode(t, err, fault.Missing, "link_unknown")
		agent := h.actor(j.SignedIn.Secret)
		_, err = h.Invite(t.Context(), agent, member.InvitationRequest{Body: body, Email: "x@free.fr"})
		wantCode(t, err, fault.Missing, "missing")

		last := invite("eve@free.fr")
		organiser := h.office(member.Organiser, "orga@collectif.example")
		must(t, h.EndMembership(t.Context(), organiser, ana.Membership.ID, true))
		_, err = h.InvitationBy(t.Context(), last)
		wantCode(t, err, fault.Missing, "link_unknown")
	})
}
