// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"maillage/internal/fault"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

func TestBothEnginesHaveTheSameMigrations(t *testing.T) {
	names := func(dir string) []string {
		files, err := os.ReadDir(filepath.Join("migrations", dir))
		must(t, err)
		var out []string
		for _, f := range files {
			out = append(out, f.Name())
		}
		return out
	}
	if a, b := names("sqlite"), names("postgres"); !slices.Equal(a, b) {
		t.Errorf("sqlite has %v, postgres %v", a, b)
	}
}

func TestASchemaMadeByANewerMaillageIsRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		must(t, db.CheckSchema(t.Context()))
		must(t, db.Ready(t.Context()))
		must(t, store.PretendNewer(t.Context(), db))
		if err := db.CheckSchema(t.Context()); !fault.Is(err, fault.Conflict) {
			t.Errorf("a newer schema was accepted: %v", err)
		}
		if _, err := db.Migrate(t.Context()); !fault.Is(err, fault.Conflict) {
			t.Errorf("a newer schema was migrated: %v", err)
		}
	})
}

func TestAnEmptyDatabaseIsBehindUntilItIsMigrated(t *testing.T) {
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "new.db")})
	must(t, err)
	defer func() { must(t, db.Close()) }()
	if err := db.CheckSchema(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("an empty database passes for ready: %v", err)
	}
	done, err := db.Migrate(t.Context())
	must(t, err)
	if len(done) == 0 {
		t.Error("nothing was migrated")
	}
	must(t, db.CheckSchema(t.Context()))
	all, err := db.Migrations(t.Context())
	must(t, err)
	for _, m := range all {
		if m.AppliedAt.IsZero() {
			t.Errorf("%s is still pending", m.Name)
		}
	}
	if again, err := db.Migrate(t.Context()); err != nil || len(again) != 0 {
		t.Errorf("a second migration did %v, %v", again, err)
	}
}

// TestEveryColumnHasAFieldAndBack reads one row of every table through its row type: a column
// without a field, or a field without a column, is a migration forgotten.
func TestEveryColumnHasAFieldAndBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		for table, fields := range store.TableFields() {
			columns, err := store.Columns(t.Context(), db, table)
			must(t, err)
			slices.Sort(columns)
			slices.Sort(fields)
			if !slices.Equal(columns, fields) {
				t.Errorf("%s: the table has %v, the row type %v", table, columns, fields)
			}
		}
	})
}

func TestATransactionThatFailsLeavesNothing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			must(t, db.RecordMiss(ctx, "ged", "GED"))
			return db.InTx(ctx, func(ctx context.Context) error { // joins
				must(t, db.RecordMiss(ctx, "sig", "SIG"))
				return sql.ErrTxDone
			})
		})
		if err == nil {
			t.Fatal("the error was lost")
		}
		misses, err := db.Misses(t.Context(), 10)
		must(t, err)
		if len(misses) != 0 {
			t.Errorf("left behind: %v", misses)
		}
	})
}

func TestThePlannerLearnsHowLargeTheTablesAre(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		for i := range 20 {
			addBody(t, db, fmt.Sprintf("0193b2c0-0000-7000-8000-0000000001%02d", i), fmt.Sprintf("organisme-%d", i))
		}
		rows, err := store.CountNow(t.Context(), db)
		must(t, err)
		if rows >= 0 && rows < 20 {
			t.Errorf("the planner believes in %v entities, there are 20", rows)
		}
	})
}
