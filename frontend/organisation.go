// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"html/template"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/web"
)

// similarShown is how many peers a collectivity's page names.
const similarShown = 6

// organisationPage is the page of an organisation.
type organisationPage struct {
	page
	registry.Organisation
	Slug        string
	Speaks      bool // the reader may say what it runs
	Lead        string
	RoleKeys    []registry.Role
	Departement string // names of places
	Region      string
	EPCI        string
	Number      string // the SIREN in groups of three

	Usages   []usage
	Unshown  int
	Offers   []offer
	Given    []reference // as provider
	Received []reference // as customer
	Peers    []peer
}

// peer is a collectivity like this one, and why.
type peer struct {
	link
	Why []string
}

// organisation answers GET /organismes/{slug}.
func (p *Pages) organisation(c echo.Context) error {
	ctx := c.Request().Context()
	item, moved, err := p.find(c, registry.KindOrganisation, "/organismes/")
	if err != nil || moved {
		return err
	}
	f, err := p.read(ctx, nil, []registry.ID{item.ID()})
	if err != nil {
		return err
	}
	o, ok := f.organisations[item.ID()]
	if !ok { // gone since the catalogue was asked
		return fault.New(fault.Missing, "organisation_missing")
	}
	v := organisationPage{page: p.begin(c), Organisation: o, Slug: string(item.Slug()), RoleKeys: o.Roles, Number: grouped(o.SIREN)}
	v.Title, v.Lead = o.Name, o.Summary.In(v.Lang)
	v.Description = v.Lead
	v.Canonical, v.Data = p.cfg.BaseURL+"/organismes/"+v.Slug, "/api/v1/organisations/"+v.Slug
	if by := web.Actor(ctx); p.cfg.Declarations != nil {
		v.Speaks = by.Account != "" && by.SpeaksFor(string(o.ID)) && declares(by)
	}
	p.whereIs(&v)
	for _, add := range []func(context.Context, *organisationPage) error{p.whatItRuns, p.whatItSells, p.whatWasConfirmed} {
		if err := add(ctx, &v); err != nil {
			return err
		}
	}
	if o.Holds(registry.RoleCollectivity) {
		if err := p.peers(&v); err != nil {
			return err
		}
	}
	return p.show(c, http.StatusOK, "organisation", v.Lang, v)
}

// whereIs names the places an organisation is in, but not those it is.
func (p *Pages) whereIs(v *organisationPage) {
	if v.Organisation.Departement != "" && v.Type != "departement" && v.Type != "region" {
		v.Departement = p.place(territory.Departement, v.Organisation.Departement)
	}
	if v.Organisation.Region != "" && v.Type != "region" {
		v.Region = p.place(territory.Region, v.Organisation.Region)
	}
	if v.Organisation.EPCI != "" && v.Type != "epci" {
		v.EPCI = p.place(territory.EPCI, v.Organisation.EPCI)
	}
}

func (p *Pages) whatItRuns(ctx context.Context, v *organisationPage) error {
	list, total, err := declared(ctx, p, catalogue.Query{Kind: registry.KindUsage, Where: []catalogue.Term{where("organisation", string(v.ID))}},
		func(u *registry.Usage) registry.ID { return u.ID }, p.cfg.Facts.UsagesShown)
	if err != nil {
		return err
	}
	v.Unshown = max(total-len(list), 0)
	v.Usages = p.usages(v.page, list, func(u *registry.Usage) registry.ID { return u.Software }, registry.KindSoftware)
	order := stageOrder()
	slices.SortStableFunc(v.Usages, func(a, b usage) int {
		return slices.Index(order, a.Stage) - slices.Index(order, b.Stage)
	})
	return nil
}

func (p *Pages) whatItSells(ctx context.Context, v *organisationPage) error {
	list, _, err := declared(ctx, p, catalogue.Query{Kind: registry.KindOffer, Where: []catalogue.Term{where("provider", string(v.ID))}},
		func(o *registry.Offer) registry.ID { return o.ID }, p.cfg.Facts.OffersShown)
	if err != nil {
		return err
	}
	var ids []registry.ID
	for i := range list {
		ids = append(ids, list[i].Software)
	}
	software := p.links(v.page, registry.KindSoftware, ids...)
	for i := range list {
		if of, known := software[list[i].Software]; known {
			v.Offers = append(v.Offers, p.offer(v.page, &list[i], of))
		}
	}
	return nil
}

// whatWasConfirmed adds the references both sides confirmed, on either side.
func (p *Pages) whatWasConfirmed(ctx context.Context, v *organisationPage) error {
	for _, side := range []struct {
		dim   string
		other func(*registry.Reference) registry.ID
		into  *[]reference
	}{
		{"provider", func(r *registry.Reference) registry.ID { return r.Organisation }, &v.Given},
		{"organisation", func(r *registry.Reference) registry.ID { return r.Provider }, &v.Received},
	} {
		list, _, err := declared(ctx, p, catalogue.Query{Kind: registry.KindReference,
			Where: []catalogue.Term{where(side.dim, string(v.ID)), where("state", "confirmed")}},
			func(r *registry.Reference) registry.ID { return r.ID }, p.cfg.Facts.ReferencesShown)
		if err != nil {
			return err
		}
		*side.into = p.references(v.page, list, side.other)
	}
	return nil
}

func (p *Pages) peers(v *organisationPage) error {
	alike, err := p.cfg.Catalogue.Similar(v.ID, visitor(), similarShown)
	if err != nil {
		return err
	}
	for i, it := range alike.Items {
		x := peer{link: link{it.Name(), v.To("/organismes/" + string(it.Slug())), it.Left()}}
		if i < len(alike.Matches) {
			x.Why = p.reasons(v.words, alike.Matches[i].Reasons)
		}
		v.Peers = append(v.Peers, x)
	}
	return nil
}

// grouped writes a SIREN as people read it: "213 801 517".
func grouped(siren string) string {
	if len(siren) != 9 {
		return siren
	}
	return siren[:3] + noBreak + siren[3:6] + noBreak + siren[6:]
}

func escape(s string) string { return template.HTMLEscapeString(s) }
