// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"maillage/internal/fault"
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

// ChallengeByID returns a challenge, used and expired ones too, or fault.Missing.
func (db *DB) ChallengeByID(ctx context.Context, id string) (member.Challenge, error) {
	return one(ctx, db, "read challenge", (*challengeRow).challenge, "id = ?", id)
}

// TryCode counts a try at the current code, in a transaction of its own.
func (db *DB) TryCode(ctx context.Context, id string, now time.Time) (c member.Challenge, err error) {
	err = db.alone(ctx, func(ctx context.Context) error {
		res := db.in(ctx).Model(&challengeRow{}).
			Where("id = ? AND used_at IS NULL AND expires_at > ? AND code_expires_at > ? AND tries < ?", id, utc(now), utc(now), member.CodeTries).
			UpdateColumn("tries", gorm.Expr("tries + 1"))
		if res.Error != nil {
			return translate("count a try", res.Error)
		}
		if res.RowsAffected == 0 {
			return fault.New(fault.Missing, "code_expired")
		}
		c, err = db.ChallengeByID(ctx, id)
		return err
	})
	return c, err
}

// UseChallenge marks it used. Of many at once one succeeds, the others get fault.Missing.
func (db *DB) UseChallenge(ctx context.Context, id string, now time.Time) error {
	res := db.in(ctx).Model(&challengeRow{}).Where("id = ? AND used_at IS NULL AND expires_at > ?", id, utc(now)).
		UpdateColumn("used_at", utc(now))
	if res.Error == nil && res.RowsAffected == 0 {
		return fault.New(fault.Missing, "link_unknown")
	}
	return translate("use challenge", res.Error)
}

// RenewCode gives the challenge its next code.
func (db *DB) RenewCode(ctx context.Context, id string, until time.Time) (member.Challenge, error) {
	res := db.in(ctx).Model(&challengeRow{}).Where("id = ? AND used_at IS NULL", id).
		UpdateColumns(map[string]any{"serial": gorm.Expr("serial + 1"), "tries": 0, "code_expires_at": utc(until)})
	if res.Error == nil && res.RowsAffected == 0 {
		return member.Challenge{}, fault.New(fault.Missing, "link_unknown")
	}
	if res.Error != nil {
		return member.Challenge{}, translate("renew code", res.Error)
	}
	return db.ChallengeByID(ctx, id)
}

// SetChallenge replaces its data.
func (db *DB) SetChallenge(ctx context.Context, id string, data []byte) error {
	return translate("change challenge", db.in(ctx).Model(&challengeRow{}).Where("id = ?", id).
		UpdateColumn("data", string(json.RawMessage(data))).Error)
}

// ChallengesOf returns the open ones of an account, or of an address when account is empty.
func (db *DB) ChallengesOf(ctx context.Context, p member.Purpose, account member.AccountID, key string, now time.Time) ([]member.Challenge, error) {
	where, who := "account_id = ?", string(account)
	if account == "" {
		where, who = "account_id = '' AND email_key = ?", key
	}
	if !askable(who) {
		return nil, nil
	}
	return find(ctx, db, "read challenges", (*challengeRow).challenge, "id", 0,
		where+" AND purpose = ? AND used_at IS NULL AND expires_at > ?", who, string(p), utc(now))
}

// InvitationsOf returns the open invitations into a body, newest first; every body's when empty.
func (db *DB) InvitationsOf(ctx context.Context, organisation string, now time.Time) ([]member.Challenge, error) {
	where, args := "purpose = ? AND used_at IS NULL AND expires_at > ?", []any{string(member.ForInvitation), utc(now)}
	if organisation != "" {
		where, args = where+" AND organisation_id = ?", append(args, organisation)
	}
	return find(ctx, db, "read invitations", (*challengeRow).challenge, "id DESC", 1000, where, args...)
}

// DropChallenges removes those of an account for these purposes; those of no account are left alone.
func (db *DB) DropChallenges(ctx context.Context, account member.AccountID, purposes ...member.Purpose) error {
	if account == "" {
		return nil
	}
	plain := make([]string, 0, len(purposes))
	for _, p := range purposes {
		plain = append(plain, string(p))
	}
	return translate("drop challenges", db.in(ctx).Where("account_id = ? AND purpose IN ?", string(account), plain).
		Delete(&challengeRow{}).Error)
}

// DropChallenge removes one.
func (db *DB) DropChallenge(ctx context.Context, id string) error {
	return translate("drop challenge", db.in(ctx).Where("id = ?", id).Delete(&challengeRow{}).Error)
}
