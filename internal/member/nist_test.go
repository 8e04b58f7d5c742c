// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"testing"
	"time"
	"unicode/utf8"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// The SHALLs of NIST SP 800-63B-4 §3.1.1.2 (passwords) and §3.2.2 (rate limiting), where people meet
// them: at sign-up, at a change, at a reset. What internal/password proves of passwords in themselves is
// named beside its requirement in docs/asvs.csv.

// settings are the three ways a password is set, each of another person; each tries one and returns what
// it was told.
func (h *house) settings() map[string]func(pass string) error {
	h.t.Helper()
	ctx := h.t.Context()
	_, ana := h.ana()
	cleo, err := h.Provision(ctx, member.System("test"), member.NewMember{Email: "cleo@collectif.example", Name: "Cléo", Password: goodPassword})
	must(h.t, err)
	must(h.t, h.ForgotPassword(ctx, at("192.0.2.40"), cleo.Email))
	link := linkOf(letter(h.t, h.letters(), "reset_password", cleo.Email))
	s, err := h.Join(ctx, at("192.0.2.41"), member.JoinRequest{Body: "register:" + echirolles, Email: "bea@laposte.net", Name: "Béa"})
	must(h.t, err)
	code := letter(h.t, h.letters(), "confirm_email", "bea@laposte.net").Values["code"]
	return map[string]func(string) error{
		"sign-up": func(pass string) error {
			_, err := h.ConfirmSignup(ctx, at("192.0.2.41"), member.Confirmation{Signup: s.Token, Code: code, Password: pass})
			return err
		},
		"change": func(pass string) error {
			_, err := h.ChangePassword(ctx, ana, at("192.0.2.10"), goodPassword, pass)
			return err
		},
		"reset": func(pass string) error { return h.ResetPassword(ctx, at("192.0.2.40"), link, pass) },
	}
}

// passwordCode is the code told about the field of the password; empty when there is none.
func passwordCode(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatalf("not a fault: %v", err)
	}
	for _, field := range f.Fields {
		if field.Name == "password" {
			return field.Code
		}
	}
	t.Fatalf("nothing is said of the password: %v", err)
	return ""
}

func TestNISTFourteenCharactersAreRefusedAndFifteenAcceptedWhereverAPasswordIsSet(t *testing.T) {
	eachQuickHouse(t, func(h *house) {
		for way, set := range h.settings() {
			// Code points, not bytes: the fourteen are more than fifteen bytes.
			short := "éàùçé tigre vu"
			if n := utf8.RuneCountInString(short); n != 14 || len(short) < 15 {
				t.Fatalf("%d code points in %d bytes", n, len(short))
			}
			if code := passwordCode(t, set(short)); code == "" {
				t.Errorf("%s: fourteen code points are accepted", way)
			}
			if err := set(short + "x"); err != nil {
				t.Errorf("%s: fifteen code points: %v", way, err)
			}
		}
	})
}

func TestNISTAKnownPasswordIsRefusedWithItsReasonAndAnotherIsAskedFor(t *testing.T) {
	eachQuickHouse(t, func(h *house) {
		for way, set := range h.settings() {
			known := passwordCode(t, set("passwordpassword"))
			short := passwordCode(t, set("court"))
			if known == "" || known == short {
				t.Errorf("%s: a listed password is told %q, a short one %q", way, known, short)
			}
			if err := set("une autre phrase de passe"); err != nil {
				t.Errorf("%s: another one afterwards: %v", way, err)
			}
		}
	})
}

func TestNISTNoKindOfCharacterIsAskedForWhereverAPasswordIsSet(t *testing.T) {
	eachQuickHouse(t, func(h *house) {
		for way, set := range h.settings() {
			if err := set("girafe lentement dort"); err != nil {
				t.Errorf("%s: letters alone: %v", way, err)
			}
		}
	})
}

func TestNISTTheWholePasswordCountsUpToTheLastOf256Characters(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.ana()
		long := "é"
		for i := range byte(4) {
			long += fmt.Sprintf("%x", sha256.Sum256([]byte{i}))
		}
		long = string([]rune(long)[:255]) + "z"
		if utf8.RuneCountInString(long) != 256 {
			t.Fatal("not 256 code points")
		}
		_, err := h.Provision(t.Context(), member.System("test"), member.NewMember{Email: "e@collectif.example", Name: "É", Password: long})
		must(t, err)
		_, err = h.SignIn(t.Context(), at("192.0.2.31"), "e@collectif.example", long[:len(long)-1]+"y")
		wantCode(t, err, fault.Anonymous, "sign_in_refused")
		_, err = h.SignIn(t.Context(), at("192.0.2.31"), "e@collectif.example", long)
		must(t, err)
	})
}

func TestNISTAPasswordNeverGrowsOld(t *testing.T) {
	eachQuickHouse(t, func(h *house) {
		h.ana()
		h.clock.Advance(5 * 366 * 24 * time.Hour)
		in, err := h.SignIn(t.Context(), at("192.0.2.31"), "ana@grenoble.example", goodPassword)
		must(t, err)
		if in.MustChange || h.actor(in.Secret).Role != member.Referent {
			t.Errorf("after five years: %+v", in)
		}
	})
}

func TestNISTOnEvidenceOfCompromiseTheSessionOpensNothingUntilThePasswordIsChanged(t *testing.T) {
	eachQuickHouse(t, func(h *house) {
		j, _ := h.ana()
		must(t, h.ForcePasswordChange(t.Context(), h.office(member.Administrator, "admin@collectif.example"), j.Account.ID))
		if _, err := h.Authenticate(t.Context(), member.DoorSite, member.Credential{Secret: j.SignedIn.Secret}); !fault.Is(err, fault.Anonymous) {
			t.Errorf("the session of before is open: %v", err)
		}
		in, err := h.SignIn(t.Context(), at("192.0.2.31"), "ana@grenoble.example", goodPassword)
		must(t, err)
		a := h.actor(in.Secret)
		if !in.MustChange || a.Role != member.Applicant || a.Organisation != "" || a.Leads {
			t.Errorf("before the change it acts as %+v", a)
		}
		_, err = h.ChangePassword(t.Context(), a, at("192.0.2.31"), goodPassword, goodPassword)
		wantCode(t, err, fault.Invalid, "password_same")
		next, err := h.ChangePassword(t.Context(), a, at("192.0.2.31"), goodPassword, "une phrase toute neuve")
		must(t, err)
		if a = h.actor(next.Secret); a.Role != member.Referent {
			t.Errorf("after the change it acts as %+v", a)
		}
	})
}

func TestNISTTheDatabaseHoldsASaltedArgon2idHashAndThePepperIsElsewhere(t *testing.T) {
	eachHouse(t, func(h *house) {
		phc := regexp.MustCompile(`^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)(,keyid=[A-Za-z0-9+/]+)?\$[A-Za-z0-9+/]{22,}\$[A-Za-z0-9+/]{43}$`)
		var stored []string
		for _, email := range []string{"a@collectif.example", "b@collectif.example"} {
			_, err := h.Provision(t.Context(), member.System("test"), member.NewMember{Email: email, Name: "A", Password: goodPassword})
			must(t, err)
			a, err := h.db.AccountByEmail(t.Context(), email)
			must(t, err)
			if !phc.MatchString(a.Password) {
				t.Errorf("%s keeps %q", email, a.Password)
			}
			stored = append(stored, a.Password)
		}
		if stored[0] == stored[1] {
			t.Error("one password has one hash: there is no salt")
		}
		for _, pepper := range h.keys.Peppers.Keys {
			if len(pepper) < 14 { // 112 bits
				t.Errorf("a pepper of %d bytes", len(pepper))
			}
		}
		if len(h.keys.Peppers.Keys) == 0 {
			t.Error("no pepper")
		}
	})
}

// §3.2.2: the count is of one account, whatever process counts it and whatever becomes of the request.
func TestNISTFailuresAreCountedAcrossARestartAndACallerThatGoesAway(t *testing.T) {
	eachQuickHouse(t, func(h *house) {
		h.ana()
		const email = "ana@grenoble.example"
		verified := 0
		for try := range 3 * member.HardStop {
			room := h
			if try%10 == 9 {
				room = newHouse(t, h.db, h.clock, func(c *member.Config) { c.Hasher = quick{} })
			}
			if _, err := room.SignIn(t.Context(), at("203.0.113.7"), email, "mauvaise phrase de passe"); fault.Is(err, fault.Anonymous) {
				verified++
			}
			h.clock.Advance(2 * time.Hour)
		}
		if verified < member.HardStop {
			t.Fatalf("%d tries were looked at: the test proves nothing", verified)
		}
		h.clock.Advance(25 * time.Hour)
		_, err := h.SignIn(t.Context(), at("203.0.113.8"), email, goodPassword)
		wantCode(t, err, fault.Anonymous, "sign_in_refused")
		a, err := h.db.AccountByEmail(t.Context(), email)
		must(t, err)
		if !a.PasswordOff {
			t.Error("the authenticator is not disabled after a hundred failures")
		}
	})
}

// §3.1.3.1: what is mailed confirms an address or gives a password back; it never stands for the second
// factor.
func TestNISTNothingThatIsMailedIsASecondFactor(t *testing.T) {
	eachHouse(t, func(h *house) {
		j, ana := h.ana()
		setup, err := h.BeginTOTP(t.Context(), ana)
		must(t, err)
		_, _, err = h.ConfirmTOTP(t.Context(), ana, setup.Token, code(t, setup, h.clock.Now()))
		must(t, err)
		h.letters()
		must(t, h.ForgotPassword(t.Context(), at("192.0.2.40"), j.Account.Email))
		link := linkOf(letter(t, h.letters(), "reset_password", j.Account.Email))
		must(t, h.ResetPassword(t.Context(), at("192.0.2.40"), link, "une phrase toute neuve"))
		in, err := h.SignIn(t.Context(), at("192.0.2.40"), j.Account.Email, "une phrase toute neuve")
		must(t, err)
		if in.Secret != "" || in.Pending == "" {
			t.Fatal("a reset by e-mail passed the second factor")
		}
		for _, m := range h.letters() {
			if m.Values["code"] != "" {
				t.Errorf("%s mails a code", m.Letter)
			}
		}
		if _, err := h.SecondFactor(t.Context(), at("192.0.2.40"), in.Pending, link); err == nil {
			t.Error("the mailed link is a second factor")
		}
	})
}
