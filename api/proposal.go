// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/web"
)

type proposalDTO struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`
	Left      string     `json:"left"`
	Right     string     `json:"right"`
	LeftName  string     `json:"left_name,omitempty"`
	RightName string     `json:"right_name,omitempty"`
	Reason    string     `json:"reason"`
	Detail    string     `json:"detail,omitempty"`
	State     string     `json:"state"`
	CreatedAt time.Time  `json:"created_at"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
}

func (a *API) proposalDTO(p registry.Proposal, by member.Actor) proposalDTO {
	d := proposalDTO{ID: string(p.ID), Kind: string(p.Kind), Left: string(p.Left), Right: string(p.Right),
		Reason: string(p.Reason), Detail: p.Detail, State: string(p.State), CreatedAt: instant(p.CreatedAt), DecidedAt: maybe(p.DecidedAt)}
	if item, err := a.item(p.Kind, string(p.Left), by); err == nil {
		d.LeftName = item.Name()
	}
	if item, err := a.item(p.Kind, string(p.Right), by); err == nil {
		d.RightName = item.Name()
	}
	return d
}

// proposalList answers GET /proposals: the matches waiting for an organiser, oldest first.
func (a *API) proposalList(c echo.Context) error {
	by, err := actor(c)
	if err != nil {
		return err
	}
	q := web.ReadQuery(c)
	state := q.Choice("state", "open", "open", "accepted", "refused", "undone")
	size := q.Int("page[size]", web.PageSize, 1, web.MaxPageSize)
	after := q.Text("page[after]", 64)
	if after != "" && uuid.Validate(after) != nil {
		q.Fault("page[after]", "cursor_unknown", "")
	}
	if err := q.Err(); err != nil {
		return err
	}
	found, err := a.cfg.Registry.Proposals(c.Request().Context(), by, registry.ProposalState(state), registry.ID(after), size)
	if err != nil {
		return err
	}
	body := struct {
		Data  []proposalDTO `json:"data"`
		Links pageLinks     `json:"links"`
	}{Data: make([]proposalDTO, 0, len(found))}
	for _, p := range found {
		body.Data = append(body.Data, a.proposalDTO(p, by))
	}
	last := ""
	if len(found) == size {
		last = string(found[size-1].ID)
	}
	body.Links = links(c, last)
	return reply(c, http.StatusOK, body)
}

// proposalDecide answers POST /proposals/{id}/accept, refuse and undo.
func (a *API) proposalDecide(decide func(context.Context, member.Actor, registry.ID) (registry.Proposal, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		by, err := actor(c)
		if err != nil {
			return err
		}
		if uuid.Validate(c.Param("ref")) != nil {
			return fault.New(fault.Missing, "proposal_missing")
		}
		ctx := c.Request().Context()
		p, err := decide(ctx, by, registry.ID(c.Param("ref")))
		if err != nil {
			return err
		}
		if err := a.cfg.Catalogue.CatchUp(ctx); err != nil {
			return err
		}
		return reply(c, http.StatusOK, a.proposalDTO(p, by))
	}
}
