// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"maillage/internal/member"
)

type membershipRow struct {
	ID             string `gorm:"primaryKey"`
	AccountID      string
	OrganisationID string
	Role           string
	State          string
	Proof          string
	Reason         string
	AskedAt        time.Time
	DecidedBy      string
	DecidedAt      *time.Time
	EndedAt        *time.Time
}

func (membershipRow) TableName() string { return "memberships" }

func (r *membershipRow) membership() (member.Membership, error) {
	return member.Membership{ID: r.ID, Account: member.AccountID(r.AccountID), Organisation: r.OrganisationID,
		Role: member.Role(r.Role), State: member.MembershipState(r.State), Proof: member.Proof(r.Proof), Reason: r.Reason,
		AskedAt: utc(r.AskedAt), DecidedBy: member.ActorID(r.DecidedBy), DecidedAt: timeValue(r.DecidedAt),
		EndedAt: timeValue(r.EndedAt)}, nil
}

// MembershipByID returns a membership, or fault.Missing.
func (db *DB) MembershipByID(ctx context.Context, id string) (member.Membership, error) {
	return one(ctx, db, "read membership", (*membershipRow).membership, "id = ?", id)
}

// MembershipsOf returns those of an account, oldest first.
func (db *DB) MembershipsOf(ctx context.Context, account member.AccountID) ([]member.Membership, error) {
	return find(ctx, db, "read memberships", (*membershipRow).membership, "id", 0, "account_id = ?", string(account))
}

// MembersOf returns those of a body in these states, oldest first.
func (db *DB) MembersOf(ctx context.Context, organisation string, states ...member.MembershipState) ([]member.Membership, error) {
	plain := make([]string, 0, len(states))
	for _, s := range states {
		plain = append(plain, string(s))
	}
	return find(ctx, db, "read members", (*membershipRow).membership, "id", 0, "organisation_id = ? AND state IN ?", organisation, plain)
}

// PendingMemberships returns what waits for a decision, oldest first, after that id, up to limit.
func (db *DB) PendingMemberships(ctx context.Context, after string, limit int) ([]member.Membership, error) {
	if !askable(after) {
		return nil, nil
	}
	return find(ctx, db, "read requests", (*membershipRow).membership, "id", limit, "state = 'pending' AND id > ?", after)
}

// SaveMembership inserts or replaces a membership. It returns fault.Conflict "already_member" when the
// account has another live one of that body.
func (db *DB) SaveMembership(ctx context.Context, m member.Membership) error {
	row := membershipRow{ID: m.ID, AccountID: string(m.Account), OrganisationID: m.Organisation, Role: string(m.Role),
		State: string(m.State), Proof: string(m.Proof), Reason: m.Reason, AskedAt: utc(m.AskedAt), DecidedBy: string(m.DecidedBy),
		DecidedAt: optionalTime(m.DecidedAt), EndedAt: optionalTime(m.EndedAt)}
	err := db.in(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).Create(&row).Error
	return conflictAs(translate("save membership", err), "already_member")
}
