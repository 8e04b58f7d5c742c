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

type erasureRow struct {
	AccountID string `gorm:"primaryKey"`
	At        time.Time
	Posts     bool
}

func (erasureRow) TableName() string { return "erasures" }

// Erasures returns the ledger, oldest first.
func (db *DB) Erasures(ctx context.Context) ([]member.Erasure, error) {
	return find(ctx, db, "read erasures", func(r *erasureRow) (member.Erasure, error) {
		return member.Erasure{Account: member.AccountID(r.AccountID), At: utc(r.At), Posts: r.Posts}, nil
	}, "at, account_id", 0, "account_id <> ''")
}

// ErasePerson leaves of an account its identifier and nothing else. An account that is not there (a
// backup from before it was made) is only entered in the ledger. On SQLite what is deleted is written
// over at once in the file, and Scrub empties the journal beside it.
func (db *DB) ErasePerson(ctx context.Context, e member.Erasure) error {
	return db.InTx(ctx, func(ctx context.Context) error {
		row := erasureRow{AccountID: string(e.Account), At: utc(e.At), Posts: e.Posts}
		if err := db.in(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return translate("write the ledger", err)
		}
		a, err := db.LockAccount(ctx, e.Account)
		if fault.Is(err, fault.Missing) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, step := range []func() error{
			func() error { return db.eraseEchoes(ctx, a) },
			func() error { return db.eraseTraces(ctx, a) },
			func() error { return db.eraseStanding(ctx, e) },
			func() error { return db.eraseAccount(ctx, a, e) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		wrote(ctx)
		return nil
	})
}

// eraseTraces deletes what belongs to the person alone.
func (db *DB) eraseTraces(ctx context.Context, a member.Account) error {
	id := string(a.ID)
	for _, row := range []any{&sessionRow{}, &deviceRow{}, &totpRow{}, &recoveryRow{}, &passkeyRow{}, &identityOf{}, &secretRow{}, &challengeRow{}} {
		if err := db.in(ctx).Where("account_id = ?", id).Delete(row).Error; err != nil {
			return translate("erase", err)
		}
	}
	if key := emailKey(a.Email); key != "" {
		if err := db.in(ctx).Where("email_key = ?", key).Delete(&challengeRow{}).Error; err != nil {
			return translate("erase", err)
		}
	}
	err := db.in(ctx).Where("actor = ?", string(a.ID.Actor())).Delete(&answerRow{}).Error
	return translate("erase", err)
}

// eraseEchoes removes what rows of others may repeat of the person: what a mail server answered, and
// the answers kept for a day.
func (db *DB) eraseEchoes(ctx context.Context, a member.Account) error {
	key := emailKey(a.Email)
	err := db.in(ctx).Exec(`UPDATE deliveries SET last_error = '' WHERE last_error <> '' AND (fact_key = ? OR fact_key IN
		(SELECT 'challenge:' || id FROM challenges WHERE account_id = ? OR (email_key <> '' AND email_key = ?)))`,
		string(a.ID.Actor()), string(a.ID), key).Error
	if err != nil {
		return translate("erase", err)
	}
	holds := "instr(body, CAST(? AS BLOB)) > 0"
	if db.postgres {
		holds = "position(convert_to(?, 'UTF8') IN body) > 0"
	}
	for _, word := range []string{a.Email, key, a.Name} {
		if len(word) < tellingWord {
			continue
		}
		if err := db.in(ctx).Where(holds, word).Delete(&answerRow{}).Error; err != nil {
			return translate("erase", err)
		}
		err := db.in(ctx).Model(&deliveryRow{}).Where(`last_error LIKE ? ESCAPE '\'`, "%"+escapeLike(word)+"%").
			UpdateColumn("last_error", "").Error
		if err != nil {
			return translate("erase", err)
		}
	}
	return nil
}

// tellingWord is how long a name must be, in bytes, to be looked for in what others were told: "Li" is
// in every text.
const tellingWord = 5

// eraseStanding ends memberships, and keeps of those there were that a body had a member.
func (db *DB) eraseStanding(ctx context.Context, e member.Erasure) error {
	err := db.in(ctx).Model(&membershipRow{}).Where("account_id = ? AND reason <> ''", string(e.Account)).UpdateColumn("reason", "").Error
	if err != nil {
		return translate("erase", err)
	}
	err = db.in(ctx).Model(&membershipRow{}).Where("account_id = ? AND state IN ?", string(e.Account),
		[]string{string(member.Pending), string(member.Accepted)}).
		UpdateColumns(map[string]any{"state": string(member.Ended), "ended_at": utc(e.At)}).Error
	return translate("erase", err)
}

func (db *DB) eraseAccount(ctx context.Context, a member.Account, e member.Erasure) error {
	if a.State == member.Erased {
		return nil // done twice, it changes nothing
	}
	err := db.in(ctx).Model(&accountRow{}).Where("id = ?", string(e.Account)).UpdateColumns(map[string]any{
		"email": "", "email_key": gorm.Expr("NULL"), "name": "", "name_folded": "", "function": "", "interests": "",
		"rhythm": string(member.NoMail), "lang": "", "office": "", "state": string(member.Erased), "disabled_for": "", "password": "",
		"password_at": gorm.Expr("NULL"), "must_change": false, "password_off": false, "handle": gorm.Expr("NULL"),
		"updated_at": utc(e.At), "seen_at": gorm.Expr("NULL")}).Error
	return translate("erase", err)
}

// Scrub empties the journal of SQLite, where pages as they were before an erasure stay until they are
// written over. It does nothing inside a transaction, nor on PostgreSQL, whose vacuum gives the room of
// old rows to others in its own time.
func (db *DB) Scrub(ctx context.Context) error {
	if _, nested := ctx.Value(txKey{}).(*tx); nested || db.postgres {
		return nil
	}
	return translate("empty the journal", db.in(ctx).Exec("PRAGMA wal_checkpoint(TRUNCATE)").Error)
}
