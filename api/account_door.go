// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"math"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/web"
)

// account is the way in of every route about people and access. Without members the route is absent.
// Nothing it answers may be kept: not by a cache, and not under an Idempotency-Key either, for a
// secret shown once is stored nowhere.
func (a *API) account(h echo.HandlerFunc) echo.HandlerFunc {
	return a.accountQuery(func(c echo.Context) error {
		if err := noParameters(c); err != nil {
			return err
		}
		return h(c)
	})
}

// accountQuery is account for a route that reads parameters.
func (a *API) accountQuery(h echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if a.cfg.Members == nil {
			return echo.ErrNotFound
		}
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		if len(c.Request().Header["Idempotency-Key"]) > 0 {
			return headerFault("Idempotency-Key", "not_accepted", "")
		}
		err := h(c)
		if wait := member.Waiting(err); wait > 0 {
			c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		}
		return err
	}
}

// someone returns who asks, standing or not, or fault.Anonymous: whoever must sign in is told so
// before their body is read.
func someone(c echo.Context) (member.Actor, error) {
	by := web.Actor(c.Request().Context())
	if !by.Authenticated() {
		return by, fault.New(fault.Anonymous, "sign_in_needed")
	}
	return by, nil
}

// visit is what is known of who proves themself here. device is what an earlier sign-in gave: programmes
// have no cookies.
func visit(c echo.Context, device string) member.Visit {
	r := c.Request()
	return member.Visit{Address: web.ClientAddress(c), Device: device, UserAgent: r.UserAgent(), Lang: web.Language(r)}
}

// language returns the language somebody asked for in a body, else the request's.
func language(c echo.Context, asked string) string {
	if asked != "" {
		return asked
	}
	return web.Language(c.Request())
}

// idOf returns the identifier in the path. What has not the form of one is absent like any other.
func idOf(c echo.Context, missing string) (string, error) {
	id := c.Param("id")
	if uuid.Validate(id) != nil || len(id) != 36 {
		return "", fault.New(fault.Missing, missing)
	}
	return id, nil
}

// asked reads the body of a request that somebody known makes.
func asked(c echo.Context, into any) (member.Actor, error) {
	by, err := someone(c)
	if err != nil {
		return by, err
	}
	return by, web.DecodeJSON(c, into)
}

// done answers 204, or the error.
func done(c echo.Context, err error) error {
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// onThing answers a request without a body about what an identifier names.
func onThing(missing string, use func(c echo.Context, by member.Actor, id string) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		by, err := someone(c)
		if err != nil {
			return err
		}
		id, err := idOf(c, missing)
		if err != nil {
			return err
		}
		return done(c, use(c, by, id))
	}
}
