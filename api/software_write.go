// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"github.com/labstack/echo/v4"

	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// softwareCreate answers POST /software.
func (a *API) softwareCreate(c echo.Context) error {
	var body softwareBody
	read := func() error { return web.DecodeJSON(c, &body) }
	return a.create(c, registry.KindSoftware, "/api/v1/software/", read, func(ctx context.Context, by member.Actor) (registry.ID, error) {
		k, err := a.cfg.Registry.RegisterSoftware(ctx, by, body.facts())
		return k.ID, inTheirWords(err, softwareNames())
	})
}

// softwareUpdate answers PATCH /software/{ref}.
func (a *API) softwareUpdate(c echo.Context) error {
	by, err := actor(c)
	if err != nil {
		return err
	}
	item, err := a.present(c, registry.KindSoftware, by)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	k, err := a.cfg.Registry.Software(ctx, string(item.ID()))
	if err != nil {
		return err
	}
	body := softwareBodyOf(&k.Facts)
	patch, err := web.DecodeMergePatch(c, &body)
	if err != nil {
		return err
	}
	p := registry.Patch[registry.SoftwareFacts]{Facts: body.facts(), Set: spokenOf(patch, softwareFields())}
	if _, err := a.cfg.Registry.ReviseSoftware(ctx, by, string(item.ID()), p, item.Rev); err != nil {
		return inTheirWords(err, softwareNames())
	}
	return a.change(c, registry.KindSoftware, item.ID(), by)
}

// softwareDelete answers DELETE /software/{ref}.
func (a *API) softwareDelete(c echo.Context) error {
	by, err := actor(c)
	if err != nil {
		return err
	}
	item, err := a.present(c, registry.KindSoftware, by)
	if err != nil {
		return err
	}
	if err := a.cfg.Registry.WithdrawSoftware(c.Request().Context(), by, string(item.ID()), item.Rev); err != nil {
		return err
	}
	return a.gone(c)
}
