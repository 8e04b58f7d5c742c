// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package testkit_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"maillage/internal/testkit"
)

func connect(t testing.TB, databaseURL string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	// FORCE cuts what a test forgot; a test that closes is still the polite one.
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func createTable(databaseURL string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE TABLE town (name text); INSERT INTO town VALUES ('Épinal')")
	return errors.Join(err, conn.Close(ctx))
}

// freshKey keeps one run from finding the template of another on a server that outlives both.
func freshKey(t testing.TB) string {
	t.Helper()
	var key string
	row := connect(t, testkit.PostgresURL(t)).QueryRow(t.Context(),
		"SELECT 'selftest_' || substr(md5(random()::text || clock_timestamp()::text), 1, 12)")
	if err := row.Scan(&key); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.Background()
		admin, err := pgx.Connect(ctx, testkit.PostgresURL(t))
		if err == nil {
			_, err = admin.Exec(ctx, "DROP DATABASE IF EXISTS maillage_template_"+key+" WITH (FORCE)")
			err = errors.Join(err, admin.Close(ctx))
		}
		if err != nil {
			t.Errorf("drop the template: %v", err)
		}
	})
	return key
}

func TestATestDatabaseIsItsOwnAndIsDroppedAfterwards(t *testing.T) {
	testkit.PostgresURL(t) // without a server, the whole test is skipped and not its first half
	var first string
	t.Run("first", func(t *testing.T) {
		first = testkit.PostgresDatabase(t)
		if err := createTable(first); err != nil {
			t.Fatal(err)
		}
		second := connect(t, testkit.PostgresDatabase(t))
		var towns int
		if err := second.QueryRow(t.Context(), "SELECT count(*) FROM town").Scan(&towns); err == nil {
			t.Error("a table made in one test database is seen in another")
		}
	})
	conn, err := pgx.Connect(t.Context(), first)
	if err == nil {
		_ = conn.Close(t.Context())
		t.Error("the database of a finished test is still there")
	}
}

func TestAFreshTemplateIsMigratedOnceForParallelClones(t *testing.T) {
	key := freshKey(t)
	var migrations atomic.Int32
	migrate := func(databaseURL string) error {
		migrations.Add(1)
		return createTable(databaseURL)
	}
	t.Run("clones", func(t *testing.T) {
		for i := range 8 {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				conn := connect(t, testkit.PostgresClone(t, key, migrate))
				if _, err := conn.Exec(t.Context(), "INSERT INTO town VALUES ('Gap')"); err != nil {
					t.Fatal(err)
				}
				var towns int
				if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM town").Scan(&towns); err != nil {
					t.Fatal(err)
				}
				if towns != 2 {
					t.Errorf("%d towns, want the template's and our own", towns)
				}
			})
		}
	})
	if n := migrations.Load(); n != 1 {
		t.Errorf("migrated %d times, want once", n)
	}
}

func TestAMigrationThatFailsLeavesNoTemplateBehind(t *testing.T) {
	key := freshKey(t)
	broken := &recorder{TB: t}
	broken.run(func() {
		testkit.PostgresClone(broken, key, func(u string) error {
			return errors.Join(createTable(u), errors.New("column misspelt"))
		})
	})
	if !strings.Contains(broken.fatal, "column misspelt") {
		t.Errorf("failure %q does not say what went wrong", broken.fatal)
	}
	conn := connect(t, testkit.PostgresClone(t, key, func(string) error { return nil }))
	var towns int
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM town").Scan(&towns); err == nil {
		t.Error("the half-made schema of a failed migration was reused")
	}
}

func TestAMissingServerSkipsOnADeskAndFailsInCI(t *testing.T) {
	t.Setenv("TEST_DATABASE_URL", "")
	t.Setenv("TEST_DATABASES", "")
	t.Setenv("CI", "true")
	inCI := &recorder{TB: t}
	inCI.run(func() { testkit.PostgresURL(inCI) })
	if !strings.Contains(inCI.fatal, "TEST_DATABASE_URL") || inCI.skip != "" {
		t.Errorf("in CI: fatal %q, skip %q", inCI.fatal, inCI.skip)
	}
	t.Setenv("CI", "")
	onDesk := &recorder{TB: t}
	onDesk.run(func() { testkit.PostgresURL(onDesk) })
	if !strings.Contains(onDesk.skip, "TEST_DATABASE_URL") || onDesk.fatal != "" {
		t.Errorf("on a desk: fatal %q, skip %q", onDesk.fatal, onDesk.skip)
	}
}

func TestTheEmbeddedDatabaseAloneCanBeAskedFor(t *testing.T) {
	t.Setenv("CI", "true")
	t.Setenv("TEST_DATABASE_URL", "")
	t.Setenv("TEST_DATABASES", "sqlite")
	if testkit.OnPostgres() {
		t.Error("PostgreSQL still counted in")
	}
	r := &recorder{TB: t}
	r.run(func() { testkit.PostgresURL(r) })
	if r.fatal != "" || r.skip == "" {
		t.Errorf("fatal %q, skip %q: want a skip, the other pass covers it", r.fatal, r.skip)
	}
}

// recorder keeps a Fatal or a Skip instead of ending the test that provokes it.
type recorder struct {
	testing.TB
	fatal, skip string
}

func (r *recorder) Fatal(args ...any) { r.fatal = fmt.Sprint(args...); panic(r) }
func (r *recorder) Skip(args ...any)  { r.skip = fmt.Sprint(args...); panic(r) }
func (r *recorder) Fatalf(format string, args ...any) {
	r.Fatal(fmt.Sprintf(format, args...))
}

func (r *recorder) run(fn func()) {
	defer func() {
		if p := recover(); p != nil && p != any(r) {
			panic(p)
		}
	}()
	fn()
}
