// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"maillage/internal/fault"
	"maillage/internal/member"
)

type secretRow struct {
	ID           string `gorm:"primaryKey"`
	AccountID    string
	MembershipID string
	Kind         string
	Name         string
	Scope        string
	Office       bool
	Hash         string
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt    *time.Time
	LastUsedAt   *time.Time
	RevokedAt    *time.Time
}

func (secretRow) TableName() string { return "secrets" }

func (r *secretRow) secret() (member.Secret, error) {
	return member.Secret{ID: r.ID, Account: member.AccountID(r.AccountID), Membership: r.MembershipID,
		Kind: member.SecretKind(r.Kind), Name: r.Name, Scope: member.Scope(r.Scope), Office: r.Office, Hash: r.Hash, CreatedAt: utc(r.CreatedAt),
		ExpiresAt: timeValue(r.ExpiresAt), LastUsedAt: timeValue(r.LastUsedAt), RevokedAt: timeValue(r.RevokedAt)}, nil
}

// AddSecret keeps a new secret.
func (db *DB) AddSecret(ctx context.Context, s member.Secret) error {
	row := secretRow{ID: s.ID, AccountID: string(s.Account), MembershipID: s.Membership, Kind: string(s.Kind), Name: s.Name,
		Scope: string(s.Scope), Office: s.Office, Hash: s.Hash, CreatedAt: utc(s.CreatedAt), ExpiresAt: optionalTime(s.ExpiresAt),
		LastUsedAt: optionalTime(s.LastUsedAt), RevokedAt: optionalTime(s.RevokedAt)}
	return translate("add secret", gorm.G[secretRow](db.in(ctx)).Create(ctx, &row))
}

// SecretByHash returns a secret, revoked ones too, or fault.Missing.
func (db *DB) SecretByHash(ctx context.Context, hash string) (member.Secret, error) {
	return one(ctx, db, "read secret", (*secretRow).secret, "hash = ?", hash)
}

// SecretsOf returns those of an account, newest first.
func (db *DB) SecretsOf(ctx context.Context, account member.AccountID) ([]member.Secret, error) {
	return find(ctx, db, "read secrets", (*secretRow).secret, "id DESC", 0, "account_id = ?", string(account))
}

// RevokeSecret ends one of an account.
func (db *DB) RevokeSecret(ctx context.Context, account member.AccountID, id string, at time.Time) error {
	if !askable(id) {
		return fault.New(fault.Missing, "secret_missing")
	}
	res := db.in(ctx).Model(&secretRow{}).Where("id = ? AND account_id = ? AND revoked_at IS NULL", id, string(account)).
		UpdateColumn("revoked_at", utc(at))
	if res.Error == nil && res.RowsAffected == 0 {
		return fault.New(fault.Missing, "secret_missing")
	}
	return translate("revoke secret", res.Error)
}

// RevokeSecrets ends all of an account, or of one membership.
func (db *DB) RevokeSecrets(ctx context.Context, account member.AccountID, membership string, at time.Time) error {
	q := db.in(ctx).Model(&secretRow{}).Where("account_id = ? AND revoked_at IS NULL", string(account))
	if membership != "" {
		q = q.Where("membership_id = ?", membership)
	}
	return translate("revoke secrets", q.UpdateColumn("revoked_at", utc(at)).Error)
}

// TouchSecret notes a secret's use.
func (db *DB) TouchSecret(ctx context.Context, id string, at time.Time) error {
	return translate("touch secret", db.in(ctx).Model(&secretRow{}).Where("id = ?", id).UpdateColumn("last_used_at", utc(at)).Error)
}

type letterRow struct {
	ID     string `gorm:"primaryKey"`
	SentAt time.Time
}

func (letterRow) TableName() string { return "letters_sent" }

// AlreadySent reports whether a message was handed over.
func (db *DB) AlreadySent(ctx context.Context, id string) (bool, error) {
	var n int64
	err := db.in(ctx).Model(&letterRow{}).Where("id = ?", id).Count(&n).Error
	return n > 0, translate("look a message up", err)
}

// MarkSent notes that a message was handed over.
func (db *DB) MarkSent(ctx context.Context, id string) error {
	return translate("mark a message", db.in(ctx).Exec("INSERT INTO letters_sent (id, sent_at) VALUES (?, ?) ON CONFLICT DO NOTHING", id, db.now()).Error)
}
