// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"encoding/base32"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

func (h *house) ana() (member.Joined, member.Actor) {
	h.t.Helper()
	j := h.join(h.body(grenoble, "grenoble.example"), "ana@grenoble.example", "Ana")
	return j, h.actor(j.SignedIn.Secret)
}

func TestAWrongPasswordAndAnUnknownAccountAreToldTheSame(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.ana()
		var said []string
		for _, try := range [][2]string{{"ana@grenoble.example", "une autre phrase bien longue"}, {"nobody@grenoble.example", goodPassword},
			{"pas une adresse", goodPassword}, {"ana@grenoble.example", "court"}} {
			_, err := h.SignIn(t.Context(), at("192.0.2.30"), try[0], try[1])
			wantCode(t, err, fault.Anonymous, "sign_in_refused")
			said = append(said, err.Error())
		}
		for _, s := range said {
			if s != said[0] {
				t.Errorf("%q differs from %q", s, said[0])
			}
		}
		in, err := h.SignIn(t.Context(), at("192.0.2.31"), "Ana@Grenoble.example", goodPassword)
		must(t, err)
		if h.actor(in.Secret).Account != in.Account.ID || in.Account.Password != "" {
			t.Errorf("signed in as %+v", in.Account)
		}
	})
}

func TestTheWholePasswordIsVerifiedAndComposedBefore(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.ana()
		_, err := h.SignIn(t.Context(), at("192.0.2.30"), "ana@grenoble.example", goodPassword+"x")
		wantCode(t, err, fault.Anonymous, "sign_in_refused")
		a, err := h.Provision(t.Context(), member.System("test"), member.NewMember{Email: "e@collectif.example", Name: "É",
			Password: "l’été à la montagne"})
		must(t, err)
		_, err = h.SignIn(t.Context(), at("192.0.2.31"), a.Email, "l’e\u0301te\u0301 a\u0300 la montagne")
		must(t, err)
	})
}

// TestAHundredAndTwentyGuessesAtOnceAreTwentyFiveAtMost also starts the room anew in the middle: what
// was counted is counted.
func TestAHundredAndTwentyGuessesAtOnceAreTwentyFiveAtMost(t *testing.T) {
	eachHouse(t, func(h *house) {
		j, _ := h.ana()
		var refused, waited atomic.Int64
		guess := func(room *house, from int) {
			var all sync.WaitGroup
			for i := range 60 {
				all.Go(func() {
					_, err := room.SignIn(t.Context(), at(fmt.Sprintf("203.0.113.%d", from+i)), "ana@grenoble.example", "mauvaise phrase de passe")
					switch {
					case fault.Is(err, fault.Anonymous):
						refused.Add(1)
					case fault.Is(err, fault.TooMany), fault.Is(err, fault.Unavailable):
						waited.Add(1)
					default:
						t.Errorf("got %v", err)
					}
				})
			}
			all.Wait()
		}
		guess(h, 1)
		guess(newHouse(t, h.db, h.clock), 100)
		if refused.Load() > 25 || refused.Load() < 4 || refused.Load()+waited.Load() != 120 {
			t.Errorf("%d guesses were looked at, %d were not", refused.Load(), waited.Load())
		}
		_, err := h.SignIn(t.Context(), at("203.0.113.250"), "ana@grenoble.example", goodPassword)
		wantCode(t, err, fault.TooMany, "too_many_tries")
		// The device she always uses is not held up by strangers.
		v := at("203.0.113.251")
		v.Device = j.SignedIn.Device
		_, err = h.SignIn(t.Context(), v, "ana@grenoble.example", goodPassword)
		must(t, err)
	})
}

func TestThroughAWholeDayOfTryingTwentyFiveGuessesAreLookedAt(t *testing.T) {
	eachQuickHouse(t, func(h *house) {
		h.ana()
		looked := 0
		for i := range 24 * 60 {
			_, err := h.SignIn(t.Context(), at(fmt.Sprintf("203.0.113.%d", i%250+1)), "ana@grenoble.example", "mauvaise phrase de passe")
			if fault.Is(err, fault.Anonymous) {
				looked++
			}
			h.clock.Advance(time.Minute)
		}
		if looked > 25 || looked < 20 {
			t.Errorf("%d guesses in a day", looked)
		}
	})
}

func TestAfterAHundredFailuresInARowOnlyAResetOpens(t *testing.T) {
	eachQuickHouse(t, func(h *house) {
		h.ana()
		h.letters()
		failures := 0
		for day := 0; failures < member.HardStop && day < 10; day++ {
			for range 200 {
				_, err := h.SignIn(t.Context(), at(fmt.Sprintf("198.51.100.%d", failures%250+1)), "ana@grenoble.example", "mauvaise phrase de passe")
				if fault.Is(err, fault.Anonymous) {
					failures++
				}
				h.clock.Advance(15 * time.Minute)
			}
		}
		if failures < member.HardStop {
			t.Fatalf("only %d failures", failures)
		}
		h.clock.Advance(25 * time.Hour)
		_, err := h.SignIn(t.Context(), at("192.0.2.40"), "ana@grenoble.example", goodPassword)
		wantCode(t, err, fault.Anonymous, "sign_in_refused")
		letter(t, h.letters(), "account_locked", "ana@grenoble.example")
		must(t, h.ForgotPassword(t.Context(), at("192.0.2.40"), "ana@grenoble.example"))
		_, link, _ := strings.Cut(letter(t, h.letters(), "reset_password", "").Values["link"], "?")
		must(t, h.ResetPassword(t.Context(), at("192.0.2.40"), link, goodPassword+" bis"))
		_, err = h.SignIn(t.Context(), at("192.0.2.40"), "ana@grenoble.example", goodPassword+" bis")
		must(t, err)
	})
}

func TestOneResetLinkPostedFiftyTimesAtOnceWorksOnceAndEndsEverything(t *testing.T) {
	eachQuickHouse(t, func(h *house) {
		j, ana := h.ana()
		_, token, err := h.CreateSecret(t.Context(), ana, member.KindToken, "Supervision", member.ScopeAll, 0)
		must(t, err)
		must(t, h.ForgotPassword(t.Context(), at("192.0.2.40"), "ana@grenoble.example"))
		must(t, h.ForgotPassword(t.Context(), at("192.0.2.40"), "nobody@grenoble.example"))
		all := h.letters()
		_, link, _ := strings.Cut(letter(t, all, "reset_password", "ana@grenoble.example").Values["link"], "?")
		must(t, h.ResetLink(t.Context(), link)) // looking uses nothing
		var won atomic.Int64
		var wait sync.WaitGroup
		for i := range 50 {
			wait.Go(func() {
				err := h.ResetPassword(t.Context(), at("192.0.2.40"), link, fmt.Sprintf("une phrase neuve numéro %d", i))
				switch {
				case err == nil:
					won.Add(1)
				case !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Unavailable):
					t.Errorf("got %v", err)
				}
			})
		}
		wait.Wait()
		if won.Load() != 1 {
			t.Errorf("%d resets", won.Load())
		}
		h.clock.Advance(2 * time.Second)
		for door, secret := range map[member.Door]string{member.DoorSite: j.SignedIn.Secret, member.DoorAPI: token} {
			if _, err := h.Authenticate(t.Context(), door, member.Credential{Secret: secret}); !fault.Is(err, fault.Anonymous) {
				t.Errorf("%s is still open: %v", door, err)
			}
		}
	})
}

func TestChangingThePasswordEndsTheOtherSessionsAndKeepsThisOne(t *testing.T) {
	eachHouse(t, func(h *house) {
		j, ana := h.ana()
		other, err := h.SignIn(t.Context(), at("192.0.2.50"), "ana@grenoble.example", goodPassword)
		must(t, err)
		_, err = h.ChangePassword(t.Context(), ana, at("192.0.2.10"), "mauvaise phrase de passe", goodPassword+" bis")
		wantCode(t, err, fault.Invalid, "password_wrong")
		in, err := h.ChangePassword(t.Context(), ana, at("192.0.2.10"), goodPassword, goodPassword+" bis")
		must(t, err)
		for name, secret := range map[string]string{"the other": other.Secret, "the old secret": j.SignedIn.Secret} {
			if _, err := h.Authenticate(t.Context(), member.DoorSite, member.Credential{Secret: secret}); !fault.Is(err, fault.Anonymous) {
				t.Errorf("%s is open: %v", name, err)
			}
		}
		h.actor(in.Secret)
	})
}

// code works out the code an app would show.
func code(t *testing.T, setup member.TOTPSetup, now time.Time) string {
	t.Helper()
	secret := strings.ReplaceAll(setup.Secret, " ", "")
	if _, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret); err != nil {
		t.Fatal(err)
	}
	c, err := totp.GenerateCode(secret, now)
	must(t, err)
	return c
}

func TestAOneTimeCodeServesOnceHoweverManyPostIt(t *testing.T) {
	eachHouse(t, func(h *house) {
		_, ana := h.ana()
		setup, err := h.BeginTOTP(t.Context(), ana)
		must(t, err)
		_, _, err = h.ConfirmTOTP(t.Context(), ana, setup.Token, "123 456")
		wantCode(t, err, fault.Invalid, "code_wrong")
		in, recovery, err := h.ConfirmTOTP(t.Context(), ana, setup.Token, code(t, setup, h.clock.Now()))
		must(t, err)
		if len(recovery) != 10 || !h.actor(in.Secret).Strong {
			t.Fatalf("%d recovery codes", len(recovery))
		}
		h.clock.Advance(time.Minute)
		one := code(t, setup, h.clock.Now())
		var pending []string
		for i := range 4 {
			p, err := h.SignIn(t.Context(), at(fmt.Sprintf("192.0.2.%d", 60+i)), "ana@grenoble.example", goodPassword)
			must(t, err)
			if p.Secret != "" || p.Pending == "" {
				t.Fatalf("the password alone opened: %+v", p)
			}
			pending = append(pending, p.Pending)
		}
		var won atomic.Int64
		var wait sync.WaitGroup
		for _, p := range pending {
			wait.Go(func() {
				if in, err := h.SecondFactor(t.Context(), at("192.0.2.60"), p, one); err == nil && in.Session.Strong {
					won.Add(1)
				}
			})
		}
		wait.Wait()
		if won.Load() != 1 {
			t.Errorf("one code opened %d sessions", won.Load())
		}
		for i, want := range []bool{true, false} {
			h.clock.Advance(2 * time.Hour)
			p, err := h.SignIn(t.Context(), at("192.0.2.70"), "ana@grenoble.example", goodPassword)
			must(t, err)
			if _, err = h.SecondFactor(t.Context(), at("192.0.2.70"), p.Pending, strings.ToUpper(recovery[0])); (err == nil) != want {
				t.Errorf("recovery code, time %d: %v", i+1, err)
			}
		}
	})
}

func TestAnOfficeIsClosedUntilASecondFactorIsSetUp(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.office(member.Administrator, "admin@collectif.example")
		in, err := h.SignIn(t.Context(), at("192.0.2.10"), "admin@collectif.example", goodPassword)
		must(t, err)
		a := h.actor(in.Secret)
		if !in.MustEnrol || a.Organises() || a.Role != member.Applicant {
			t.Fatalf("acts as %+v", a)
		}
		setup, err := h.BeginTOTP(t.Context(), a)
		must(t, err)
		next, _, err := h.ConfirmTOTP(t.Context(), a, setup.Token, code(t, setup, h.clock.Now()))
		must(t, err)
		if a = h.actor(next.Secret); a.Role != member.Administrator {
			t.Fatalf("then acts as %+v", a)
		}
		wantCode(t, h.RemoveTOTP(t.Context(), a, at("192.0.2.10")), fault.Conflict, "second_factor_needed")
		h.clock.Advance(member.OfficeIdle + time.Second)
		if _, err := h.Authenticate(t.Context(), member.DoorSite, member.Credential{Secret: next.Secret}); !fault.Is(err, fault.Anonymous) {
			t.Errorf("an idle office stays open: %v", err)
		}
	})
}

func TestEachDoorTakesItsOwnCredentialsAndNoOther(t *testing.T) {
	eachHouse(t, func(h *house) {
		j, ana := h.ana()
		_, app, err := h.CreateSecret(t.Context(), ana, member.KindAppPassword, "Agenda", member.ScopeCalendar, 0)
		must(t, err)
		_, token, err := h.CreateSecret(t.Context(), ana, member.KindToken, "Script", member.ScopeRead, 0)
		must(t, err)
		const email = "ana@grenoble.example"
		for _, c := range []struct {
			door         member.Door
			user, secret string
			opens        bool
		}{
			{member.DoorSite, "", j.SignedIn.Secret, true}, {member.DoorSite, "", token, false}, {member.DoorSite, "", app, false},
			{member.DoorAPI, "", j.SignedIn.Secret, true}, {member.DoorAPI, "", token, true}, {member.DoorAPI, "", app, false},
			{member.DoorAPI, "", goodPassword, false},
			{member.DoorCalendar, email, app, true}, {member.DoorCalendar, email, strings.ToUpper(strings.ReplaceAll(app, "-", " ")), true},
			{member.DoorCalendar, "bea@grenoble.example", app, false}, {member.DoorCalendar, email, goodPassword, false},
			{member.DoorCalendar, email, token, false}, {member.DoorCalendar, email, j.SignedIn.Secret, false},
		} {
			a, err := h.Authenticate(t.Context(), c.door, member.Credential{User: c.user, Secret: c.secret})
			if (err == nil) != c.opens || err != nil && !fault.Is(err, fault.Anonymous) {
				t.Errorf("%s with %.8s…: %+v, %v", c.door, c.secret, a, err)
			}
		}
		a, err := h.Authenticate(t.Context(), member.DoorAPI, member.Credential{Secret: token})
		must(t, err)
		if a.Scope != member.ScopeRead || a.Via != member.ViaToken || a.Role != member.Referent {
			t.Errorf("the token acts as %+v", a)
		}
	})
}

func TestADisabledAccountIsOutOfEveryDoorWithinASecondOnEveryReplica(t *testing.T) {
	eachHouse(t, func(h *house) {
		j, ana := h.ana()
		_, app, err := h.CreateSecret(t.Context(), ana, member.KindAppPassword, "Agenda", member.ScopeCalendar, 0)
		must(t, err)
		_, token, err := h.CreateSecret(t.Context(), ana, member.KindToken, "Script", member.ScopeAll, 0)
		must(t, err)
		replica := newHouse(t, h.db, h.clock)
		open := func(room *house) (n int) {
			for _, c := range []struct {
				door member.Door
				c    member.Credential
			}{{member.DoorSite, member.Credential{Secret: j.SignedIn.Secret}}, {member.DoorAPI, member.Credential{Secret: token}},
				{member.DoorAPI, member.Credential{Secret: j.SignedIn.Secret}},
				{member.DoorCalendar, member.Credential{User: "ana@grenoble.example", Secret: app}}} {
				if _, err := room.Authenticate(t.Context(), c.door, c.c); err == nil {
					n++
				}
			}
			return n
		}
		if open(h) != 4 || open(replica) != 4 {
			t.Fatal("a door was closed")
		}
		organiser := h.office(member.Organiser, "orga@collectif.example")
		must(t, h.DisableAccount(t.Context(), organiser, ana.Account, "Départ signalé par la mairie."))
		if n := open(h); n != 0 {
			t.Errorf("%d doors open where it was done", n)
		}
		h.clock.Advance(time.Second + time.Millisecond)
		if n := open(replica); n != 0 {
			t.Errorf("%d doors open on the replica after a second", n)
		}
		_, err = h.SignIn(t.Context(), at("192.0.2.80"), "ana@grenoble.example", goodPassword)
		wantCode(t, err, fault.Anonymous, "sign_in_refused")
		must(t, h.ForgotPassword(t.Context(), at("192.0.2.81"), "ana@grenoble.example"))
		for _, m := range h.letters() {
			if m.Letter == "reset_password" {
				t.Error("a disabled account may reset its password")
			}
		}
	})
}

func TestASensitiveActAsksWhoItIsAgainAfterAQuarterOfAnHour(t *testing.T) {
	eachHouse(t, func(h *house) {
		j, _ := h.ana()
		h.clock.Advance(member.FreshFor + time.Second)
		ana := h.actor(j.SignedIn.Secret)
		_, _, err := h.CreateSecret(t.Context(), ana, member.KindToken, "Script", member.ScopeAll, 0)
		wantCode(t, err, fault.Forbidden, "sign_in_again")
		must(t, h.ProveAgain(t.Context(), ana, at("192.0.2.10"), goodPassword))
		_, _, err = h.CreateSecret(t.Context(), h.actor(j.SignedIn.Secret), member.KindToken, "Script", member.ScopeAll, 0)
		must(t, err)
	})
}

func TestASessionDumpOpensNothing(t *testing.T) {
	testkit.EachDBAt(t, store.Config{Directory: directory}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		h := newHouse(t, db, clock)
		j, _ := h.ana()
		s, err := db.SessionsOf(t.Context(), j.Account.ID)
		must(t, err)
		for _, stored := range []string{s[0].Hash, s[0].ID} {
			if _, err := h.Authenticate(t.Context(), member.DoorSite, member.Credential{Secret: stored}); !fault.Is(err, fault.Anonymous) {
				t.Errorf("what the database holds opens a door: %v", err)
			}
		}
	})
}
