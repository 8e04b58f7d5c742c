// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

var _ member.Store = (*store.DB)(nil)

// body is an organisation of these tests.
const body = "0193b2c0-0000-7000-8000-00000000b0d1"

func addBody(t *testing.T, db *store.DB, id, slug string) {
	t.Helper()
	at := testkit.Epoch()
	must(t, db.Restore(t.Context(), &registry.Batch{Organisations: []registry.Known[registry.OrganisationFacts]{{
		Entity: registry.Entity{ID: registry.ID(id), Slug: registry.Slug(slug), Rev: 1, CreatedAt: at, UpdatedAt: at},
		Facts:  registry.OrganisationFacts{Name: slug},
	}}}))
}

func person(id, email string) member.Account {
	return member.Account{ID: member.AccountID(id), Email: email, Name: "Zoé Martin", Function: "DSI", Interests: []string{"ged"},
		Rhythm: member.WeekDigest, Lang: "fr", State: member.Active, CreatedAt: testkit.Epoch(), UpdatedAt: testkit.Epoch()}
}

func addPerson(t *testing.T, db *store.DB, id, email string) member.Account {
	t.Helper()
	a := person(id, email)
	must(t, db.SaveAccount(t.Context(), a))
	return a
}

// same compares what was written with what is read.
func same[T any](t *testing.T, want T, got T, err error) {
	t.Helper()
	must(t, err)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%T is not read as it was written:\n%s", want, d)
	}
}

// wantCode checks the kind and code of a fault.
func wantCode(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || !strings.HasPrefix(err.Error(), code+" (") {
		t.Errorf("got %v, want %s, %v", err, code, kind)
	}
}

// together calls fn n times at once and returns how many calls reported success.
func together(n int, fn func(i int) bool) int64 {
	var wg sync.WaitGroup
	var ok atomic.Int64
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			if fn(i) {
				ok.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	return ok.Load()
}

// eachPair runs fn on both databases, each opened twice: two replicas of one instance.
func eachPair(t *testing.T, fn func(t *testing.T, dbs [2]*store.DB)) {
	t.Helper()
	pair := func(cfg func(t *testing.T) store.Config) func(*testing.T) {
		return func(t *testing.T) {
			t.Parallel()
			cfg, dbs := cfg(t), [2]*store.DB{}
			for i := range dbs {
				db, err := store.Open(t.Context(), cfg)
				must(t, err)
				t.Cleanup(func() { must(t, db.Close()) })
				dbs[i] = db
			}
			_, err := dbs[0].Migrate(t.Context())
			must(t, err)
			fn(t, dbs)
		}
	}
	t.Run("sqlite", pair(func(t *testing.T) store.Config {
		return store.Config{Path: filepath.Join(t.TempDir(), "pair.db")}
	}))
	if testkit.OnPostgres() {
		t.Run("postgres", pair(func(t *testing.T) store.Config { return store.Config{URL: testkit.PostgresDatabase(t)} }))
	}
}

func TestAnAccountIsReadAsItWasWritten(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		a := person("a1", "Zoe.Martin@exemple.fr")
		a.Office, a.DisabledFor, a.Password, a.PasswordAt = member.Organiser, "?", "$argon2id$x", testkit.Epoch()
		a.MustChange, a.PasswordOff, a.Handle, a.SeenAt = true, true, []byte{0, 1, 255}, testkit.Epoch()
		must(t, db.SaveAccount(t.Context(), a))
		got, err := db.AccountByEmail(t.Context(), "zoe.martin@exemple.fr")
		same(t, a, got, err)
		got, err = db.AccountByHandle(t.Context(), a.Handle)
		same(t, a, got, err)
		// Saved again, every field may go back to nothing.
		a.Office, a.DisabledFor, a.Password, a.PasswordAt = "", "", "", time.Time{}
		a.MustChange, a.PasswordOff, a.Handle, a.Interests, a.SeenAt = false, false, nil, nil, time.Time{}
		must(t, db.SaveAccount(t.Context(), a))
		got, err = db.AccountByID(t.Context(), a.ID)
		same(t, a, got, err)
	})
}

func TestAnAddressBelongsToOneAccountWhateverItsCase(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		addPerson(t, db, "a1", "zoe@exemple.fr") // neither has a passkey handle, and that is no conflict
		addPerson(t, db, "a2", "ana@exemple.fr")
		wantCode(t, db.SaveAccount(t.Context(), person("a3", "ZOE@exemple.fr")), fault.Conflict, "email_taken")
		if _, err := db.AccountByID(t.Context(), "a3"); !fault.Is(err, fault.Missing) {
			t.Errorf("the refused account is there: %v", err)
		}
		must(t, db.ErasePerson(t.Context(), member.Erasure{Account: "a1", At: testkit.Epoch()}))
		must(t, db.SaveAccount(t.Context(), person("a3", "ZOE@exemple.fr")))
	})
}

func TestAccountsAreListedByNameOrAddress(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		for i, email := range []string{"zoe.martin@exemple.fr", "ana@ville.fr", "gone@ville.fr"} {
			a := person(fmt.Sprint("a", i), email)
			a.Name = []string{"Zoé Martin", "Ana Éluard", "Gone"}[i]
			must(t, db.SaveAccount(t.Context(), a))
		}
		must(t, db.ErasePerson(t.Context(), member.Erasure{Account: "a2", At: testkit.Epoch()}))
		for q, want := range map[string]string{"": "a0 a1", "eluard": "a1", "zoe martin": "a0", "ville fr": "a1", "gone": "", "%": "a0 a1"} {
			list, err := db.ListAccounts(t.Context(), strings.Trim(q, "%"), "", 10)
			must(t, err)
			ids := ""
			for _, a := range list {
				ids += " " + string(a.ID)
			}
			if strings.TrimSpace(ids) != want {
				t.Errorf("%q finds %q, want %q", q, ids, want)
			}
		}
		page, err := db.ListAccounts(t.Context(), "", "a0", 1)
		must(t, err)
		if len(page) != 1 || page[0].ID != "a1" {
			t.Errorf("the page after the first: %v", page)
		}
	})
}

func TestALockedAccountIsChangedByOneAtATime(t *testing.T) {
	eachPair(t, func(t *testing.T, dbs [2]*store.DB) {
		addPerson(t, dbs[0], "a1", "zoe@exemple.fr")
		const n = 24
		done := together(n, func(i int) bool {
			db := dbs[i%2]
			err := db.InTx(t.Context(), func(ctx context.Context) error {
				a, err := db.LockAccount(ctx, "a1")
				if err != nil {
					return err
				}
				a.Function += "x"
				return db.SaveAccount(ctx, a)
			})
			if err != nil {
				t.Errorf("change: %v", err)
			}
			return err == nil
		})
		a, err := dbs[1].AccountByID(t.Context(), "a1")
		must(t, err)
		if got := strings.Count(a.Function, "x"); done != n || got != n {
			t.Errorf("of %d changes %d were kept", done, got)
		}
		if _, err := dbs[0].LockAccount(t.Context(), "a1"); err == nil {
			t.Error("an account was locked outside any transaction: the lock would be gone at once")
		}
	})
}

func TestADayOfVisitIsNeverMovedBackNorNotedOfTheErased(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		addPerson(t, db, "a1", "zoe@exemple.fr")
		day := testkit.Epoch()
		must(t, db.SawAccount(t.Context(), "a1", day))
		must(t, db.SawAccount(t.Context(), "a1", day.Add(-24*time.Hour)))
		a, err := db.AccountByID(t.Context(), "a1")
		must(t, err)
		if !a.SeenAt.Equal(day) {
			t.Errorf("seen %v, want %v", a.SeenAt, day)
		}
		must(t, db.ErasePerson(t.Context(), member.Erasure{Account: "a1", At: day}))
		must(t, db.SawAccount(t.Context(), "a1", day))
		if a, err = db.AccountByID(t.Context(), "a1"); err != nil || !a.SeenAt.IsZero() {
			t.Errorf("an erased account was seen on %v (%v)", a.SeenAt, err)
		}
	})
}

func TestAPersonIsLiveInABodyOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, dbs [2]*store.DB) {
		addBody(t, dbs[0], body, "rennes")
		addPerson(t, dbs[0], "a1", "zoe@exemple.fr")
		ask := func(i int) member.Membership {
			return member.Membership{ID: fmt.Sprintf("m%02d", i), Account: "a1", Organisation: body, Role: member.Agent, State: member.Pending,
				AskedAt: testkit.Epoch()}
		}
		n := together(10, func(i int) bool {
			err := dbs[i%2].SaveMembership(t.Context(), ask(i))
			if err != nil {
				wantCode(t, err, fault.Conflict, "already_member")
			}
			return err == nil
		})
		if n != 1 {
			t.Fatalf("%d requests are live at once", n)
		}
		ms, err := dbs[0].MembersOf(t.Context(), body, member.Pending)
		must(t, err)
		m := ms[0]
		m.State, m.Role, m.Proof, m.Reason = member.Ended, member.Referent, member.ByDecision, "?"
		m.DecidedBy, m.DecidedAt, m.EndedAt = "account:a9", testkit.Epoch(), testkit.Epoch()
		must(t, dbs[0].SaveMembership(t.Context(), m))
		got, err := dbs[1].MembershipByID(t.Context(), m.ID)
		same(t, m, got, err)
		must(t, dbs[0].SaveMembership(t.Context(), ask(90)))
		if all, err := dbs[0].MembershipsOf(t.Context(), "a1"); err != nil || len(all) != 2 {
			t.Errorf("memberships: %v, %v", all, err)
		}
		if waiting, err := dbs[0].PendingMemberships(t.Context(), "m90", 5); err != nil || len(waiting) != 0 {
			t.Errorf("after the last request comes %v (%v)", waiting, err)
		}
		elsewhere := ask(91)
		elsewhere.Organisation = "nowhere"
		wantCode(t, dbs[0].SaveMembership(t.Context(), elsewhere), fault.Conflict, "still_referenced")
	})
}

// TestWhatNoDatabaseCanHoldIsMissing: PostgreSQL refuses to look for a NUL or broken UTF-8, which
// strangers put into addresses.
func TestWhatNoDatabaseCanHoldIsMissing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for _, odd := range []string{"a\x00b", "\xff"} {
			lookups := map[string]error{
				"end session": db.EndSession(ctx, "a1", odd, testkit.Epoch()), "revoke secret": db.RevokeSecret(ctx, "a1", odd, testkit.Epoch()),
				"drop passkey": db.DropPasskey(ctx, "a1", odd), "drop identity": db.DropIdentity(ctx, "a1", "iss", odd),
			}
			_, lookups["account"] = db.AccountByID(ctx, member.AccountID(odd))
			_, lookups["e-mail"] = db.AccountByEmail(ctx, odd)
			_, lookups["membership"] = db.MembershipByID(ctx, odd)
			_, lookups["challenge"] = db.ChallengeByID(ctx, odd)
			_, lookups["session"] = db.SessionByHash(ctx, odd)
			_, lookups["secret"] = db.SecretByHash(ctx, odd)
			_, lookups["identity"] = db.IdentityBy(ctx, "iss", odd)
			for what, err := range lookups {
				if !fault.Is(err, fault.Missing) {
					t.Errorf("%s %q: %v", what, odd, err)
				}
			}
			if list, err := db.ListAccounts(ctx, odd, "", 5); err != nil || len(list) != 0 {
				t.Errorf("accounts %q: %v, %v", odd, list, err)
			}
			if list, err := db.PendingMemberships(ctx, odd, 5); err != nil || len(list) != 0 {
				t.Errorf("requests %q: %v, %v", odd, list, err)
			}
			if list, err := db.AccountsByID(ctx, member.AccountID(odd)); err != nil || len(list) != 0 {
				t.Errorf("accounts by id %q: %v, %v", odd, list, err)
			}
		}
	})
}
