// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"maillage/internal/member"
)

type challengeRow struct {
	ID             string `gorm:"primaryKey"`
	Purpose        string
	AccountID      string
	Email          string
	EmailKey       string
	OrganisationID string
	Data           string
	Serial         int64
	Tries          int64
	CodeExpiresAt  *time.Time
	CreatedAt      time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt      time.Time
	UsedAt         *time.Time
}

func (challengeRow) TableName() string { return "challenges" }

func (r *challengeRow) challenge() (member.Challenge, error) {
	return member.Challenge{ID: r.ID, Purpose: member.Purpose(r.Purpose), Account: member.AccountID(r.AccountID),
		Email: r.Email, Organisation: r.OrganisationID, Data: rawJSON(r.Data), Serial: int(r.Serial), Tries: int(r.Tries),
		CodeExpiresAt: timeValue(r.CodeExpiresAt), CreatedAt: utc(r.CreatedAt), ExpiresAt: utc(r.ExpiresAt),
		UsedAt: timeValue(r.UsedAt)}, nil
}

// AddChallenge keeps a new challenge.
func (db *DB) AddChallenge(ctx context.Context, c member.Challenge) error {
	row := challengeRow{ID: c.ID, Purpose: string(c.Purpose), AccountID: string(c.Account), Email: c.Email,
		EmailKey: emailKey(c.Email), OrganisationID: c.Organisation, Data: string(c.Data), Serial: int64(c.Serial),
		Tries: int64(c.Tries), CodeExpiresAt: optionalTime(c.CodeExpiresAt), CreatedAt: utc(c.CreatedAt),
		ExpiresAt: utc(c.ExpiresAt), UsedAt: optionalTime(c.UsedAt)}
	return translate("add challenge", gorm.G[challengeRow](db.in(ctx)).Create(ctx, &row))
}

// ChallengeByID returns a challenge, open or not, or fault.Missing.
func (db *DB) ChallengeByID(ctx context.Context, id string) (member.Challenge, error) {
	return one(ctx, db, "read challenge", (*challengeRow).challenge, "id = ?", id)
}

// TryCode counts a try at the current code and returns the challenge as it then is, or returns
// fault.Missing when it is not open, or the code's life or tries are used up. It refuses to run inside
// another transaction: see own.
func (db *DB) TryCode(ctx context.Context, id string, now time.Time) (c member.Challenge, err error) {
	err = db.own(ctx, "TryCode", func(ctx context.Context) error {
		res := db.in(ctx).Model(&challengeRow{}).
			Where("id = ? AND used_at IS NULL AND expires_at > ? AND code_expires_at > ? AND tries < ?",
				id, utc(now), utc(now), member.CodeTries).
			Update("tries", gorm.Expr("tries + 1"))
		if err := changed("try a code", res); err != nil {
			return err
		}
		c, err = db.ChallengeByID(ctx, id)
		return err
	})
	return c, err
}

// UseChallenge marks an open challenge used: of many at once one succeeds, the others get
// fault.Missing.
func (db *DB) UseChallenge(ctx context.Context, id string, now time.Time) error {
	return changed("use challenge", db.in(ctx).Model(&challengeRow{}).
		Where("id = ? AND used_at IS NULL AND expires_at > ?", id, utc(now)).Update("used_at", utc(now)))
}

// RenewCode gives an unused challenge its next code, with tries of its own, and returns the challenge.
func (db *DB) RenewCode(ctx context.Context, id string, until time.Time) (c member.Challenge, err error) {
	err = db.InTx(ctx, func(ctx context.Context) error {
		res := db.in(ctx).Model(&challengeRow{}).Where("id = ? AND used_at IS NULL", id).
			Updates(map[string]any{"serial": gorm.Expr("serial + 1"), "tries": 0, "code_expires_at": utc(until)})
		if err := changed("renew a code", res); err != nil {
			return err
		}
		c, err = db.ChallengeByID(ctx, id)
		return err
	})
	return c, err
}

// SetChallenge replaces what the challenge carries, or returns fault.Missing.
func (db *DB) SetChallenge(ctx context.Context, id string, data []byte) error {
	return changed("set challenge", db.in(ctx).Model(&challengeRow{}).Where("id = ?", id).Update("data", string(data)))
}

// stillOpen is the condition on challenges that can be met.
const stillOpen = "used_at IS NULL AND expires_at > ? AND purpose = ?"

// ChallengesOf returns the open ones of an account, or of an address when account is empty, newest
// first.
func (db *DB) ChallengesOf(ctx context.Context, p member.Purpose, account member.AccountID, emailKey string, now time.Time) ([]member.Challenge, error) {
	where, whose := "account_id = ? AND "+stillOpen, string(account)
	if account == "" {
		where, whose = "email_key = ? AND "+stillOpen, emailKey
	}
	if whose == "" || !storable(whose) {
		return nil, nil
	}
	return find(ctx, db, "read challenges", (*challengeRow).challenge, "created_at DESC, id DESC", 0, where, whose, utc(now), string(p))
}

// InvitationsOf returns the open invitations into a body, or into every body when it is empty, newest
// first.
func (db *DB) InvitationsOf(ctx context.Context, organisation string, now time.Time) ([]member.Challenge, error) {
	where, args := stillOpen, []any{utc(now), string(member.ForInvitation)}
	if organisation != "" {
		where, args = where+" AND organisation_id = ?", append(args, organisation)
	}
	return find(ctx, db, "read invitations", (*challengeRow).challenge, "created_at DESC, id DESC", 0, where, args...)
}

// DropChallenges removes those of an account for these purposes. Those of no account are left alone.
func (db *DB) DropChallenges(ctx context.Context, account member.AccountID, purposes ...member.Purpose) error {
	if account == "" || len(purposes) == 0 {
		return nil
	}
	_, err := gorm.G[challengeRow](db.in(ctx)).Where("account_id = ? AND purpose IN ?", string(account), purposes).Delete(ctx)
	return translate("drop challenges", err)
}

// DropChallenge removes a challenge; one that is not there is no error.
func (db *DB) DropChallenge(ctx context.Context, id string) error {
	_, err := gorm.G[challengeRow](db.in(ctx)).Where("id = ?", id).Delete(ctx)
	return translate("drop challenge", err)
}
