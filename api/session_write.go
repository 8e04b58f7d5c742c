// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/web"
)

// sessionDTO is one of one's open sessions. Nothing of its secret is in it.
type sessionDTO struct {
	ID         string    `json:"id"`
	Current    bool      `json:"current"`
	Membership string    `json:"membership,omitempty"`
	Method     string    `json:"method"`
	Strong     bool      `json:"strong"`
	Device     string    `json:"device,omitempty"`
	Network    string    `json:"network,omitempty"`
	CreatedAt  time.Time `json:"created_at"`
	SeenAt     time.Time `json:"seen_at"`
	ExpiresAt  time.Time `json:"expires_at"`
}

// signed answers with a session: 202 when a second factor must follow.
func signed(c echo.Context, in member.SignedIn, err error) error {
	switch {
	case err != nil:
		return err
	case in.Pending != "":
		return reply(c, http.StatusAccepted, newSigned(in))
	}
	return reply(c, http.StatusCreated, newSigned(in))
}

// sessionCreate answers POST /sessions.
func (a *API) sessionCreate(c echo.Context) error {
	var in struct {
		Email    string `json:"email"`
		Password string `json:"password"`
		Device   string `json:"device"`
	}
	if err := web.DecodeJSON(c, &in); err != nil {
		return err
	}
	s, err := a.cfg.Members.SignIn(c.Request().Context(), visit(c, in.Device), in.Email, in.Password)
	return signed(c, s, err)
}

// sessionSecondFactor answers POST /sessions/second-factor.
func (a *API) sessionSecondFactor(c echo.Context) error {
	var in struct {
		Pending string `json:"pending"`
		Code    string `json:"code"`
		Device  string `json:"device"`
	}
	if err := web.DecodeJSON(c, &in); err != nil {
		return err
	}
	s, err := a.cfg.Members.SecondFactor(c.Request().Context(), visit(c, in.Device), in.Pending, in.Code)
	return signed(c, s, err)
}

// ceremonyDTO is what a browser needs for a passkey, and the secret to give back with its answer.
type ceremonyDTO struct {
	Ceremony string          `json:"ceremony"`
	Options  json.RawMessage `json:"options"`
}

// sessionPasskeyBegin answers POST /sessions/passkey/begin.
func (a *API) sessionPasskeyBegin(c echo.Context) error {
	options, ceremony, err := a.cfg.Members.BeginPasskeySignIn(c.Request().Context())
	if err != nil {
		return err
	}
	return reply(c, http.StatusCreated, ceremonyDTO{ceremony, options})
}

// sessionPasskeyFinish answers POST /sessions/passkey/finish.
func (a *API) sessionPasskeyFinish(c echo.Context) error {
	var in struct {
		Ceremony string          `json:"ceremony"`
		Response json.RawMessage `json:"response"`
		Device   string          `json:"device"`
	}
	if err := web.DecodeJSON(c, &in); err != nil {
		return err
	}
	s, err := a.cfg.Members.FinishPasskeySignIn(c.Request().Context(), visit(c, in.Device), in.Ceremony, in.Response)
	return signed(c, s, err)
}

// sessionList answers GET /sessions: one's own, newest first.
func (a *API) sessionList(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	found, err := a.cfg.Members.Sessions(c.Request().Context(), by)
	if err != nil {
		return err
	}
	out := data[sessionDTO]{Data: make([]sessionDTO, 0, len(found))}
	for _, s := range found {
		out.Data = append(out.Data, sessionDTO{ID: s.ID, Current: s.ID == by.Session, Membership: s.Membership, Method: s.Method,
			Strong: s.Strong, Device: s.Device, Network: s.Network, CreatedAt: instant(s.CreatedAt), SeenAt: instant(s.SeenAt),
			ExpiresAt: instant(s.ExpiresAt)})
	}
	return reply(c, http.StatusOK, out)
}

// sessionEnd answers DELETE /sessions/{id}.
func (a *API) sessionEnd(c echo.Context, by member.Actor, id string) error {
	return a.cfg.Members.EndSession(c.Request().Context(), by, id)
}

// sessionEndOthers answers DELETE /sessions: every one but the one that asks.
func (a *API) sessionEndOthers(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	return done(c, a.cfg.Members.EndOtherSessions(c.Request().Context(), by))
}

// sessionEndCurrent answers DELETE /sessions/current. A token is no session: it is revoked elsewhere.
func (a *API) sessionEndCurrent(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	if by.Via != member.ViaSession {
		return fault.New(fault.Forbidden, "not_for_tokens")
	}
	return done(c, a.cfg.Members.EndSession(c.Request().Context(), by, by.Session))
}
