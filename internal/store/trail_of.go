// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"maillage/internal/member"
)

// TrailOf returns the lines of the trail by an actor and, when it is an account, those about it, its
// memberships, sessions and secrets, oldest first. What a line of the registry changed is in Detail.
func (db *DB) TrailOf(ctx context.Context, actor member.ActorID) ([]member.TrailEntry, error) {
	where, args := "actor = ?", []any{string(actor)}
	if id, ok := strings.CutPrefix(string(actor), "account:"); ok {
		where += ` OR object_id = ? OR object_id IN (SELECT id FROM memberships WHERE account_id = ?)
			OR object_id IN (SELECT id FROM sessions WHERE account_id = ?)
			OR object_id IN (SELECT id FROM secrets WHERE account_id = ?)`
		args = append(args, id, id, id, id)
	}
	return find(ctx, db, "read the trail", (*auditRow).trailEntry, "at, id", 0, where, args...)
}

func (r *auditRow) trailEntry() (member.TrailEntry, error) {
	e := member.TrailEntry{ID: r.ID, At: utc(r.At), Actor: member.ActorID(r.Actor), Action: r.Action, Kind: r.Kind, Object: r.ObjectID}
	if r.Before == "" {
		e.Detail = rawJSON(r.After)
		return e, nil
	}
	both, err := json.Marshal(map[string]json.RawMessage{"before": rawJSON(r.Before), "after": rawJSON(r.After)})
	if err != nil {
		return e, fmt.Errorf("trail %s: %w", r.ID, err)
	}
	e.Detail = both
	return e, nil
}

// HoldingsOf returns what is held about an account beside what its own pages show.
func (db *DB) HoldingsOf(ctx context.Context, account member.AccountID) (h member.Held, err error) {
	id := string(account)
	if h.Sessions, err = find(ctx, db, "read sessions", (*sessionRow).session, "id", 0, "account_id = ?", id); err != nil {
		return h, err
	}
	h.Devices, err = find(ctx, db, "read devices", func(r *deviceRow) (member.Device, error) {
		return member.Device{Hash: r.Hash, Account: account, CreatedAt: utc(r.CreatedAt), UsedAt: utc(r.UsedAt)}, nil
	}, "created_at, hash", 0, "account_id = ?", id)
	if err != nil {
		return h, err
	}
	h.Recovery, err = find(ctx, db, "read recovery codes", func(r *recoveryRow) (member.RecoveryCode, error) {
		return member.RecoveryCode{CreatedAt: utc(r.CreatedAt), UsedAt: timeValue(r.UsedAt)}, nil
	}, "created_at, hash", 0, "account_id = ?", id)
	if err != nil {
		return h, err
	}
	a, err := db.AccountByID(ctx, account)
	if err != nil {
		return h, err
	}
	h.Challenges, err = find(ctx, db, "read challenges", (*challengeRow).challenge, "id", 0,
		"account_id = ? OR (email_key <> '' AND email_key = ?)", id, emailKey(a.Email))
	if err != nil {
		return h, err
	}
	// An invitation says who sent it in its data alone; the line holds the identifier whole.
	h.Invitations, err = find(ctx, db, "read invitations", (*challengeRow).challenge, "id", 0,
		"purpose = ? AND data LIKE ?", string(member.ForInvitation), `%"`+string(account.Actor())+`"%`)
	return h, err
}

// TrailHolds reports whether a line of the trail bears that mark: a head kept elsewhere shows that the
// end was cut even when the head in the database was cut with it.
func (db *DB) TrailHolds(ctx context.Context, mark string) (bool, error) {
	var n int64
	err := db.in(ctx).Model(&auditRow{}).Where("mark = ? AND seq > 0", mark).Count(&n).Error
	return n > 0, translate("read the trail", err)
}
