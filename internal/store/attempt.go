// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"maillage/internal/fault"
	"maillage/internal/member"
)

type attemptRow struct {
	Name   string `gorm:"primaryKey"`
	InARow int64
	// Recent is a JSON list of instants, in microseconds since 1970.
	Recent string
	LastAt time.Time
}

func (attemptRow) TableName() string { return "attempts" }

func toAttemptRow(name string, a member.Attempts) (attemptRow, error) {
	micros := make([]int64, len(a.Recent))
	for i, t := range a.Recent {
		micros[i] = t.UnixMicro()
	}
	recent, err := encode(micros)
	return attemptRow{Name: name, InARow: int64(a.InARow), Recent: recent, LastAt: utc(a.Last)}, err
}

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

// own runs fn in a transaction of its own: what fn counts must stand even if its caller then fails.
// Within another transaction that cannot be had on SQLite, which would wait for its own caller until
// it gives up: it is refused at once on both databases, so that the mistake shows in any test.
func (db *DB) own(ctx context.Context, what string, fn func(ctx context.Context) error) error {
	if _, nested := ctx.Value(txKey{}).(*tx); nested {
		return errors.New("store: " + what + " inside a transaction: tries are counted before it begins, with the context outside it")
	}
	return db.InTx(ctx, fn)
}

// attempts locks the counter of that name, made when there was none, changes it and writes it back.
func (db *DB) attempts(ctx context.Context, name string, fn func(member.Attempts) member.Attempts) (a member.Attempts, err error) {
	// The update that changes nothing locks the row, and returns what others committed meanwhile.
	var row attemptRow
	err = db.in(ctx).Raw(`INSERT INTO attempts (name, in_a_row, recent, last_at) VALUES (?, 0, '', ?)
		ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING in_a_row, recent, last_at`, name, time.Unix(0, 0).UTC()).
		Row().Scan(&row.InARow, &row.Recent, &row.LastAt)
	if err != nil {
		return a, translate("lock attempts", err)
	}
	if a, err = row.attempts(); err != nil {
		return a, err
	}
	a = fn(a)
	if row, err = toAttemptRow(name, a); err != nil {
		return a, err
	}
	_, err = gorm.G[attemptRow](db.in(ctx)).Where("name = ?", name).Select("in_a_row", "recent", "last_at").Updates(ctx, row)
	return a, translate("count attempts", err)
}

// TakeAttempt counts a try under that name and returns 0, or returns how long to wait and counts
// nothing; and the counter as it then is. It refuses to run inside another transaction: see own.
func (db *DB) TakeAttempt(ctx context.Context, name string, limit member.Limit, now time.Time) (wait time.Duration, a member.Attempts, err error) {
	err = db.own(ctx, "TakeAttempt", func(ctx context.Context) error {
		a, err = db.attempts(ctx, name, func(a member.Attempts) member.Attempts {
			if wait = a.Wait(limit, utc(now)); wait > 0 {
				return a
			}
			return a.Take(limit, utc(now))
		})
		return err
	})
	return wait, a, err
}

// SucceedAttempt takes the last try back and ends the row of failures. It refuses to run inside
// another transaction: see own.
func (db *DB) SucceedAttempt(ctx context.Context, name string) error {
	return db.own(ctx, "SucceedAttempt", func(ctx context.Context) error {
		_, err := gorm.G[attemptRow](db.in(ctx)).Where("name = ?", name).Take(ctx)
		if fault.Is(translate("", err), fault.Missing) {
			return nil
		}
		_, err = db.attempts(ctx, name, member.Attempts.Succeed)
		return err
	})
}

// ForgetAttempts drops a counter. It refuses to run inside another transaction: see own.
func (db *DB) ForgetAttempts(ctx context.Context, name string) error {
	return db.own(ctx, "ForgetAttempts", func(ctx context.Context) error {
		_, err := gorm.G[attemptRow](db.in(ctx)).Where("name = ?", name).Delete(ctx)
		return translate("forget attempts", err)
	})
}
