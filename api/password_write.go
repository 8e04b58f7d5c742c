// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"maillage/internal/web"
)

// passwordForgot answers POST /password/forgot: the same whether the address has an account or not.
func (a *API) passwordForgot(c echo.Context) error {
	var in struct {
		Email string `json:"email"`
	}
	if err := web.DecodeJSON(c, &in); err != nil {
		return err
	}
	if err := a.cfg.Members.ForgotPassword(c.Request().Context(), visit(c, ""), in.Email); err != nil {
		return err
	}
	return c.NoContent(http.StatusAccepted)
}

// passwordReset answers POST /password/reset.
func (a *API) passwordReset(c echo.Context) error {
	var in struct {
		Link     string `json:"link"`
		Password string `json:"password"`
	}
	if err := web.DecodeJSON(c, &in); err != nil {
		return err
	}
	return done(c, a.cfg.Members.ResetPassword(c.Request().Context(), visit(c, ""), in.Link, in.Password))
}

// passwordChange answers PUT /me/password: the session goes on under the token of the answer.
func (a *API) passwordChange(c echo.Context) error {
	var in struct {
		Current  string `json:"current"`
		Password string `json:"password"`
		Device   string `json:"device"`
	}
	by, err := asked(c, &in)
	if err != nil {
		return err
	}
	s, err := a.cfg.Members.ChangePassword(c.Request().Context(), by, visit(c, in.Device), in.Current, in.Password)
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, newSigned(s))
}
