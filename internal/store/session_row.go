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

type sessionRow struct {
	ID           string `gorm:"primaryKey"`
	Hash         string
	AccountID    string
	MembershipID string
	Strong       bool
	Method       string
	Device       string
	Network      string
	IDToken      string `gorm:"column:id_token"`
	ProvedAt     time.Time
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
	SeenAt       time.Time
	ExpiresAt    time.Time
	EndedAt      *time.Time
}

func (sessionRow) TableName() string { return "sessions" }

func (r *sessionRow) session() (member.Session, error) {
	return member.Session{ID: r.ID, Hash: r.Hash, Account: member.AccountID(r.AccountID), Membership: r.MembershipID,
		Strong: r.Strong, Method: r.Method, Device: r.Device, Network: r.Network, IDToken: r.IDToken, ProvedAt: utc(r.ProvedAt),
		CreatedAt: utc(r.CreatedAt), SeenAt: utc(r.SeenAt), ExpiresAt: utc(r.ExpiresAt), EndedAt: timeValue(r.EndedAt)}, nil
}

// AddSession keeps a new session.
func (db *DB) AddSession(ctx context.Context, s member.Session) error {
	row := sessionRow{ID: s.ID, Hash: s.Hash, AccountID: string(s.Account), MembershipID: s.Membership, Strong: s.Strong,
		Method: s.Method, Device: s.Device, Network: s.Network, IDToken: s.IDToken, ProvedAt: utc(s.ProvedAt),
		CreatedAt: utc(s.CreatedAt), SeenAt: utc(s.SeenAt), ExpiresAt: utc(s.ExpiresAt), EndedAt: optionalTime(s.EndedAt)}
	return translate("add session", gorm.G[sessionRow](db.in(ctx)).Create(ctx, &row))
}

// SessionByHash returns a session, ended ones too, or fault.Missing.
func (db *DB) SessionByHash(ctx context.Context, hash string) (member.Session, error) {
	return one(ctx, db, "read session", (*sessionRow).session, "hash = ?", hash)
}

// SessionsOf returns those of an account that are not ended, newest first.
func (db *DB) SessionsOf(ctx context.Context, account member.AccountID) ([]member.Session, error) {
	return find(ctx, db, "read sessions", (*sessionRow).session, "id DESC", 0, "account_id = ? AND ended_at IS NULL", string(account))
}

// ChangeSession replaces what a session may change, by id.
func (db *DB) ChangeSession(ctx context.Context, s member.Session) error {
	res := db.in(ctx).Model(&sessionRow{}).Where("id = ? AND ended_at IS NULL", s.ID).UpdateColumns(map[string]any{
		"membership_id": s.Membership, "strong": s.Strong, "method": s.Method, "proved_at": utc(s.ProvedAt),
		"expires_at": utc(s.ExpiresAt), "hash": s.Hash})
	if res.Error == nil && res.RowsAffected == 0 {
		return fault.New(fault.Missing, "session_missing")
	}
	return translate("change session", res.Error)
}

// TouchSession notes a session's use.
func (db *DB) TouchSession(ctx context.Context, id string, at time.Time) error {
	return translate("touch session", db.in(ctx).Model(&sessionRow{}).Where("id = ?", id).UpdateColumn("seen_at", utc(at)).Error)
}

// EndSession ends that session of that account.
func (db *DB) EndSession(ctx context.Context, account member.AccountID, id string, at time.Time) error {
	if !askable(id) {
		return fault.New(fault.Missing, "session_missing")
	}
	res := db.in(ctx).Model(&sessionRow{}).Where("id = ? AND account_id = ? AND ended_at IS NULL", id, string(account)).
		UpdateColumn("ended_at", utc(at))
	if res.Error == nil && res.RowsAffected == 0 {
		return fault.New(fault.Missing, "session_missing")
	}
	return translate("end session", res.Error)
}

// EndSessions ends all of an account but that one.
func (db *DB) EndSessions(ctx context.Context, account member.AccountID, but string, at time.Time) error {
	return translate("end sessions", db.in(ctx).Model(&sessionRow{}).
		Where("account_id = ? AND id <> ? AND ended_at IS NULL", string(account), but).UpdateColumn("ended_at", utc(at)).Error)
}

type deviceRow struct {
	Hash      string    `gorm:"primaryKey"`
	AccountID string    `gorm:"primaryKey"`
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	UsedAt    time.Time
}

func (deviceRow) TableName() string { return "devices" }

// AddDevice keeps a known device.
func (db *DB) AddDevice(ctx context.Context, d member.Device) error {
	row := deviceRow{Hash: d.Hash, AccountID: string(d.Account), CreatedAt: utc(d.CreatedAt), UsedAt: utc(d.UsedAt)}
	return translate("add device", db.in(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error)
}

// KnownDevice reports whether that device is one of the account, and notes its use.
func (db *DB) KnownDevice(ctx context.Context, account member.AccountID, hash string, at time.Time) (bool, error) {
	res := db.in(ctx).Model(&deviceRow{}).Where("account_id = ? AND hash = ?", string(account), hash).UpdateColumn("used_at", utc(at))
	return res.RowsAffected == 1, translate("know device", res.Error)
}

// HasDevices reports whether the account has any.
func (db *DB) HasDevices(ctx context.Context, account member.AccountID) (bool, error) {
	var n int64
	err := db.in(ctx).Model(&deviceRow{}).Where("account_id = ?", string(account)).Limit(1).Count(&n).Error
	return n > 0, translate("count devices", err)
}

// DropDevices forgets the devices of an account.
func (db *DB) DropDevices(ctx context.Context, account member.AccountID) error {
	return translate("drop devices", db.in(ctx).Where("account_id = ?", string(account)).Delete(&deviceRow{}).Error)
}
