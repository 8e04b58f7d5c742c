// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"maillage/internal/member"
	"maillage/internal/web"
)

// colleagueDTO is a member of a body as its own people and the organisers see them.
type colleagueDTO struct {
	Membership membershipDTO `json:"membership"`
	Account    string        `json:"account"`
	Name       string        `json:"name"`
	Email      string        `json:"email,omitempty"`
	Function   string        `json:"function,omitempty"`
	Office     string        `json:"office,omitempty"`
}

// requestDTO is a membership that waits, with what who decides needs to see.
type requestDTO struct {
	Membership membershipDTO `json:"membership"`
	Name       string        `json:"name"`
	Email      string        `json:"email,omitempty"`
	Function   string        `json:"function,omitempty"`
}

// memberList answers GET /organisations/{ref}/members.
func (a *API) memberList(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	found, err := a.cfg.Members.MembersOf(c.Request().Context(), by, c.Param("ref"))
	if err != nil {
		return err
	}
	out := data[colleagueDTO]{Data: make([]colleagueDTO, 0, len(found))}
	for _, m := range found {
		out.Data = append(out.Data, newColleague(m))
	}
	return reply(c, http.StatusOK, out)
}

func newColleague(m member.Colleague) colleagueDTO {
	return colleagueDTO{Membership: newMembership(m.Membership, member.Body{}), Account: string(m.Account),
		Name: m.Name, Email: m.Email, Function: m.Function, Office: string(m.Office)}
}

// membershipUpdate answers PATCH /memberships/{id}: a referent, or an ordinary member.
func (a *API) membershipUpdate(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	id, err := idOf(c, "membership_missing")
	if err != nil {
		return err
	}
	var in struct {
		Role string `json:"role"`
	}
	if _, err := web.DecodeMergePatch(c, &in); err != nil {
		return err
	}
	return done(c, a.cfg.Members.SetMemberRole(c.Request().Context(), by, id, member.Role(in.Role)))
}

// membershipEnd answers DELETE /memberships/{id}.
func (a *API) membershipEnd(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	id, sure, err := idAndSure(c)
	if err != nil {
		return err
	}
	return done(c, a.cfg.Members.EndMembership(c.Request().Context(), by, id, sure))
}

// requestList answers GET /membership-requests: those the actor may decide, oldest first.
func (a *API) requestList(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	after, size, err := forward(web.ReadQuery(c))
	if err != nil {
		return err
	}
	found, err := a.cfg.Members.Requests(c.Request().Context(), by, after, size)
	if err != nil {
		return err
	}
	body := struct {
		Data  []requestDTO `json:"data"`
		Links pageLinks    `json:"links"`
	}{Data: make([]requestDTO, 0, len(found))}
	last := ""
	for _, r := range found {
		body.Data = append(body.Data, requestDTO{Membership: newMembership(r.Membership, r.Body), Name: r.Name, Email: r.Email, Function: r.Function})
		if len(body.Data) == size {
			last = r.Membership.ID
		}
	}
	body.Links = links(c, last)
	return reply(c, http.StatusOK, body)
}

// forward reads page[size] and page[after] of a list whose cursor is an identifier.
func forward(q *web.Query) (after string, size int, err error) {
	size = q.Int("page[size]", web.PageSize, 1, web.MaxPageSize)
	after = q.Text("page[after]", 64)
	if after != "" && uuid.Validate(after) != nil {
		q.Fault("page[after]", "cursor_unknown", "")
	}
	return after, size, q.Err()
}

// requestAccept answers POST /membership-requests/{id}/accept.
func (a *API) requestAccept(c echo.Context, by member.Actor, id string) error {
	return a.cfg.Members.AcceptRequest(c.Request().Context(), by, id)
}

// requestRefuse answers POST /membership-requests/{id}/refuse.
func (a *API) requestRefuse(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	id, err := idOf(c, "request_missing")
	if err != nil {
		return err
	}
	var in struct {
		Reason string `json:"reason"`
	}
	if err := web.DecodeJSON(c, &in); err != nil {
		return err
	}
	return done(c, a.cfg.Members.RefuseRequest(c.Request().Context(), by, id, in.Reason))
}
