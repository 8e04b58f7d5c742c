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

type tokenRow struct {
	ID             string `gorm:"primaryKey"`
	Name           string
	Role           string
	OrganisationID string
	Hash           string
	CreatedAt      time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt      *time.Time
	LastUsedAt     *time.Time
	RevokedAt      *time.Time
}

func (tokenRow) TableName() string { return "api_tokens" }

func (r *tokenRow) token() (member.Token, error) {
	return member.Token{ID: r.ID, Name: r.Name, Role: member.Role(r.Role), Organisation: r.OrganisationID, Hash: r.Hash,
		CreatedAt: utc(r.CreatedAt), ExpiresAt: timeValue(r.ExpiresAt), LastUsedAt: timeValue(r.LastUsedAt),
		RevokedAt: timeValue(r.RevokedAt)}, nil
}

// AddToken keeps a new token.
func (db *DB) AddToken(ctx context.Context, t member.Token) error {
	row := tokenRow{ID: t.ID, Name: t.Name, Role: string(t.Role), OrganisationID: t.Organisation, Hash: t.Hash,
		CreatedAt: utc(t.CreatedAt), ExpiresAt: optionalTime(t.ExpiresAt)}
	return translate("add token", gorm.G[tokenRow](db.in(ctx)).Create(ctx, &row))
}

// Tokens returns every token, oldest first.
func (db *DB) Tokens(ctx context.Context) ([]member.Token, error) {
	return find(ctx, db, "read tokens", (*tokenRow).token, "id", 0, "id <> ''")
}

// TokenByHash returns the token of that hash, or fault.Missing.
func (db *DB) TokenByHash(ctx context.Context, hash string) (member.Token, error) {
	row, err := gorm.G[tokenRow](db.in(ctx)).Where("hash = ?", hash).Take(ctx)
	if err != nil {
		return member.Token{}, translate("read token", err)
	}
	return row.token()
}

// RevokeToken ends a token.
func (db *DB) RevokeToken(ctx context.Context, id string, at time.Time) error {
	res := db.in(ctx).Model(&tokenRow{}).Where("id = ? AND revoked_at IS NULL", id).Update("revoked_at", utc(at))
	if res.Error == nil && res.RowsAffected == 0 {
		return fault.New(fault.Missing, "token_missing")
	}
	return translate("revoke token", res.Error)
}

// TouchToken notes a token's use.
func (db *DB) TouchToken(ctx context.Context, id string, at time.Time) error {
	return translate("touch token", db.in(ctx).Model(&tokenRow{}).Where("id = ?", id).Update("last_used_at", utc(at)).Error)
}
