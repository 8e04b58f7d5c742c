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

type totpRow struct {
	AccountID string `gorm:"primaryKey"`
	Sealed    string
	LastStep  int64
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}

func (totpRow) TableName() string { return "totp_factors" }

func (r *totpRow) totp() (member.TOTP, error) {
	return member.TOTP{Account: member.AccountID(r.AccountID), Sealed: r.Sealed, LastStep: r.LastStep, CreatedAt: utc(r.CreatedAt)}, nil
}

// TOTPOf returns an account's one-time codes, or fault.Missing.
func (db *DB) TOTPOf(ctx context.Context, account member.AccountID) (member.TOTP, error) {
	return one(ctx, db, "read second factor", (*totpRow).totp, "account_id = ?", string(account))
}

// SaveTOTP sets an account's one-time codes up.
func (db *DB) SaveTOTP(ctx context.Context, t member.TOTP) error {
	row := totpRow{AccountID: string(t.Account), Sealed: t.Sealed, LastStep: t.LastStep, CreatedAt: utc(t.CreatedAt)}
	return translate("save second factor", db.in(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error)
}

// DropTOTP takes them off.
func (db *DB) DropTOTP(ctx context.Context, account member.AccountID) error {
	return translate("drop second factor", db.in(ctx).Where("account_id = ?", string(account)).Delete(&totpRow{}).Error)
}

// UseTOTPStep takes a step if it is later than the last one taken.
func (db *DB) UseTOTPStep(ctx context.Context, account member.AccountID, step int64) (bool, error) {
	res := db.in(ctx).Model(&totpRow{}).Where("account_id = ? AND last_step < ?", string(account), step).UpdateColumn("last_step", step)
	return res.RowsAffected == 1, translate("use a code", res.Error)
}

type recoveryRow struct {
	AccountID string    `gorm:"primaryKey"`
	Hash      string    `gorm:"primaryKey"`
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	UsedAt    *time.Time
}

func (recoveryRow) TableName() string { return "recovery_codes" }

// SetRecoveryCodes replaces an account's codes.
func (db *DB) SetRecoveryCodes(ctx context.Context, account member.AccountID, hashes []string, at time.Time) error {
	return db.InTx(ctx, func(ctx context.Context) error {
		if err := db.in(ctx).Where("account_id = ?", string(account)).Delete(&recoveryRow{}).Error; err != nil {
			return translate("drop recovery codes", err)
		}
		if len(hashes) == 0 {
			return nil
		}
		rows := make([]recoveryRow, 0, len(hashes))
		for _, h := range hashes {
			rows = append(rows, recoveryRow{AccountID: string(account), Hash: h, CreatedAt: utc(at)})
		}
		return translate("add recovery codes", db.in(ctx).Create(&rows).Error)
	})
}

// UseRecoveryCode takes a code: true for one of many at once.
func (db *DB) UseRecoveryCode(ctx context.Context, account member.AccountID, hash string, at time.Time) (bool, error) {
	res := db.in(ctx).Model(&recoveryRow{}).Where("account_id = ? AND hash = ? AND used_at IS NULL", string(account), hash).
		UpdateColumn("used_at", utc(at))
	return res.RowsAffected == 1, translate("use a recovery code", res.Error)
}

// RecoveryCodesLeft counts the unused.
func (db *DB) RecoveryCodesLeft(ctx context.Context, account member.AccountID) (int, error) {
	var n int64
	err := db.in(ctx).Model(&recoveryRow{}).Where("account_id = ? AND used_at IS NULL", string(account)).Count(&n).Error
	return int(n), translate("count recovery codes", err)
}

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

// PasskeysOf returns an account's passkeys, oldest first.
func (db *DB) PasskeysOf(ctx context.Context, account member.AccountID) ([]member.Passkey, error) {
	return find(ctx, db, "read passkeys", (*passkeyRow).passkey, "created_at, id", 0, "account_id = ?", string(account))
}

// SavePasskey inserts a passkey, or replaces it when it is the same account's.
func (db *DB) SavePasskey(ctx context.Context, p member.Passkey) error {
	row := passkeyRow{ID: p.ID, AccountID: string(p.Account), Label: p.Label, Credential: p.Credential,
		CreatedAt: utc(p.CreatedAt), UsedAt: optionalTime(p.UsedAt)}
	res := db.in(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true,
		Where: clause.Where{Exprs: []clause.Expression{gorm.Expr("passkeys.account_id = ?", row.AccountID)}}}).Create(&row)
	if res.Error == nil && res.RowsAffected == 0 {
		return fault.New(fault.Conflict, "passkey_refused")
	}
	return translate("save passkey", res.Error)
}

// DropPasskey removes that passkey of that account.
func (db *DB) DropPasskey(ctx context.Context, account member.AccountID, id string) error {
	if !askable(id) {
		return fault.New(fault.Missing, "passkey_missing")
	}
	res := db.in(ctx).Where("id = ? AND account_id = ?", id, string(account)).Delete(&passkeyRow{})
	if res.Error == nil && res.RowsAffected == 0 {
		return fault.New(fault.Missing, "passkey_missing")
	}
	return translate("drop passkey", res.Error)
}

type identityOf struct {
	Issuer    string `gorm:"primaryKey"`
	Subject   string `gorm:"primaryKey"`
	AccountID string
	Provider  string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}

func (identityOf) TableName() string { return "identities" }

func (r *identityOf) identity() (member.Identity, error) {
	return member.Identity{Issuer: r.Issuer, Subject: r.Subject, Account: member.AccountID(r.AccountID), Provider: r.Provider,
		CreatedAt: utc(r.CreatedAt)}, nil
}

// IdentityBy returns who is known by that issuer and subject, or fault.Missing.
func (db *DB) IdentityBy(ctx context.Context, issuer, subject string) (member.Identity, error) {
	return one(ctx, db, "read identity", (*identityOf).identity, "issuer = ? AND subject = ?", issuer, subject)
}

// IdentitiesOf returns an account's identities.
func (db *DB) IdentitiesOf(ctx context.Context, account member.AccountID) ([]member.Identity, error) {
	return find(ctx, db, "read identities", (*identityOf).identity, "created_at, issuer", 0, "account_id = ?", string(account))
}

// AddIdentity ties an identity to an account.
func (db *DB) AddIdentity(ctx context.Context, i member.Identity) error {
	row := identityOf{Issuer: i.Issuer, Subject: i.Subject, AccountID: string(i.Account), Provider: i.Provider, CreatedAt: utc(i.CreatedAt)}
	return conflictAs(translate("add identity", gorm.G[identityOf](db.in(ctx)).Create(ctx, &row)), "identity_taken")
}

// DropIdentity unties it.
func (db *DB) DropIdentity(ctx context.Context, account member.AccountID, issuer, subject string) error {
	if !askable(issuer, subject) {
		return fault.New(fault.Missing, "identity_missing")
	}
	res := db.in(ctx).Where("issuer = ? AND subject = ? AND account_id = ?", issuer, subject, string(account)).Delete(&identityOf{})
	if res.Error == nil && res.RowsAffected == 0 {
		return fault.New(fault.Missing, "identity_missing")
	}
	return translate("drop identity", res.Error)
}
