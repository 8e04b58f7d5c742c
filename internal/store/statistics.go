// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"log/slog"
	"sync"
)

// statistics decides when PostgreSQL is to count its tables anew. It does so by itself within a minute or
// two, but an import that starts on empty tables is over or stuck by then: a planner that believes them
// empty reads them whole for each batch, and half the time of an import goes into that.
type statistics struct {
	mu          sync.Mutex
	saved, next int
}

// firstCount is after how many saved things tables are counted for the first time; then each time as
// many were saved again as all before.
const firstCount = 2000

// due adds n saved things and reports whether it is time.
func (s *statistics) due(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saved += n
	if s.saved < max(s.next, firstCount) {
		return false
	}
	s.next = 2 * s.saved
	return true
}

// count has the tables of the registry counted, when enough was saved. It is a help: when it fails the
// import goes on as it would have.
func (db *DB) count(ctx context.Context, saved int) {
	if !db.postgres || saved == 0 || !db.statistics.due(saved) {
		return
	}
	err := db.gorm.WithContext(ctx).Exec("ANALYZE (SKIP_LOCKED) entities, entity_slugs, entity_ids, records, usages, offers, provider_references").Error
	if err != nil {
		db.log.DebugContext(ctx, "tables not counted", slog.Any("error", err))
	}
}
