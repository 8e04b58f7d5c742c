// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"slices"

	"github.com/labstack/echo/v4"

	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/web"
)

// organisationCreate answers POST /organisations, and /collectivities and /providers, which give the
// role. A body of the official register needs nothing but its SIREN: the register says the rest.
func (a *API) organisationCreate(role registry.Role) echo.HandlerFunc {
	return func(c echo.Context) error {
		var body organisationBody
		read := func() error { return web.DecodeJSON(c, &body) }
		return a.create(c, registry.KindOrganisation, "/api/v1/organisations/", read, func(ctx context.Context, by member.Actor) (registry.ID, error) {
			facts := body.facts()
			if role != "" && !slices.Contains(facts.Roles, role) {
				facts.Roles = append([]registry.Role{role}, facts.Roles...)
			}
			if len(facts.Roles) == 0 && facts.SIREN != "" && a.official(facts.SIREN) {
				facts.Roles = []registry.Role{registry.RoleCollectivity}
			}
			k, err := a.cfg.Registry.RegisterOrganisation(ctx, by, facts)
			return k.ID, inTheirWords(err, organisationNames())
		})
	}
}

// official reports whether a SIREN is that of a local authority. One that cannot be read is taken for
// one, so that the core says what is wrong with it rather than with the role it would have given.
func (a *API) official(s string) bool {
	siren, err := territory.ParseSIREN(s)
	if err != nil {
		return true
	}
	_, ok := a.cfg.Register.BySIREN(siren)
	return ok
}

// organisationUpdate answers PATCH /organisations/{ref}.
func (a *API) organisationUpdate(c echo.Context) error {
	by, err := actor(c)
	if err != nil {
		return err
	}
	item, err := a.present(c, registry.KindOrganisation, by)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	k, err := a.cfg.Registry.Organisation(ctx, string(item.ID()))
	if err != nil {
		return err
	}
	body := organisationBodyOf(&k.Facts)
	patch, err := web.DecodeMergePatch(c, &body)
	if err != nil {
		return err
	}
	p := registry.Patch[registry.OrganisationFacts]{Facts: body.facts(), Set: spokenOf(patch, organisationFields())}
	if _, err := a.cfg.Registry.ReviseOrganisation(ctx, by, string(item.ID()), p, item.Rev); err != nil {
		return inTheirWords(err, organisationNames())
	}
	return a.change(c, registry.KindOrganisation, item.ID(), by)
}

// organisationDelete answers DELETE /organisations/{ref}.
func (a *API) organisationDelete(c echo.Context) error {
	by, err := actor(c)
	if err != nil {
		return err
	}
	item, err := a.present(c, registry.KindOrganisation, by)
	if err != nil {
		return err
	}
	if err := a.cfg.Registry.WithdrawOrganisation(c.Request().Context(), by, string(item.ID()), item.Rev); err != nil {
		return err
	}
	return a.gone(c)
}
