// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// begun is a sign-up of Ana's and her last message.
func (h *house) begun() (member.Signup, member.Outgoing) {
	h.t.Helper()
	s := must1(h.Join(h.t.Context(), at("192.0.2.10"), member.JoinRequest{Body: h.body(grenoble, "grenoble.example"), Email: anaEmail, Name: "Ana"}))(h.t)
	return s, letter(h.t, h.letters(), "confirm_email", anaEmail)
}

// wrong is a code that is not that one.
func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestAWrongCodeOfASignUpCostsNoHash(t *testing.T) {
	eachQuick(t, func(h *house, c *counting) {
		s, m := h.begun()
		try := member.Confirmation{Signup: s.Token, Code: wrong(m.Values["code"]), Password: goodPassword}
		_, err := h.ConfirmSignup(t.Context(), at("192.0.2.10"), try)
		wantCode(t, err, fault.Invalid, "code_wrong")
		if n := c.hashed.Load(); n != 0 {
			t.Errorf("%d hashes", n)
		}
		// What is wrong with the password is said before the code is tried.
		for range member.CodeTries {
			_, err = h.ConfirmSignup(t.Context(), at("192.0.2.10"), member.Confirmation{Signup: s.Token, Code: m.Values["code"], Password: "court"})
			wantCode(t, err, fault.Invalid, "password")
		}
		try.Code = m.Values["code"]
		must1(h.ConfirmSignup(t.Context(), at("192.0.2.10"), try))(t)
		if n := c.hashed.Load(); n != 1 {
			t.Errorf("%d hashes", n)
		}
	})
}

func TestTheCodesOfOneSignUpBearTwentyTriesInAll(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		s, m := h.begun()
		_, link, _ := strings.Cut(m.Values["link"], "?")
		visit, compared := at("192.0.2.10"), atomic.Int64{}
		guess := func(m member.Outgoing) {
			var all sync.WaitGroup
			for range 2 * member.CodeTries {
				all.Go(func() {
					_, err := h.ConfirmSignup(t.Context(), visit, member.Confirmation{Signup: s.Token, Code: wrong(m.Values["code"]), Password: goodPassword})
					if fault.Is(err, fault.Invalid) && strings.Contains(err.Error(), "code_wrong") {
						compared.Add(1)
					} else if !fault.Is(err, fault.Invalid) {
						t.Errorf("got %v", err)
					}
				})
			}
			all.Wait()
		}
		for i := range 8 {
			guess(m)
			h.clock.Advance(time.Hour)
			visit = at(fmt.Sprintf("192.0.2.%d", 11+i))
			must1(h.ResendCode(t.Context(), visit, s.Token))(t)
			m = letter(t, h.letters(), "confirm_email", anaEmail)
		}
		if n := compared.Load(); n != member.SignupTries {
			t.Errorf("%d codes were compared, want %d", n, member.SignupTries)
		}
		c := member.Confirmation{Signup: s.Token, Code: m.Values["code"], Password: goodPassword}
		_, err := h.ConfirmSignup(t.Context(), visit, c)
		wantCode(t, err, fault.Invalid, "codes_spent")
		// The link proves more than a code: nobody keeps its holder out.
		c.Code, c.Link = "", link
		must1(h.ConfirmSignup(t.Context(), visit, c))(t)
	})
}

func TestWhatADisabledAccountHadMadeDoesNotComeBackWithIt(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		admin := h.office(member.Administrator, "a@collectif.example")
		_, token, err := h.CreateSecret(t.Context(), ana, member.KindToken, "Script", member.ScopeAll, 0)
		must(t, err)
		_, agenda, err := h.CreateSecret(t.Context(), ana, member.KindAppPassword, "Agenda", member.ScopeCalendar, 0)
		must(t, err)
		reset := h.resetLink(anaEmail)
		opens := func() (n int) {
			for door, c := range map[member.Door]member.Credential{member.DoorAPI: {Secret: token}, member.DoorCalendar: {User: anaEmail, Secret: agenda}} {
				if _, err := h.Authenticate(t.Context(), door, c); err == nil {
					n++
				}
			}
			return n
		}
		if n := opens(); n != 2 {
			t.Fatalf("%d of two open before", n)
		}
		must(t, h.DisableAccount(t.Context(), admin, ana.Account, "Téléphone volé."))
		must(t, h.EnableAccount(t.Context(), admin, ana.Account))
		h.clock.Advance(time.Minute)
		if n := opens(); n != 0 {
			t.Errorf("%d open again with the account", n)
		}
		wantCode(t, h.ResetLink(t.Context(), reset), fault.Missing, "link_unknown")
		for _, s := range must1(h.OwnSecrets(t.Context(), ana))(t) {
			if s.RevokedAt.IsZero() {
				t.Errorf("%s is listed as in use", s.Name)
			}
		}
		in := must1(h.SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword))(t)
		_, fresh, err := h.CreateSecret(t.Context(), h.actor(in.Secret), member.KindToken, "Script", member.ScopeAll, 0)
		must(t, err)
		must1(h.Authenticate(t.Context(), member.DoorAPI, member.Credential{Secret: fresh}))(t)
	})
}

func TestTheLetterOfAUsedRecoveryCodeSaysHowManyAreLeft(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		_, _, recovery := h.enrol(ana)
		if m := letter(t, h.letters(), "second_factor_changed", anaEmail); m.Values["left"] != "" {
			t.Errorf("of another change: %v", m.Values)
		}
		for i, code := range recovery[:2] {
			h.clock.Advance(time.Minute)
			p := must1(h.SignIn(t.Context(), at("192.0.2.1"), anaEmail, goodPassword))(t)
			must1(h.SecondFactor(t.Context(), at("192.0.2.1"), p.Pending, code))(t)
			m := letter(t, h.letters(), "second_factor_changed", anaEmail)
			if want := fmt.Sprint(9 - i); m.Values["what"] != "recovery_code_used" || m.Values["left"] != want {
				t.Errorf("said %v, want %s", m.Values, want)
			}
		}
	})
}
