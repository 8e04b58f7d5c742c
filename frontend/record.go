// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"maps"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// Records are the use cases of what a body says of itself. The registry's service is one.
type Records interface {
	Organisation(ctx context.Context, ref string) (registry.Known[registry.OrganisationFacts], error)
	ReviseOrganisation(ctx context.Context, by member.Actor, ref string, p registry.Patch[registry.OrganisationFacts], rev int64) (registry.Known[registry.OrganisationFacts], error)
}

var _ Records = (*registry.Service)(nil)

// recordPage is what a body may say of itself. The rest comes from the official register, or is the
// organisers' word.
type recordPage struct {
	accountPage
	Ref, Body string
}

// ownBody finds the organisation of the address that the actor speaks for.
func (p *Pages) ownBody(c echo.Context, by member.Actor) (*catalogue.Item, error) {
	return p.bodyFor(c, by, func(it *catalogue.Item) bool { return by.SpeaksFor(string(it.ID())) })
}

// bodyFor finds the organisation of the address. To an actor who may not act for it, it is missing.
func (p *Pages) bodyFor(c echo.Context, by member.Actor, may func(*catalogue.Item) bool) (*catalogue.Item, error) {
	item, _, err := p.cfg.Catalogue.Get(registry.KindOrganisation, c.Param("ref"), by)
	if err == nil && !may(item) {
		err = fault.New(fault.Missing, "organisation_missing")
	}
	return item, err
}

func (p *Pages) record(c echo.Context, by member.Actor) error {
	return p.drawRecord(by)(c, p.blank(c))
}

func (p *Pages) drawRecord(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		body, err := p.ownBody(c, by)
		if err != nil {
			return err
		}
		k, err := p.cfg.Records.Organisation(c.Request().Context(), string(body.ID()))
		if err != nil {
			return err
		}
		if len(f.Form) == 0 {
			f.fill("website", k.Facts.Website)
			f.fill("summary", k.Facts.Summary[f.lang])
			f.fill("postal_code", k.Facts.PostalCode)
		}
		return p.draw(c, f, "record", recordPage{accountPage: p.sheet(c, f, "record"), Ref: string(body.Slug()), Body: body.Name()})
	}
}

// recorded answers POST /organismes/{ref}/fiche. A field left as it was stays its source's.
func (p *Pages) recorded(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "website", "summary", "postal_code")
	if err != nil {
		return err
	}
	body, err := p.ownBody(c, by)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	k, err := p.cfg.Records.Organisation(ctx, string(body.ID()))
	if err != nil {
		return err
	}
	if patch := recordPatch(&k.Facts, f); len(patch.Set)+len(patch.Clear) > 0 {
		if _, err = p.cfg.Records.ReviseOrganisation(ctx, by, string(k.ID), patch, 0); err == nil {
			err = p.cfg.Catalogue.CatchUp(ctx)
		}
	}
	if err != nil {
		return p.again(c, f, err, p.drawRecord(by))
	}
	return p.to(c, "/organismes/"+string(body.Slug())+"/fiche", "fait", "record")
}

// recordPatch is what the form changes. The summary's other language stays.
func recordPatch(have *registry.OrganisationFacts, f *form) (patch registry.Patch[registry.OrganisationFacts]) {
	change := func(name, was, is string, set func()) {
		switch is = strings.TrimSpace(is); {
		case is == was:
		case is == "":
			patch.Clear = append(patch.Clear, name)
		default:
			set()
			patch.Set = append(patch.Set, name)
		}
	}
	change("website", have.Website, f.Get("website"), func() { patch.Facts.Website = strings.TrimSpace(f.Get("website")) })
	change("postal_code", have.PostalCode, f.Get("postal_code"), func() { patch.Facts.PostalCode = strings.TrimSpace(f.Get("postal_code")) })
	summary := strings.TrimSpace(f.Get("summary"))
	if summary == have.Summary[f.lang] {
		return patch
	}
	patch.Facts.Summary = maps.Clone(have.Summary)
	if patch.Facts.Summary == nil {
		patch.Facts.Summary = registry.Localised{}
	}
	if patch.Facts.Summary[f.lang] = summary; summary == "" {
		delete(patch.Facts.Summary, f.lang)
	}
	if len(patch.Facts.Summary) == 0 {
		patch.Clear = append(patch.Clear, "summary")
	} else {
		patch.Set = append(patch.Set, "summary")
	}
	return patch
}
