// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"maillage/internal/fault"
	"maillage/internal/member"
)

const (
	anaEmail    = "ana@grenoble.example"
	badPassword = "mauvaise phrase de passe"
)

func TestKnownAndUnknownAccountsCostAsManyHashes(t *testing.T) {
	eachQuick(t, func(h *house, c *counting) {
		h.ana()
		ana := h.office(member.Organiser, "sans@collectif.example")
		must(t, h.DisableAccount(t.Context(), h.office(member.Administrator, "a@collectif.example"), ana.Account, "Parti."))
		for i, email := range []string{anaEmail, "nobody@grenoble.example", "pas une adresse", "sans@collectif.example"} {
			for _, pass := range []string{badPassword, "", "\x00", "court"} {
				before := c.looked.Load()
				_, err := h.SignIn(t.Context(), at(fmt.Sprintf("192.0.2.%d", i)), email, pass)
				wantCode(t, err, fault.Anonymous, "sign_in_refused")
				if n := c.looked.Load() - before; n != 1 {
					t.Errorf("%s with %q cost %d hashes", email, pass, n)
				}
			}
			_, err := h.SignIn(t.Context(), at("192.0.2.200"), email, badPassword)
			wantCode(t, err, fault.Anonymous, "sign_in_refused")
			_, err = h.SignIn(t.Context(), at("192.0.2.201"), email, badPassword)
			wantCode(t, err, fault.TooMany, "too_many_tries")
			if w := member.Waiting(err); w != time.Minute {
				t.Errorf("%s: the fifth failure waits %s", email, w)
			}
		}
	})
}

func TestOneUnreadableAddressDoesNotLockAnother(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		for i := range 6 {
			_, err := h.SignIn(t.Context(), at("192.0.2.1"), fmt.Sprintf("pas une adresse %d", i), badPassword)
			wantCode(t, err, fault.Anonymous, "sign_in_refused")
		}
	})
}

// TestOfAHundredAndTwentyGuessesTwentyFiveAreVerified also opens the room a second time over the same
// database half way, and a third time after: what was counted is counted.
func TestOfAHundredAndTwentyGuessesTwentyFiveAreVerified(t *testing.T) {
	eachQuick(t, func(h *house, c *counting) {
		j, _ := h.ana()
		c.looked.Store(0)
		rooms := []*house{h, newHouse(t, h.db, h.clock, c.use)}
		guess := func(n int) {
			var all sync.WaitGroup
			for i := range n {
				all.Go(func() {
					_, err := rooms[i%len(rooms)].SignIn(t.Context(), at(fmt.Sprintf("203.0.113.%d", i)), anaEmail, badPassword)
					if !fault.Is(err, fault.Anonymous) && !fault.Is(err, fault.TooMany) {
						t.Errorf("got %v", err)
					}
				})
			}
			all.Wait()
		}
		guess(60)
		rooms = []*house{newHouse(t, h.db, h.clock, c.use)}
		guess(60)
		for range 24 {
			h.clock.Advance(59 * time.Minute)
			guess(5)
		}
		if n := c.looked.Load(); n > 25 || n < 20 {
			t.Errorf("%d guesses were verified in a day", n)
		}
		v := at("203.0.113.1")
		v.Device = j.SignedIn.Device
		must1(h.SignIn(t.Context(), v, anaEmail, goodPassword))(t)
	})
}

func TestGuessesFromAKnownDeviceStopThePasswordTooInTheEnd(t *testing.T) {
	eachQuick(t, func(h *house, c *counting) {
		j, _ := h.ana()
		v := at("192.0.2.1")
		v.Device = j.SignedIn.Device
		c.looked.Store(0)
		for range 24 * 6 {
			h.clock.Advance(time.Hour)
			_, err := h.SignIn(t.Context(), v, anaEmail, badPassword)
			if !fault.Is(err, fault.Anonymous) && !fault.Is(err, fault.TooMany) {
				t.Fatalf("got %v", err)
			}
		}
		h.clock.Advance(25 * time.Hour)
		_, err := h.SignIn(t.Context(), v, anaEmail, goodPassword)
		wantCode(t, err, fault.Anonymous, "sign_in_refused")
		locked := 0
		for _, m := range h.letters() {
			if m.Letter == "account_locked" {
				locked++
			}
		}
		if locked != 1 {
			t.Errorf("told %d times", locked)
		}
	})
}

func TestAnAddressIsSlowedDownWhateverAccountsItTries(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		for i := range 21 {
			_, err := h.SignIn(t.Context(), at(fmt.Sprintf("2001:db8::%d", i)), fmt.Sprintf("p%d@grenoble.example", i), badPassword)
			want := fault.Anonymous
			if i == 20 {
				want = fault.TooMany
			}
			if !fault.Is(err, want) {
				t.Errorf("try %d from one /64: %v", i+1, err)
			}
		}
		must(t, h.expect(at("2001:db8:0:1::1"), fault.Anonymous))
	})
}

// expect signs a stranger in and returns an error unless it is refused in that way.
func (h *house) expect(v member.Visit, kind fault.Kind) error {
	_, err := h.SignIn(h.t.Context(), v, "nobody@grenoble.example", badPassword)
	if fault.Is(err, kind) {
		return nil
	}
	return fmt.Errorf("not %s: %w", kind, err)
}

func TestMailAskedForByStrangersIsBoundedTheSameWayWhoeverLivesThere(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		h.ana()
		h.clock.Advance(2 * time.Hour)
		for i, email := range []string{anaEmail, "nobody@grenoble.example"} {
			for n := range 4 {
				err := h.ForgotPassword(t.Context(), at(fmt.Sprintf("192.0.2.%d", 10*i+n)), email)
				if n < 3 {
					must(t, err)
					continue
				}
				wantCode(t, err, fault.TooMany, "too_many_tries")
			}
		}
		for n := range 11 {
			err := h.ForgotPassword(t.Context(), at("198.51.100.1"), fmt.Sprintf("p%d@grenoble.example", n))
			if fault.Is(err, fault.TooMany) != (n == 10) {
				t.Errorf("message %d asked for from one address: %v", n+1, err)
			}
		}
	})
}

func TestAWaitIsWhatTheLimitSays(t *testing.T) {
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		limit, now := member.AccountLimit(), start
		var a member.Attempts
		var taken []time.Time
		row := 0
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 7200), 1, 120).Draw(t, "seconds") {
			now = now.Add(time.Duration(step) * time.Second)
			if a.Wait(limit, now) > 0 {
				continue
			}
			a = a.Take(limit, now)
			row++
			taken = append(taken, now)
			if rapid.IntRange(0, 9).Draw(t, "outcome") == 0 {
				a, row, taken = a.Succeed(), 0, taken[:len(taken)-1]
			}
			in := 0
			for _, at := range taken {
				if now.Sub(at) < 24*time.Hour {
					in++
				}
			}
			if in > 25 {
				t.Fatalf("%d tries in a day", in)
			}
			wait := a.Wait(limit, now)
			if row <= 4 && in < 25 && wait != 0 {
				t.Fatalf("failure %d waits %s", row, wait)
			}
			if want := min(time.Minute<<min(max(row-5, 0), 10), time.Hour); row > 4 && wait < want {
				t.Fatalf("failure %d waits %s, want %s", row, wait, want)
			}
			if wait > 24*time.Hour {
				t.Fatalf("waits %s", wait)
			}
			if a.Wait(limit, now.Add(wait)) != 0 {
				t.Fatal("still waits once it has waited")
			}
		}
	})
}
