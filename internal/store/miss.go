// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"

	"maillage/internal/registry"
)

// RecordMiss counts a search that found nothing. folded is what counts as the same search.
func (db *DB) RecordMiss(ctx context.Context, folded, asked string) error {
	now := db.now()
	return translate("count a search", db.in(ctx).Exec(`
		INSERT INTO search_misses (query_folded, query, count, first_at, last_at) VALUES (?, ?, 1, ?, ?)
		ON CONFLICT (query_folded) DO UPDATE SET query = excluded.query, count = search_misses.count + 1, last_at = excluded.last_at`,
		folded, asked, now, now).Error)
}

// Misses returns the searches that found nothing, the most frequent first.
func (db *DB) Misses(ctx context.Context, limit int) ([]registry.Miss, error) {
	var out []registry.Miss
	err := db.in(ctx).Raw("SELECT query, count, first_at, last_at FROM search_misses ORDER BY count DESC, query_folded LIMIT ?", limit).
		Scan(&out).Error
	for i := range out {
		out[i].FirstAt, out[i].LastAt = utc(out[i].FirstAt), utc(out[i].LastAt)
	}
	return out, translate("read searches", err)
}
