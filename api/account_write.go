// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"maillage/internal/member"
	"maillage/internal/web"
)

// accountList answers GET /accounts, for organisers.
func (a *API) accountList(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	query := web.ReadQuery(c)
	q := query.Text("q", 200)
	after, size, err := forward(query)
	if err != nil {
		return err
	}
	found, err := a.cfg.Members.Accounts(c.Request().Context(), by, q, member.AccountID(after), size)
	if err != nil {
		return err
	}
	body := struct {
		Data  []accountDTO `json:"data"`
		Links pageLinks    `json:"links"`
	}{Data: make([]accountDTO, 0, len(found))}
	last := ""
	for _, f := range found {
		body.Data = append(body.Data, newAccount(f))
		if len(body.Data) == size {
			last = string(f.ID)
		}
	}
	body.Links = links(c, last)
	return reply(c, http.StatusOK, body)
}

// accountOffice answers PUT /accounts/{id}/office; an empty office takes it back.
func (a *API) accountOffice(c echo.Context) error {
	var in struct {
		Office string `json:"office"`
	}
	by, id, err := onAccount(c, &in)
	if err != nil {
		return err
	}
	return done(c, a.cfg.Members.SetOffice(c.Request().Context(), by, id, member.Role(in.Office)))
}

// accountDisable answers POST /accounts/{id}/disable.
func (a *API) accountDisable(c echo.Context) error {
	var in struct {
		Reason string `json:"reason"`
	}
	by, id, err := onAccount(c, &in)
	if err != nil {
		return err
	}
	return done(c, a.cfg.Members.DisableAccount(c.Request().Context(), by, id, in.Reason))
}

// accountEnable answers POST /accounts/{id}/enable.
func (a *API) accountEnable(c echo.Context, by member.Actor, id string) error {
	return a.cfg.Members.EnableAccount(c.Request().Context(), by, member.AccountID(id))
}

// accountForcePassword answers POST /accounts/{id}/force-password-change, for administrators.
func (a *API) accountForcePassword(c echo.Context, by member.Actor, id string) error {
	return a.cfg.Members.ForcePasswordChange(c.Request().Context(), by, member.AccountID(id))
}

// accountErase answers DELETE /accounts/{id}, for administrators.
func (a *API) accountErase(c echo.Context) error {
	by, id, err := onAccount(c, nil)
	if err != nil {
		return err
	}
	q := web.ReadQuery(c)
	posts, _ := q.Bool("posts")
	if err := q.Err(); err != nil {
		return err
	}
	return done(c, a.cfg.Members.EraseAccount(c.Request().Context(), by, id, posts))
}

// onAccount reads who asks, the account in the path, and the body when there is one to read.
func onAccount(c echo.Context, into any) (by member.Actor, id member.AccountID, err error) {
	if by, err = someone(c); err != nil {
		return by, "", err
	}
	s, err := idOf(c, "account_missing")
	if err == nil && into != nil {
		err = web.DecodeJSON(c, into)
	}
	return by, member.AccountID(s), err
}
