// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/text"
	"maillage/internal/web"
)

// maxSellers is how many providers a usage's form proposes.
const maxSellers = 40

// usagePage is the form of one usage.
type usagePage struct {
	accountPage
	ID                                    registry.ID
	Of, Body                              link
	BodyRef                               string
	Stages, Hostings, Providers, Audience choices
	Due                                   bool
}

// ownUsage finds a usage that the actor may change; of another body than that one, when it is given, it
// is missing.
func (p *Pages) ownUsage(ctx context.Context, by member.Actor, body, id registry.ID) (u registry.Usage, err error) {
	items := p.cfg.Catalogue.ItemsByID(registry.KindUsage, by, id)
	if len(items) == 1 {
		var list []registry.Usage
		if list, err = p.cfg.Facts.UsagesShown(ctx, id); err != nil {
			return u, err
		}
		if len(list) == 1 && by.SpeaksFor(string(list[0].Organisation)) && declares(by) && (body == "" || body == list[0].Organisation) {
			return list[0], nil
		}
	}
	return u, fault.New(fault.Missing, "usage_missing")
}

func (p *Pages) usage(c echo.Context, by member.Actor) error {
	return p.drawUsage(by)(c, p.blank(c))
}

func (p *Pages) drawUsage(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		u, err := p.ownUsage(c.Request().Context(), by, "", registry.ID(c.Param("id")))
		if err != nil {
			return err
		}
		v := usagePage{accountPage: p.sheet(c, f, "declared"), ID: u.ID, Due: u.Overdue(p.cfg.Now())}
		v.Of = p.links(v.page, registry.KindSoftware, u.Software)[u.Software]
		v.Body = p.links(v.page, registry.KindOrganisation, u.Organisation)[u.Organisation]
		if items := p.cfg.Catalogue.ItemsByID(registry.KindOrganisation, by, u.Organisation); len(items) == 1 {
			v.BodyRef = string(items[0].Slug())
		}
		f.fillUsage(&u)
		if err := p.usageChoices(f, &v, &u); err != nil {
			return err
		}
		return p.draw(c, f, "declared", v)
	}
}

// fillUsage gives the fields what was declared.
func (f *form) fillUsage(u *registry.Usage) {
	if len(f.Form) > 0 {
		return // what was typed
	}
	f.fill("stage", string(u.Stage))
	f.fill("since", string(u.Since))
	f.fill("version", u.Version)
	f.fill("scope", u.Scope)
	if u.Seats > 0 {
		f.fill("seats", strconv.Itoa(u.Seats))
	}
	f.fill("hosting", string(u.Hosting))
	f.fill("provider", string(u.Provider))
	f.fill("note", u.Note)
	if u.ContactAllowed {
		f.fill("contact", "1")
	}
	f.fill("visibility", string(u.Visibility))
}

func (p *Pages) usageChoices(f *form, v *usagePage, u *registry.Usage) (err error) {
	if v.Stages, err = f.Choices("stage", "radio", "stage", plain(registry.Stages()), "required"); err != nil {
		return err
	}
	places := []option{{Value: "", Label: f.words.label("hosting", "unsaid")}}
	for _, h := range registry.Hostings() {
		places = append(places, option{Value: string(h), Label: f.words.label("hosting", h)})
	}
	if v.Hostings, err = f.ask("hosting", "radio", places, "optional"); err != nil {
		return err
	}
	if v.Audience, err = f.Choices("visibility", "radio", "visibility", plain(registry.Visibilities()), "required"); err != nil {
		return err
	}
	sellers, err := p.sellersOf(u)
	if err != nil {
		return err
	}
	list := []option{{Value: "", Label: f.words.label("provider", "none")}}
	for id, l := range sellers {
		list = append(list, option{Value: string(id), Label: l.Name})
	}
	slices.SortFunc(list[1:], func(a, b option) int { return strings.Compare(text.SortKey(a.Label), text.SortKey(b.Label)) })
	v.Providers, err = f.ask("provider", "radio", list, "optional", "hint=provider.hint")
	return err
}

// sellersOf returns the providers with an offer for what is used, and the one that is declared.
func (p *Pages) sellersOf(u *registry.Usage) (map[registry.ID]link, error) {
	found, err := p.cfg.Catalogue.Query(catalogue.Query{Kind: registry.KindOrganisation, Size: maxSellers,
		Where: []catalogue.Term{where("role", string(registry.RoleProvider)), where("software", string(u.Software))}})
	if err != nil {
		return nil, err
	}
	ids := []registry.ID{}
	for _, it := range found.Items {
		ids = append(ids, it.ID())
	}
	if u.Provider != "" {
		ids = append(ids, u.Provider)
	}
	return p.links(page{}, registry.KindOrganisation, ids...), nil
}

// usageChanged answers POST /usages/{id}, by what its field "do" says.
func (p *Pages) usageChanged(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "stage", "since", "version", "scope", "seats", "hosting", "provider", "note", "contact", "visibility", "withdraw_sure")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	u, err := p.ownUsage(ctx, by, "", registry.ID(c.Param("id")))
	if err != nil {
		return err
	}
	switch f.Get("do") {
	case "save":
		err = p.saveUsage(ctx, by, &u, f)
	case "confirm":
		_, err = p.cfg.Declarations.ConfirmUsage(ctx, by, u.ID, 0)
	case "withdraw":
		if !f.Set("withdraw_sure") {
			err = fault.OnField("withdraw_sure", "must_be_ticked")
			f.Form = web.Form{} // the page's other form, as it was declared
		} else {
			err = p.cfg.Declarations.WithdrawUsage(ctx, by, u.ID, 0)
		}
	default:
		err = fault.OnField("do", "unknown_value")
	}
	if caught := p.cfg.Catalogue.CatchUp(ctx); err == nil {
		err = caught
	}
	if err != nil {
		return p.again(c, f, err, p.drawUsage(by))
	}
	ref := string(u.Organisation)
	if items := p.cfg.Catalogue.ItemsByID(registry.KindOrganisation, by, u.Organisation); len(items) == 1 {
		ref = string(items[0].Slug())
	}
	return p.to(c, "/organismes/"+ref+"/usages", "fait", "usage_"+f.Get("do"))
}

// saveUsage revises a usage by what was typed. A number that is none is told on its field.
func (p *Pages) saveUsage(ctx context.Context, by member.Actor, u *registry.Usage, f *form) error {
	seats := 0
	if typed := strings.TrimSpace(f.Get("seats")); typed != "" {
		n, err := strconv.Atoi(typed)
		if err != nil {
			return fault.OnField("seats", "not_a_number")
		}
		seats = n
	}
	facts := registry.UsageFacts{Stage: registry.Stage(f.Get("stage")), Since: registry.Date(strings.TrimSpace(f.Get("since"))), Version: f.Get("version"),
		Scope: f.Get("scope"), Seats: seats, Hosting: registry.Hosting(f.Get("hosting")), Note: f.Get("note"), ContactAllowed: f.Set("contact"),
		Visibility: registry.Visibility(f.Get("visibility"))}
	_, err := p.cfg.Declarations.ReviseUsage(ctx, by, u.ID, registry.UsageOf{Provider: f.Get("provider")}, facts, 0)
	return err
}

// plain returns the values of a vocabulary as strings.
func plain[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
