// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/web"
)

type auditDTO struct {
	ID     string          `json:"id"`
	At     time.Time       `json:"at"`
	Actor  string          `json:"actor"`
	Name   string          `json:"actor_name,omitempty"`
	Action string          `json:"action"`
	Kind   string          `json:"kind"`
	Object string          `json:"object"`
	Source string          `json:"source,omitempty"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// auditList answers GET /audit: who changed a thing, when, from what to what, newest first. It names
// people, so organisers alone read it.
func (a *API) auditList(c echo.Context) error {
	by, err := actor(c)
	if err != nil {
		return err
	}
	if !by.Organises() {
		return fault.New(fault.Forbidden, "not_allowed")
	}
	q := web.ReadQuery(c)
	object := q.Text("object", 64)
	size := q.Int("page[size]", web.PageSize, 1, web.MaxPageSize)
	after := q.Text("page[after]", 64)
	switch {
	case object == "":
		q.Fault("object", "required", "")
	case uuid.Validate(object) != nil:
		q.Fault("object", "invalid_value", "")
	}
	if after != "" && uuid.Validate(after) != nil {
		q.Fault("page[after]", "cursor_unknown", "")
	}
	if err := q.Err(); err != nil {
		return err
	}
	entries, err := a.cfg.Journal.AuditOf(c.Request().Context(), registry.ID(object), registry.ID(after), size)
	if err != nil {
		return err
	}
	body := struct {
		Data  []auditDTO `json:"data"`
		Links pageLinks  `json:"links"`
	}{Data: make([]auditDTO, 0, len(entries))}
	for _, e := range entries {
		body.Data = append(body.Data, auditDTO{ID: string(e.ID), At: instant(e.At), Actor: string(e.Actor), Name: e.ActorName,
			Action: e.Action, Kind: string(e.Kind), Object: string(e.Object), Source: e.Source, Before: e.Before, After: e.After})
	}
	last := ""
	if len(entries) == size {
		last = string(entries[size-1].ID)
	}
	body.Links = links(c, last)
	return reply(c, http.StatusOK, body)
}

// pageLinks are the links of a list that goes one way.
type pageLinks struct {
	Self string  `json:"self"`
	Next *string `json:"next"`
}

// links returns the links of the page asked for; last is the cursor of the next one, empty when there
// is none.
func links(c echo.Context, last string) pageLinks {
	u := c.Request().URL
	l := pageLinks{Self: u.Path}
	if u.RawQuery != "" {
		l.Self += "?" + u.RawQuery
	}
	if last != "" {
		next := u.Path + "?"
		if base := withoutCursors(u.RawQuery); base != "" {
			next += base + "&"
		}
		next += afterEncoded + "=" + last
		l.Next = &next
	}
	return l
}
