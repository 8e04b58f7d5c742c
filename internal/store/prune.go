// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// pruneBatch is how many rows one statement deletes: others may write between two.
const pruneBatch = 1000

// Prune deletes what of that kind is older than a time, or counts it when dry is set. It returns how
// many rows. The kinds are those of the retention table.
func (db *DB) Prune(ctx context.Context, what member.Retained, before time.Time, dry bool) (int64, error) {
	var row any
	where := ""
	switch what {
	case member.RetainChallenges:
		row, where = &challengeRow{}, "expires_at < ?"
	case member.RetainSessions:
		row, where = &sessionRow{}, "COALESCE(ended_at, expires_at) < ?"
	case member.RetainDevices:
		row, where = &deviceRow{}, "used_at < ?"
	case member.RetainAttempts:
		row, where = &attemptRow{}, "last_at < ?"
	case member.RetainSecrets:
		row, where = &secretRow{}, "COALESCE(revoked_at, expires_at) < ?"
	case member.RetainRefusals:
		row, where = &membershipRow{}, "state = 'refused' AND decided_at < ?"
	case member.RetainLetters:
		row, where = &letterRow{}, "sent_at < ?"
	case member.RetainAnswers:
		row, where = &answerRow{}, "created_at < ?"
	default:
		return 0, fault.New(fault.Internal, "internal")
	}
	if dry {
		var n int64
		return n, translate("count what is old", db.in(ctx).Model(row).Where(where, utc(before)).Count(&n).Error)
	}
	place := "rowid"
	if db.postgres {
		place = "ctid"
	}
	var gone int64
	for {
		old := db.in(ctx).Model(row).Select(place).Where(where, utc(before)).Limit(pruneBatch)
		res := db.in(ctx).Where(place+" IN (?)", old).Delete(row)
		gone += res.RowsAffected
		if res.Error != nil || res.RowsAffected < pruneBatch {
			return gone, translate("delete what is old", res.Error)
		}
	}
}
