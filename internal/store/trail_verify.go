// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"crypto/hmac"
	"errors"
	"strings"

	"gorm.io/gorm"

	"maillage/internal/registry"
)

// trailBatch is how many lines of the trail are read at once.
const trailBatch = 1000

// What VerifyTrail reports of a line.
const (
	// TrailChanged: the line, or its place among the others, is not as it was written.
	TrailChanged = "changed"
	// TrailMissing: one or more lines just before this one are gone.
	TrailMissing = "missing"
	// TrailUnkeyed: the line was marked without the key, which anyone who writes to the database can do.
	TrailUnkeyed = "unkeyed"
	// TrailTruncated: this line and perhaps others after it are gone from the end.
	TrailTruncated = "truncated"
	// TrailHead: the head's row does not hold the mark of the last line.
	TrailHead = "head"
	// TrailBeyond: lines were added after the head without it.
	TrailBeyond = "beyond"
)

// TrailCheck is what VerifyTrail went through.
type TrailCheck struct {
	// Checked lines carry a number and a mark; Old ones were written before the trail was a chain, and
	// nothing vouches for them.
	Checked, Old int64
	// Seq and Head are the last line's number and mark: kept elsewhere, they show the next time that
	// nobody cut the trail and its head short together.
	Seq  int64
	Head string
}

// VerifyTrail goes through the whole trail in its order and reports each line that is not what it
// was, by number and problem. Lines written meanwhile are left for the next time. It returns an error
// when the trail carries keyed marks and no key is configured.
func (db *DB) VerifyTrail(ctx context.Context, report func(seq int64, problem string)) (TrailCheck, error) {
	var check TrailCheck
	var beyond bool
	err := db.in(ctx).Raw(`SELECT seq, mark, (SELECT count(*) FROM audit_entries WHERE seq <= 0),
		EXISTS (SELECT 1 FROM audit_entries a WHERE a.seq > 0 AND a.seq > audit_heads.seq)
		FROM audit_heads WHERE origin = ?`, registry.OriginLocal).Row().Scan(&check.Seq, &check.Head, &check.Old, &beyond)
	if err != nil {
		return check, translate("read the trail's head", err)
	}
	w := trailWalk{key: db.trailKey, report: report}
	for w.seq < check.Seq {
		rows, err := gorm.G[auditRow](db.in(ctx)).Where("seq > 0 AND seq > ? AND seq <= ?", w.seq, check.Seq).
			Order("seq").Limit(trailBatch).Find(ctx)
		if err != nil {
			return check, translate("read the trail", err)
		}
		for i := range rows {
			if err := w.step(&rows[i]); err != nil {
				return check, err
			}
		}
		check.Checked += int64(len(rows))
		if len(rows) < trailBatch {
			break
		}
	}
	switch {
	case w.seq < check.Seq:
		report(w.seq+1, TrailTruncated)
	case w.mark != check.Head:
		report(check.Seq, TrailHead)
	}
	if beyond {
		report(check.Seq+1, TrailBeyond)
	}
	return check, nil
}

// trailWalk is how far a verification has got.
type trailWalk struct {
	key    []byte
	report func(seq int64, problem string)
	seq    int64
	mark   string
	keyed  bool // a line before was marked with the key
}

func (w *trailWalk) step(r *auditRow) error {
	key, plain := w.key, strings.HasPrefix(r.Mark, plainMark)
	switch {
	case plain:
		key = nil
	case len(key) == 0:
		return errors.New("store: the audit trail was written with a key, and none is configured")
	}
	whole := r.Seq == w.seq+1
	if !whole {
		w.report(r.Seq, TrailMissing)
	}
	// After a hole the mark before is not known: the line cannot be told from a changed one.
	if whole && !hmac.Equal([]byte(trailMark(key, w.mark, r)), []byte(r.Mark)) {
		w.report(r.Seq, TrailChanged)
	}
	if plain && w.keyed {
		w.report(r.Seq, TrailUnkeyed)
	}
	w.seq, w.mark, w.keyed = r.Seq, r.Mark, w.keyed || !plain
	return nil
}
