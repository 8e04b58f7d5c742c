// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"maillage/internal/text"
)

// Figures of the counting of searches that found nothing.
const (
	minMiss   = 3               // letters of a search worth counting
	maxMisses = 256             // waiting to be written
	restMiss  = 5 * time.Second // before a search counts as finished being typed
)

// missBook holds the searches that found nothing until they are written, one a second at most.
type missBook struct {
	mu      sync.Mutex
	waiting []missed
}

type missed struct {
	folded string
	asked  string
	at     time.Time
}

// miss notes a search that found nothing. What looks like a person's address is not kept.
func (ix *Index) miss(asked string) {
	folded := text.Fold(asked)
	if ix.cfg.Misses == nil || utf8.RuneCountInString(folded) < minMiss || strings.Contains(asked, "@") {
		return
	}
	ix.misses.settle(folded)
	ix.misses.add(missed{folded: folded, asked: clip(strings.TrimSpace(asked)), at: ix.cfg.Now()})
}

func (b *missBook) add(m missed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) < maxMisses {
		b.waiting = append(b.waiting, m)
	}
}

// settle forgets what was only the beginning of a longer search: somebody was still typing.
func (b *missBook) settle(folded string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	kept := b.waiting[:0]
	for _, m := range b.waiting {
		if len(folded) <= len(m.folded) || !strings.HasPrefix(folded, m.folded) {
			kept = append(kept, m)
		}
	}
	b.waiting = kept
}

// take returns the oldest search that has rested long enough.
func (b *missBook) take(now time.Time) (missed, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 || now.Sub(b.waiting[0].at) < restMiss {
		return missed{}, false
	}
	m := b.waiting[0]
	b.waiting = append(b.waiting[:0], b.waiting[1:]...)
	return m, true
}

// flushMiss writes one search at most.
func (ix *Index) flushMiss(ctx context.Context) {
	m, ok := ix.misses.take(ix.cfg.Now())
	if !ok || ctx.Err() != nil {
		return
	}
	if err := ix.cfg.Misses.RecordMiss(ctx, m.folded, m.asked); err != nil && ctx.Err() == nil {
		ix.cfg.Logger.Warn("count a search that found nothing", slog.Any("error", err))
	}
}
