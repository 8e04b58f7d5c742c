// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"
	"slices"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// MaxProposals is how many proposals one page of the queue holds.
const MaxProposals = 100

// Proposals returns the matches waiting for a decision, or those decided in a given way, oldest
// first, after that id. Organisers may.
func (s *Service) Proposals(ctx context.Context, by member.Actor, state ProposalState, after ID, limit int) ([]Proposal, error) {
	if !by.Organises() {
		return nil, forbidden(by)
	}
	return s.store.Proposals(ctx, state, after, min(max(limit, 1), MaxProposals))
}

// propose adds a match to the queue unless the pair was proposed or decided before. It reports
// whether it did.
func (w *session) propose(kind Kind, left, right ID, reason ProposalReason, detail string, settled map[[2]ID]bool) (bool, error) {
	if left == right || settled[pair(left, right)] {
		return false, nil
	}
	id, err := newID()
	if err != nil {
		return false, err
	}
	settled[pair(left, right)] = true
	w.batch.Proposals = append(w.batch.Proposals, Proposal{ID: id, Kind: kind, Left: left, Right: right,
		Reason: reason, Detail: detail, State: ProposalOpen, CreatedAt: w.at})
	return true, nil
}

// ProposeMatch lets a person, or a listener that compares names, ask whether two entities are one.
// Members may. It returns fault.Conflict when the pair was proposed or decided before.
func (s *Service) ProposeMatch(ctx context.Context, by member.Actor, kind Kind, left, right ID, reason ProposalReason, detail string) error {
	if !by.Known() {
		return forbidden(by)
	}
	return s.write(ctx, by, func(ctx context.Context, w *session) error {
		before, err := s.store.ProposalsAmong(ctx, left, right)
		if err != nil {
			return err
		}
		settled := map[[2]ID]bool{}
		for _, p := range before {
			settled[pair(p.Left, p.Right)] = true
		}
		made, err := w.propose(kind, left, right, reason, detail, settled)
		if err == nil && !made {
			err = fault.New(fault.Conflict, "already_proposed")
		}
		return err
	})
}

// RefuseMatch says that the two are different things. Organisers may.
func (s *Service) RefuseMatch(ctx context.Context, by member.Actor, id ID) (p Proposal, err error) {
	return s.decide(ctx, by, id, ProposalOpen, ProposalRefused, func(context.Context, *session, *Proposal) error { return nil })
}

// AcceptMatch says that the two are one thing: what is known and declared of Right goes to Left.
// Organisers may. Nothing is lost: UndoMatch takes it back.
func (s *Service) AcceptMatch(ctx context.Context, by member.Actor, id ID) (p Proposal, err error) {
	return s.decide(ctx, by, id, ProposalOpen, ProposalAccepted, func(ctx context.Context, w *session, p *Proposal) error {
		if p.Kind == KindSoftware {
			return merge(ctx, w, s.software, p)
		}
		return merge(ctx, w, s.organisations, p)
	})
}

// UndoMatch takes an accepted match back: the records and declarations that went to Left return to
// Right. Organisers may.
func (s *Service) UndoMatch(ctx context.Context, by member.Actor, id ID) (p Proposal, err error) {
	return s.decide(ctx, by, id, ProposalAccepted, ProposalUndone, func(ctx context.Context, w *session, p *Proposal) error {
		if p.Kind == KindSoftware {
			return split(ctx, w, s.software, p)
		}
		return split(ctx, w, s.organisations, p)
	})
}

func (s *Service) decide(ctx context.Context, by member.Actor, id ID, from, to ProposalState, act func(context.Context, *session, *Proposal) error) (p Proposal, err error) {
	if !by.Organises() {
		return p, forbidden(by)
	}
	err = s.write(ctx, by, func(ctx context.Context, w *session) error {
		if p, err = s.store.ProposalByID(ctx, id); err != nil {
			return err
		}
		if p.State != from {
			return fault.New(fault.Conflict, "already_decided")
		}
		if err := act(ctx, w, &p); err != nil {
			return err
		}
		p.State, p.DecidedAt, p.DecidedBy = to, w.at, by.ID
		w.batch.Proposals = append(w.batch.Proposals, p)
		return nil
	})
	return p, err
}

// both loads the two sides of a proposal.
func both[F Facts](ctx context.Context, w *session, t *traits[F], p *Proposal) (left, right Known[F], err error) {
	found, err := t.load(w.store, ctx, p.Left, p.Right)
	if err != nil {
		return left, right, err
	}
	for _, k := range found {
		switch k.ID {
		case p.Left:
			left = k
		case p.Right:
			right = k
		}
	}
	if left.ID == "" || right.ID == "" || !left.Live() {
		return left, right, fault.New(fault.Conflict, "entity_withdrawn")
	}
	return left, right, nil
}

func merge[F Facts](ctx context.Context, w *session, t *traits[F], p *Proposal) error {
	left, right, err := both(ctx, w, t, p)
	if err != nil {
		return err
	}
	if !right.Live() {
		return fault.New(fault.Conflict, "entity_withdrawn")
	}
	for _, r := range right.Records {
		r.Entity, r.UpdatedAt = left.ID, w.at
		r.Rev++
		p.MovedRecords = append(p.MovedRecords, r.ID)
		left.Records = append(left.Records, r)
	}
	right.Records, right.MergedInto = nil, left.ID
	right.Rev++
	right.UpdatedAt = w.at
	put(w, t, right)
	w.change(Change{Kind: t.kind, ID: right.ID, Rev: right.Rev, Op: OpDelete, PublicOp: OpDelete})
	if err := settle(w, t, &left, "merge", SourceCurator); err != nil {
		return err
	}
	w.facts = append(w.facts, EntitiesMerged{Kind: t.kind, Left: left.ID, Right: right.ID})
	declared, err := w.store.DeclarationsOf(ctx, right.ID)
	if err != nil {
		return err
	}
	p.MovedDeclarations = w.repoint(declared, right.ID, left.ID, all)
	return nil
}

func split[F Facts](ctx context.Context, w *session, t *traits[F], p *Proposal) error {
	left, right, err := both(ctx, w, t, p)
	if err != nil {
		return err
	}
	if right.MergedInto != left.ID {
		return fault.New(fault.Conflict, "already_decided")
	}
	var stay []Record[F]
	for _, r := range left.Records {
		if !slices.Contains(p.MovedRecords, r.ID) {
			stay = append(stay, r)
			continue
		}
		r.Entity, r.UpdatedAt = right.ID, w.at
		r.Rev++
		right.Records = append(right.Records, r)
	}
	left.Records, right.MergedInto = stay, ""
	if err := settle(w, t, &left, "split", SourceCurator); err != nil {
		return err
	}
	if err := settle(w, t, &right, "split", SourceCurator); err != nil {
		return err
	}
	w.facts = append(w.facts, EntitiesMerged{Kind: t.kind, Left: left.ID, Right: right.ID, Undone: true})
	declared, err := w.store.DeclarationsOf(ctx, left.ID)
	if err != nil {
		return err
	}
	w.repoint(declared, left.ID, right.ID, func(id ID) bool { return slices.Contains(p.MovedDeclarations, id) })
	return nil
}

// all keeps every declaration.
func all(ID) bool { return true }

// repoint makes the declarations kept that name one entity name another. It returns the ids of those
// it changed.
func (w *session) repoint(d Declaring, from, to ID, keep func(ID) bool) []ID {
	var moved []ID
	change := func(declared *Declared, places ...*ID) bool {
		if !keep(declared.ID) {
			return false
		}
		hit := false
		for _, p := range places {
			if *p == from {
				*p, hit = to, true
			}
		}
		if hit {
			declared.Rev++
			declared.UpdatedAt = w.at
			moved = append(moved, declared.ID)
		}
		return hit
	}
	for _, u := range d.Usages {
		if change(&u.Declared, &u.Organisation, &u.Software, &u.Provider) {
			w.putUsage(u, u.Visibility == Public, from)
		}
	}
	for _, o := range d.Offers {
		if change(&o.Declared, &o.Provider, &o.Software) {
			w.putOffer(o, from)
		}
	}
	for _, r := range d.References {
		if change(&r.Declared, &r.Provider, &r.Organisation, &r.Software) {
			w.putReference(r, r.Counts(), from)
		}
	}
	return moved
}
