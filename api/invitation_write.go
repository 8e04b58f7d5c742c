// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/member"
	"maillage/internal/web"
)

// invitationDTO is an invitation that was sent and not taken up. HasAccount is said to who holds the
// link alone.
type invitationDTO struct {
	ID         string           `json:"id"`
	Email      string           `json:"email"`
	Name       string           `json:"name,omitempty"`
	Body       *standingBodyDTO `json:"body,omitempty"`
	Role       string           `json:"role,omitempty"`
	Office     string           `json:"office,omitempty"`
	Message    string           `json:"message,omitempty"`
	Inviter    string           `json:"inviter,omitempty"`
	CreatedAt  time.Time        `json:"created_at"`
	ExpiresAt  time.Time        `json:"expires_at"`
	HasAccount *bool            `json:"has_account,omitempty"`
}

func newInvitation(i member.Invitation) invitationDTO {
	return invitationDTO{ID: i.ID, Email: i.Email, Name: i.Name, Body: bodyOf(i.Body), Role: string(i.Role), Office: string(i.Office),
		Message: i.Message, Inviter: i.Inviter, CreatedAt: instant(i.CreatedAt), ExpiresAt: instant(i.ExpiresAt)}
}

// maxRef and maxLink bound what a parameter may hold of them.
const (
	maxRef  = 300
	maxLink = 200
)

// invitationList answers GET /invitations: those into a body, or all to organisers.
func (a *API) invitationList(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	q := web.ReadQuery(c)
	ref := q.Text("body", maxRef)
	if err := q.Err(); err != nil {
		return err
	}
	found, err := a.cfg.Members.Invitations(c.Request().Context(), by, ref)
	if err != nil {
		return err
	}
	out := data[invitationDTO]{Data: make([]invitationDTO, 0, len(found))}
	for _, i := range found {
		out.Data = append(out.Data, newInvitation(i))
	}
	return reply(c, http.StatusOK, out)
}

// invitationCreate answers POST /invitations.
func (a *API) invitationCreate(c echo.Context) error {
	var in struct {
		Body    string `json:"body"`
		Role    string `json:"role"`
		Office  string `json:"office"`
		Email   string `json:"email"`
		Name    string `json:"name"`
		Message string `json:"message"`
		Lang    string `json:"lang"`
	}
	by, err := asked(c, &in)
	if err != nil {
		return err
	}
	i, err := a.cfg.Members.Invite(c.Request().Context(), by, member.InvitationRequest{Body: in.Body, Role: member.Role(in.Role),
		Office: member.Role(in.Office), Email: in.Email, Name: in.Name, Message: in.Message, Lang: language(c, in.Lang)})
	if err != nil {
		return err
	}
	return reply(c, http.StatusCreated, newInvitation(i))
}

// invitationRevoke answers DELETE /invitations/{id}.
func (a *API) invitationRevoke(c echo.Context, by member.Actor, id string) error {
	return a.cfg.Members.RevokeInvitation(c.Request().Context(), by, id)
}

// invitationGet answers GET /invitations/by-link, without using the link.
func (a *API) invitationGet(c echo.Context) error {
	q := web.ReadQuery(c)
	link := q.Text("link", maxLink)
	if link == "" {
		q.Fault("link", "required", "")
	}
	if err := q.Err(); err != nil {
		return err
	}
	i, err := a.cfg.Members.InvitationBy(c.Request().Context(), link)
	if err != nil {
		return err
	}
	d := newInvitation(i)
	d.HasAccount = &i.HasAccount
	return reply(c, http.StatusOK, d)
}

// invitationAccept answers POST /invitations/accept: a visitor makes an account of it, somebody signed
// in takes it up with theirs.
func (a *API) invitationAccept(c echo.Context) error {
	var in struct {
		Link     string `json:"link"`
		Password string `json:"password"`
		profileInput
	}
	if err := web.DecodeJSON(c, &in); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if by := web.Actor(ctx); by.Authenticated() {
		m, err := a.cfg.Members.AcceptInvitationAs(ctx, by, in.Link)
		if err != nil {
			return err
		}
		if m.ID == "" {
			return c.NoContent(http.StatusNoContent) // an office, and no body to speak for
		}
		return reply(c, http.StatusOK, newMembership(m, member.Body{}))
	}
	j, err := a.cfg.Members.AcceptInvitation(ctx, visit(c, ""), in.Link, in.Password, in.profile(c))
	if err != nil {
		return err
	}
	return reply(c, http.StatusCreated, newJoined(j))
}
