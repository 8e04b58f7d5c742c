// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"fmt"
	"sync"

	"gorm.io/gorm/schema"
)

// PretendNewer records a migration this version does not know.
func PretendNewer(ctx context.Context, db *DB) error {
	return db.in(ctx).Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, ?)", 9999, true).Error
}

// TableFields returns the columns each row type reads and writes.
func TableFields() map[string][]string {
	out := map[string][]string{}
	for _, row := range []any{&entityRow{}, &slugRow{}, &recordRow{}, &identityRow{}, &usageRow{}, &offerRow{}, &referenceRow{},
		&proposalRow{}, &auditRow{}, &changeRow{}, &eventRow{}, &deliveryRow{}, &tokenRow{}, &answerRow{}, &accountRow{}, &membershipRow{}, &challengeRow{},
		&attemptRow{}, &sessionRow{}, &deviceRow{}, &totpRow{}, &recoveryRow{}, &passkeyRow{}, &identityOf{}, &secretRow{},
		&letterRow{}, &erasureRow{}} {
		s, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			panic(err)
		}
		out[s.Table] = s.DBNames
	}
	return out
}

// Columns returns the columns of a table.
func Columns(ctx context.Context, db *DB, table string) ([]string, error) {
	rows, err := db.in(ctx).Table(table).Limit(1).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	return rows.Columns()
}

// Exec runs a statement as somebody with a hand on the database would, and returns how many rows it
// changed.
func Exec(ctx context.Context, db *DB, query string, args ...any) (int64, error) {
	res := db.in(ctx).Exec(query, args...)
	return res.RowsAffected, res.Error
}

// File returns the path of a SQLite database.
func File(ctx context.Context, db *DB) (path string, err error) {
	err = db.in(ctx).Raw("SELECT file FROM pragma_database_list WHERE name = 'main'").Row().Scan(&path)
	return path, err
}

// Everything returns the rows of every table of the database, as text.
func Everything(ctx context.Context, db *DB) (map[string][]string, error) {
	tables := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if db.postgres {
		tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
	}
	var names []string
	if err := db.in(ctx).Raw(tables).Scan(&names).Error; err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, name := range names {
		var err error
		if out[name], err = rowsOf(ctx, db, name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func rowsOf(ctx context.Context, db *DB, table string) ([]string, error) {
	rows, err := db.in(ctx).Table(table).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	out := []string{}
	for rows.Next() {
		cells, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
		line := ""
		for i, c := range cells {
			if b, ok := c.([]byte); ok {
				c = string(b)
			}
			line += fmt.Sprintf("%s=%v ", columns[i], c)
		}
		out = append(out, line)
	}
	return out, rows.Err()
}

// CountNow counts the tables whatever was saved, and returns how many entities the planner then
// believes in; -1 when the database plans without.
func CountNow(ctx context.Context, db *DB) (float64, error) {
	if !db.postgres {
		return -1, nil
	}
	db.statistics = statistics{}
	db.count(ctx, firstCount)
	var rows float64
	err := db.gorm.WithContext(ctx).Raw("SELECT reltuples FROM pg_class WHERE oid = 'entities'::regclass").Scan(&rows).Error
	return rows, err
}
