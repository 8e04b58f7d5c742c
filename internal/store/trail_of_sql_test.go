// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import "context"

// Tamper runs SQL behind the store's back and returns how many rows it touched.
func Tamper(ctx context.Context, db *DB, sql string, args ...any) (int64, error) {
	res := db.in(ctx).Exec(sql, args...)
	return res.RowsAffected, res.Error
}
