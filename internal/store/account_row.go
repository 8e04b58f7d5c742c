// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/text"
)

var _ member.Store = (*DB)(nil)

type accountRow struct {
	ID          string `gorm:"primaryKey"`
	Email       string
	EmailKey    *string
	Name        string
	Haystack    string
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
	Handle      *[]byte
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
	SeenAt      *time.Time
}

func (accountRow) TableName() string { return "accounts" }

func toAccountRow(a member.Account) (accountRow, error) {
	row := accountRow{ID: string(a.ID), Email: a.Email, EmailKey: optional(emailKey(a.Email)), Name: a.Name,
		Haystack: text.Fold(a.Name + " " + a.Email), Function: a.Function, Rhythm: string(a.Rhythm), Lang: a.Lang,
		Office: string(a.Office), State: string(a.State), DisabledFor: a.DisabledFor, Password: a.Password,
		PasswordAt: optionalTime(a.PasswordAt), MustChange: a.MustChange, PasswordOff: a.PasswordOff,
		CreatedAt: utc(a.CreatedAt), UpdatedAt: utc(a.UpdatedAt), SeenAt: optionalTime(a.SeenAt)}
	if len(a.Handle) > 0 {
		row.Handle = &a.Handle
	}
	var err error
	row.Interests, err = encode(a.Interests)
	return row, err
}

func (r *accountRow) account() (member.Account, error) {
	a := member.Account{ID: member.AccountID(r.ID), Email: r.Email, Name: r.Name, Function: r.Function,
		Rhythm: member.Rhythm(r.Rhythm), Lang: r.Lang, Office: member.Role(r.Office), State: member.State(r.State),
		DisabledFor: r.DisabledFor, Password: r.Password, PasswordAt: timeValue(r.PasswordAt), MustChange: r.MustChange,
		PasswordOff: r.PasswordOff, CreatedAt: utc(r.CreatedAt), UpdatedAt: utc(r.UpdatedAt), SeenAt: timeValue(r.SeenAt)}
	if r.Handle != nil {
		a.Handle = *r.Handle
	}
	return a, decodeInto(r.ID, r.Interests, &a.Interests)
}

// emailKey returns the key of an address as accounts are found by; empty for no address.
func emailKey(address string) string {
	if e, code := member.ParseEmail(address); code == "" {
		return e.Key()
	}
	return strings.ToLower(strings.TrimSpace(address))
}

// one returns what a condition leads to, or fault.Missing.
func one[R, T any](ctx context.Context, db *DB, trying string, convert func(*R) (T, error), where string, args ...any) (T, error) {
	row, err := gorm.G[R](db.in(ctx)).Where(where, args...).Take(ctx)
	if err != nil {
		var none T
		return none, translate(trying, err)
	}
	return convert(&row)
}

// changed returns fault.Missing when a statement changed no row.
func changed(trying string, res *gorm.DB) error {
	if res.Error == nil && res.RowsAffected == 0 {
		return fault.Wrap(fault.Missing, "missing", errors.New(trying))
	}
	return translate(trying, res.Error)
}

// taken gives a unique index's refusal its own code.
func taken(code string, err error) error {
	if fault.Is(err, fault.Conflict) && errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.Wrap(fault.Conflict, code, err)
	}
	return err
}

// AccountByID returns an account, erased ones too, or fault.Missing.
func (db *DB) AccountByID(ctx context.Context, id member.AccountID) (member.Account, error) {
	return one(ctx, db, "read account", (*accountRow).account, "id = ?", string(id))
}

// AccountByEmail returns the account of that Email.Key, or fault.Missing.
func (db *DB) AccountByEmail(ctx context.Context, key string) (member.Account, error) {
	if !storable(key) {
		return member.Account{}, fault.New(fault.Missing, "missing")
	}
	return one(ctx, db, "read account by e-mail", (*accountRow).account, "email_key = ?", key)
}

// AccountByHandle returns the account of that passkey handle, or fault.Missing.
func (db *DB) AccountByHandle(ctx context.Context, handle []byte) (member.Account, error) {
	return one(ctx, db, "read account by handle", (*accountRow).account, "handle = ?", handle)
}

// LockAccount returns the account and keeps it from others until the transaction ends. On SQLite the
// transaction is the only writer already; PostgreSQL locks the row.
func (db *DB) LockAccount(ctx context.Context, id member.AccountID) (member.Account, error) {
	if _, ok := ctx.Value(txKey{}).(*tx); !ok {
		return member.Account{}, errors.New("store: LockAccount outside a transaction")
	}
	row, err := gorm.G[accountRow](db.in(ctx), clause.Locking{Strength: "UPDATE"}).Where("id = ?", string(id)).Take(ctx)
	if err != nil {
		return member.Account{}, translate("lock account", err)
	}
	return row.account()
}

// SaveAccount inserts the account or replaces the one of its id. It returns fault.Conflict
// "email_taken" when the address is another account's.
func (db *DB) SaveAccount(ctx context.Context, a member.Account) error {
	row, err := toAccountRow(a)
	if err != nil {
		return err
	}
	return taken("email_taken", upsert(ctx, db, "save account", []accountRow{row}))
}

// SawAccount notes the day of a visit, unless a later one is noted.
func (db *DB) SawAccount(ctx context.Context, id member.AccountID, day time.Time) error {
	return translate("note a visit", db.in(ctx).Model(&accountRow{}).
		Where("id = ? AND state <> ? AND (seen_at IS NULL OR seen_at < ?)", string(id), string(member.Erased), utc(day)).
		Update("seen_at", utc(day)).Error)
}

// ListAccounts returns accounts that are not erased, whose name or address holds q once both are
// folded, by ascending id after that id, up to limit.
func (db *DB) ListAccounts(ctx context.Context, q string, after member.AccountID, limit int) ([]member.Account, error) {
	where, args := "id > ? AND state <> ?", []any{string(after), string(member.Erased)}
	if q = text.Fold(q); q != "" {
		where, args = where+` AND haystack LIKE ? ESCAPE '\'`, append(args, "%"+escapeLike(q)+"%")
	}
	return find(ctx, db, "list accounts", (*accountRow).account, "id", limit, where, args...)
}

// AccountsByID returns those of the ids that exist.
func (db *DB) AccountsByID(ctx context.Context, ids ...member.AccountID) ([]member.Account, error) {
	var out []member.Account
	err := inBatches(ids, func(ids []member.AccountID) error {
		found, err := find(ctx, db, "read accounts", (*accountRow).account, "id", 0, "id IN ?", ids)
		out = append(out, found...)
		return err
	})
	return out, err
}

// OfficeHolders returns the active accounts that hold an office, by ascending id.
func (db *DB) OfficeHolders(ctx context.Context) ([]member.Account, error) {
	return find(ctx, db, "read office holders", (*accountRow).account, "id", 0, "office <> '' AND state = ?", string(member.Active))
}
