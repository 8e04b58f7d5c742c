// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// allowed is how many of n tries at one instant a limit lets through, tried one after the other.
func allowed(n int, l member.Limit, now time.Time) (ok int64) {
	var a member.Attempts
	for range n {
		if a.Wait(l, now) == 0 {
			a, ok = a.Take(l, now), ok+1
		}
	}
	return ok
}

// TestGuessesAtOnceAreCountedOneByOne is the attack a counter is for: a hundred guesses sent together,
// to two replicas, before any has failed.
func TestGuessesAtOnceAreCountedOneByOne(t *testing.T) {
	eachPair(t, func(t *testing.T, dbs [2]*store.DB) {
		const n = 120
		now := testkit.Epoch()
		for name, limit := range map[string]member.Limit{"account": member.AccountLimit(), "mail": member.MailLimit()} {
			want := allowed(n, limit, now)
			got := together(n, func(i int) bool {
				wait, _, err := dbs[i%2].TakeAttempt(t.Context(), name, limit, now)
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				return err == nil && wait == 0
			})
			if got != want || want == 0 || want == n {
				t.Errorf("%s: %d of %d tries went through, the limit lets %d", name, got, n, want)
			}
		}
	})
}

func TestACounterIsKeptAsItsRulesSay(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		limit, now := member.AccountLimit(), testkit.Epoch()
		var model member.Attempts
		for i := range 40 {
			now = now.Add(7*time.Minute + 123456789*time.Nanosecond) // finer than what databases keep
			at := now.Truncate(time.Microsecond)
			want := model.Wait(limit, at)
			if want == 0 {
				model = model.Take(limit, at)
			}
			wait, a, err := db.TakeAttempt(t.Context(), "k", limit, at)
			must(t, err)
			if wait != want || a.InARow != model.InARow || len(a.Recent) != len(model.Recent) {
				t.Fatalf("try %d: waits %v with %d in a row and %d of the day, want %v with %d and %d", i, wait, a.InARow, len(a.Recent),
					want, model.InARow, len(model.Recent))
			}
			if i%9 == 8 && want == 0 {
				model = model.Succeed()
				must(t, db.SucceedAttempt(t.Context(), "k"))
			}
		}
		must(t, db.ForgetAttempts(t.Context(), "k"))
		if _, a, err := db.TakeAttempt(t.Context(), "k", limit, now); err != nil || a.InARow != 1 {
			t.Errorf("after it was forgotten a counter stands at %d (%v)", a.InARow, err)
		}
	})
}

// TestATryIsCountedBeforeAnyTransaction: inside one, SQLite would wait for itself until its time is
// out, and a rollback would take the count back on PostgreSQL.
func TestATryIsCountedBeforeAnyTransaction(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		boom := errors.New("boom")
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			if _, _, err := db.TakeAttempt(ctx, "k", member.AccountLimit(), testkit.Epoch()); err == nil {
				t.Error("a try was counted inside a transaction")
			}
			if err := db.SucceedAttempt(ctx, "k"); err == nil {
				t.Error("a success was counted inside a transaction")
			}
			if _, err := db.TryCode(ctx, "c", testkit.Epoch()); err == nil || fault.Is(err, fault.Missing) {
				t.Errorf("a code was tried inside a transaction: %v", err)
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("the transaction itself: %v", err)
		}
		_, a, err := db.TakeAttempt(t.Context(), "k", member.AccountLimit(), testkit.Epoch())
		if err != nil || a.InARow != 1 {
			t.Errorf("then the first try is number %d (%v)", a.InARow, err)
		}
	})
}

func challenge(id string) member.Challenge {
	at := testkit.Epoch()
	return member.Challenge{ID: id, Purpose: member.ForSignup, Email: "Zoe@exemple.fr", Data: []byte(`{"body":"x"}`), Serial: 1,
		CodeExpiresAt: at.Add(member.CodeTTL), CreatedAt: at, ExpiresAt: at.Add(member.ConfirmTTL)}
}

func TestOfFiftyGuessesAtACodeFiveAreHeard(t *testing.T) {
	eachPair(t, func(t *testing.T, dbs [2]*store.DB) {
		must(t, dbs[0].AddChallenge(t.Context(), challenge("c1")))
		now := testkit.Epoch()
		try := func(i int) bool {
			_, err := dbs[i%2].TryCode(t.Context(), "c1", now)
			if err != nil && !fault.Is(err, fault.Missing) {
				t.Errorf("try: %v", err)
			}
			return err == nil
		}
		if n := together(50, try); n != member.CodeTries {
			t.Errorf("%d guesses were heard", n)
		}
		c, err := dbs[1].RenewCode(t.Context(), "c1", now.Add(2*member.CodeTTL))
		must(t, err)
		if c.Serial != 2 || c.Tries != 0 || !c.CodeExpiresAt.Equal(now.Add(2*member.CodeTTL)) {
			t.Errorf("the next code: %+v", c)
		}
		if n := together(50, try); n != member.CodeTries {
			t.Errorf("%d guesses were heard at the next code", n)
		}
		_, err = dbs[0].RenewCode(t.Context(), "c1", now.Add(member.CodeTTL))
		must(t, err)
		now = now.Add(member.CodeTTL)
		if try(0) {
			t.Error("a code was heard when its time was over")
		}
	})
}

func TestOfFiftyAtOnceOneUsesAThingThatIsUsedOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, dbs [2]*store.DB) {
		ctx, at := t.Context(), testkit.Epoch()
		addPerson(t, dbs[0], "a1", "zoe@exemple.fr")
		must(t, dbs[0].AddChallenge(ctx, challenge("c1")))
		must(t, dbs[0].SaveTOTP(ctx, member.TOTP{Account: "a1", Sealed: "s", LastStep: 7, CreatedAt: at}))
		must(t, dbs[0].SetRecoveryCodes(ctx, "a1", []string{"h1", "h2"}, at))
		for what, use := range map[string]func(db *store.DB) (bool, error){
			"a challenge": func(db *store.DB) (bool, error) {
				err := db.UseChallenge(ctx, "c1", at)
				if fault.Is(err, fault.Missing) {
					return false, nil
				}
				return err == nil, err
			},
			"a one-time code": func(db *store.DB) (bool, error) { return db.UseTOTPStep(ctx, "a1", 8) },
			"a recovery code": func(db *store.DB) (bool, error) { return db.UseRecoveryCode(ctx, "a1", "h1", at) },
		} {
			n := together(50, func(i int) bool {
				ok, err := use(dbs[i%2])
				if err != nil {
					t.Errorf("%s: %v", what, err)
				}
				return ok
			})
			if n != 1 {
				t.Errorf("%s was used %d times", what, n)
			}
		}
		if ok, err := dbs[0].UseTOTPStep(ctx, "a1", 7); ok || err != nil {
			t.Errorf("an earlier step was taken: %v, %v", ok, err)
		}
		if left, err := dbs[0].RecoveryCodesLeft(ctx, "a1"); left != 1 || err != nil {
			t.Errorf("%d recovery codes left (%v)", left, err)
		}
		must(t, dbs[0].AddChallenge(ctx, challenge("c2")))
		if err := dbs[0].UseChallenge(ctx, "c2", at.Add(member.ConfirmTTL)); !fault.Is(err, fault.Missing) {
			t.Errorf("a challenge was used after its time: %v", err)
		}
	})
}

func TestChallengesAreFoundByWhomTheyAreFor(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		ctx, now := t.Context(), testkit.Epoch()
		add := func(id string, p member.Purpose, account member.AccountID, organisation string) member.Challenge {
			c := challenge(id)
			c.Purpose, c.Account, c.Organisation = p, account, organisation
			must(t, db.AddChallenge(ctx, c))
			return c
		}
		signup, reset := add("c1", member.ForSignup, "", ""), add("c2", member.ForReset, "a1", "")
		add("c3", member.ForInvitation, "", "b1")
		add("c4", member.ForInvitation, "", "b2")
		got, err := db.ChallengesOf(ctx, member.ForSignup, "", "zoe@exemple.fr", now)
		same(t, []member.Challenge{signup}, got, err)
		got, err = db.ChallengesOf(ctx, member.ForReset, "a1", "", now)
		same(t, []member.Challenge{reset}, got, err)
		if got, err = db.ChallengesOf(ctx, member.ForReset, "a1", "", now.Add(member.ConfirmTTL)); err != nil || len(got) != 0 {
			t.Errorf("open after their time: %v, %v", got, err)
		}
		for organisation, want := range map[string]string{"": "c4 c3 ", "b1": "c3 ", "b3": ""} {
			cs, err := db.InvitationsOf(ctx, organisation, now)
			must(t, err)
			ids := ""
			for _, c := range cs {
				ids += fmt.Sprint(c.ID, " ")
			}
			if ids != want {
				t.Errorf("invitations into %q: %q, want %q", organisation, ids, want)
			}
		}
		must(t, db.SetChallenge(ctx, "c2", []byte(`{"n":2}`)))
		if c, err := db.ChallengeByID(ctx, "c2"); err != nil || string(c.Data) != `{"n":2}` {
			t.Errorf("set to %s (%v)", c.Data, err)
		}
		must(t, db.DropChallenges(ctx, "", member.ForSignup)) // nobody's is not everybody's
		must(t, db.DropChallenges(ctx, "a1", member.ForReset, member.ForTOTP))
		must(t, db.DropChallenge(ctx, "c4"))
		for id, there := range map[string]bool{"c1": true, "c2": false, "c3": true, "c4": false} {
			if _, err := db.ChallengeByID(ctx, id); fault.Is(err, fault.Missing) == there {
				t.Errorf("%s: %v, want it there: %v", id, err, there)
			}
		}
	})
}
