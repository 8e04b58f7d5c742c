// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"

	"gorm.io/gorm"

	"maillage/internal/fault"
	"maillage/internal/registry"
)

// find reads rows that meet a condition and converts them.
func find[R, T any](ctx context.Context, db *DB, trying string, convert func(*R) (T, error), order string, limit int, where string, args ...any) ([]T, error) {
	q := gorm.G[R](db.in(ctx)).Where(where, args...).Order(order)
	if limit > 0 {
		q = q.Limit(limit)
	}
	rows, err := q.Find(ctx)
	if err != nil {
		return nil, translate(trying, err)
	}
	out := make([]T, 0, len(rows))
	for i := range rows {
		thing, err := convert(&rows[i])
		if err != nil {
			return nil, err
		}
		out = append(out, thing)
	}
	return out, nil
}

// byID reads rows by id.
func byID[R, T any](ctx context.Context, db *DB, trying string, convert func(*R) (T, error), extra string, ids []registry.ID) ([]T, error) {
	var out []T
	err := inBatches(ids, func(ids []registry.ID) error {
		found, err := find(ctx, db, trying, convert, "id", 0, "id IN ?"+extra, ids)
		out = append(out, found...)
		return err
	})
	return out, err
}

// standing limits a query to declarations that were not withdrawn.
const standing = " AND withdrawn_at IS NULL"

// UsagesByID returns usages, withdrawn ones too.
func (db *DB) UsagesByID(ctx context.Context, ids ...registry.ID) ([]registry.Usage, error) {
	return byID(ctx, db, "read usages", (*usageRow).usage, "", ids)
}

// OffersByID returns offers, withdrawn ones too.
func (db *DB) OffersByID(ctx context.Context, ids ...registry.ID) ([]registry.Offer, error) {
	return byID(ctx, db, "read offers", (*offerRow).offer, "", ids)
}

// ReferencesByID returns references, withdrawn ones too.
func (db *DB) ReferencesByID(ctx context.Context, ids ...registry.ID) ([]registry.Reference, error) {
	return byID(ctx, db, "read references", (*referenceRow).reference, "", ids)
}

// DeclarationsOf returns every declaration that names one of these entities, withdrawn ones too.
func (db *DB) DeclarationsOf(ctx context.Context, entities ...registry.ID) (registry.Declaring, error) {
	var d registry.Declaring
	var err error
	if d.Usages, err = find(ctx, db, "read usages", (*usageRow).usage, "id", 0,
		"organisation_id IN ? OR software_id IN ? OR provider_id IN ?", entities, entities, entities); err != nil {
		return d, err
	}
	if d.Offers, err = find(ctx, db, "read offers", (*offerRow).offer, "id", 0,
		"provider_id IN ? OR software_id IN ?", entities, entities); err != nil {
		return d, err
	}
	d.References, err = find(ctx, db, "read references", (*referenceRow).reference, "id", 0,
		"provider_id IN ? OR organisation_id IN ? OR software_id IN ?", entities, entities, entities)
	return d, err
}

// ProposalByID returns a proposal, or fault.Missing.
func (db *DB) ProposalByID(ctx context.Context, id registry.ID) (registry.Proposal, error) {
	row, err := gorm.G[proposalRow](db.in(ctx)).Where("id = ?", string(id)).Take(ctx)
	if err != nil {
		if err = translate("read proposal", err); fault.Is(err, fault.Missing) {
			err = fault.New(fault.Missing, "proposal_missing")
		}
		return registry.Proposal{}, err
	}
	return row.proposal()
}

// ProposalsAmong returns every proposal about one of these entities.
func (db *DB) ProposalsAmong(ctx context.Context, entities ...registry.ID) ([]registry.Proposal, error) {
	var out []registry.Proposal
	seen := map[registry.ID]bool{}
	err := inBatches(entities, func(ids []registry.ID) error {
		found, err := find(ctx, db, "read proposals", (*proposalRow).proposal, "id", 0, "left_id IN ? OR right_id IN ?", ids, ids)
		for _, p := range found {
			if !seen[p.ID] {
				seen[p.ID] = true
				out = append(out, p)
			}
		}
		return err
	})
	return out, err
}

// Proposals returns those of a state, oldest first, after that id.
func (db *DB) Proposals(ctx context.Context, state registry.ProposalState, after registry.ID, limit int) ([]registry.Proposal, error) {
	return find(ctx, db, "read proposals", (*proposalRow).proposal, "id", limit, "state = ? AND id > ?", string(state), string(after))
}
