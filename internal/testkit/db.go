// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package testkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"maillage/internal/event"
	"maillage/internal/store"
	"maillage/internal/territory"
)

// EachDB runs fn on SQLite and on PostgreSQL, each time with an empty, migrated database of its own.
func EachDB(t *testing.T, fn func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachDBWith(t, store.Config{}, fn)
}

// EachDBWith is EachDB with the directory and pool of cfg.
func EachDBWith(t *testing.T, cfg store.Config, fn func(t *testing.T, db *store.DB)) {
	t.Helper()
	if cfg.Now != nil {
		t.Fatal("both databases would share one clock, and run side by side: use EachDBAt")
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, SQLite(t, cfg))
	})
	if OnPostgres() {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			fn(t, Postgres(t, cfg))
		})
	}
}

// EachDBAt is EachDBWith with a clock that the test moves: one for each database, since both run side
// by side and an hour that passes in one must not pass in the other.
func EachDBAt(t *testing.T, cfg store.Config, fn func(t *testing.T, db *store.DB, clock *Clock)) {
	t.Helper()
	if cfg.Now != nil {
		t.Fatal("EachDBAt brings the clock")
	}
	at := func(open func(testing.TB, store.Config) *store.DB) func(*testing.T) {
		return func(t *testing.T) {
			t.Parallel()
			clock, cfg := &Clock{}, cfg
			cfg.Now = clock.Now
			fn(t, open(t, cfg), clock)
		}
	}
	t.Run("sqlite", at(SQLite))
	if OnPostgres() {
		t.Run("postgres", at(Postgres))
	}
}

// SQLite returns an empty, migrated database in a file of the test's own folder.
func SQLite(t testing.TB, cfg store.Config) *store.DB {
	t.Helper()
	cfg.URL, cfg.Path = "", filepath.Join(t.TempDir(), "maillage.db")
	// A migrated file is copied: applying the migrations costs more than most tests.
	content, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("sqlite template: %v", err)
	}
	if err := os.WriteFile(cfg.Path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, cfg)
}

// sqliteTemplate returns the bytes of an empty, migrated SQLite file.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "maillage-template")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the temporary folder is no failure
	path := filepath.Join(dir, "template.db")
	db, err := store.Open(context.Background(), store.Config{Path: path})
	if err != nil {
		return nil, err
	}
	if _, err := db.Migrate(context.Background()); err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil { // closing folds the WAL into the file
		return nil, err
	}
	return os.ReadFile(path) //nolint:gosec // our own file
})

// Postgres returns an empty, migrated PostgreSQL database, dropped at the end of the test.
func Postgres(t testing.TB, cfg store.Config) *store.DB {
	t.Helper()
	cfg.Path = ""
	cfg.URL = PostgresClone(t, migrationsKey(t), func(url string) error {
		db, err := store.Open(context.Background(), store.Config{URL: url})
		if err != nil {
			return err
		}
		if _, err := db.Migrate(context.Background()); err != nil {
			return err
		}
		return db.Close()
	})
	return open(t, cfg)
}

// migrationsKey names the template after what made it.
func migrationsKey(t testing.TB) string {
	sum := sha256.Sum256([]byte(store.MigrationsText()))
	return hex.EncodeToString(sum[:])[:16]
}

func open(t testing.TB, cfg store.Config) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

// Directory is an event.Directory given as a map from fact to subscribers.
type Directory map[string][]string

// Subscribers implements event.Directory.
func (d Directory) Subscribers(fact string) []string { return d[fact] }

var _ event.Directory = Directory{}

// Clock is a clock that tests move by hand. Its zero value starts at a fixed instant.
type Clock struct {
	mu    sync.Mutex
	moved time.Duration
}

// Epoch is the instant at which a Clock starts.
func Epoch() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

// Now returns the clock's present.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Epoch().Add(c.moved)
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moved += d
}

// Register returns the official register, decoded once for all the tests of a package.
func Register(t testing.TB) *territory.Register {
	t.Helper()
	r, err := register()
	if err != nil {
		t.Fatalf("register: %v", err)
	}
	return r
}

var register = sync.OnceValues(territory.Load)
