// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// usageCreate answers POST /usages.
func (a *API) usageCreate(c echo.Context) error {
	var body usageBody
	read := func() error { return web.DecodeJSON(c, &body) }
	return a.create(c, registry.KindUsage, "/api/v1/usages/", read, func(ctx context.Context, by member.Actor) (registry.ID, error) {
		of := registry.UsageOf{Organisation: string(body.Organisation), Software: string(body.Software), Provider: string(body.Provider)}
		u, err := a.cfg.Registry.DeclareUsage(ctx, by, of, body.facts())
		return u.ID, err
	})
}

// usageUpdate answers PATCH /usages/{ref}: what is revised is confirmed too.
func (a *API) usageUpdate(c echo.Context) error {
	return a.revise(c, registry.KindUsage, func(ctx context.Context, by member.Actor, item *catalogue.Item) error {
		var d usageDTO
		if err := read(item, &d); err != nil {
			return err
		}
		body := usageChangeOf(&d)
		if _, err := web.DecodeMergePatch(c, &body); err != nil {
			return err
		}
		of := registry.UsageOf{Organisation: d.Organisation.ID, Software: d.Software.ID, Provider: string(body.Provider)}
		_, err := a.cfg.Registry.ReviseUsage(ctx, by, item.ID(), of, body.facts(), item.Rev)
		return err
	})
}

// usageConfirm answers POST /usages/{ref}/confirm.
func (a *API) usageConfirm(c echo.Context) error {
	return a.revise(c, registry.KindUsage, func(ctx context.Context, by member.Actor, item *catalogue.Item) error {
		_, err := a.cfg.Registry.ConfirmUsage(ctx, by, item.ID(), item.Rev)
		return err
	})
}

// usageDelete answers DELETE /usages/{ref}.
func (a *API) usageDelete(c echo.Context) error {
	return a.remove(c, registry.KindUsage, a.cfg.Registry.WithdrawUsage)
}

// revise is the common walk of what changes a declaration: who, which revision, the use case, and the
// new representation.
func (a *API) revise(c echo.Context, kind registry.Kind, act func(ctx context.Context, by member.Actor, item *catalogue.Item) error) error {
	by, err := actor(c)
	if err != nil {
		return err
	}
	item, err := a.present(c, kind, by)
	if err != nil {
		return err
	}
	if err := act(c.Request().Context(), by, item); err != nil {
		return err
	}
	return a.change(c, kind, item.ID(), by)
}

// remove is the common walk of what takes a declaration back.
func (a *API) remove(c echo.Context, kind registry.Kind, withdraw func(context.Context, member.Actor, registry.ID, int64) error) error {
	by, err := actor(c)
	if err != nil {
		return err
	}
	item, err := a.present(c, kind, by)
	if err != nil {
		return err
	}
	if err := withdraw(c.Request().Context(), by, item.ID(), item.Rev); err != nil {
		return err
	}
	return a.gone(c)
}

// read reads a representation back into its struct.
func read(item *catalogue.Item, into any) error {
	if err := json.Unmarshal(item.JSON(), into); err != nil {
		return fmt.Errorf("read the representation of %s %s: %w", item.Kind(), item.ID(), err)
	}
	return nil
}
