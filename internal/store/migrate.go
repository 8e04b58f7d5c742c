// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"maillage/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	Name      string
	AppliedAt time.Time // zero while it is pending
}

func (db *DB) provider() (*goose.Provider, error) {
	dialect, folder := goose.DialectSQLite3, "sqlite"
	var opts []goose.ProviderOption
	if db.postgres {
		dialect, folder = goose.DialectPostgres, "postgres"
		// Two instances that start together must not both migrate.
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("migrations: %w", err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	p, err := goose.NewProvider(dialect, db.sql, files, opts...)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return p, nil
}

// Migrate brings the schema to this version of Maillage and returns the steps it took. It refuses,
// with fault.Conflict, a schema that a newer version made.
func (db *DB) Migrate(ctx context.Context) ([]Migration, error) {
	p, err := db.provider()
	if err != nil {
		return nil, err
	}
	if err := notNewer(ctx, p); err != nil {
		return nil, err
	}
	results, err := p.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	done := make([]Migration, 0, len(results))
	for _, r := range results {
		done = append(done, Migration{Version: r.Source.Version, Name: r.Source.Path, AppliedAt: db.now()})
	}
	return done, nil
}

// Migrations returns every step, applied or pending.
func (db *DB) Migrations(ctx context.Context) ([]Migration, error) {
	p, err := db.provider()
	if err != nil {
		return nil, err
	}
	statuses, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	var out []Migration
	for _, s := range statuses {
		m := Migration{Version: s.Source.Version, Name: s.Source.Path}
		if s.State == goose.StateApplied {
			m.AppliedAt = s.AppliedAt
		}
		out = append(out, m)
	}
	return out, nil
}

// CheckSchema returns nil when the schema is exactly this version's, fault.Conflict when a newer
// Maillage made it, fault.Unavailable when it has steps to take.
func (db *DB) CheckSchema(ctx context.Context) error {
	p, err := db.provider()
	if err != nil {
		return err
	}
	if err := notNewer(ctx, p); err != nil {
		return err
	}
	pending, err := p.HasPending(ctx)
	if err != nil {
		return fmt.Errorf("migration status: %w", err)
	}
	if pending {
		return fault.New(fault.Unavailable, "schema_behind")
	}
	return nil
}

func notNewer(ctx context.Context, p *goose.Provider) error {
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("schema version: %w", err)
	}
	if current > target {
		return fault.Wrap(fault.Conflict, "schema_newer",
			fmt.Errorf("the database is at version %d, this Maillage knows %d", current, target))
	}
	return nil
}

// Ready returns nil when the database answers, takes writes, and has this version's schema.
func (db *DB) Ready(ctx context.Context) error {
	var one int
	if err := db.sql.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fault.Wrap(fault.Unavailable, "database_unavailable", err)
	}
	// The write probe touches a real row and changes nothing.
	res, err := db.sql.ExecContext(ctx, "UPDATE feed_heads SET seq = seq WHERE origin = 'none'")
	if err != nil {
		return fault.Wrap(fault.Unavailable, "database_read_only", err)
	}
	_, err = res.RowsAffected()
	return errors.Join(err)
}

// MigrationsText returns the text of every migration of both engines, in order: a stamp of the
// schema.
func MigrationsText() string {
	var b strings.Builder
	// The files are embedded: walking them cannot fail.
	_ = fs.WalkDir(migrations, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := migrations.ReadFile(path)
		b.WriteString(path)
		b.Write(content)
		return err
	})
	return b.String()
}
