// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/password"
)

// must1 is must for a value and an error.
func must1[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// resetLink asks for a reset and returns the secret of its link.
func (h *house) resetLink(email string) string {
	h.t.Helper()
	must(h.t, h.ForgotPassword(h.t.Context(), at("192.0.2.99"), email))
	_, link, _ := strings.Cut(letter(h.t, h.letters(), "reset_password", email).Values["link"], "?")
	return link
}

// TestWhatEndsEverySessionAlsoEndsTheOneThatIsBeingOpened: a hash takes a tenth of a second, in which
// others act.
func TestWhatEndsEverySessionAlsoEndsTheOneThatIsBeingOpened(t *testing.T) {
	eachQuick(t, func(h *house, c *counting) {
		_, ana := h.ana()
		link := h.resetLink(anaEmail)
		c.meanwhile = func() {
			c.meanwhile = nil
			h.clock.Advance(time.Second)
			must(t, h.ResetPassword(t.Context(), at("192.0.2.1"), link, goodPassword+" bis"))
		}
		_, err := h.SignIn(t.Context(), at("192.0.2.2"), anaEmail, goodPassword)
		wantCode(t, err, fault.Anonymous, "sign_in_refused")
		admin := h.office(member.Administrator, "a@collectif.example")
		c.meanwhile = func() {
			c.meanwhile = nil
			must(t, h.DisableAccount(t.Context(), admin, ana.Account, "Parti."))
		}
		_, err = h.SignIn(t.Context(), at("192.0.2.3"), anaEmail, goodPassword+" bis")
		wantCode(t, err, fault.Anonymous, "sign_in_refused")
		must(t, h.EnableAccount(t.Context(), admin, ana.Account))
		if open := must1(h.db.SessionsOf(t.Context(), ana.Account))(t); len(open) != 0 {
			t.Errorf("%d sessions are open", len(open))
		}
	})
}

func TestAResetEndsASignInThatAwaitsItsCode(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		setup, _, _ := h.enrol(ana)
		p := must1(h.SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword))(t)
		must(t, h.ResetPassword(t.Context(), at("192.0.2.1"), h.resetLink(anaEmail), goodPassword+" bis"))
		h.clock.Advance(time.Minute)
		_, err := h.SecondFactor(t.Context(), at("192.0.2.1"), p.Pending, code(t, setup, h.clock.Now()))
		wantCode(t, err, fault.Missing, "step_over")
		// The factor is not replaced by an e-mail.
		if p = must1(h.SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword+" bis"))(t); p.Pending == "" {
			t.Error("the reset took the second factor off")
		}
	})
}

// enrol sets one-time codes up and returns the actor of the strong session.
func (h *house) enrol(by member.Actor) (member.TOTPSetup, member.Actor, []string) {
	h.t.Helper()
	setup, err := h.BeginTOTP(h.t.Context(), by)
	must(h.t, err)
	in, recovery, err := h.ConfirmTOTP(h.t.Context(), by, setup.Token, code(h.t, setup, h.clock.Now()))
	must(h.t, err)
	return setup, h.actor(in.Secret), recovery
}

func TestAPasswordAloneNeitherTakesAFactorOffNorAddsAnother(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		old := must1(h.SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword))(t)
		_, strong, _ := h.enrol(ana)
		if _, err := h.Authenticate(t.Context(), member.DoorSite, member.Credential{Secret: old.Secret}); !fault.Is(err, fault.Anonymous) {
			t.Errorf("a session of the password alone goes on beside the factor: %v", err)
		}
		weak := strong
		weak.Strong = false
		wantCode(t, h.RemoveTOTP(t.Context(), weak, at("192.0.2.1")), fault.Forbidden, "sign_in_again")
		_, err := h.BeginTOTP(t.Context(), weak)
		wantCode(t, err, fault.Forbidden, "sign_in_again")
		_, err = h.NewRecoveryCodes(t.Context(), weak)
		wantCode(t, err, fault.Forbidden, "sign_in_again")
		_, _, err = h.BeginPasskey(t.Context(), weak)
		wantCode(t, err, fault.Forbidden, "sign_in_again")
		wantCode(t, h.LinkIdentity(t.Context(), weak, member.ExternalIdentity{Issuer: "i", Subject: "s"}), fault.Forbidden, "sign_in_again")
		must(t, h.RemoveTOTP(t.Context(), strong, at("192.0.2.1")))
	})
}

func TestASecondFactorStopsAfterAHundredFailuresInARow(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		setup, _, _ := h.enrol(ana)
		h.letters()
		guesses := 0
		for range 24 * 6 {
			h.clock.Advance(time.Hour)
			p, err := h.SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword)
			if fault.Is(err, fault.Anonymous) {
				break // the password is off
			}
			must(t, err)
			_, err = h.SecondFactor(t.Context(), at("192.0.2.1"), p.Pending, "AAAA")
			if fault.Is(err, fault.Invalid) {
				guesses++
			} else if !fault.Is(err, fault.TooMany) {
				t.Fatalf("got %v", err)
			}
		}
		if guesses != member.HardStop {
			t.Errorf("%d guesses", guesses)
		}
		letter(t, h.letters(), "account_locked", anaEmail)
		must(t, h.ResetPassword(t.Context(), at("192.0.2.1"), h.resetLink(anaEmail), goodPassword+" bis"))
		h.clock.Advance(25 * time.Hour)
		p := must1(h.SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword+" bis"))(t)
		must1(h.SecondFactor(t.Context(), at("192.0.2.1"), p.Pending, code(t, setup, h.clock.Now())))(t)
	})
}

func TestOneSignInBearsFiveCodes(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		setup, _, _ := h.enrol(ana)
		h.clock.Advance(time.Minute)
		p := must1(h.SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword))(t)
		for range 4 {
			_, err := h.SecondFactor(t.Context(), at("192.0.2.1"), p.Pending, "000 000")
			wantCode(t, err, fault.Invalid, "code_wrong")
		}
		_, err := h.SecondFactor(t.Context(), at("192.0.2.1"), p.Pending, "AAAA-AAAA")
		wantCode(t, err, fault.Invalid, "code_wrong")
		_, err = h.SecondFactor(t.Context(), at("192.0.2.1"), p.Pending, code(t, setup, h.clock.Now()))
		if err == nil {
			t.Error("a sixth code was looked at")
		}
		h.clock.Advance(2 * time.Hour)
		p = must1(h.SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword))(t)
		h.clock.Advance(member.CeremonyTTL)
		_, err = h.SecondFactor(t.Context(), at("192.0.2.1"), p.Pending, code(t, setup, h.clock.Now()))
		wantCode(t, err, fault.Missing, "step_over")
	})
}

func TestWhoMustChangeAPasswordDoesNothingElseAndEndsWhatOthersMade(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		_, token, err := h.CreateSecret(t.Context(), ana, member.KindToken, "Script", member.ScopeAll, 0)
		must(t, err)
		must(t, h.ForcePasswordChange(t.Context(), h.office(member.Administrator, "a@collectif.example"), ana.Account))
		in := must1(h.SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword))(t)
		by := h.actor(in.Secret)
		if !in.MustChange || by.Role != member.Applicant || by.Organisation != "" {
			t.Fatalf("acts as %+v", by)
		}
		refused := func(when string) {
			t.Helper()
			if _, err := h.Authenticate(t.Context(), member.DoorAPI, member.Credential{Secret: token}); !fault.Is(err, fault.Anonymous) {
				t.Errorf("%s the token opens: %v", when, err)
			}
		}
		refused("before")
		must(t, h.ProveAgain(t.Context(), by, at("192.0.2.1"), goodPassword))
		_, err = h.BeginTOTP(t.Context(), h.actor(in.Secret))
		wantCode(t, err, fault.Forbidden, "sign_in_again")
		_, err = h.ChangePassword(t.Context(), by, at("192.0.2.1"), goodPassword, goodPassword)
		wantCode(t, err, fault.Invalid, "password_same")
		next := must1(h.ChangePassword(t.Context(), by, at("192.0.2.1"), goodPassword, goodPassword+" bis"))(t)
		if by = h.actor(next.Secret); by.Role != member.Referent || next.Device == "" {
			t.Errorf("then acts as %+v", by)
		}
		refused("after")
	})
}

func TestATokenHasTheOfficeThatMadeItAndOnlyThat(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		_, strong, _ := h.enrol(ana)
		_, before, err := h.CreateSecret(t.Context(), strong, member.KindToken, "Avant", member.ScopeAll, 0)
		must(t, err)
		admin := h.office(member.Administrator, "a@collectif.example")
		must(t, h.SetOffice(t.Context(), admin, ana.Account, member.Organiser))
		role := func(token string) member.Role {
			t.Helper()
			return must1(h.Authenticate(t.Context(), member.DoorAPI, member.Credential{Secret: token}))(t).Role
		}
		if r := role(before); r != member.Referent {
			t.Errorf("a member's token became an office's: %s", r)
		}
		strong.Role = member.Organiser
		_, after, err := h.CreateSecret(t.Context(), strong, member.KindToken, "Après", member.ScopeAll, 0)
		must(t, err)
		if r := role(after); r != member.Organiser {
			t.Errorf("the office's token acts as %s", r)
		}
		must(t, h.SetOffice(t.Context(), admin, ana.Account, ""))
		if r := role(after); r != member.Referent {
			t.Errorf("once the office is taken back it acts as %s", r)
		}
	})
}

func TestSessionsEndWhenTheyAreOldOrIdle(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		j, ana := h.ana()
		open := func(secret string) bool {
			_, err := h.Authenticate(t.Context(), member.DoorSite, member.Credential{Secret: secret})
			return err == nil
		}
		for range 4 {
			h.clock.Advance(7 * 24 * time.Hour)
			if !open(j.SignedIn.Secret) {
				t.Fatal("ended before its time")
			}
		}
		h.clock.Advance(2 * 24 * time.Hour)
		if open(j.SignedIn.Secret) {
			t.Error("open after thirty days")
		}
		idle := must1(h.SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword))(t)
		h.clock.Advance(member.MemberIdle)
		if open(idle.Secret) {
			t.Error("open after fourteen idle days")
		}
		// A session opened before the office was entrusted has the office's limits.
		in := must1(h.SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword))(t)
		a := must1(h.db.AccountByID(t.Context(), ana.Account))(t)
		a.Office = member.Organiser
		must(t, h.db.SaveAccount(t.Context(), a))
		for range 12 * 3 {
			h.clock.Advance(20 * time.Minute)
			open(in.Secret)
		}
		if open(in.Secret) {
			t.Error("an office's session is open after twelve hours")
		}
	})
}

func TestOneKeepsToOnesOwnSessionsSecretsAndMemberships(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		j, ana := h.ana()
		other := h.join(h.body("216900811", "lyon.example"), "bea@lyon.example", "Béa")
		bea := h.actor(other.SignedIn.Secret)
		secret, _, err := h.CreateSecret(t.Context(), ana, member.KindToken, "Script", member.ScopeAll, 0)
		must(t, err)
		wantCode(t, h.EndSession(t.Context(), bea, ana.Session), fault.Missing, "session_missing")
		wantCode(t, h.RevokeSecret(t.Context(), bea, secret.ID), fault.Missing, "secret_missing")
		_, err = h.ActFor(t.Context(), bea, j.Membership.ID)
		wantCode(t, err, fault.Missing, "membership_missing")
		_, err = h.ActFor(t.Context(), bea, "absent")
		wantCode(t, err, fault.Missing, "membership_missing")
		next := must1(h.ActFor(t.Context(), bea, other.Membership.ID))(t)
		if _, err := h.Authenticate(t.Context(), member.DoorSite, member.Credential{Secret: other.SignedIn.Secret}); !fault.Is(err, fault.Anonymous) {
			t.Errorf("the secret before still opens: %v", err)
		}
		second := must1(h.SignIn(t.Context(), at("192.0.2.1"), "bea@lyon.example", goodPassword))(t)
		bea = h.actor(next)
		all := must1(h.Sessions(t.Context(), bea))(t)
		if len(all) != 2 || all[0].Device != "Firefox / Linux" || all[0].Network != "192.0.2.0/24" || all[0].Hash != "" {
			t.Errorf("sessions %+v", all)
		}
		must(t, h.EndOtherSessions(t.Context(), bea))
		if _, err := h.Authenticate(t.Context(), member.DoorSite, member.Credential{Secret: second.Secret}); !fault.Is(err, fault.Anonymous) {
			t.Errorf("the other session is open: %v", err)
		}
		h.actor(j.SignedIn.Secret)
		must(t, h.SignOut(t.Context(), next))
		must(t, h.SignOut(t.Context(), next))
		must(t, h.SignOut(t.Context(), "mls_nothing"))
		if _, err := h.Authenticate(t.Context(), member.DoorSite, member.Credential{Secret: next}); !fault.Is(err, fault.Anonymous) {
			t.Errorf("signed out and open: %v", err)
		}
	})
}

func TestAnAccountHasFiftySecretsInUseAtMost(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		var last member.Secret
		for range 50 {
			s, _, err := h.CreateSecret(t.Context(), ana, member.KindToken, "Script", member.ScopeAll, 0)
			must(t, err)
			last = s
		}
		_, _, err := h.CreateSecret(t.Context(), ana, member.KindToken, "Un de trop", member.ScopeAll, 0)
		wantCode(t, err, fault.Conflict, "too_many_secrets")
		must(t, h.RevokeSecret(t.Context(), ana, last.ID))
		_, _, err = h.CreateSecret(t.Context(), ana, member.KindToken, "Un de moins", member.ScopeAll, 0)
		must(t, err)
		_, _, err = h.CreateSecret(t.Context(), ana, member.KindAppPassword, "Agenda", member.ScopeRead, 0)
		wantCode(t, err, fault.Invalid, "scope")
		_, _, err = h.CreateSecret(t.Context(), ana, member.KindAppPassword, "Agenda", member.ScopeCalendar, 2*member.AppPasswordTTL)
		wantCode(t, err, fault.Invalid, "ttl")
	})
}

func TestColleaguesOnOneBrowserAreEachKnownThere(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		body := h.body(grenoble, "grenoble.example")
		h.join(body, anaEmail, "Ana")
		h.join(body, "bea@grenoble.example", "Béa")
		v := at("192.0.2.1")
		for _, email := range []string{anaEmail, "bea@grenoble.example"} {
			in := must1(h.SignIn(t.Context(), v, email, goodPassword))(t)
			letter(t, h.letters(), "new_sign_in", email)
			v.Device = in.Device
		}
		for range 3 {
			for _, email := range []string{anaEmail, "bea@grenoble.example"} {
				if in := must1(h.SignIn(t.Context(), v, email, goodPassword))(t); in.Device != "" {
					t.Errorf("%s is not known on the browser", email)
				}
			}
		}
		for _, m := range h.letters() {
			t.Errorf("told again: %s to %s", m.Letter, m.Email)
		}
	})
}

func TestAServiceTokenStillOpensTheAPI(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		var tokens *member.Tokens
		h = newHouse(t, h.db, h.clock, func(c *member.Config) { tokens = c.Tokens })
		made, secret, err := tokens.Create(t.Context(), "Import", member.Organiser, "", 0)
		must(t, err)
		a := must1(h.Authenticate(t.Context(), member.DoorAPI, member.Credential{Secret: secret}))(t)
		if a.Role != member.Organiser || a.Via != member.ViaService || a.Account != "" {
			t.Errorf("acts as %+v", a)
		}
		_, err = h.Authenticate(t.Context(), member.DoorSite, member.Credential{Secret: secret})
		wantCode(t, err, fault.Anonymous, "token_refused")
		must(t, tokens.Revoke(t.Context(), made.ID))
		_, err = h.Authenticate(t.Context(), member.DoorAPI, member.Credential{Secret: secret})
		wantCode(t, err, fault.Anonymous, "token_refused")
	})
}

func TestAPasswordIsKeptAnewUnderANewMasterSecret(t *testing.T) {
	eachHouse(t, func(h *house) {
		j, _ := h.ana()
		kept := func() string { return must1(h.db.AccountByID(t.Context(), j.Account.ID))(t).Password }
		before := kept()
		old := bytes.Repeat([]byte{7}, member.MasterSize)
		room := func(masters ...[]byte) *house {
			keys := must1(member.NewKeys(masters[0], masters[1:]...))(t)
			hasher := must1(password.NewHasher(keys.Peppers))(t)
			return newHouse(t, h.db, h.clock, func(c *member.Config) { c.Keys, c.Hasher = keys, hasher })
		}
		next := bytes.Repeat([]byte{8}, member.MasterSize)
		for range 2 {
			must1(room(next, old).SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword))(t)
		}
		if kept() == before {
			t.Error("still kept under the old pepper")
		}
		must1(room(next).SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword))(t)
	})
}
