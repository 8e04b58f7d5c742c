// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/web"
)

// tokenDTO is a secret to give back, shown this once.
type tokenDTO struct {
	Token string `json:"token"`
}

// meEmail answers POST /me/email: a code goes to the new address.
func (a *API) meEmail(c echo.Context) error {
	var in struct {
		Email string `json:"email"`
	}
	by, err := asked(c, &in)
	if err != nil {
		return err
	}
	token, err := a.cfg.Members.ChangeEmail(c.Request().Context(), by, visit(c, ""), in.Email)
	if err != nil {
		return err
	}
	return reply(c, http.StatusAccepted, tokenDTO{token})
}

// meEmailConfirm answers POST /me/email/confirm.
func (a *API) meEmailConfirm(c echo.Context) error {
	var in struct {
		Token string `json:"token"`
		Code  string `json:"code"`
	}
	by, err := asked(c, &in)
	if err != nil {
		return err
	}
	return done(c, a.cfg.Members.ConfirmEmail(c.Request().Context(), by, in.Token, in.Code))
}

// meProve answers POST /me/prove: what asks for a fresh session is open again for a while.
func (a *API) meProve(c echo.Context) error {
	var in struct {
		Password string `json:"password"`
		Device   string `json:"device"`
	}
	by, err := asked(c, &in)
	if err != nil {
		return err
	}
	return done(c, a.cfg.Members.ProveAgain(c.Request().Context(), by, visit(c, in.Device), in.Password))
}

// meAct answers POST /me/act: the session speaks for another membership (empty: for none) and goes on
// under the token of the answer.
func (a *API) meAct(c echo.Context) error {
	var in struct {
		Membership string `json:"membership"`
	}
	by, err := asked(c, &in)
	if err != nil {
		return err
	}
	if in.Membership != "" && uuid.Validate(in.Membership) != nil {
		return fault.New(fault.Missing, "membership_missing")
	}
	token, err := a.cfg.Members.ActFor(c.Request().Context(), by, in.Membership)
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, tokenDTO{token})
}

// meJoin answers POST /me/memberships: a request to speak for another body.
func (a *API) meJoin(c echo.Context) error {
	var in struct {
		Body string `json:"body"`
	}
	by, err := asked(c, &in)
	if err != nil {
		return err
	}
	if in.Body == "" {
		return fault.OnField("body", "required")
	}
	m, err := a.cfg.Members.AskToJoin(c.Request().Context(), by, in.Body)
	if err != nil {
		return err
	}
	return reply(c, http.StatusCreated, newMembership(m, member.Body{}))
}

// meLeaveBody answers DELETE /me/memberships/{id}.
func (a *API) meLeaveBody(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	id, sure, err := idAndSure(c)
	if err != nil {
		return err
	}
	return done(c, a.cfg.Members.LeaveBody(c.Request().Context(), by, id, sure))
}

// meLeave answers POST /me/leave: every membership and office ends, the account stays.
func (a *API) meLeave(c echo.Context) error {
	var in struct {
		Sure bool `json:"sure"`
	}
	by, err := asked(c, &in)
	if err != nil {
		return err
	}
	return done(c, a.cfg.Members.LeaveCollective(c.Request().Context(), by, in.Sure))
}

// meErase answers POST /me/erase.
func (a *API) meErase(c echo.Context) error {
	var in struct {
		Posts bool `json:"posts"`
		Sure  bool `json:"sure"`
	}
	by, err := asked(c, &in)
	if err != nil {
		return err
	}
	return done(c, a.cfg.Members.Erase(c.Request().Context(), by, in.Posts, in.Sure))
}

// idAndSure reads the membership in the path, and whether its last referent may go.
func idAndSure(c echo.Context) (id string, sure bool, err error) {
	q := web.ReadQuery(c)
	sure, _ = q.Bool("sure")
	if err := q.Err(); err != nil {
		return "", false, err
	}
	id, err = idOf(c, "membership_missing")
	return id, sure, err
}
