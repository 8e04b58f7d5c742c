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
	var none T
	if !askable(args...) {
		return none, fault.Wrap(fault.Missing, "missing", errors.New(trying))
	}
	row, err := gorm.G[R](db.in(ctx)).Where(where, args...).Take(ctx)
	if err != nil {
		return none, translate(trying, err)
	}
	return convert(&row)
}

// askable reports whether the texts among args could be in the database at all: see storable. They
// come from addresses and forms, where strangers write.
func askable(args ...any) bool {
	for _, a := range args {
		if s, ok := a.(string); ok && !storable(s) {
			return false
		}
	}
	return true
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
	if _, ok := ctx.Value(txKey{}).(*tx); !ok {
		return member.Account{}, errors.New("store: LockAccount outside a transaction")
	}
	if !askable(string(id)) {
		return member.Account{}, fault.New(fault.Missing, "missing")
	}
	// SQLite's dialect leaves the clause out.
	row, err := gorm.G[accountRow](db.in(ctx), clause.Locking{Strength: "UPDATE"}).Where("id = ?", string(id)).Take(ctx)
	if err != nil {
		return member.Account{}, translate("lock account", err)
	}
	return row.account()
}

// SaveAccount inserts or replaces an account. It returns fault.Conflict "email_taken" when the address
// is another's.
func (db *DB) SaveAccount(ctx context.Context, a member.Account) error {
	row, err := toAccountRow(a)
	if err != nil {
		return err
	}
	err = db.in(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).Create(&row).Error
	return conflictAs(translate("save account", err), "email_taken")
}

// conflictAs gives the refusal of a unique index the code of what it is about.
func conflictAs(err error, code string) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.Wrap(fault.Conflict, code, err)
	}
	return err
}

// SawAccount notes a day of visit, unless a later one is noted or the account was erased.
func (db *DB) SawAccount(ctx context.Context, id member.AccountID, day time.Time) error {
	return translate("note a visit", db.in(ctx).Model(&accountRow{}).
		Where("id = ? AND state <> ? AND (seen_at IS NULL OR seen_at < ?)", string(id), string(member.Erased), utc(day)).
		UpdateColumn("seen_at", utc(day)).Error)
}

// ListAccounts returns accounts that are not erased whose folded name or address holds q.
func (db *DB) ListAccounts(ctx context.Context, q string, after member.AccountID, limit int) ([]member.Account, error) {
	if !askable(q, string(after)) {
		return nil, nil
	}
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
	var out []member.Account
	err := inBatches(storableOnly(ids), func(ids []member.AccountID) error {
		found, err := find(ctx, db, "read accounts", (*accountRow).account, "id", 0, "id IN ?", ids)
		out = append(out, found...)
		return err
	})
	return out, err
}

// OfficeHolders returns the active accounts that hold an office.
func (db *DB) OfficeHolders(ctx context.Context) ([]member.Account, error) {
	return find(ctx, db, "read offices", (*accountRow).account, "id", 0, "office <> '' AND state = ?", string(member.Active))
}

// DormantAccounts returns active accounts without office, last seen before that time, or made before it
// and never seen, the longest gone first.
func (db *DB) DormantAccounts(ctx context.Context, seenBefore time.Time, limit int) ([]member.Account, error) {
	return find(ctx, db, "read dormant accounts", (*accountRow).account, "COALESCE(seen_at, created_at), id", limit,
		"state = ? AND office = '' AND COALESCE(seen_at, created_at) < ?", string(member.Active), utc(seenBefore))
}
