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
	"strings"

	"gorm.io/gorm"

	"maillage/internal/member"
	"maillage/internal/registry"
)

// The audit trail is a chain: each line has a number and a mark, which covers the line and the mark
// before it. The head's row holds the last of both.

// plainMark begins the marks made while no key was configured: such a chain shows accidents, and does
// not resist someone who writes to the database.
const plainMark = "plain:"

// Audit adds lines to the trail, in the current transaction.
func (db *DB) Audit(ctx context.Context, entries ...member.TrailEntry) error {
	rows := make([]auditRow, 0, len(entries))
	for _, e := range entries {
		rows = append(rows, auditRow{ID: e.ID, At: utc(e.At), Actor: string(e.Actor), Action: e.Action, Kind: e.Kind,
			ObjectID: e.Object, After: string(e.Detail)})
	}
	return trail(ctx, rows)
}

// saveAudit adds a batch's lines to the trail.
func (db *DB) saveAudit(ctx context.Context, entries []registry.AuditEntry) error {
	rows := make([]auditRow, 0, len(entries))
	for _, e := range entries {
		row, err := toAuditRow(e)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return trail(ctx, rows)
}

// trail notes lines for the end of the transaction, where InTx chains them: the head, which every
// writer of the trail takes, is so the last lock taken and the soonest given back, and two
// transactions never wait for each other's.
func trail(ctx context.Context, rows []auditRow) error {
	t, ok := ctx.Value(txKey{}).(*tx)
	if !ok {
		return errors.New("store: the audit trail is written inside a transaction")
	}
	for _, r := range rows {
		if strings.HasPrefix(r.Actor, accountActor) {
			r.ActorName = "" // a person can be erased, a line of the trail cannot
		}
		t.trail = append(t.trail, r)
	}
	return nil
}

// accountActor begins the identifier of an actor who is a person: see member.AccountID.Actor.
const accountActor = "account:"

// chain numbers, marks and writes the lines of a transaction that is about to be committed.
func (db *DB) chain(ctx context.Context, rows []auditRow) error {
	if len(rows) == 0 {
		return nil
	}
	var seq int64
	var mark string
	// The update locks the row on PostgreSQL; SQLite has a single writer already.
	err := db.in(ctx).Raw("UPDATE audit_heads SET seq = seq WHERE origin = ? RETURNING seq, mark", registry.OriginLocal).Row().Scan(&seq, &mark)
	if err != nil {
		return translate("lock the trail", err)
	}
	for i := range rows {
		seq++
		rows[i].Seq = seq
		mark = trailMark(db.trailKey, mark, &rows[i])
		rows[i].Mark = mark
	}
	if err := gorm.G[auditRow](db.in(ctx)).CreateInBatches(ctx, &rows, insertBatch); err != nil {
		return translate("write the trail", err)
	}
	err = db.in(ctx).Exec("UPDATE audit_heads SET seq = ?, mark = ? WHERE origin = ?", seq, mark, registry.OriginLocal).Error
	return translate("move the trail's head", err)
}

// trailTime is how an instant is written into a mark: RFC 3339 with microseconds, always in UTC.
const trailTime = "2006-01-02T15:04:05.000000Z"

// trailMark returns the mark of a line: the HMAC-SHA-256 under the key, in hexadecimal, of the mark
// before it and the line's fields, each after its length in eight bytes so that no two lines give the
// same bytes. Without a key it is the plain SHA-256, after plainMark.
func trailMark(key []byte, previous string, r *auditRow) string {
	var h hash.Hash
	prefix := ""
	if len(key) == 0 {
		h, prefix = sha256.New(), plainMark
	} else {
		h = hmac.New(sha256.New, key)
	}
	var size [8]byte
	for _, field := range []string{previous, r.ID, utc(r.At).Format(trailTime), r.Actor, r.ActorName, r.Action, r.Kind,
		r.ObjectID, r.Source, r.Before, r.After} {
		binary.BigEndian.PutUint64(size[:], uint64(len(field)))
		h.Write(size[:])
		h.Write([]byte(field))
	}
	binary.BigEndian.PutUint64(size[:], uint64(r.Seq)) //nolint:gosec // counts from 1
	h.Write(size[:])
	return prefix + hex.EncodeToString(h.Sum(nil))
}

// newAudit leaves out the lines that are here already: a line never changes, and a dump read twice
// adds nothing to the trail.
func (db *DB) newAudit(ctx context.Context, entries []registry.AuditEntry) ([]registry.AuditEntry, error) {
	ids := make([]string, 0, len(entries))
	for _, e := range entries {
		ids = append(ids, string(e.ID))
	}
	here := map[registry.ID]bool{}
	err := inBatches(ids, func(ids []string) error {
		rows, err := gorm.G[auditRow](db.in(ctx)).Select("id").Where("id IN ?", ids).Find(ctx)
		for _, r := range rows {
			here[registry.ID(r.ID)] = true
		}
		return translate("read audit", err)
	})
	var out []registry.AuditEntry
	for _, e := range entries {
		if !here[e.ID] {
			here[e.ID] = true
			out = append(out, e)
		}
	}
	return out, err
}
