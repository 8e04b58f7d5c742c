// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// answerAge is how long an answer is kept for its key.
const answerAge = 24 * time.Hour

type answerRow struct {
	Actor       string `gorm:"primaryKey"`
	Key         string `gorm:"primaryKey"`
	Fingerprint string
	Status      int64
	Location    string
	Etag        string
	Body        []byte
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
}

func (answerRow) TableName() string { return "idempotency_keys" }

// Once runs fn and keeps its answer in the same transaction, unless the key has one. Two requests
// with one key at once: the second waits for the first, and is given its answer.
func (db *DB) Once(ctx context.Context, by member.ActorID, key, fingerprint string, fn func(ctx context.Context) (member.Answer, error)) (a member.Answer, replayed bool, err error) {
	err = db.InTx(ctx, func(ctx context.Context) error {
		now := db.now()
		if err := db.in(ctx).Exec("DELETE FROM idempotency_keys WHERE actor = ? AND key = ? AND created_at < ?",
			string(by), key, now.Add(-answerAge)).Error; err != nil {
			return translate("read answer", err)
		}
		row := answerRow{Actor: string(by), Key: key, Fingerprint: fingerprint, Body: []byte{}, CreatedAt: now}
		// The insert is the lock: a second request waits here until the first commits or fails.
		res := db.in(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if res.Error != nil {
			return translate("keep answer", res.Error)
		}
		if res.RowsAffected == 0 {
			have, err := gorm.G[answerRow](db.in(ctx)).Where("actor = ? AND key = ?", string(by), key).Take(ctx)
			if err != nil {
				return translate("read answer", err)
			}
			if have.Fingerprint != fingerprint {
				return fault.New(fault.Conflict, "idempotency_key_reused")
			}
			a, replayed = member.Answer{Status: int(have.Status), Location: have.Location, ETag: have.Etag, Body: have.Body}, true
			return nil
		}
		if a, err = fn(ctx); err != nil {
			return err
		}
		err := db.in(ctx).Model(&answerRow{}).Where("actor = ? AND key = ?", string(by), key).
			Updates(map[string]any{"status": a.Status, "location": a.Location, "etag": a.ETag, "body": a.Body}).Error
		return translate("keep answer", err)
	})
	return a, replayed, err
}
