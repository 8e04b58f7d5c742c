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

// What can be wrong with the trail.
const (
	// TrailChanged: the line, or its place among the others, is not as it was written.
	TrailChanged = "changed"
	// TrailMissing: one or more lines just before this one are gone.
	TrailMissing = "missing"
	// TrailUnkeyed: the line was marked without the key, after others that were marked with it.
	TrailUnkeyed = "unkeyed"
	// TrailTruncated: this line, and perhaps others after it, are gone from the end.
	TrailTruncated = "truncated"
	// TrailHead: the head's row does not bear the mark of the last line.
	TrailHead = "head"
	// TrailBeyond: this line, and perhaps others after it, were added after the head, without it.
	TrailBeyond = "beyond"
)

// TrailReport is what VerifyTrail found.
type TrailReport struct {
	Checked int64 // lines of the chain that were looked at
	Older   int64 // lines written before there was a chain, for which nothing vouches
	Plain   int64 // lines among Checked that were marked without a key: they show accidents alone
	// Seq and Head are the number and mark of the last line. Kept elsewhere, they show the next time that
	// nobody cut the trail short and its head with it.
	Seq  int64
	Head string
	// Problems are what is wrong, by line number, the first hundred of them; Wrong counts them all.
	Problems []TrailProblem
	Wrong    int64
}

// TrailProblem is one thing wrong with the chain.
type TrailProblem struct {
	Seq  int64
	What string
}

// maxProblems is how many problems a report names.
const maxProblems = 100

func (r *TrailReport) note(seq int64, what string) {
	if r.Wrong++; len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, TrailProblem{seq, what})
	}
}

// VerifyTrail reads the whole trail in its order and works every mark out again, up to the head as it
// is at the start: lines written meanwhile are for the next time. After a line that was changed it
// goes on from the mark that is there, so that each fault is told where it is. It returns an error
// when lines were marked with a key and none is configured.
func (db *DB) VerifyTrail(ctx context.Context) (TrailReport, error) {
	var report TrailReport
	var beyond bool
	err := db.in(ctx).Raw(`SELECT seq, mark, (SELECT count(*) FROM audit_entries WHERE seq <= 0),
		EXISTS (SELECT 1 FROM audit_entries a WHERE a.seq > 0 AND a.seq > audit_heads.seq)
		FROM audit_heads WHERE origin = ?`, registry.OriginLocal).Row().Scan(&report.Seq, &report.Head, &report.Older, &beyond)
	if err != nil {
		return report, translate("read the trail's head", err)
	}
	w := trailWalk{key: db.trailKey, report: &report}
	for more := true; more; {
		rows, err := gorm.G[auditRow](db.in(ctx)).Where("seq > 0 AND seq > ? AND seq <= ?", w.seq, report.Seq).
			Order("seq").Limit(trailBatch).Find(ctx)
		if err != nil {
			return report, translate("read the trail", err)
		}
		for i := range rows {
			if err := w.step(&rows[i]); err != nil {
				return report, err
			}
		}
		more = len(rows) == trailBatch
	}
	switch {
	case w.seq < report.Seq:
		report.note(w.seq+1, TrailTruncated)
	case w.mark != report.Head:
		report.note(report.Seq, TrailHead)
	}
	if beyond {
		report.note(report.Seq+1, TrailBeyond)
	}
	return report, nil
}

// trailWalk is how far a verification has got.
type trailWalk struct {
	key    []byte
	report *TrailReport
	seq    int64
	mark   string
	keyed  bool // a line before was marked with the key
}

func (w *trailWalk) step(r *auditRow) error {
	key, plain := w.key, strings.HasPrefix(r.Mark, plainMark)
	switch {
	case plain:
		key = nil
		w.report.Plain++
	case len(key) == 0:
		return errors.New("store: the audit trail was written with a key, and none is configured")
	}
	w.report.Checked++
	whole := r.Seq == w.seq+1
	if !whole {
		w.report.note(r.Seq, TrailMissing)
	}
	// After a hole the mark before is not known: the line cannot be told from a changed one.
	if whole && !hmac.Equal([]byte(trailMark(key, w.mark, r)), []byte(r.Mark)) {
		w.report.note(r.Seq, TrailChanged)
	}
	if plain && w.keyed {
		w.report.note(r.Seq, TrailUnkeyed)
	}
	w.seq, w.mark, w.keyed = r.Seq, r.Mark, w.keyed || !plain
	return nil
}
