// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/text"
)

type accountRow struct {
	ID          string `gorm:"primaryKey"`
	Email       string
	EmailKey    *string
	Name        string
	NameFolded  string
	Function    string
	Interests   string
	Rhythm      string
	Lang        string
	Office      string
	State       string
	DisabledFor string
	Password    string
	PasswordAt  *time.Time
	MustChange  bool
	PasswordOff bool
	Handle      []byte
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
	SeenAt      *time.Time
}

func (accountRow) TableName() string { return "accounts" }

func toAccountRow(a member.Account) (accountRow, error) {
	interests, err := encode(a.Interests)
	row := accountRow{ID: string(a.ID), Email: a.Email, Name: a.Name, NameFolded: text.Fold(a.Name), Function: a.Function,
		Interests: interests, Rhythm: string(a.Rhythm), Lang: a.Lang, Office: string(a.Office), State: string(a.State),
		DisabledFor: a.DisabledFor, Password: a.Password, PasswordAt: optionalTime(a.PasswordAt), MustChange: a.MustChange,
		PasswordOff: a.PasswordOff, Handle: a.Handle, CreatedAt: utc(a.CreatedAt), UpdatedAt: utc(a.UpdatedAt),
		SeenAt: optionalTime(a.SeenAt)}
	if key := emailKey(a.Email); key != "" {
		row.EmailKey = &key
	}
	return row, err
}

// emailKey is what an address is found by; empty for none.
func emailKey(address string) string {
	if e, code := member.ParseEmail(address); code == "" {
		return e.Key()
	}
	return ""
}

func (r *accountRow) account() (member.Account, error) {
	a := member.Account{ID: member.AccountID(r.ID), Email: r.Email, Name: r.Name, Function: r.Function,
		Rhythm: member.Rhythm(r.Rhythm), Lang: r.Lang, Office: member.Role(r.Office), State: member.State(r.State),
		DisabledFor: r.DisabledFor, Password: r.Password, PasswordAt: timeValue(r.PasswordAt), MustChange: r.MustChange,
		PasswordOff: r.PasswordOff, Handle: r.Handle, CreatedAt: utc(r.CreatedAt), UpdatedAt: utc(r.UpdatedAt),
		SeenAt: timeValue(r.SeenAt)}
	return a, decodeInto(r.ID, r.Interests, &a.Interests)
}

// one reads the row a condition finds, or fault.Missing.
func one[R, T any](ctx context.Context, db *DB, trying string, convert func(*R) (T, error), where string, args ...any) (T, error) {
	row, err := gorm.G[R](db.in(ctx)).Where(where, args...).Take(ctx)
	if err != nil {
		var none T
		return none, translate(trying, err)
	}
	return convert(&row)
}

// AccountByID returns an account, erased ones too, or fault.Missing.
func (db *DB) AccountByID(ctx context.Context, id member.AccountID) (member.Account, error) {
	return one(ctx, db, "read account", (*accountRow).account, "id = ?", string(id))
}

// AccountByEmail returns the account of an address, by its key.
func (db *DB) AccountByEmail(ctx context.Context, key string) (member.Account, error) {
	return one(ctx, db, "read account", (*accountRow).account, "email_key = ?", key)
}

// AccountByHandle returns the account of a passkey handle.
func (db *DB) AccountByHandle(ctx context.Context, handle []byte) (member.Account, error) {
	return one(ctx, db, "read account", (*accountRow).account, "handle = ?", handle)
}

// LockAccount returns an account that nobody else changes before the transaction ends. On SQLite a
// transaction is alone already.
func (db *DB) LockAccount(ctx context.Context, id member.AccountID) (member.Account, error) {
	var row accountRow
	q := db.in(ctx)
	if db.postgres {
		q = q.Clauses(clause.Locking{Strength: "UPDATE"})
	}
	if err := q.Where("id = ?", string(id)).Take(&row).Error; err != nil {
		return member.Account{}, translate("lock account", err)
	}
	return row.account()
}

// SaveAccount inserts or replaces an account.
func (db *DB) SaveAccount(ctx context.Context, a member.Account) error {
	row, err := toAccountRow(a)
	if err != nil {
		return err
	}
	err = db.in(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).Create(&row).Error
	return conflictAs(translate("save account", err), "email_taken")
}

// conflictAs gives a conflict the code of what it is about.
func conflictAs(err error, code string) error {
	if fault.Is(err, fault.Conflict) {
		return fault.Wrap(fault.Conflict, code, err)
	}
	return err
}

// SawAccount notes a day of visit.
func (db *DB) SawAccount(ctx context.Context, id member.AccountID, day time.Time) error {
	return translate("note a visit", db.in(ctx).Model(&accountRow{}).Where("id = ?", string(id)).
		UpdateColumn("seen_at", utc(day)).Error)
}

// ListAccounts returns accounts that are not erased whose folded name or address holds q.
func (db *DB) ListAccounts(ctx context.Context, q string, after member.AccountID, limit int) ([]member.Account, error) {
	where, args := "id > ? AND state <> ?", []any{string(after), string(member.Erased)}
	if q != "" {
		// Letters and digits alone: a folded word holds neither % nor _.
		where += " AND (name_folded LIKE ? OR email_key LIKE ?)"
		args = append(args, "%"+q+"%", "%"+strings.ReplaceAll(q, " ", "%")+"%")
	}
	return find(ctx, db, "list accounts", (*accountRow).account, "id", limit, where, args...)
}

// AccountsByID returns those that exist.
func (db *DB) AccountsByID(ctx context.Context, ids ...member.AccountID) ([]member.Account, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	plain := make([]string, 0, len(ids))
	for _, id := range ids {
		plain = append(plain, string(id))
	}
	return find(ctx, db, "read accounts", (*accountRow).account, "id", 0, "id IN ?", plain)
}

// OfficeHolders returns the active accounts that hold an office.
func (db *DB) OfficeHolders(ctx context.Context) ([]member.Account, error) {
	return find(ctx, db, "read offices", (*accountRow).account, "id", 0, "office <> '' AND state = ?", string(member.Active))
}

// DormantAccounts returns active accounts without office, last seen before that time, oldest first.
func (db *DB) DormantAccounts(ctx context.Context, seenBefore time.Time, limit int) ([]member.Account, error) {
	return find(ctx, db, "read dormant accounts", (*accountRow).account, "seen_at, id", limit,
		"state = ? AND office = '' AND seen_at < ?", string(member.Active), utc(seenBefore))
}
