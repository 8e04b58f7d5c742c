// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"time"

	"gorm.io/gorm"

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

func toSessionRow(s member.Session) sessionRow {
	return sessionRow{ID: s.ID, Hash: s.Hash, AccountID: string(s.Account), MembershipID: s.Membership, Strong: s.Strong,
		Method: s.Method, Device: s.Device, Network: s.Network, IDToken: s.IDToken, ProvedAt: utc(s.ProvedAt),
		CreatedAt: utc(s.CreatedAt), SeenAt: utc(s.SeenAt), ExpiresAt: utc(s.ExpiresAt), EndedAt: optionalTime(s.EndedAt)}
}

func (r *sessionRow) session() (member.Session, error) {
	return member.Session{ID: r.ID, Hash: r.Hash, Account: member.AccountID(r.AccountID), Membership: r.MembershipID,
		Strong: r.Strong, Method: r.Method, Device: r.Device, Network: r.Network, IDToken: r.IDToken,
		ProvedAt: utc(r.ProvedAt), CreatedAt: utc(r.CreatedAt), SeenAt: utc(r.SeenAt), ExpiresAt: utc(r.ExpiresAt),
		EndedAt: timeValue(r.EndedAt)}, nil
}

// AddSession keeps a new session.
func (db *DB) AddSession(ctx context.Context, s member.Session) error {
	row := toSessionRow(s)
	return translate("add session", gorm.G[sessionRow](db.in(ctx)).Create(ctx, &row))
}

// SessionByHash returns the session of that hash, ended or not, or fault.Missing.
func (db *DB) SessionByHash(ctx context.Context, hash string) (member.Session, error) {
	return one(ctx, db, "read session", (*sessionRow).session, "hash = ?", hash)
}

// SessionsOf returns the sessions of an account that are not ended, newest first. Whether one still
// opens a door is Session.Usable's to say.
func (db *DB) SessionsOf(ctx context.Context, account member.AccountID) ([]member.Session, error) {
	return find(ctx, db, "read sessions", (*sessionRow).session, "created_at DESC, id DESC", 0,
		"account_id = ? AND ended_at IS NULL", string(account))
}

// ChangeSession replaces Membership, Strong, Method, ProvedAt, ExpiresAt and Hash of a session that is
// not ended, or returns fault.Missing.
func (db *DB) ChangeSession(ctx context.Context, s member.Session) error {
	return changed("change session", db.in(ctx).Model(&sessionRow{}).Where("id = ? AND ended_at IS NULL", s.ID).
		Select("membership_id", "strong", "method", "proved_at", "expires_at", "hash").Updates(toSessionRow(s)))
}

// TouchSession notes a session's use.
func (db *DB) TouchSession(ctx context.Context, id string, at time.Time) error {
	return translate("touch session", db.in(ctx).Model(&sessionRow{}).Where("id = ?", id).Update("seen_at", utc(at)).Error)
}

// EndSession ends that session of that account, or returns fault.Missing.
func (db *DB) EndSession(ctx context.Context, account member.AccountID, id string, at time.Time) error {
	return changed("end session", db.in(ctx).Model(&sessionRow{}).
		Where("id = ? AND account_id = ? AND ended_at IS NULL", id, string(account)).Update("ended_at", utc(at)))
}

// EndSessions ends all the sessions of an account but that one, if one is given.
func (db *DB) EndSessions(ctx context.Context, account member.AccountID, but string, at time.Time) error {
	return translate("end sessions", db.in(ctx).Model(&sessionRow{}).
		Where("account_id = ? AND id <> ? AND ended_at IS NULL", string(account), but).Update("ended_at", utc(at)).Error)
}

type deviceRow struct {
	AccountID string    `gorm:"primaryKey"`
	Hash      string    `gorm:"primaryKey"`
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	UsedAt    time.Time
}

func (deviceRow) TableName() string { return "devices" }

// AddDevice keeps a device the account is known by.
func (db *DB) AddDevice(ctx context.Context, d member.Device) error {
	return upsert(ctx, db, "add device", []deviceRow{{AccountID: string(d.Account), Hash: d.Hash,
		CreatedAt: utc(d.CreatedAt), UsedAt: utc(d.UsedAt)}})
}

// KnownDevice reports whether that device is one of the account, and notes its use.
func (db *DB) KnownDevice(ctx context.Context, account member.AccountID, hash string, at time.Time) (bool, error) {
	res := db.in(ctx).Model(&deviceRow{}).Where("account_id = ? AND hash = ?", string(account), hash).Update("used_at", utc(at))
	return res.RowsAffected == 1, translate("read device", res.Error)
}

// DropDevices forgets every device of an account.
func (db *DB) DropDevices(ctx context.Context, account member.AccountID) error {
	_, err := gorm.G[deviceRow](db.in(ctx)).Where("account_id = ?", string(account)).Delete(ctx)
	return translate("drop devices", err)
}
