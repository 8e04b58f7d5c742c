// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"time"

	"gorm.io/gorm"

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

// TOTPOf returns the one-time codes' secret of an account, sealed, or fault.Missing.
func (db *DB) TOTPOf(ctx context.Context, account member.AccountID) (member.TOTP, error) {
	return one(ctx, db, "read second factor", (*totpRow).totp, "account_id = ?", string(account))
}

// SaveTOTP sets or replaces the account's.
func (db *DB) SaveTOTP(ctx context.Context, t member.TOTP) error {
	return upsert(ctx, db, "save second factor", []totpRow{{AccountID: string(t.Account), Sealed: t.Sealed,
		LastStep: t.LastStep, CreatedAt: utc(t.CreatedAt)}})
}

// DropTOTP removes the account's, if there is one.
func (db *DB) DropTOTP(ctx context.Context, account member.AccountID) error {
	_, err := gorm.G[totpRow](db.in(ctx)).Where("account_id = ?", string(account)).Delete(ctx)
	return translate("drop second factor", err)
}

// UseTOTPStep takes a step if it is later than the last one taken. Of many at once one is told true.
func (db *DB) UseTOTPStep(ctx context.Context, account member.AccountID, step int64) (bool, error) {
	res := db.in(ctx).Model(&totpRow{}).Where("account_id = ? AND last_step < ?", string(account), step).Update("last_step", step)
	return res.RowsAffected == 1, translate("use a one-time code", res.Error)
}

type recoveryRow struct {
	AccountID string    `gorm:"primaryKey"`
	Hash      string    `gorm:"primaryKey"`
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	UsedAt    *time.Time
}

func (recoveryRow) TableName() string { return "recovery_codes" }

// SetRecoveryCodes replaces the hashes of an account's recovery codes; none removes them all.
func (db *DB) SetRecoveryCodes(ctx context.Context, account member.AccountID, hashes []string, at time.Time) error {
	return db.InTx(ctx, func(ctx context.Context) error {
		if _, err := gorm.G[recoveryRow](db.in(ctx)).Where("account_id = ?", string(account)).Delete(ctx); err != nil {
			return translate("replace recovery codes", err)
		}
		rows := make([]recoveryRow, 0, len(hashes))
		for _, h := range hashes {
			rows = append(rows, recoveryRow{AccountID: string(account), Hash: h, CreatedAt: utc(at)})
		}
		return upsert(ctx, db, "save recovery codes", rows)
	})
}

// UseRecoveryCode takes a code. Of many at once one is told true.
func (db *DB) UseRecoveryCode(ctx context.Context, account member.AccountID, hash string, at time.Time) (bool, error) {
	res := db.in(ctx).Model(&recoveryRow{}).Where("account_id = ? AND hash = ? AND used_at IS NULL", string(account), hash).
		Update("used_at", utc(at))
	return res.RowsAffected == 1, translate("use a recovery code", res.Error)
}

// RecoveryCodesLeft counts the unused.
func (db *DB) RecoveryCodesLeft(ctx context.Context, account member.AccountID) (int, error) {
	n, err := gorm.G[recoveryRow](db.in(ctx)).Where("account_id = ? AND used_at IS NULL", string(account)).Count(ctx, "*")
	return int(n), translate("count recovery codes", err)
}
