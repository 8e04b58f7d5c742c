// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/spdx"
	"maillage/internal/text"
)

// softwarePage is a software sheet.
type softwarePage struct {
	page
	registry.Software
	Slug     string
	Lead     string // the summary, in the language of the page
	About    rich   // the description
	Licensed licence
	Running  int
	Groups   []stageGroup
	Unshown  int // usages beyond those shown
	Sellers  []seller
	// Instead are the products it replaces, Similar comparable free software; a link without address
	// is a name we have no sheet for.
	Instead []link
	Similar []link
}

// licence is a licence in words. Known is false for a label nobody could read.
type licence struct {
	Expression, Name, Label string
	Known, Free             bool
}

type stageGroup struct {
	Stage  registry.Stage
	Step   int
	Usages []usage
}

// seller is a provider of the software, with what it offers for it and what its customers confirmed.
type seller struct {
	link
	Offers []offer
	Proofs []string
}

// software answers GET /logiciels/{slug}.
func (p *Pages) software(c echo.Context) error {
	ctx := c.Request().Context()
	item, moved, err := p.find(c, registry.KindSoftware, "/logiciels/")
	if err != nil || moved {
		return err
	}
	f, err := p.read(ctx, []registry.ID{item.ID()}, nil)
	if err != nil {
		return err
	}
	s, ok := f.software[item.ID()]
	if !ok { // gone since the catalogue was asked
		return fault.New(fault.Missing, "software_missing")
	}
	v := softwarePage{page: p.begin(c), Software: s, Slug: string(item.Slug()), Running: item.Users()}
	v.Title, v.Lead, v.About = s.Name, s.Summary.In(v.Lang), markdown(s.Description.In(v.Lang))
	v.Description = v.Lead
	v.Canonical, v.Data = p.cfg.BaseURL+"/logiciels/"+v.Slug, "/api/v1/software/"+v.Slug
	v.Licensed = licensed(s)
	if err := p.whoUses(ctx, &v); err != nil {
		return err
	}
	if err := p.whoSells(ctx, &v); err != nil {
		return err
	}
	p.comparable(&v)
	return p.show(c, http.StatusOK, "software", v.Lang, v)
}

// find returns what an address names. A name that is no longer its own moves for good: find then
// answers 308 itself and moved is true.
func (p *Pages) find(c echo.Context, kind registry.Kind, path string) (item *catalogue.Item, moved bool, err error) {
	item, slug, err := p.cfg.Catalogue.Get(kind, c.Param("ref"), visitor())
	if err != nil {
		return nil, false, err
	}
	if slug == "" && c.Param("ref") == string(item.ID()) {
		slug = item.Slug() // the page has one address
	}
	if slug == "" {
		return item, false, nil
	}
	to := path + string(slug)
	if raw := c.Request().URL.RawQuery; raw != "" {
		to += "?" + raw
	}
	return nil, true, c.Redirect(http.StatusPermanentRedirect, to)
}

func licensed(s registry.Software) licence {
	l := licence{Expression: s.Licence, Label: s.LicenceLabel, Known: s.Licence != ""}
	if l.Known {
		l.Free = spdx.IsFree(s.Licence)
		if name := spdx.Name(s.Licence); name != s.Licence {
			l.Name = name
		}
	}
	return l
}

// markdown renders a description; one that is too long or too deep is shown as plain text.
func markdown(source string) rich {
	html, err := text.Render(source)
	if err != nil {
		return rich("<p>" + escape(text.Plain(source)) + "</p>")
	}
	return rich(html) //nolint:gosec // sanitised by internal/text
}

// whoUses groups by stage the usages that everybody may see.
func (p *Pages) whoUses(ctx context.Context, v *softwarePage) error {
	list, total, err := declared(ctx, p, catalogue.Query{Kind: registry.KindUsage, Where: []catalogue.Term{where("software", string(v.ID))}},
		func(u *registry.Usage) registry.ID { return u.ID }, p.cfg.Facts.UsagesShown)
	if err != nil {
		return err
	}
	v.Unshown = max(total-len(list), 0)
	all := p.usages(v.page, list, func(u *registry.Usage) registry.ID { return u.Organisation }, registry.KindOrganisation)
	slices.SortStableFunc(all, func(a, b usage) int { return b.Seats - a.Seats })
	for _, stage := range stageOrder() {
		g := stageGroup{Stage: stage, Step: step(stage)}
		for _, u := range all {
			if u.Stage == stage {
				g.Usages = append(g.Usages, u)
			}
		}
		if len(g.Usages) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	return nil
}

// whoSells lists providers in the order of what their customers confirmed; nobody pays for a place.
func (p *Pages) whoSells(ctx context.Context, v *softwarePage) error {
	about := where("software", string(v.ID))
	ranked, err := p.cfg.Catalogue.Query(catalogue.Query{Kind: registry.KindOrganisation, By: visitor(), Sort: "relevance",
		Size: catalogue.MaxSize, Where: []catalogue.Term{where("role", string(registry.RoleProvider)), about}})
	if err != nil {
		return err
	}
	offers, _, err := declared(ctx, p, catalogue.Query{Kind: registry.KindOffer, Where: []catalogue.Term{about}},
		func(o *registry.Offer) registry.ID { return o.ID }, p.cfg.Facts.OffersShown)
	if err != nil {
		return err
	}
	for i, it := range ranked.Items {
		s := seller{link: link{it.Name(), v.To("/organismes/" + string(it.Slug())), it.Left()}}
		if i < len(ranked.Matches) {
			for _, r := range ranked.Matches[i].Reasons {
				if r.Code == "confirmed_reference" || r.Code == "choose_again" {
					s.Proofs = append(s.Proofs, p.reason(v.words, &r))
				}
			}
		}
		for j := range offers {
			if offers[j].Provider == it.ID() {
				s.Offers = append(s.Offers, p.offer(v.page, &offers[j], s.link))
			}
		}
		v.Sellers = append(v.Sellers, s)
	}
	return nil
}

// comparable links what the sheet compares the software with: sheets when we have them, searches for
// the products it replaces.
func (p *Pages) comparable(v *softwarePage) {
	for _, name := range v.Alternatives {
		l := link{Name: name}
		if it, _, err := p.cfg.Catalogue.Get(registry.KindSoftware, text.Slug(name), visitor()); err == nil && text.Fold(it.Name()) == text.Fold(name) {
			l = link{Name: it.Name(), Href: v.To("/logiciels/" + string(it.Slug()))}
		}
		v.Similar = append(v.Similar, l)
	}
	for _, name := range v.Replaces {
		v.Instead = append(v.Instead, link{Name: name, Href: v.To("/recherche", "q", "alternative "+name, "type", "software")})
	}
}
