// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"encoding/json"
	"time"

	"maillage/internal/member"
	"maillage/internal/registry"
)

type proposalRow struct {
	ID                string `gorm:"primaryKey"`
	Kind              string
	LeftID            string
	RightID           string
	Reason            string
	Detail            string
	State             string
	MovedRecords      string
	MovedDeclarations string
	DecidedBy         string
	DecidedAt         *time.Time
	CreatedAt         time.Time `gorm:"autoCreateTime:false"`
}

func (proposalRow) TableName() string { return "match_proposals" }

func toProposalRow(p registry.Proposal) (proposalRow, error) {
	row := proposalRow{ID: string(p.ID), Kind: string(p.Kind), LeftID: string(p.Left), RightID: string(p.Right),
		Reason: string(p.Reason), Detail: p.Detail, State: string(p.State), DecidedBy: string(p.DecidedBy),
		DecidedAt: optionalTime(p.DecidedAt), CreatedAt: utc(p.CreatedAt)}
	var err error
	if row.MovedRecords, err = encode(p.MovedRecords); err != nil {
		return row, err
	}
	row.MovedDeclarations, err = encode(p.MovedDeclarations)
	return row, err
}

func (r *proposalRow) proposal() (registry.Proposal, error) {
	p := registry.Proposal{ID: registry.ID(r.ID), Kind: registry.Kind(r.Kind), Left: registry.ID(r.LeftID),
		Right: registry.ID(r.RightID), Reason: registry.ProposalReason(r.Reason), Detail: r.Detail,
		State: registry.ProposalState(r.State), DecidedBy: member.ActorID(r.DecidedBy),
		DecidedAt: timeValue(r.DecidedAt), CreatedAt: utc(r.CreatedAt)}
	if err := decodeInto(r.ID, r.MovedRecords, &p.MovedRecords); err != nil {
		return p, err
	}
	return p, decodeInto(r.ID, r.MovedDeclarations, &p.MovedDeclarations)
}

type auditRow struct {
	ID        string `gorm:"primaryKey"`
	At        time.Time
	Actor     string
	ActorName string
	Action    string
	Kind      string
	ObjectID  string
	Source    string
	Before    string
	After     string
	Seq       int64
	Mark      string
}

func (auditRow) TableName() string { return "audit_entries" }

func toAuditRow(a registry.AuditEntry) (auditRow, error) {
	return auditRow{ID: string(a.ID), At: utc(a.At), Actor: string(a.Actor), ActorName: a.ActorName, Action: a.Action,
		Kind: string(a.Kind), ObjectID: string(a.Object), Source: a.Source, Before: string(a.Before), After: string(a.After)}, nil
}

func (r *auditRow) entry() (registry.AuditEntry, error) {
	return registry.AuditEntry{ID: registry.ID(r.ID), At: utc(r.At), Actor: member.ActorID(r.Actor), ActorName: r.ActorName,
		Action: r.Action, Kind: registry.Kind(r.Kind), Object: registry.ID(r.ObjectID), Source: r.Source,
		Before: rawJSON(r.Before), After: rawJSON(r.After)}, nil
}

// rawJSON gives nil for nothing, so that an entry written and read back is the same.
func rawJSON(s string) json.RawMessage {
	if s == "" {
		return nil
	}
	return json.RawMessage(s)
}

type changeRow struct {
	Origin   string `gorm:"primaryKey"`
	Seq      int64  `gorm:"primaryKey;autoIncrement:false"`
	At       time.Time
	Kind     string
	ObjectID string
	Rev      int64
	Op       string
	PublicOp string
	Related  string
}

func (changeRow) TableName() string { return "feed_entries" }

func toChangeRow(c registry.Change) (changeRow, error) {
	related, err := encode(c.Related)
	return changeRow{Origin: registry.OriginLocal, Seq: c.Seq, At: utc(c.At), Kind: string(c.Kind), ObjectID: string(c.ID),
		Rev: c.Rev, Op: string(c.Op), PublicOp: string(c.PublicOp), Related: related}, err
}

func (r *changeRow) change() (registry.Change, error) {
	c := registry.Change{Seq: r.Seq, At: utc(r.At), Kind: registry.Kind(r.Kind), ID: registry.ID(r.ObjectID), Rev: r.Rev,
		Op: registry.Op(r.Op), PublicOp: registry.Op(r.PublicOp)}
	return c, decodeInto(r.ObjectID, r.Related, &c.Related)
}
