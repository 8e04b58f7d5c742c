// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// referenceCreate answers POST /references.
func (a *API) referenceCreate(c echo.Context) error {
	var body referenceBody
	read := func() error { return web.DecodeJSON(c, &body) }
	return a.create(c, registry.KindReference, "/api/v1/references/", read, func(ctx context.Context, by member.Actor) (registry.ID, error) {
		of := registry.ReferenceOf{Provider: string(body.Provider), Organisation: string(body.Organisation), Software: string(body.Software)}
		r, err := a.cfg.Registry.ProposeReference(ctx, by, of, body.facts())
		return r.ID, err
	})
}

// referenceUpdate answers PATCH /references/{ref}: the other side has to confirm anew.
func (a *API) referenceUpdate(c echo.Context) error {
	return a.revise(c, registry.KindReference, func(ctx context.Context, by member.Actor, item *catalogue.Item) error {
		var d referenceDTO
		if err := read(item, &d); err != nil {
			return err
		}
		body := referenceChangeOf(&d)
		if _, err := web.DecodeMergePatch(c, &body); err != nil {
			return err
		}
		_, err := a.cfg.Registry.ReviseReference(ctx, by, item.ID(), body.facts(), item.Rev)
		return err
	})
}

// referenceConfirm answers POST /references/{ref}/confirm, with or without a body.
func (a *API) referenceConfirm(c echo.Context) error {
	return a.revise(c, registry.KindReference, func(ctx context.Context, by member.Actor, item *catalogue.Item) error {
		var body confirmBody
		if c.Request().ContentLength != 0 {
			if err := web.DecodeJSON(c, &body); err != nil {
				return err
			}
		}
		_, err := a.cfg.Registry.ConfirmReference(ctx, by, item.ID(), body.ChooseAgain, item.Rev)
		return err
	})
}

// referenceContest answers POST /references/{ref}/contest.
func (a *API) referenceContest(c echo.Context) error {
	return a.revise(c, registry.KindReference, func(ctx context.Context, by member.Actor, item *catalogue.Item) error {
		_, err := a.cfg.Registry.ContestReference(ctx, by, item.ID(), item.Rev)
		return err
	})
}

// referenceDelete answers DELETE /references/{ref}.
func (a *API) referenceDelete(c echo.Context) error {
	return a.remove(c, registry.KindReference, a.cfg.Registry.WithdrawReference)
}
