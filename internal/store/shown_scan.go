// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"maillage/internal/registry"
)

// At start a hundred thousand rows are read. GORM's scanning, and what the SQLite driver does for each
// value of each row to know its column's declared type, would cost more than the queries.

// plainly lists columns for a SELECT. On SQLite each is an expression, which has no declared type for
// the driver to look up, and instants come as the text they are kept as: see instant.
func (db *DB) plainly(columns string) string {
	if db.postgres {
		return columns
	}
	return "+" + strings.ReplaceAll(columns, ", ", ", +")
}

// instant scans a time of either database; NULL is the zero time.
type instant struct{ time.Time }

// Scan implements sql.Scanner.
func (t *instant) Scan(from any) error {
	switch v := from.(type) {
	case nil:
		t.Time = time.Time{}
	case time.Time:
		t.Time = utc(v)
	case string:
		at, err := readInstant(v)
		if err != nil {
			return err
		}
		t.Time = at
	default:
		return fmt.Errorf("an instant cannot be a %T", from)
	}
	return nil
}

// instantLayout is how instants are kept on SQLite.
const instantLayout = "2006-01-02 15:04:05.999999999-07:00"

// readInstant reads an instant as SQLite keeps it. Those in UTC, which all of ours are, are read a
// digit at a time, ten times as fast as by their layout.
func readInstant(s string) (time.Time, error) {
	rest, isUTC := strings.CutSuffix(s, "+00:00")
	if !isUTC || len(rest) < 19 || len(rest) == 20 || len(rest) > 29 || rest[4] != '-' || rest[7] != '-' || rest[10] != ' ' || rest[13] != ':' || rest[16] != ':' {
		return slowInstant(s)
	}
	ok := true
	number := func(from, to int) (n int) {
		for i := from; i < to; i++ {
			if rest[i] < '0' || rest[i] > '9' {
				ok = false
			}
			n = n*10 + int(rest[i]-'0')
		}
		return n
	}
	year, month, day := number(0, 4), number(5, 7), number(8, 10)
	hour, minute, second := number(11, 13), number(14, 16), number(17, 19)
	nanos := 0
	if len(rest) > 20 {
		ok = ok && rest[19] == '.'
		nanos = number(20, len(rest))
		for range 29 - len(rest) {
			nanos *= 10
		}
	}
	at := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	if !ok || at.Day() != day || at.Month() != time.Month(month) || hour > 23 || minute > 59 || second > 59 {
		return slowInstant(s)
	}
	return utc(at), nil
}

func slowInstant(s string) (time.Time, error) {
	at, err := time.Parse(instantLayout, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("read an instant: %w", err)
	}
	return utc(at), nil
}

// scanned reads the rows of a query.
func scanned[T any](ctx context.Context, db *DB, trying string, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.in(ctx).Raw(query, args...).Rows()
	if err != nil {
		return nil, translate(trying, err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err is checked below
	var out []T
	for rows.Next() {
		thing, err := scan(rows)
		if err != nil {
			return nil, translate(trying, err)
		}
		out = append(out, thing)
	}
	return out, translate(trying, rows.Err())
}

const shownColumns = "id, slug, rev, facts, created_at, updated_at"

// scanShown scans shownColumns.
func scanShown[F registry.Facts](rows *sql.Rows) (registry.Entity, F, error) {
	var e registry.Entity
	var facts sql.RawBytes
	var created, updated instant
	var f F
	if err := rows.Scan(&e.ID, &e.Slug, &e.Rev, &facts, &created, &updated); err != nil {
		return e, f, err
	}
	e.CreatedAt, e.UpdatedAt = created.Time, updated.Time
	if err := json.Unmarshal(facts, &f); err != nil {
		return e, f, fmt.Errorf("read facts of %s: %w", e.ID, err)
	}
	return e, f, nil
}

func scanSoftware(rows *sql.Rows) (registry.Software, error) {
	e, f, err := scanShown[registry.SoftwareFacts](rows)
	return registry.Software{Entity: e, SoftwareFacts: f}, err
}

func scanOrganisation(rows *sql.Rows) (registry.Organisation, error) {
	e, f, err := scanShown[registry.OrganisationFacts](rows)
	return registry.Organisation{Entity: e, OrganisationFacts: f}, err
}

const usageColumns = "id, organisation_id, software_id, provider_id, stage, since, version, scope, seats, hosting, note, " +
	"contact_allowed, visibility, confirmed_at, origin, source, source_key, rev, created_at, updated_at"

// scanUsage scans usageColumns.
func scanUsage(rows *sql.Rows) (registry.Usage, error) {
	var u registry.Usage
	var provider sql.NullString
	var confirmed, created, updated instant
	err := rows.Scan(&u.ID, &u.Organisation, &u.Software, &provider, &u.Stage, &u.Since, &u.Version, &u.Scope, &u.Seats, &u.Hosting, &u.Note,
		&u.ContactAllowed, &u.Visibility, &confirmed, &u.SourceKey.Origin, &u.SourceKey.Source, &u.SourceKey.Key, &u.Rev, &created, &updated)
	u.Provider = registry.ID(provider.String)
	u.ConfirmedAt, u.CreatedAt, u.UpdatedAt = confirmed.Time, created.Time, updated.Time
	return u, err
}
