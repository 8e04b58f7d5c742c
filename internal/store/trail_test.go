// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

var trailKey = []byte("a key that is kept elsewhere")

func line(i int) member.TrailEntry {
	return member.TrailEntry{ID: fmt.Sprintf("t%05d", i), At: testkit.Epoch(), Actor: "account:a1", Action: "sign_in", Kind: "session",
		Object: "s1", Detail: []byte(`{"method":"passkey"}`)}
}

func write(t *testing.T, db *store.DB, from, to int) {
	t.Helper()
	must(t, db.InTx(t.Context(), func(ctx context.Context) error {
		for i := from; i < to; i++ {
			if err := db.Audit(ctx, line(i)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// eachTrail runs fn on a keyed trail of ten lines, on both databases.
func eachTrail(t *testing.T, fn func(t *testing.T, db *store.DB)) {
	t.Helper()
	testkit.EachDBWith(t, store.Config{TrailKey: trailKey}, func(t *testing.T, db *store.DB) {
		write(t, db, 1, 4)
		must(t, db.Restore(t.Context(), &registry.Batch{Audit: []registry.AuditEntry{{ID: "r4", At: testkit.Epoch(), Actor: "token:1",
			ActorName: "Moissonneur", Action: "revise", Kind: registry.KindSoftware, Object: "x", Source: "sill",
			Before: []byte(`{"a":1}`), After: []byte(`{"a":2}`)}}}))
		write(t, db, 5, 11)
		wantProblems(t, db)
		fn(t, db)
	})
}

// wantProblems verifies the trail and compares what it tells, as "seq problem".
func wantProblems(t *testing.T, db *store.DB, want ...string) store.TrailReport {
	t.Helper()
	report, err := db.VerifyTrail(t.Context())
	must(t, err)
	var got []string
	for _, p := range report.Problems {
		got = append(got, fmt.Sprint(p.Seq, " ", p.What))
	}
	if d := cmp.Diff(want, got); d != "" || report.Wrong != int64(len(want)) {
		t.Errorf("what is wrong with the trail (%d things):\n%s", report.Wrong, d)
	}
	return report
}

func tamper(t *testing.T, db *store.DB, query string, args ...any) {
	t.Helper()
	n, err := store.Exec(t.Context(), db, query, args...)
	must(t, err)
	if n == 0 {
		t.Fatalf("%s changed nothing", query)
	}
}

func TestALineChangedInAnyOfItsFieldsIsTold(t *testing.T) {
	eachTrail(t, func(t *testing.T, db *store.DB) {
		for _, field := range []string{"actor", "actor_name", "action", "kind", "object_id", "source", "before", "after", "id"} {
			tamper(t, db, "UPDATE audit_entries SET "+field+" = "+field+" || 'x' WHERE seq = 4")
			wantProblems(t, db, "4 changed")
			tamper(t, db, "UPDATE audit_entries SET "+field+" = substr("+field+", 1, length("+field+") - 1) WHERE seq = 4")
			wantProblems(t, db)
		}
		tamper(t, db, "UPDATE audit_entries SET at = ? WHERE seq = 4", testkit.Epoch().Add(1000))
		wantProblems(t, db, "4 changed")
		tamper(t, db, "UPDATE audit_entries SET at = ? WHERE seq = 4", testkit.Epoch())
		// What leaves one field and enters the next is a change too.
		tamper(t, db, "UPDATE audit_entries SET action = 'sign_ins', kind = 'ession' WHERE seq = 2")
		wantProblems(t, db, "2 changed")
	})
}

func TestALineMovedRemovedOrCutOffIsTold(t *testing.T) {
	eachTrail(t, func(t *testing.T, db *store.DB) {
		swap := func() {
			tamper(t, db, "UPDATE audit_entries SET seq = 99 WHERE seq = 2")
			tamper(t, db, "UPDATE audit_entries SET seq = 2 WHERE seq = 3")
			tamper(t, db, "UPDATE audit_entries SET seq = 3 WHERE seq = 99")
		}
		swap()
		wantProblems(t, db, "2 changed", "3 changed", "4 changed")
		swap()
		wantProblems(t, db)
		tamper(t, db, "UPDATE audit_entries SET seq = 0 WHERE seq = 6") // as if it were from before the chain
		wantProblems(t, db, "7 missing")
		tamper(t, db, "DELETE FROM audit_entries WHERE seq = 0")
		whole := wantProblems(t, db, "7 missing")
		tamper(t, db, "DELETE FROM audit_entries WHERE seq >= 9")
		wantProblems(t, db, "7 missing", "9 truncated")
		// Cut short with its head, the trail looks whole: only a head noted elsewhere tells.
		tamper(t, db, "UPDATE audit_heads SET seq = 8, mark = (SELECT mark FROM audit_entries WHERE seq = 8)")
		if short := wantProblems(t, db, "7 missing"); short.Head == whole.Head || short.Seq == whole.Seq {
			t.Errorf("the head does not tell: %+v", short)
		}
		tamper(t, db, "UPDATE audit_heads SET mark = 'x'")
		wantProblems(t, db, "7 missing", "8 head")
		tamper(t, db, "UPDATE audit_heads SET seq = 7, mark = (SELECT mark FROM audit_entries WHERE seq = 7)")
		wantProblems(t, db, "7 missing", "8 beyond")
	})
}

func TestALineForgedWithoutTheKeyIsTold(t *testing.T) {
	// The forger has the programme, a copy of the trail, and no key: all the lines are worked out anew.
	forged := map[string]string{}
	for _, key := range [][]byte{nil, []byte("another key")} {
		forger := testkit.SQLite(t, store.Config{TrailKey: key})
		write(t, forger, 1, 2)
		report := wantProblems(t, forger)
		forged[string(key)] = report.Head
	}
	eachTrail(t, func(t *testing.T, db *store.DB) {
		tamper(t, db, "UPDATE audit_entries SET mark = ? WHERE seq = 1", forged["another key"])
		wantProblems(t, db, "1 changed", "2 changed")
		tamper(t, db, "UPDATE audit_entries SET mark = ? WHERE seq = 1", forged[""])
		if report := wantProblems(t, db, "2 changed"); report.Plain != 1 {
			t.Errorf("%d lines are told to be without a key", report.Plain)
		}
		tamper(t, db, "UPDATE audit_entries SET mark = ? WHERE seq = 5", forged[""])
		wantProblems(t, db, "2 changed", "5 changed", "5 unkeyed", "6 changed")
	})
}

func TestATrailWithoutAKeyShowsAccidentsAndOneWithAKeyNeedsIt(t *testing.T) {
	eachPair(t, func(t *testing.T, dbs [2]*store.DB) {
		write(t, dbs[0], 1, 4)
		if report := wantProblems(t, dbs[1]); report.Checked != 3 || report.Plain != 3 || !strings.HasPrefix(report.Head, "plain:") {
			t.Errorf("%+v", report)
		}
		tamper(t, dbs[0], "UPDATE audit_entries SET action = 'x' WHERE seq = 2")
		wantProblems(t, dbs[0], "2 changed")
		tamper(t, dbs[0], "UPDATE audit_entries SET mark = 'keyed' WHERE seq = 3")
		if _, err := dbs[0].VerifyTrail(t.Context()); err == nil {
			t.Error("marks made with a key were verified without it")
		}
	})
}

func TestLinesFromBeforeTheChainAreCountedApart(t *testing.T) {
	eachTrail(t, func(t *testing.T, db *store.DB) {
		tamper(t, db, `INSERT INTO audit_entries (id, at, actor, actor_name, action, kind, object_id, source, before, after)
			VALUES ('old', ?, 'a', 'A', 'register', 'software', 'x', '', '', '')`, testkit.Epoch())
		if report := wantProblems(t, db); report.Older != 1 || report.Checked != 10 || report.Seq != 10 {
			t.Errorf("%+v", report)
		}
	})
}

func TestAVerificationGoesThroughALongTrail(t *testing.T) {
	testkit.EachDBWith(t, store.Config{TrailKey: trailKey}, func(t *testing.T, db *store.DB) {
		write(t, db, 1, 1001) // as many as are read at once
		if report := wantProblems(t, db); report.Checked != 1000 {
			t.Errorf("%d lines checked", report.Checked)
		}
		write(t, db, 1001, 2502)
		tamper(t, db, "UPDATE audit_entries SET action = 'x' WHERE seq IN (1000, 1001, 2501)")
		if report := wantProblems(t, db, "1000 changed", "1001 changed", "2501 changed"); report.Checked != 2501 {
			t.Errorf("%d lines checked", report.Checked)
		}
		tamper(t, db, "UPDATE audit_entries SET action = 'x'")
		report, err := db.VerifyTrail(t.Context())
		must(t, err)
		if report.Wrong != 2501 || len(report.Problems) != 100 {
			t.Errorf("%d things wrong, %d named", report.Wrong, len(report.Problems))
		}
	})
}

func TestATransactionThatFailsLeavesTheTrailAsItWas(t *testing.T) {
	eachTrail(t, func(t *testing.T, db *store.DB) {
		before := wantProblems(t, db)
		boom := errors.New("boom")
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			must(t, db.Audit(ctx, line(50)))
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		// A line that cannot be written undoes what it would have told.
		err = db.InTx(t.Context(), func(ctx context.Context) error {
			must(t, db.RecordMiss(ctx, "ged", "GED"))
			return db.Audit(ctx, line(1))
		})
		if err == nil {
			t.Error("a line was written twice")
		}
		if misses, err := db.Misses(t.Context(), 5); err != nil || len(misses) != 0 {
			t.Errorf("done without its line: %v, %v", misses, err)
		}
		if after := wantProblems(t, db); !cmp.Equal(before, after) {
			t.Errorf("the trail moved from %+v to %+v", before, after)
		}
		if err := db.Audit(t.Context(), line(51)); err == nil {
			t.Error("a line was written outside any transaction")
		}
	})
}

// TestReplicasWriteOneTrail has use cases that write the trail before they take the registry's lock
// beside others that do it after: none may wait for the other for ever.
func TestReplicasWriteOneTrail(t *testing.T) {
	eachPair(t, func(t *testing.T, dbs [2]*store.DB) {
		const n = 60
		done := together(n, func(i int) bool {
			db, ctx := dbs[i%2], t.Context()
			audit := func(ctx context.Context) error { return db.Audit(ctx, line(i)) }
			var err error
			if i%4 < 2 {
				err = db.Write(ctx, audit)
			} else {
				err = db.InTx(ctx, func(ctx context.Context) error {
					if err := audit(ctx); err != nil {
						return err
					}
					return db.Write(ctx, func(context.Context) error { return nil })
				})
			}
			if err != nil {
				t.Errorf("write: %v", err)
			}
			return err == nil
		})
		if report := wantProblems(t, dbs[0]); done != n || report.Checked != n || report.Seq != n {
			t.Errorf("%d done, %+v", done, report)
		}
	})
}

func TestADumpReadTwiceAddsItsLinesOnce(t *testing.T) {
	eachTrail(t, func(t *testing.T, db *store.DB) {
		lines, err := db.AllAudit(t.Context(), "", 100)
		must(t, err)
		other := testkit.SQLite(t, store.Config{TrailKey: []byte("the other house's")})
		write(t, other, 70, 73)
		for range 2 {
			must(t, other.Restore(t.Context(), &registry.Batch{Audit: append(lines[:len(lines):len(lines)], lines[0])}))
		}
		if report := wantProblems(t, other); report.Checked != 13 || report.Older != 0 {
			t.Errorf("after two readings: %+v", report)
		}
		if again, err := other.AllAudit(t.Context(), "", 100); err != nil || len(again) != 13 || !cmp.Equal(again[:len(lines)], lines) {
			t.Errorf("the lines are not what they were: %v (%v)", again, err)
		}
	})
}
