// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"slices"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// Engagements are the use cases by which two sides say what one did for the other. The registry's
// service is one.
type Engagements interface {
	ProposeReference(ctx context.Context, by member.Actor, of registry.ReferenceOf, facts registry.ReferenceFacts) (registry.Reference, error)
	ConfirmReference(ctx context.Context, by member.Actor, id registry.ID, chooseAgain *bool, rev int64) (registry.Reference, error)
	ContestReference(ctx context.Context, by member.Actor, id registry.ID, rev int64) (registry.Reference, error)
	WithdrawReference(ctx context.Context, by member.Actor, id registry.ID, rev int64) error
}

var _ Engagements = (*registry.Service)(nil)

// maxEngagements is how many references, and how many usages that call for one, a page shows.
const maxEngagements = catalogue.MaxSize

// engagementPage holds the references of a body, as customer or as provider.
type engagementPage struct {
	accountPage
	Ref, Body string
	Waiting   []engagement // for this side
	Settled   []engagement
	Unspoken  []unspoken
}

// engagement is a reference as one of its sides sees it.
type engagement struct {
	reference
	ID       registry.ID
	State    string
	Customer bool // this side is the customer
	Asked    bool // this side has not said whether it is true
	Answer   string
}

// unspoken is a usage that names a provider, of which no reference speaks.
type unspoken struct {
	ID           registry.ID // of the usage
	Of, Software link
	Customer     bool
}

// side finds the body of the address when the actor speaks for it alone: nobody, not even an organiser,
// speaks for a side of an engagement but its own people.
func (p *Pages) side(c echo.Context, by member.Actor) (*catalogue.Item, error) {
	return p.bodyFor(c, by, func(it *catalogue.Item) bool { return by.Known() && by.Organisation == string(it.ID()) })
}

func (p *Pages) engagements(c echo.Context, by member.Actor) error {
	return p.drawEngagements(by)(c, p.blank(c))
}

func (p *Pages) drawEngagements(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		body, err := p.side(c, by)
		if err != nil {
			return err
		}
		v := engagementPage{accountPage: p.sheet(c, f, "engagements"), Ref: string(body.Slug()), Body: body.Name()}
		spoken, err := p.spoken(c.Request().Context(), &v, body.ID(), by)
		if err != nil {
			return err
		}
		if err := p.unspoken(c.Request().Context(), &v, body.ID(), by, spoken); err != nil {
			return err
		}
		return p.draw(c, f, "engagements", v)
	}
}

// pair is what a reference and a usage have in common.
type pair struct{ customer, provider, software registry.ID }

// spoken fills in the references and returns what they speak of.
func (p *Pages) spoken(ctx context.Context, v *engagementPage, body registry.ID, by member.Actor) (map[pair]bool, error) {
	ids, err := p.naming(registry.KindReference, body, by)
	if err != nil {
		return nil, err
	}
	list, err := p.cfg.Facts.ReferencesShown(ctx, ids...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b registry.Reference) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	var bodies, software []registry.ID
	for i := range list {
		bodies, software = append(bodies, list[i].Organisation, list[i].Provider), append(software, list[i].Software)
	}
	of, about := p.links(v.page, registry.KindOrganisation, bodies...), p.links(v.page, registry.KindSoftware, software...)
	known := map[pair]bool{}
	for i := range list {
		r := &list[i]
		known[pair{r.Organisation, r.Provider, r.Software}] = true
		e := engagement{ID: r.ID, State: r.State(), Customer: r.Organisation == body}
		e.Software, e.Since, e.Until, e.Summary = about[r.Software], r.Since, r.Until, r.Summary.In(v.Lang)
		for _, s := range r.Services {
			e.Services = append(e.Services, v.words.label("service", s))
		}
		if e.Of = of[r.Organisation]; e.Customer {
			e.Of = of[r.Provider]
		}
		if r.ChooseAgain != nil {
			e.Answer = map[bool]string{true: "yes", false: "no"}[*r.ChooseAgain]
		}
		e.Asked = r.ContestedAt.IsZero() && (e.Customer && r.CustomerConfirmedAt.IsZero() || !e.Customer && r.ProviderConfirmedAt.IsZero())
		if e.Asked {
			v.Waiting = append(v.Waiting, e)
		} else {
			v.Settled = append(v.Settled, e)
		}
	}
	return known, nil
}

// unspoken fills in the usages that call for a reference.
func (p *Pages) unspoken(ctx context.Context, v *engagementPage, body registry.ID, by member.Actor, spoken map[pair]bool) error {
	ids, err := p.naming(registry.KindUsage, body, by)
	if err != nil {
		return err
	}
	list, err := p.cfg.Facts.UsagesShown(ctx, ids...)
	if err != nil {
		return err
	}
	var bodies, software []registry.ID
	for i := range list {
		bodies, software = append(bodies, list[i].Organisation, list[i].Provider), append(software, list[i].Software)
	}
	of, about := p.links(v.page, registry.KindOrganisation, bodies...), p.links(v.page, registry.KindSoftware, software...)
	for i := range list {
		u := &list[i]
		if u.Provider == "" || u.Provider == u.Organisation || spoken[pair{u.Organisation, u.Provider, u.Software}] {
			continue
		}
		x := unspoken{ID: u.ID, Of: of[u.Organisation], Software: about[u.Software], Customer: u.Organisation == body}
		if x.Customer {
			x.Of = of[u.Provider]
		}
		v.Unspoken = append(v.Unspoken, x)
	}
	return nil
}

// naming returns the declarations of a kind that name the body on either side, once each.
func (p *Pages) naming(kind registry.Kind, body registry.ID, by member.Actor) (ids []registry.ID, err error) {
	for _, dim := range []string{"organisation", "provider"} {
		page, err := p.cfg.Catalogue.Query(catalogue.Query{Kind: kind, By: by, Sort: "-updated", Size: maxEngagements,
			Where: []catalogue.Term{where(dim, string(body))}})
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			if !slices.Contains(ids, it.ID()) {
				ids = append(ids, it.ID())
			}
		}
	}
	return ids, nil
}

// engaged answers POST /organismes/{ref}/references, by what its field "do" says.
func (p *Pages) engaged(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "id", "again")
	if err != nil {
		return err
	}
	body, err := p.side(c, by)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if f.Get("do") == "propose" {
		err = p.propose(ctx, by, body.ID(), registry.ID(f.Get("id")))
	} else {
		err = p.speak(ctx, by, body.ID(), f)
	}
	if caught := p.cfg.Catalogue.CatchUp(ctx); err == nil {
		err = caught
	}
	if err != nil {
		return p.again(c, f, err, p.drawEngagements(by))
	}
	return p.to(c, "/organismes/"+string(body.Slug())+"/references", "fait", "reference_"+f.Get("do"))
}

// speak says what this side thinks of a reference that names it.
func (p *Pages) speak(ctx context.Context, by member.Actor, body registry.ID, f *form) error {
	id := registry.ID(f.Get("id"))
	items := p.cfg.Catalogue.ItemsByID(registry.KindReference, by, id)
	if len(items) != 1 {
		return fault.New(fault.Missing, "reference_missing")
	}
	list, err := p.cfg.Facts.ReferencesShown(ctx, id)
	if err != nil {
		return err
	}
	if len(list) != 1 || list[0].Organisation != body && list[0].Provider != body {
		return fault.New(fault.Missing, "reference_missing")
	}
	switch f.Get("do") {
	case "confirm":
		again, ok := map[string]*bool{"": nil, "yes": new(true), "no": new(false)}[f.Get("again")]
		if !ok {
			return fault.OnField("again", "unknown_value")
		}
		_, err = p.cfg.Engagements.ConfirmReference(ctx, by, id, again, 0)
	case "contest":
		_, err = p.cfg.Engagements.ContestReference(ctx, by, id, 0)
	case "withdraw":
		err = p.cfg.Engagements.WithdrawReference(ctx, by, id, 0)
	default:
		err = fault.OnField("do", "unknown_value")
	}
	return err
}

// propose makes a reference of a usage that names both sides.
func (p *Pages) propose(ctx context.Context, by member.Actor, body, usage registry.ID) error {
	items := p.cfg.Catalogue.ItemsByID(registry.KindUsage, by, usage)
	if len(items) != 1 {
		return fault.New(fault.Missing, "usage_missing")
	}
	list, err := p.cfg.Facts.UsagesShown(ctx, usage)
	if err != nil {
		return err
	}
	if len(list) != 1 || list[0].Provider == "" || list[0].Organisation != body && list[0].Provider != body {
		return fault.New(fault.Missing, "usage_missing")
	}
	u := list[0]
	_, err = p.cfg.Engagements.ProposeReference(ctx, by, registry.ReferenceOf{Provider: string(u.Provider), Organisation: string(u.Organisation),
		Software: string(u.Software)}, registry.ReferenceFacts{Since: u.Since})
	return err
}
