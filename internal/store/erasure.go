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

func (r *erasureRow) erasure() (member.Erasure, error) {
	return member.Erasure{Account: member.AccountID(r.AccountID), At: utc(r.At), Posts: r.Posts}, nil
}

// Erasures returns the ledger, oldest first.
func (db *DB) Erasures(ctx context.Context) ([]member.Erasure, error) {
	return find(ctx, db, "read erasures", (*erasureRow).erasure, "at, account_id", 0, "account_id <> ''")
}

// ErasePerson leaves of an account its identifier, its state and when it was made, ends its
// memberships, deletes everything else that was about the person in every table, and writes the
// ledger, in one transaction. Done twice it changes nothing; for an account that is not there, as in a
// backup older than it, it writes the ledger alone.
//
// On SQLite what is deleted is overwritten with zeros (secure_delete); Scrub then empties the journal.
func (db *DB) ErasePerson(ctx context.Context, e member.Erasure) error {
	return db.InTx(ctx, func(ctx context.Context) error {
		a, err := db.LockAccount(ctx, e.Account)
		if err != nil && !fault.Is(err, fault.Missing) {
			return err
		}
		if err == nil {
			steps := []func(context.Context, member.Account, time.Time) error{
				db.eraseTraces, db.eraseBelongings, db.endStanding, db.emptyAccount}
			for _, step := range steps {
				if err := step(ctx, a, utc(e.At)); err != nil {
					return err
				}
			}
		}
		row := erasureRow{AccountID: string(e.Account), At: utc(e.At), Posts: e.Posts}
		return translate("write the ledger of erasures",
			gorm.G[erasureRow](db.in(ctx), clause.OnConflict{DoNothing: true}).Create(ctx, &row))
	})
}

// emptyAccount runs last: until then the row says whose traces to look for.
func (db *DB) emptyAccount(ctx context.Context, a member.Account, at time.Time) error {
	if a.State == member.Erased {
		return nil
	}
	return translate("empty account", db.in(ctx).Model(&accountRow{}).Where("id = ?", string(a.ID)).Updates(map[string]any{
		"state": string(member.Erased), "email": "", "email_key": nil, "name": "", "haystack": "", "function": "",
		"interests": "[]", "rhythm": string(member.NoMail), "lang": "", "office": "", "disabled_for": "", "password": "",
		"password_at": nil, "must_change": false, "password_off": false, "handle": nil, "seen_at": nil, "updated_at": at}).Error)
}

func (db *DB) endStanding(ctx context.Context, a member.Account, at time.Time) error {
	err := db.in(ctx).Model(&membershipRow{}).Where("account_id = ? AND state IN ?", string(a.ID),
		[]member.MembershipState{member.Pending, member.Accepted}).
		Updates(map[string]any{"state": string(member.Ended), "ended_at": at}).Error
	if err == nil {
		err = db.in(ctx).Model(&membershipRow{}).Where("account_id = ? AND reason <> ''", string(a.ID)).Update("reason", "").Error
	}
	return translate("end memberships", err)
}

// eraseBelongings deletes the rows that are the account's alone.
func (db *DB) eraseBelongings(ctx context.Context, a member.Account, _ time.Time) error {
	for _, table := range []string{"sessions", "devices", "totp_factors", "recovery_codes", "passkeys", "identities", "secrets", "challenges"} {
		if err := db.in(ctx).Exec("DELETE FROM "+table+" WHERE account_id = ?", string(a.ID)).Error; err != nil {
			return translate("erase "+table, err)
		}
	}
	if key := emailKey(a.Email); key != "" {
		return translate("erase challenges", db.in(ctx).Exec("DELETE FROM challenges WHERE email_key = ?", key).Error)
	}
	return nil
}

// eraseTraces removes what others' rows may say of the person: answers kept for a day, and what a mail
// server answered, which often repeats the address.
func (db *DB) eraseTraces(ctx context.Context, a member.Account, _ time.Time) error {
	actor := string(a.ID.Actor())
	if err := db.in(ctx).Exec("DELETE FROM idempotency_keys WHERE actor = ?", actor).Error; err != nil {
		return translate("erase answers", err)
	}
	err := db.in(ctx).Exec(`UPDATE deliveries SET last_error = '' WHERE last_error <> '' AND (fact_key = ? OR fact_key IN
		(SELECT 'challenge:' || id FROM challenges WHERE account_id = ? OR (email_key <> '' AND email_key = ?)))`,
		actor, string(a.ID), emailKey(a.Email)).Error
	if err != nil {
		return translate("erase delivery errors", err)
	}
	for _, word := range []string{a.Email, emailKey(a.Email), a.Name} {
		if len(word) < tellingWord {
			continue
		}
		holds := "instr(body, ?) > 0"
		if db.postgres {
			holds = "position(?::bytea IN body) > 0"
		}
		if err := db.in(ctx).Exec("DELETE FROM idempotency_keys WHERE "+holds, []byte(word)).Error; err != nil {
			return translate("erase answers", err)
		}
		err := db.in(ctx).Exec(`UPDATE deliveries SET last_error = '' WHERE last_error LIKE ? ESCAPE '\'`, "%"+escapeLike(word)+"%").Error
		if err != nil {
			return translate("erase delivery errors", err)
		}
	}
	return nil
}

// tellingWord is how long a name must be, in bytes, to be looked for in what others were answered: "Li"
// is in every text.
const tellingWord = 5

// Scrub empties the journal of SQLite, where pages as they were before an erasure stay until they are
// written over. It does nothing inside a transaction, nor on PostgreSQL, whose vacuum reuses the room
// of old rows in its own time.
func (db *DB) Scrub(ctx context.Context) error {
	if _, nested := ctx.Value(txKey{}).(*tx); nested || db.postgres {
		return nil
	}
	return translate("empty the journal", db.in(ctx).Exec("PRAGMA wal_checkpoint(TRUNCATE)").Error)
}
