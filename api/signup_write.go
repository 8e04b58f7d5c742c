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

// signupDTO is a sign-up under way. Signup is the secret that continues it.
type signupDTO struct {
	Signup        string          `json:"signup"`
	Email         string          `json:"email"`
	Name          string          `json:"name"`
	Body          standingBodyDTO `json:"body"`
	CodeExpiresAt time.Time       `json:"code_expires_at"`
	ExpiresAt     time.Time       `json:"expires_at"`
}

func newSignup(s member.Signup) signupDTO {
	return signupDTO{Signup: s.Token, Email: s.Email, Name: s.Name, Body: newStandingBody(s.Body),
		CodeExpiresAt: instant(s.CodeExpiresAt), ExpiresAt: instant(s.ExpiresAt)}
}

// signupCreate answers POST /signups: a code goes to the address. Whether the address has an account
// is not said here.
func (a *API) signupCreate(c echo.Context) error {
	var in struct {
		Body     string `json:"body"`
		SIREN    string `json:"siren"`
		BodyName string `json:"body_name"`
		Partner  bool   `json:"partner"`
		Email    string `json:"email"`
		Name     string `json:"name"`
		Lang     string `json:"lang"`
	}
	if err := web.DecodeJSON(c, &in); err != nil {
		return err
	}
	s, err := a.cfg.Members.Join(c.Request().Context(), visit(c, ""), member.JoinRequest{Body: in.Body, SIREN: in.SIREN,
		BodyName: in.BodyName, Partner: in.Partner, Email: in.Email, Name: in.Name, Lang: language(c, in.Lang)})
	if err != nil {
		return err
	}
	return reply(c, http.StatusAccepted, newSignup(s))
}

// signupGet answers GET /signups/{signup}.
func (a *API) signupGet(c echo.Context) error {
	s, err := a.cfg.Members.SignupBy(c.Request().Context(), c.Param("signup"))
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, newSignup(s))
}

// signupResend answers POST /signups/{signup}/resend: the code before is worth nothing any more.
func (a *API) signupResend(c echo.Context) error {
	s, err := a.cfg.Members.ResendCode(c.Request().Context(), visit(c, ""), c.Param("signup"))
	if err != nil {
		return err
	}
	return reply(c, http.StatusAccepted, newSignup(s))
}

// profileInput is what a new member says of themself.
type profileInput struct {
	Name      string   `json:"name"`
	Function  string   `json:"function"`
	Interests []string `json:"interests"`
	Rhythm    string   `json:"rhythm"`
	Lang      string   `json:"lang"`
}

func (p profileInput) profile(c echo.Context) member.Profile {
	return member.Profile{Name: p.Name, Function: p.Function, Interests: p.Interests, Rhythm: member.Rhythm(p.Rhythm), Lang: language(c, p.Lang)}
}

// signupConfirm answers POST /signups/{signup}/confirm: the account is made and its session opened.
func (a *API) signupConfirm(c echo.Context) error {
	var in struct {
		Code     string `json:"code"`
		Password string `json:"password"`
		profileInput
	}
	if err := web.DecodeJSON(c, &in); err != nil {
		return err
	}
	j, err := a.cfg.Members.ConfirmSignup(c.Request().Context(), visit(c, ""), member.Confirmation{Signup: c.Param("signup"),
		Code: in.Code, Password: in.Password, Profile: in.profile(c)})
	if err != nil {
		return err
	}
	return reply(c, http.StatusCreated, newJoined(j))
}
