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

// offerCreate answers POST /offers.
func (a *API) offerCreate(c echo.Context) error {
	var body offerBody
	read := func() error { return web.DecodeJSON(c, &body) }
	return a.create(c, registry.KindOffer, "/api/v1/offers/", read, func(ctx context.Context, by member.Actor) (registry.ID, error) {
		of := registry.OfferOf{Provider: string(body.Provider), Software: string(body.Software)}
		o, err := a.cfg.Registry.PublishOffer(ctx, by, of, body.facts())
		return o.ID, err
	})
}

// offerUpdate answers PATCH /offers/{ref}.
func (a *API) offerUpdate(c echo.Context) error {
	return a.revise(c, registry.KindOffer, func(ctx context.Context, by member.Actor, item *catalogue.Item) error {
		var d offerDTO
		if err := read(item, &d); err != nil {
			return err
		}
		body := offerChangeOf(&d)
		if _, err := web.DecodeMergePatch(c, &body); err != nil {
			return err
		}
		_, err := a.cfg.Registry.ReviseOffer(ctx, by, item.ID(), body.facts(), item.Rev)
		return err
	})
}

// offerDelete answers DELETE /offers/{ref}.
func (a *API) offerDelete(c echo.Context) error {
	return a.remove(c, registry.KindOffer, a.cfg.Registry.WithdrawOffer)
}
