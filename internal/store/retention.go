// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"time"

	"maillage/internal/member"
)

// pruneBatch is how many rows one transaction deletes: others may write between two.
const pruneBatch = 1000

// prune deletes the rows of a table that meet a condition, in batches, each in a transaction of its
// own, and returns how many went; dry counts them and deletes nothing. A context that carries a
// transaction has them all in it.
func (db *DB) prune(ctx context.Context, dry bool, table, where string, args ...any) (int64, error) {
	var n int64
	if dry {
		err := db.in(ctx).Raw("SELECT count(*) FROM "+table+" WHERE "+where, args...).Row().Scan(&n)
		return n, translate("count "+table, err)
	}
	place := "rowid"
	if db.postgres {
		place = "ctid"
	}
	query := "DELETE FROM " + table + " WHERE " + place + " IN (SELECT " + place + " FROM " + table + " WHERE " + where + " LIMIT ?)"
	for {
		res := db.in(ctx).Exec(query, append(args[:len(args):len(args)], pruneBatch)...)
		n += res.RowsAffected
		if res.Error != nil || res.RowsAffected < pruneBatch {
			return n, translate("prune "+table, res.Error)
		}
	}
}

// ExpiredChallenges deletes the challenges whose time was over, or that were used, before that. Like
// its siblings it returns how many, and with dry it counts them only.
func (db *DB) ExpiredChallenges(ctx context.Context, before time.Time, dry bool) (int64, error) {
	return db.prune(ctx, dry, "challenges", "expires_at < ? OR used_at < ?", utc(before), utc(before))
}

// EndedSessions deletes the sessions that ended, or whose time was over, before that.
func (db *DB) EndedSessions(ctx context.Context, before time.Time, dry bool) (int64, error) {
	return db.prune(ctx, dry, "sessions", "expires_at < ? OR ended_at < ?", utc(before), utc(before))
}

// StaleAttempts deletes the counters of tries whose last was before that.
func (db *DB) StaleAttempts(ctx context.Context, before time.Time, dry bool) (int64, error) {
	return db.prune(ctx, dry, "attempts", "last_at < ?", utc(before))
}

// UnusedDevices deletes the known devices last used before that.
func (db *DB) UnusedDevices(ctx context.Context, before time.Time, dry bool) (int64, error) {
	return db.prune(ctx, dry, "devices", "used_at < ?", utc(before))
}

// RevokedSecrets deletes members' own secrets revoked or expired before that.
func (db *DB) RevokedSecrets(ctx context.Context, before time.Time, dry bool) (int64, error) {
	return db.prune(ctx, dry, "secrets", "revoked_at < ? OR expires_at < ?", utc(before), utc(before))
}

// RefusedMemberships deletes the requests refused before that.
func (db *DB) RefusedMemberships(ctx context.Context, before time.Time, dry bool) (int64, error) {
	return db.prune(ctx, dry, "memberships", "state = ? AND decided_at < ?", string(member.Refused), utc(before))
}

// SentLetters deletes the notes of letters handed over before that.
func (db *DB) SentLetters(ctx context.Context, before time.Time, dry bool) (int64, error) {
	return db.prune(ctx, dry, "letters_sent", "sent_at < ?", utc(before))
}

// DormantAccounts returns the accounts, not erased, last seen before that (or made before it and never
// seen), the longest gone first, up to limit.
func (db *DB) DormantAccounts(ctx context.Context, seenBefore time.Time, limit int) ([]member.Account, error) {
	return find(ctx, db, "read dormant accounts", (*accountRow).account, "COALESCE(seen_at, created_at), id", limit,
		"state <> ? AND COALESCE(seen_at, created_at) < ?", string(member.Erased), utc(seenBefore))
}
