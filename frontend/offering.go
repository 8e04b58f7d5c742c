// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/text"
)

// Offering are the use cases by which a provider says what it sells. The registry's service is one.
type Offering interface {
	PublishOffer(ctx context.Context, by member.Actor, of registry.OfferOf, facts registry.OfferFacts) (registry.Offer, error)
	ReviseOffer(ctx context.Context, by member.Actor, id registry.ID, facts registry.OfferFacts, rev int64) (registry.Offer, error)
	WithdrawOffer(ctx context.Context, by member.Actor, id registry.ID, rev int64) error
}

var _ Offering = (*registry.Service)(nil)

// offeringPage is what a provider sells, and the form of one offer when a software is chosen.
type offeringPage struct {
	accountPage
	Ref, Body          string
	Offers             []ownOffer
	Question           string
	Asked              bool
	Found              []link // software to offer
	Of                 link   // the software of the form; without a name when none is chosen
	Software           string // its id
	Services, Purchase choices
	Regions            choices
}

type ownOffer struct {
	offer
	ID   registry.ID
	Edit string
}

// vendor finds the provider of the address that the actor speaks for.
func (p *Pages) vendor(c echo.Context, by member.Actor) (*catalogue.Item, error) {
	return p.bodyFor(c, by, func(it *catalogue.Item) bool {
		return by.SpeaksFor(string(it.ID())) && p.cfg.Catalogue.Holds(it, registry.RoleProvider)
	})
}

func (p *Pages) offering(c echo.Context, by member.Actor) error {
	return p.drawOffering(by)(c, p.blank(c))
}

func (p *Pages) drawOffering(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		body, err := p.vendor(c, by)
		if err != nil {
			return err
		}
		v := offeringPage{accountPage: p.sheet(c, f, "offering"), Ref: string(body.Slug()), Body: body.Name(), Question: param(c, "q", maxText)}
		v.Asked = v.Question != ""
		list, err := p.offersOf(c.Request().Context(), body.ID(), by)
		if err != nil {
			return err
		}
		p.listOffers(&v, list)
		if v.Asked && p.cfg.Search != nil {
			found, err := p.cfg.Search.Search(c.Request().Context(), catalogue.SearchQuery{Text: v.Question, Types: []string{"software"},
				Size: gridSize, By: by, Lang: v.Lang})
			if err != nil {
				return err
			}
			for _, h := range found.Hits {
				v.Found = append(v.Found, link{Name: h.Item.Name(), Href: v.To("/organismes/"+v.Ref+"/offres", "software", string(h.Item.Slug()))})
			}
		}
		if err := p.offerForm(c, f, &v, list, by); err != nil {
			return err
		}
		return p.draw(c, f, "offering", v)
	}
}

// offersOf returns what a provider sells.
func (p *Pages) offersOf(ctx context.Context, body registry.ID, by member.Actor) ([]registry.Offer, error) {
	page, err := p.cfg.Catalogue.Query(catalogue.Query{Kind: registry.KindOffer, By: by, Size: catalogue.MaxSize,
		Where: []catalogue.Term{where("provider", string(body))}})
	if err != nil {
		return nil, err
	}
	ids := make([]registry.ID, 0, len(page.Items))
	for _, it := range page.Items {
		ids = append(ids, it.ID())
	}
	return p.cfg.Facts.OffersShown(ctx, ids...)
}

func (p *Pages) listOffers(v *offeringPage, list []registry.Offer) {
	var software []registry.ID
	for i := range list {
		software = append(software, list[i].Software)
	}
	of := p.links(v.page, registry.KindSoftware, software...)
	for i := range list {
		v.Offers = append(v.Offers, ownOffer{p.offer(v.page, &list[i], of[list[i].Software]), list[i].ID,
			v.To("/organismes/"+v.Ref+"/offres", "software", string(list[i].Software))})
	}
	slices.SortFunc(v.Offers, func(a, b ownOffer) int { return strings.Compare(text.SortKey(a.Of.Name), text.SortKey(b.Of.Name)) })
}

// offerForm makes the form of the software that the address or the form names, if either does.
func (p *Pages) offerForm(c echo.Context, f *form, v *offeringPage, list []registry.Offer, by member.Actor) error {
	ref := f.Get("software")
	if ref == "" {
		ref = param(c, "software", maxText)
	}
	if ref == "" {
		return nil
	}
	item, _, err := p.cfg.Catalogue.Get(registry.KindSoftware, ref, by)
	if err != nil {
		return err
	}
	v.Of, v.Software = p.links(v.page, registry.KindSoftware, item.ID())[item.ID()], string(item.ID())
	if n := slices.IndexFunc(list, func(o registry.Offer) bool { return o.Software == item.ID() }); n >= 0 {
		f.fillOffer(&list[n])
	}
	if v.Services, err = f.Choices("services", "checkbox", "service", plain(registry.Services()), "required"); err != nil {
		return err
	}
	regions := make([]option, 0, 18)
	for _, b := range p.cfg.Register.Regions() {
		regions = append(regions, option{Value: b.Code, Label: b.Name})
	}
	slices.SortFunc(regions, func(a, b option) int { return strings.Compare(text.SortKey(a.Label), text.SortKey(b.Label)) })
	if v.Regions, err = f.ask("regions", "checkbox", regions, "optional"); err != nil {
		return err
	}
	f.fill("purchase", "none")
	v.Purchase, err = f.Choices("purchase", "radio", "purchase", plain(registry.Purchases()))
	return err
}

// fillOffer gives the fields what is offered.
func (f *form) fillOffer(o *registry.Offer) {
	if len(f.Form) > 0 {
		return // what was typed
	}
	f.fill("services", plain(o.Services)...)
	f.fill("departements", strings.Join(o.Area.Departements, ", "))
	f.fill("regions", o.Area.Regions...)
	if o.Area.France {
		f.fill("france", "1")
	}
	f.fill("purchase", string(o.Purchase))
	f.fill("url", o.URL)
	f.fill("note", o.Note[f.lang])
}

// offered answers POST /organismes/{ref}/offres, by what its field "do" says.
func (p *Pages) offered(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "id", "software", "services[]", "france", "regions[]", "departements", "purchase", "url", "note")
	if err != nil {
		return err
	}
	body, err := p.vendor(c, by)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	list, err := p.offersOf(ctx, body.ID(), by)
	if err != nil {
		return err
	}
	switch f.Get("do") {
	case "save":
		err = p.saveOffer(ctx, by, body.ID(), list, f)
	case "withdraw":
		id := registry.ID(f.Get("id"))
		if !slices.ContainsFunc(list, func(o registry.Offer) bool { return o.ID == id }) {
			return fault.New(fault.Missing, "offer_missing")
		}
		err = p.cfg.Offering.WithdrawOffer(ctx, by, id, 0)
	default:
		err = fault.OnField("do", "unknown_value")
	}
	if caught := p.cfg.Catalogue.CatchUp(ctx); err == nil {
		err = caught
	}
	if err != nil {
		return p.again(c, f, err, p.drawOffering(by))
	}
	return p.to(c, "/organismes/"+string(body.Slug())+"/offres", "fait", "offer_"+f.Get("do"))
}

// saveOffer publishes an offer, or revises the one there is for that software. The note's other
// language stays.
func (p *Pages) saveOffer(ctx context.Context, by member.Actor, body registry.ID, list []registry.Offer, f *form) error {
	item, _, err := p.cfg.Catalogue.Get(registry.KindSoftware, f.Get("software"), by)
	if err != nil {
		return err
	}
	facts := registry.OfferFacts{Area: registry.Area{France: f.Set("france"), Regions: f.All("regions")},
		Purchase: registry.Purchase(f.Get("purchase")), URL: strings.TrimSpace(f.Get("url")), Note: registry.Localised{}}
	for _, s := range f.All("services") {
		facts.Services = append(facts.Services, registry.ServiceKind(s))
	}
	for _, code := range strings.FieldsFunc(f.Get("departements"), func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' }) {
		facts.Area.Departements = append(facts.Area.Departements, strings.ToUpper(code))
	}
	n := slices.IndexFunc(list, func(o registry.Offer) bool { return o.Software == item.ID() })
	if n >= 0 {
		facts.Note = maps.Clone(list[n].Note)
	}
	if facts.Note == nil {
		facts.Note = registry.Localised{}
	}
	if facts.Note[f.lang] = strings.TrimSpace(f.Get("note")); facts.Note[f.lang] == "" {
		delete(facts.Note, f.lang)
	}
	if n >= 0 {
		_, err = p.cfg.Offering.ReviseOffer(ctx, by, list[n].ID, facts, 0)
	} else {
		_, err = p.cfg.Offering.PublishOffer(ctx, by, registry.OfferOf{Provider: string(body), Software: string(item.ID())}, facts)
	}
	return onForm(err)
}

// onForm names faults by the fields of the form.
func onForm(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	out := *f
	out.Fields = slices.Clone(f.Fields)
	for i, x := range out.Fields {
		switch name, _, _ := strings.Cut(x.Name, "."); {
		case strings.HasPrefix(x.Name, "area.regions"):
			out.Fields[i].Name = "regions"
		case name == "area":
			out.Fields[i].Name = "departements"
		case name == "note":
			out.Fields[i].Name = "note"
		}
	}
	return &out
}
