// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"maillage/internal/member"
)

type secretRow struct {
	ID           string `gorm:"primaryKey"`
	AccountID    string
	MembershipID string
	Kind         string
	Name         string
	Scope        string
	Hash         string
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt    *time.Time
	LastUsedAt   *time.Time
	RevokedAt    *time.Time
}

func (secretRow) TableName() string { return "secrets" }

func (r *secretRow) secret() (member.Secret, error) {
	return member.Secret{ID: r.ID, Account: member.AccountID(r.AccountID), Membership: r.MembershipID,
		Kind: member.SecretKind(r.Kind), Name: r.Name, Scope: member.Scope(r.Scope), Hash: r.Hash, CreatedAt: utc(r.CreatedAt),
		ExpiresAt: timeValue(r.ExpiresAt), LastUsedAt: timeValue(r.LastUsedAt), RevokedAt: timeValue(r.RevokedAt)}, nil
}

// AddSecret keeps a member's new token or app password.
func (db *DB) AddSecret(ctx context.Context, s member.Secret) error {
	row := secretRow{ID: s.ID, AccountID: string(s.Account), MembershipID: s.Membership, Kind: string(s.Kind), Name: s.Name,
		Scope: string(s.Scope), Hash: s.Hash, CreatedAt: utc(s.CreatedAt), ExpiresAt: optionalTime(s.ExpiresAt),
		LastUsedAt: optionalTime(s.LastUsedAt), RevokedAt: optionalTime(s.RevokedAt)}
	return translate("add secret", gorm.G[secretRow](db.in(ctx)).Create(ctx, &row))
}

// SecretByHash returns the secret of that hash, in use or not, or fault.Missing.
func (db *DB) SecretByHash(ctx context.Context, hash string) (member.Secret, error) {
	return one(ctx, db, "read secret", (*secretRow).secret, "hash = ?", hash)
}

// SecretsOf returns those of an account, newest first, revoked ones too.
func (db *DB) SecretsOf(ctx context.Context, account member.AccountID) ([]member.Secret, error) {
	return find(ctx, db, "read secrets", (*secretRow).secret, "created_at DESC, id DESC", 0, "account_id = ?", string(account))
}

// RevokeSecret ends that secret of that account, or returns fault.Missing.
func (db *DB) RevokeSecret(ctx context.Context, account member.AccountID, id string, at time.Time) error {
	return changed("revoke secret", db.in(ctx).Model(&secretRow{}).
		Where("id = ? AND account_id = ? AND revoked_at IS NULL", id, string(account)).Update("revoked_at", utc(at)))
}

// RevokeSecrets ends all the secrets of an account, or those of one membership when it is given.
func (db *DB) RevokeSecrets(ctx context.Context, account member.AccountID, membership string, at time.Time) error {
	q := db.in(ctx).Model(&secretRow{}).Where("account_id = ? AND revoked_at IS NULL", string(account))
	if membership != "" {
		q = q.Where("membership_id = ?", membership)
	}
	return translate("revoke secrets", q.Update("revoked_at", utc(at)).Error)
}

// TouchSecret notes a secret's use.
func (db *DB) TouchSecret(ctx context.Context, id string, at time.Time) error {
	return translate("touch secret", db.in(ctx).Model(&secretRow{}).Where("id = ?", id).Update("last_used_at", utc(at)).Error)
}
