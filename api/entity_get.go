// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// get answers GET on one thing, by id or slug: the bytes the catalogue keeps.
func (a *API) get(l *listing) echo.HandlerFunc {
	return func(c echo.Context) error {
		provenance := false
		if c.Request().URL.RawQuery != "" {
			var err error
			if provenance, err = include(c, l); err != nil {
				return err
			}
		}
		item, moved, err := a.find(c, l, "")
		if err != nil || moved {
			return err
		}
		prepare(c, &a.headers)
		if provenance {
			return a.withProvenance(c, item)
		}
		if notModified(c, item.ETag()) {
			return nil
		}
		return a.sendItem(c, http.StatusOK, item)
	}
}

// include reads ?include=provenance, which entities have.
func include(c echo.Context, l *listing) (bool, error) {
	q := web.ReadQuery(c)
	asked := false
	if l.kind == registry.KindSoftware || l.kind == registry.KindOrganisation {
		asked = q.Choice("include", "", "provenance") != ""
	}
	return asked, q.Err()
}

// withProvenance writes an entity and, in the same object, who said what of it.
func (a *API) withProvenance(c echo.Context, item *catalogue.Item) error {
	p, err := a.provenance(c.Request().Context(), item.Kind(), item.ID())
	if err != nil {
		return err
	}
	b := item.JSON()
	b = append(b[:len(b)-1], `,"provenance":`...)
	b = append(b, encode(p)...)
	return send(c, http.StatusOK, a.headers.json, append(b, '}'))
}

// show writes a thing after a write, with its tag.
func (a *API) show(c echo.Context, status int, item *catalogue.Item) error {
	c.Response().Header()["Etag"] = []string{item.ETag()}
	return a.sendItem(c, status, item)
}

// sendItem writes a thing.
func (a *API) sendItem(c echo.Context, status int, item *catalogue.Item) error {
	buffer := a.buffers.borrow()
	defer a.buffers.giveBack(buffer)
	*buffer = item.AppendJSON((*buffer)[:0])
	return send(c, status, a.headers.json, *buffer)
}

// find returns the thing an address names. A name that is no longer its own, or is that of an entity
// joined to another, moves for good to the present one: find then answers 308 itself and moved is
// true. beneath is the rest of the address, after the name.
func (a *API) find(c echo.Context, l *listing, beneath string) (item *catalogue.Item, moved bool, err error) {
	by := web.Actor(c.Request().Context())
	item, slug, err := a.cfg.Catalogue.Get(l.kind, c.Param("ref"), by)
	if err != nil {
		return nil, false, err
	}
	if l.role != "" && !a.cfg.Catalogue.Holds(item, l.role) {
		return nil, false, fault.New(fault.Missing, string(l.kind)+"_missing")
	}
	if slug == "" {
		return item, false, nil
	}
	to := l.path + "/" + string(slug) + beneath
	if raw := c.Request().URL.RawQuery; raw != "" {
		to += "?" + raw
	}
	return nil, true, c.Redirect(http.StatusPermanentRedirect, to)
}

// item returns what a name leads to, for that actor. It returns fault.Missing when there is nothing,
// or nothing the actor may see.
func (a *API) item(kind registry.Kind, ref string, by member.Actor) (*catalogue.Item, error) {
	item, _, err := a.cfg.Catalogue.Get(kind, ref, by)
	return item, err
}
