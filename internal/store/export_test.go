// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
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
