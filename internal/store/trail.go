// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
	"strconv"
	"time"

	"gorm.io/gorm"

	"maillage/internal/member"
)

// The audit trail is a chain: the mark of a line is worked out from the line and the mark before it,
// with a key kept outside the database. Whoever changes, removes or swaps a line without the key
// breaks the chain there; whoever cuts its end leaves a head that no line bears.

// Audit adds lines about members to the trail, in the current transaction.
func (db *DB) Audit(ctx context.Context, entries ...member.TrailEntry) error {
	rows := make([]auditRow, 0, len(entries))
	for _, e := range entries {
		rows = append(rows, auditRow{ID: e.ID, At: utc(e.At), Actor: string(e.Actor), Action: e.Action, Kind: e.Kind,
			ObjectID: e.Object, After: string(e.Detail)})
	}
	return db.chain(ctx, rows)
}

type trailHead struct {
	Seq  int64
	Mark string
}

// chain numbers and marks lines, and writes them. The head's row is locked until the transaction
// ends: lines are in the order of commits.
func (db *DB) chain(ctx context.Context, rows []auditRow) error {
	if len(rows) == 0 {
		return nil
	}
	t, ok := ctx.Value(txKey{}).(*tx)
	if !ok {
		return errors.New("store: a line of the trail outside a transaction")
	}
	if t.trail == nil {
		head := trailHead{}
		row := db.in(ctx).Raw("UPDATE audit_heads SET seq = seq WHERE origin = 'local' RETURNING seq, mark").Row()
		if err := row.Scan(&head.Seq, &head.Mark); err != nil {
			return translate("lock the trail", err)
		}
		t.trail = &head
	}
	next := *t.trail
	for i := range rows {
		next.Seq++
		rows[i].Seq = next.Seq
		rows[i].Mark = db.mark(next.Mark, &rows[i])
		next.Mark = rows[i].Mark
	}
	if err := gorm.G[auditRow](db.in(ctx)).CreateInBatches(ctx, &rows, insertBatch); err != nil {
		return translate("write the trail", err)
	}
	err := db.in(ctx).Exec("UPDATE audit_heads SET seq = ?, mark = ? WHERE origin = 'local'", next.Seq, next.Mark).Error
	if err == nil {
		*t.trail = next
	}
	return translate("write the trail", err)
}

// mark works out the mark of a line. Without a key it is a plain hash, which says so: it shows an
// accident, and not a forger.
func (db *DB) mark(before string, r *auditRow) string {
	prefix, h := "plain:", hash.Hash(sha256.New())
	if len(db.trailKey) > 0 {
		prefix, h = "", hmac.New(sha256.New, db.trailKey)
	}
	for _, field := range []string{before, strconv.FormatInt(r.Seq, 10), r.ID, utc(r.At).Format(time.RFC3339Nano), r.Actor,
		r.ActorName, r.Action, r.Kind, r.ObjectID, r.Source, r.Before, r.After} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(field)))
		h.Write(size[:])
		h.Write([]byte(field))
	}
	return prefix + hex.EncodeToString(h.Sum(nil))
}

// TrailReport is what VerifyTrail found.
type TrailReport struct {
	Checked int64  // lines of the chain that were looked at
	Older   int64  // lines written before there was a chain
	Head    string // the mark of the last line, to be kept elsewhere
	// Problems are what is wrong, by line number: "changed", "missing", "head".
	Problems []TrailProblem
}

// TrailProblem is one thing wrong with the chain.
type TrailProblem struct {
	Seq  int64
	What string
}

// maxProblems is how many problems a report names.
const maxProblems = 100

// VerifyTrail reads the whole trail and works every mark out again. After a line that was changed it
// goes on from the mark that is there, so that each fault is told once.
func (db *DB) VerifyTrail(ctx context.Context) (TrailReport, error) {
	var report TrailReport
	note := func(seq int64, what string) {
		if len(report.Problems) < maxProblems {
			report.Problems = append(report.Problems, TrailProblem{seq, what})
		}
	}
	if err := db.in(ctx).Model(&auditRow{}).Where("seq = 0").Count(&report.Older).Error; err != nil {
		return report, translate("read the trail", err)
	}
	seq := int64(0)
	for {
		rows, err := gorm.G[auditRow](db.in(ctx)).Where("seq > ?", seq).Order("seq").Limit(1000).Find(ctx)
		if err != nil {
			return report, translate("read the trail", err)
		}
		if len(rows) == 0 {
			break
		}
		for i := range rows {
			r := &rows[i]
			if r.Seq != seq+1 {
				note(seq+1, "missing")
			} else if r.Mark != db.mark(report.Head, r) {
				note(r.Seq, "changed")
			}
			seq, report.Head = r.Seq, r.Mark
			report.Checked++
		}
	}
	var head trailHead
	row := db.in(ctx).Raw("SELECT seq, mark FROM audit_heads WHERE origin = 'local'").Row()
	if err := row.Scan(&head.Seq, &head.Mark); err != nil {
		return report, translate("read the trail", err)
	}
	if head.Seq != seq || head.Mark != report.Head {
		note(max(seq, head.Seq), "head")
	}
	return report, nil
}
