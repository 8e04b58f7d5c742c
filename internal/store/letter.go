// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type letterRow struct {
	ID     string `gorm:"primaryKey"`
	SentAt time.Time
}

func (letterRow) TableName() string { return "letters_sent" }

// AlreadySent reports whether that letter was handed over.
func (db *DB) AlreadySent(ctx context.Context, id string) (bool, error) {
	n, err := gorm.G[letterRow](db.in(ctx)).Where("id = ?", id).Count(ctx, "*")
	return n > 0, translate("read letters sent", err)
}

// MarkSent notes that a letter was handed over; the first time stays.
func (db *DB) MarkSent(ctx context.Context, id string) error {
	row := letterRow{ID: id, SentAt: db.now()}
	return translate("note a letter sent", gorm.G[letterRow](db.in(ctx), clause.OnConflict{DoNothing: true}).Create(ctx, &row))
}
