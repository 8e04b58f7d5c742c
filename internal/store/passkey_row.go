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

type passkeyRow struct {
	ID         string `gorm:"primaryKey"`
	AccountID  string
	Label      string
	Credential []byte
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	UsedAt     *time.Time
}

func (passkeyRow) TableName() string { return "passkeys" }

func (r *passkeyRow) passkey() (member.Passkey, error) {
	return member.Passkey{ID: r.ID, Account: member.AccountID(r.AccountID), Label: r.Label, Credential: r.Credential,
		CreatedAt: utc(r.CreatedAt), UsedAt: timeValue(r.UsedAt)}, nil
}

// PasskeysOf returns the passkeys of an account, oldest first.
func (db *DB) PasskeysOf(ctx context.Context, account member.AccountID) ([]member.Passkey, error) {
	return find(ctx, db, "read passkeys", (*passkeyRow).passkey, "created_at, id", 0, "account_id = ?", string(account))
}

// SavePasskey inserts the passkey or replaces the account's of that ID. It returns fault.Conflict
// "passkey_taken" when the ID is another account's.
func (db *DB) SavePasskey(ctx context.Context, p member.Passkey) error {
	row := passkeyRow{ID: p.ID, AccountID: string(p.Account), Label: p.Label, Credential: p.Credential,
		CreatedAt: utc(p.CreatedAt), UsedAt: optionalTime(p.UsedAt)}
	if row.Credential == nil {
		row.Credential = []byte{}
	}
	res := db.in(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}},
		DoUpdates: clause.AssignmentColumns([]string{"label", "credential", "created_at", "used_at"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "passkeys.account_id = excluded.account_id"}}},
	}).Create(&row)
	if res.Error == nil && res.RowsAffected == 0 {
		return fault.New(fault.Conflict, "passkey_taken")
	}
	return translate("save passkey", res.Error)
}

// DropPasskey removes that passkey of that account, or returns fault.Missing.
func (db *DB) DropPasskey(ctx context.Context, account member.AccountID, id string) error {
	return changed("drop passkey", db.in(ctx).Where("id = ? AND account_id = ?", id, string(account)).Delete(&passkeyRow{}))
}

// externalRow is a person as an identity provider knows them.
type externalRow struct {
	Issuer    string `gorm:"primaryKey"`
	Subject   string `gorm:"primaryKey"`
	AccountID string
	Provider  string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}

func (externalRow) TableName() string { return "identities" }

func (r *externalRow) identity() (member.Identity, error) {
	return member.Identity{Issuer: r.Issuer, Subject: r.Subject, Account: member.AccountID(r.AccountID), Provider: r.Provider,
		CreatedAt: utc(r.CreatedAt)}, nil
}

// IdentityBy returns who is known by that issuer and subject, or fault.Missing.
func (db *DB) IdentityBy(ctx context.Context, issuer, subject string) (member.Identity, error) {
	if !storable(issuer) || !storable(subject) {
		return member.Identity{}, fault.New(fault.Missing, "missing")
	}
	return one(ctx, db, "read identity", (*externalRow).identity, "issuer = ? AND subject = ?", issuer, subject)
}

// IdentitiesOf returns the identities of an account, oldest first.
func (db *DB) IdentitiesOf(ctx context.Context, account member.AccountID) ([]member.Identity, error) {
	return find(ctx, db, "read identities", (*externalRow).identity, "created_at, issuer, subject", 0, "account_id = ?", string(account))
}

// AddIdentity ties an identity to an account. It returns fault.Conflict "identity_taken" when it is
// tied already.
func (db *DB) AddIdentity(ctx context.Context, i member.Identity) error {
	row := externalRow{Issuer: i.Issuer, Subject: i.Subject, AccountID: string(i.Account), Provider: i.Provider, CreatedAt: utc(i.CreatedAt)}
	return taken("identity_taken", translate("add identity", gorm.G[externalRow](db.in(ctx)).Create(ctx, &row)))
}

// DropIdentity unties that identity of that account, or returns fault.Missing.
func (db *DB) DropIdentity(ctx context.Context, account member.AccountID, issuer, subject string) error {
	return changed("drop identity", db.in(ctx).
		Where("issuer = ? AND subject = ? AND account_id = ?", issuer, subject, string(account)).Delete(&externalRow{}))
}
