// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/member"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// trailOfSix writes six lines, two at a time.
func trailOfSix(t *testing.T, db *store.DB, clock *testkit.Clock) {
	t.Helper()
	for i := range 3 {
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			var lines []member.TrailEntry
			for j := range 2 {
				n := 2*i + j + 1
				lines = append(lines, member.TrailEntry{ID: fmt.Sprintf("line-%d", n), At: clock.Now(), Actor: "account:a",
					Action: "sign_in", Kind: "account", Object: fmt.Sprintf("object-%d", n)})
			}
			return db.Audit(ctx, lines...)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestATrailThatWasTamperedWithIsTold(t *testing.T) {
	type step struct {
		sql  string
		rows int64
	}
	for name, c := range map[string]struct {
		steps []step
		want  []store.TrailProblem
	}{
		"a whole one": {},
		"a changed line": {[]step{{"UPDATE audit_entries SET object_id = 'other' WHERE seq = 3", 1}},
			[]store.TrailProblem{{Seq: 3, What: "changed"}}},
		"a removed line": {[]step{{"DELETE FROM audit_entries WHERE seq = 3", 1}},
			[]store.TrailProblem{{Seq: 4, What: store.TrailMissing}}},
		"two lines swapped": {[]step{{"UPDATE audit_entries SET seq = 99 WHERE seq = 2", 1}, {"UPDATE audit_entries SET seq = 2 WHERE seq = 4", 1},
			{"UPDATE audit_entries SET seq = 4 WHERE seq = 99", 1}},
			[]store.TrailProblem{{Seq: 2, What: "changed"}, {Seq: 3, What: "changed"}, {Seq: 4, What: "changed"}, {Seq: 5, What: "changed"}}},
		"an end cut off": {[]step{{"DELETE FROM audit_entries WHERE seq > 4", 2}},
			[]store.TrailProblem{{Seq: 5, What: store.TrailTruncated}}},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.EachDBAt(t, store.Config{TrailKey: []byte("a key kept elsewhere")}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
				trailOfSix(t, db, clock)
				for _, s := range c.steps {
					if n, err := store.Tamper(t.Context(), db, s.sql); err != nil || n != s.rows {
						t.Fatalf("%s: %d rows, %v", s.sql, n, err)
					}
				}
				report, err := db.VerifyTrail(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, report.Problems); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestAHeadKeptElsewhereShowsAnEndCutWithItsHead(t *testing.T) {
	testkit.EachDBAt(t, store.Config{TrailKey: []byte("a key kept elsewhere")}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		trailOfSix(t, db, clock)
		before, err := db.VerifyTrail(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if held, err := db.TrailHolds(t.Context(), before.Head); err != nil || !held {
			t.Fatalf("the head itself: %v %v", held, err)
		}
		for _, sql := range []string{"DELETE FROM audit_entries WHERE seq > 4",
			"UPDATE audit_heads SET seq = 4, mark = (SELECT mark FROM audit_entries WHERE seq = 4)"} {
			if _, err := store.Tamper(t.Context(), db, sql); err != nil {
				t.Fatal(err)
			}
		}
		after, err := db.VerifyTrail(t.Context())
		if err != nil || len(after.Problems) != 0 {
			t.Errorf("the chain alone cannot tell: %+v %v", after, err)
		}
		if held, err := db.TrailHolds(t.Context(), before.Head); err != nil || held {
			t.Errorf("the head kept elsewhere: %v %v", held, err)
		}
	})
}
