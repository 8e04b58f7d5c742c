// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
)

const (
	// maxCompared is how many software are read side by side: more than three columns cannot be.
	maxCompared = 3
	// maxOffered is how many software are proposed for the next column.
	maxOffered = 8
)

// comparePage is two or three software side by side, or what is left to choose.
type comparePage struct {
	page
	Columns  []compared
	Rows     []comparedRow
	More     bool // there is room for another
	Asked    string
	Offered  []link
	NotFound bool // one of the addresses names no software
}

// compared is one column.
type compared struct {
	link
	Ref  string
	Drop string // the address of the comparison without it
	item *catalogue.Item
}

// comparedRow is one line: what is compared, and a cell for each column.
type comparedRow struct {
	Name  string
	Cells [][]link // empty when it is not known
}

// compare answers GET /logiciels/comparer?ref=…&ref=….
func (p *Pages) compare(c echo.Context) error {
	v := comparePage{page: p.begin(c), Asked: param(c, "q", maxText)}
	v.Hidden = true
	p.choose(&v, c.QueryParams()["ref"])
	v.More = len(v.Columns) < maxCompared
	ctx := c.Request().Context()
	if v.More {
		if err := p.offerMore(ctx, &v); err != nil {
			return err
		}
	}
	if len(v.Columns) > 0 {
		if err := p.fillCompared(ctx, &v); err != nil {
			return err
		}
	}
	v.Title, v.Description = v.words.text["compare.title"], v.words.text["compare.lead"]
	v.Canonical = p.cfg.BaseURL + v.comparing()
	return p.show(c, http.StatusOK, "compare", v.Lang, v)
}

// choose keeps the software that the addresses name, each once, the first three.
func (p *Pages) choose(v *comparePage, refs []string) {
	for _, ref := range refs[:min(len(refs), 2*maxCompared)] {
		it, _, err := p.cfg.Catalogue.Get(registry.KindSoftware, ref, visitor())
		if err != nil {
			v.NotFound = true
			continue
		}
		if len(v.Columns) == maxCompared || slices.ContainsFunc(v.Columns, func(c compared) bool { return c.item.ID() == it.ID() }) {
			continue
		}
		slug := string(it.Slug())
		v.Columns = append(v.Columns, compared{link: link{Name: it.Name(), Href: v.To("/logiciels/" + slug)}, Ref: slug, item: it})
	}
	for i := range v.Columns {
		v.Columns[i].Drop = v.page.compareHref(slices.Delete(v.refs(), i, i+1)...)
	}
}

func (v *comparePage) refs() (out []string) {
	for _, c := range v.Columns {
		out = append(out, c.Ref)
	}
	return out
}

// comparing is the address of the comparison, whatever the language.
func (v *comparePage) comparing() string { return page{}.compareHref(v.refs()...) }

// compareHref is the address of the comparison of these software.
func (p page) compareHref(refs ...string) string {
	query := url.Values{}
	for _, ref := range refs {
		query.Add("ref", ref)
	}
	return p.with("/logiciels/comparer", query)
}

// offerMore proposes what may be added: what was asked for, else those that the first is compared
// with or shares a domain with, and those that most use.
func (p *Pages) offerMore(ctx context.Context, v *comparePage) error {
	offer := func(it *catalogue.Item) {
		if len(v.Offered) < maxOffered && !slices.Contains(v.refs(), string(it.Slug())) {
			href := v.compareHref(append(v.refs(), string(it.Slug()))...)
			if l := (link{Name: it.Name(), Href: href}); !slices.Contains(v.Offered, l) {
				v.Offered = append(v.Offered, l)
			}
		}
	}
	if v.Asked != "" && p.cfg.Search != nil {
		found, err := p.cfg.Search.Search(ctx, catalogue.SearchQuery{Text: v.Asked, Types: []string{"software"}, By: member.Actor{},
			Size: maxOffered + maxCompared, Lang: v.Lang})
		if err != nil {
			return err
		}
		for _, h := range found.Hits {
			offer(h.Item)
		}
		return nil
	}
	query := catalogue.Query{Kind: registry.KindSoftware, By: visitor(), Sort: "-users", Size: maxOffered + maxCompared}
	if len(v.Columns) > 0 {
		f, err := p.read(ctx, []registry.ID{v.Columns[0].item.ID()}, nil)
		if err != nil {
			return err
		}
		if domains := f.software[v.Columns[0].item.ID()].Domains; len(domains) > 0 {
			query.Where = []catalogue.Term{{Dim: "domain", Values: domains}}
		}
	}
	found, err := p.cfg.Catalogue.Query(query)
	if err != nil {
		return err
	}
	for _, it := range found.Items {
		offer(it)
	}
	return nil
}
