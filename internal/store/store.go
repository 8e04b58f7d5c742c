// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package store keeps everything in SQLite or PostgreSQL, with one behaviour. It is the only room
// that knows GORM: rows and SQL live here, the core's types outside.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"maillage/internal/event"
	"maillage/internal/fault"
)

// Config says where the data is. Either URL or Path is given.
type Config struct {
	// URL of a PostgreSQL database: postgres://user:password@host/name.
	URL string
	// Path of a SQLite file, created when absent.
	Path string
	// MaxConns bounds the pool; 8 by default on PostgreSQL, 4 on SQLite.
	MaxConns int
	// Directory says who listens to each fact; nobody when nil.
	Directory event.Directory
	Logger    *slog.Logger
	Now       func() time.Time
	// TrailKey makes the audit trail's chain one that only who holds it can write; see chain.
	TrailKey []byte
}

// DB is the database. It is safe for concurrent use.
type DB struct {
	gorm      *gorm.DB
	sql       *sql.DB
	postgres  bool
	directory event.Directory
	log       *slog.Logger
	clock     func() time.Time
	trailKey  []byte

	statistics statistics

	mu        sync.Mutex
	listeners []func()
}

// Open connects to the database. It creates no table and checks no version: see Migrate and Ready.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	db := &DB{postgres: cfg.URL != "", directory: cfg.Directory, log: cfg.Logger, clock: cfg.Now, trailKey: cfg.TrailKey}
	dialector, conns := sqliteDialector(cfg.Path), 4
	if db.postgres {
		dialector, conns = postgresDialector(cfg.URL), 8
	}
	if cfg.MaxConns > 0 {
		conns = cfg.MaxConns
	}
	var err error
	db.gorm, err = gorm.Open(dialector, &gorm.Config{
		TranslateError:         true,
		SkipDefaultTransaction: true,
		// pgx keeps prepared statements for each connection; GORM's own cache would add a goroutine that
		// nothing ends.
		PrepareStmt:     false,
		NowFunc:         db.now,
		Logger:          logger.Discard, // errors are returned, and logged once at the door
		CreateBatchSize: insertBatch,
	})
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if db.sql, err = db.gorm.DB(); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.sql.SetMaxOpenConns(conns)
	db.sql.SetMaxIdleConns(conns)
	db.sql.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.sql.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), db.sql.Close())
	}
	return db, nil
}

// insertBatch is how many rows one INSERT carries at most: under both engines' limits of parameters.
const insertBatch = 500

// Close closes the database.
func (db *DB) Close() error { return db.sql.Close() }

// Engine returns "postgresql" or "sqlite".
func (db *DB) Engine() string {
	if db.postgres {
		return "postgresql"
	}
	return "sqlite"
}

// now returns the present instant as both databases keep it.
func (db *DB) now() time.Time { return db.clock().UTC().Truncate(time.Microsecond) }

// tx is the transaction a context carries.
type tx struct {
	gorm *gorm.DB
	// seq is the number of the last change; it is known once the feed's head is locked.
	seq    int64
	locked bool
	wrote  bool
	saved  int // entities and declarations
	// trail are the lines of the audit trail that wait for the end: see trail.
	trail []auditRow
}

type txKey struct{}

// in returns the connection for that context: its transaction when it has one.
func (db *DB) in(ctx context.Context) *gorm.DB {
	if t, ok := ctx.Value(txKey{}).(*tx); ok {
		return t.gorm.WithContext(ctx)
	}
	return db.gorm.WithContext(ctx)
}

// InTx runs fn in a transaction that ctx carries; a nested call joins it. An error, or a panic,
// rolls everything back. Nothing slow and nothing that touches the network belongs in fn.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, nested := ctx.Value(txKey{}).(*tx); nested {
		return fn(ctx)
	}
	t := &tx{}
	err := db.gorm.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		t.gorm = g
		ctx := context.WithValue(ctx, txKey{}, t)
		if err := fn(ctx); err != nil {
			return err
		}
		return db.chain(ctx, t.trail)
	})
	if err != nil {
		return err
	}
	if t.wrote {
		db.committed()
	}
	db.count(ctx, t.saved)
	return nil
}

// Write runs fn in a transaction in which no other writer of the registry is at work: it holds the
// head of the change feed, so that numbers follow the order of commits.
func (db *DB) Write(ctx context.Context, fn func(ctx context.Context) error) error {
	return db.InTx(ctx, func(ctx context.Context) error {
		t, ok := ctx.Value(txKey{}).(*tx)
		if !ok {
			return errors.New("store: a transaction lost its context")
		}
		if !t.locked {
			// The update locks the row on PostgreSQL; SQLite has a single writer already.
			row := db.in(ctx).Raw("UPDATE feed_heads SET seq = seq WHERE origin = 'local' RETURNING seq").Row()
			if err := row.Scan(&t.seq); err != nil {
				return translate("lock the feed", err)
			}
			t.locked = true
		}
		return fn(ctx)
	})
}

// OnCommit registers a function that is called after each transaction that recorded a change or a
// fact: a hint to look, never the only way to know. It must not block.
func (db *DB) OnCommit(fn func()) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.listeners = append(db.listeners, fn)
}

func (db *DB) committed() {
	db.mu.Lock()
	listeners := db.listeners
	db.mu.Unlock()
	for _, fn := range listeners {
		fn()
	}
}

// wrote notes that the transaction of ctx recorded something others wait for.
func wrote(ctx context.Context) {
	if t, ok := ctx.Value(txKey{}).(*tx); ok {
		t.wrote = true
	}
}

// translate turns a driver's error into a fault, once, with what was being tried. The driver's own
// text stays in the private cause.
func translate(trying string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", trying, err)
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return fault.Wrap(fault.Missing, "missing", fmt.Errorf("%s: %w", trying, err))
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return fault.Wrap(fault.Conflict, "already_there", fmt.Errorf("%s: %w", trying, err))
	case errors.Is(err, gorm.ErrForeignKeyViolated):
		return fault.Wrap(fault.Conflict, "still_referenced", fmt.Errorf("%s: %w", trying, err))
	case unreachable(err):
		return fault.Wrap(fault.Unavailable, "database_unavailable", fmt.Errorf("%s: %w", trying, err))
	}
	return fmt.Errorf("%s: %w", trying, err)
}
