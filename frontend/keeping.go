// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"maillage/internal/event"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// Matches are the use cases of things that may be one and the same. The registry's service is one.
type Matches interface {
	Proposals(ctx context.Context, by member.Actor, state registry.ProposalState, after registry.ID, limit int) ([]registry.Proposal, error)
	AcceptMatch(ctx context.Context, by member.Actor, id registry.ID) (registry.Proposal, error)
	RefuseMatch(ctx context.Context, by member.Actor, id registry.ID) (registry.Proposal, error)
	UndoMatch(ctx context.Context, by member.Actor, id registry.ID) (registry.Proposal, error)
}

var _ Matches = (*registry.Service)(nil)

// Journal tells organisers what happened. The store is one.
type Journal interface {
	// Misses returns the searches that found nothing, the most frequent first, up to limit.
	Misses(ctx context.Context, limit int) ([]registry.Miss, error)
	// Parked returns the deliveries set aside after their last try, oldest first, up to limit; Replay
	// puts one back at the start of its tries, or returns fault.Missing.
	Parked(ctx context.Context, limit int) ([]event.Parked, error)
	Replay(ctx context.Context, delivery string) error
}

// keepingPage is what organisers look after: matches, searches that found nothing, deliveries set aside.
type keepingPage struct {
	accountPage
	Open, Accepted []match
	Misses         []registry.Miss
	Parked         []event.Parked
}

// match is a proposal with the names of both.
type match struct {
	ID          registry.ID
	Kind        registry.Kind
	Left, Right link
	Reason      registry.ProposalReason
	Detail      string
	DecidedAt   time.Time
}

// organising is the first line of what organisers alone may see.
func organising(by member.Actor) error {
	if !by.Organises() {
		return fault.New(fault.Forbidden, "not_allowed")
	}
	return nil
}

func (p *Pages) keeping(c echo.Context, by member.Actor) error {
	return p.drawKeeping(by)(c, p.blank(c))
}

func (p *Pages) drawKeeping(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		if err := organising(by); err != nil {
			return err
		}
		ctx := c.Request().Context()
		v := keepingPage{accountPage: p.sheet(c, f, "keeping")}
		var err error
		if v.Open, err = p.matches(ctx, v.page, by, registry.ProposalOpen); err != nil {
			return err
		}
		if v.Accepted, err = p.matches(ctx, v.page, by, registry.ProposalAccepted); err != nil {
			return err
		}
		if v.Misses, err = p.cfg.Journal.Misses(ctx, listSize); err != nil {
			return err
		}
		if v.Parked, err = p.cfg.Journal.Parked(ctx, listSize); err != nil {
			return err
		}
		return p.draw(c, f, "keeping", v)
	}
}

// matches returns the proposals in a state. Both sides of an accepted one bear one name by now.
func (p *Pages) matches(ctx context.Context, pg page, by member.Actor, state registry.ProposalState) ([]match, error) {
	list, err := p.cfg.Matches.Proposals(ctx, by, state, "", listSize)
	if err != nil {
		return nil, err
	}
	ids := map[registry.Kind][]registry.ID{}
	for _, x := range list {
		ids[x.Kind] = append(ids[x.Kind], x.Left, x.Right)
	}
	names := map[registry.ID]link{}
	for kind, of := range ids {
		for id, l := range p.links(pg, kind, of...) {
			names[id] = l
		}
	}
	out := make([]match, 0, len(list))
	for _, x := range list {
		out = append(out, match{x.ID, x.Kind, names[x.Left], names[x.Right], x.Reason, x.Detail, x.DecidedAt})
	}
	return out, nil
}

// kept answers POST /animation, by what its field "do" says.
func (p *Pages) kept(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "id")
	if err != nil {
		return err
	}
	if err := organising(by); err != nil {
		return err
	}
	ctx, id := c.Request().Context(), f.Get("id")
	decide := map[string]func(context.Context, member.Actor, registry.ID) (registry.Proposal, error){
		"accept": p.cfg.Matches.AcceptMatch, "refuse": p.cfg.Matches.RefuseMatch, "undo": p.cfg.Matches.UndoMatch}[f.Get("do")]
	switch {
	case decide != nil && uuid.Validate(id) != nil:
		err = fault.New(fault.Missing, "proposal_missing")
	case decide != nil:
		if _, err = decide(ctx, by, registry.ID(id)); err == nil {
			err = p.cfg.Catalogue.CatchUp(ctx)
		}
	case f.Get("do") == "replay" && uuid.Validate(id) != nil:
		err = fault.New(fault.Missing, "delivery_missing")
	case f.Get("do") == "replay":
		err = p.cfg.Journal.Replay(ctx, id)
	default:
		err = fault.OnField("do", "unknown_value")
	}
	if err != nil {
		return p.again(c, f, err, p.drawKeeping(by))
	}
	return p.to(c, "/animation", "fait", "keeping_"+f.Get("do"))
}
