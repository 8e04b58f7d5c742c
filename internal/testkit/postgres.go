// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package testkit gives tests what they cannot fake honestly: real databases, clocks, actors. It also
// holds the tests of the house itself, the plan and the headers.
package testkit

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// adminLimit bounds one administrative statement. A template waits for another process to finish
// migrating, which takes seconds under the race detector.
const adminLimit = 2 * time.Minute

// OnPostgres tells whether this run covers PostgreSQL. It is false only when TEST_DATABASES=sqlite
// asks for the embedded database alone, as the first pass of "make test" does; a test written for
// both databases then leaves its PostgreSQL half out instead of skipping it.
func OnPostgres() bool { return os.Getenv("TEST_DATABASES") != "sqlite" }

// PostgresURL returns TEST_DATABASE_URL, the URL of a server where the test may create databases.
// Without it the test is skipped on a desk and fails when CI=true, where nothing may go untested.
// Tests normally want PostgresDatabase or PostgresClone, which isolate them from one another.
func PostgresURL(t testing.TB) string {
	t.Helper()
	if !OnPostgres() {
		t.Skip("TEST_DATABASES=sqlite: PostgreSQL is covered by another pass")
	}
	u := os.Getenv("TEST_DATABASE_URL")
	if u == "" {
		const missing = "TEST_DATABASE_URL is not set: no PostgreSQL server to test on " +
			"(run under deploy/dev/with-postgres.sh)"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	return u
}

// PostgresDatabase creates an empty database of its own for the test and returns its URL. The
// database is dropped, and its last sessions cut, when the test ends. A database rather than a
// schema: advisory locks and LISTEN/NOTIFY are per database, so parallel tests cannot hear or block
// one another.
func PostgresDatabase(t testing.TB) string {
	t.Helper()
	return createFrom(t, "template1")
}

// PostgresClone is PostgresDatabase with the schema already in place. The first caller of a key, in
// any test process on the same server, has migrate build a template database from the URL it is
// given; every call then copies that template, which is much quicker than migrating again. The key
// must change with the schema (a hash of the migration files) and have at most 32 characters of
// [a-z0-9_]. Migrate must leave no connection open, or PostgreSQL refuses to copy.
func PostgresClone(t testing.TB, key string, migrate func(databaseURL string) error) string {
	t.Helper()
	if key == "" || len(key) > 32 || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		t.Fatalf("template key %q: want 1 to 32 of [a-z0-9_]", key)
	}
	name := "maillage_template_" + key
	if err := ensureTemplate(PostgresURL(t), name, migrate); err != nil {
		t.Fatalf("template database %s: %v", name, err)
	}
	return createFrom(t, name)
}

// ensureTemplate builds under another name and renames at the end: a template that exists is whole,
// even if the process that built it was killed half way.
func ensureTemplate(server, name string, migrate func(string) error) error {
	return withAdmin(server, func(ctx context.Context, admin *pgx.Conn) error {
		// Session lock: released with the connection, whatever happens in between.
		if _, err := admin.Exec(ctx, "SELECT pg_advisory_lock(hashtext($1))", name); err != nil {
			return err
		}
		var exists bool
		err := admin.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)",
			name).Scan(&exists)
		if err != nil || exists {
			return err
		}
		draft := name + "_draft"
		for _, sql := range []string{
			"DROP DATABASE IF EXISTS " + quote(draft) + " WITH (FORCE)",
			"CREATE DATABASE " + quote(draft),
		} {
			if _, err := admin.Exec(ctx, sql); err != nil {
				return err
			}
		}
		draftURL, err := withDatabase(server, draft)
		if err != nil {
			return err
		}
		if err := migrate(draftURL); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		_, err = admin.Exec(ctx, "ALTER DATABASE "+quote(draft)+" RENAME TO "+quote(name))
		return err
	})
}

// createFrom copies a template and drops the copy when the test ends.
func createFrom(t testing.TB, template string) string {
	t.Helper()
	server := PostgresURL(t)
	// Two test processes share the server, and a killed one leaves its databases: names are random.
	name := "maillage_test_" + strings.ToLower(rand.Text())
	databaseURL, err := withDatabase(server, name)
	if err != nil {
		t.Fatal(err)
	}
	if err := adminExec(server, "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(template)); err != nil {
		t.Fatalf("create a test database (does the user of TEST_DATABASE_URL have CREATEDB?): %v", err)
	}
	t.Cleanup(func() {
		if err := adminExec(server, "DROP DATABASE "+quote(name)+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	return databaseURL
}

// withDatabase returns the same server's URL with another database, other settings kept.
func withDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("TEST_DATABASE_URL: %w", err)
	}
	u.Path = "/" + name
	return u.String(), nil
}

func adminExec(server, sql string) error {
	return withAdmin(server, func(ctx context.Context, admin *pgx.Conn) error {
		_, err := admin.Exec(ctx, sql)
		return err
	})
}

func withAdmin(server string, fn func(context.Context, *pgx.Conn) error) error {
	// Not the test's context: it is over when Cleanup runs.
	ctx, cancel := context.WithTimeout(context.Background(), adminLimit)
	defer cancel()
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	// The answer was received: a connection that closes badly takes nothing back.
	defer func() { _ = admin.Close(ctx) }()
	return fn(ctx, admin)
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
