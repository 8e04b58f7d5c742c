// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maillage/internal/member"
)

type attemptRow struct {
	Name   string `gorm:"primaryKey"`
	InARow int64  `gorm:"column:in_a_row"`
	Recent string
	LastAt time.Time
}

func (attemptRow) TableName() string { return "attempts" }

func (r *attemptRow) attempts() (member.Attempts, error) {
	a := member.Attempts{InARow: int(r.InARow), Last: utc(r.LastAt)}
	var micros []int64
	if err := decodeInto(r.Name, r.Recent, &micros); err != nil {
		return a, err
	}
	for _, m := range micros {
		a.Recent = append(a.Recent, time.UnixMicro(m).UTC())
	}
	return a, nil
}

func (r *attemptRow) set(a member.Attempts) error {
	micros := make([]int64, 0, len(a.Recent))
	for _, t := range a.Recent {
		micros = append(micros, t.UnixMicro())
	}
	b, err := json.Marshal(micros)
	if err != nil {
		return fmt.Errorf("write a counter: %w", err)
	}
	r.InARow, r.Recent = int64(a.InARow), string(b)
	if !a.Last.IsZero() {
		r.LastAt = utc(a.Last)
	}
	return nil
}

// alone runs fn in a transaction of its own, committed before it returns. A counter inside the
// caller's would be rolled back with it; and on SQLite, with its single writer, it could only wait for
// itself: a caller that already holds a transaction is told so at once.
func (db *DB) alone(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, nested := ctx.Value(txKey{}).(*tx); nested {
		return errors.New("store: a counter is taken before the transaction, not in it")
	}
	return db.InTx(ctx, fn)
}

// counter reads and locks a counter inside alone, and writes what fn makes of it.
func (db *DB) counter(ctx context.Context, name string, now time.Time, fn func(member.Attempts) (member.Attempts, bool)) error {
	return db.alone(ctx, func(ctx context.Context) error {
		// The update that changes nothing locks the row, there already or not, and returns what others
		// committed meanwhile.
		row := attemptRow{Name: name}
		err := db.in(ctx).Raw(`INSERT INTO attempts (name, in_a_row, recent, last_at) VALUES (?, 0, '', ?)
			ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING in_a_row, recent, last_at`, name, utc(now)).
			Row().Scan(&row.InARow, &row.Recent, &row.LastAt)
		if err != nil {
			return translate("lock counter", err)
		}
		a, err := row.attempts()
		if err != nil {
			return err
		}
		next, write := fn(a)
		if !write {
			return nil
		}
		if err := row.set(next); err != nil {
			return err
		}
		err = db.in(ctx).Model(&attemptRow{}).Where("name = ?", name).
			UpdateColumns(map[string]any{"in_a_row": row.InARow, "recent": row.Recent, "last_at": row.LastAt}).Error
		return translate("write counter", err)
	})
}

// TakeAttempt counts a try, or says how long to wait.
func (db *DB) TakeAttempt(ctx context.Context, name string, limit member.Limit, now time.Time) (wait time.Duration, after member.Attempts, err error) {
	err = db.counter(ctx, name, now, func(a member.Attempts) (member.Attempts, bool) {
		after = a
		if wait = a.Wait(limit, now); wait > 0 {
			return a, false
		}
		after = a.Take(limit, now)
		return after, true
	})
	return wait, after, err
}

// SucceedAttempt takes the last try back and ends the row of failures.
func (db *DB) SucceedAttempt(ctx context.Context, name string) error {
	return db.counter(ctx, name, db.now(), func(a member.Attempts) (member.Attempts, bool) { return a.Succeed(), true })
}

// ForgetAttempts drops a counter.
func (db *DB) ForgetAttempts(ctx context.Context, name string) error {
	return translate("drop counter", db.in(ctx).Where("name = ?", name).Delete(&attemptRow{}).Error)
}
