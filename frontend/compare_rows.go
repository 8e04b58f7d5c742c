// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
)

// fillCompared makes the lines of the comparison. One that none of the software has a word for is left
// out.
func (p *Pages) fillCompared(ctx context.Context, v *comparePage) error {
	ids := make([]registry.ID, len(v.Columns))
	for i, c := range v.Columns {
		ids[i] = c.item.ID()
	}
	f, err := p.read(ctx, ids, nil)
	if err != nil {
		return err
	}
	for _, line := range p.comparedLines(v.page) {
		row := comparedRow{Name: v.words.text["compare."+line.key]}
		known := false
		for _, c := range v.Columns {
			cell, err := line.cell(c.item, f.software[c.item.ID()])
			if err != nil {
				return err
			}
			known = known || len(cell) > 0
			row.Cells = append(row.Cells, cell)
		}
		if known {
			v.Rows = append(v.Rows, row)
		}
	}
	return nil
}

// comparedLine is one thing that software are compared by.
type comparedLine struct {
	key  string
	cell func(it *catalogue.Item, s registry.Software) ([]link, error)
}

func (p *Pages) comparedLines(pg page) []comparedLine {
	w := pg.words
	plain := func(values ...string) (out []link) {
		for _, v := range values {
			if v != "" {
				out = append(out, link{Name: v})
			}
		}
		return out
	}
	said := func(key string, of func(s registry.Software) []link) comparedLine {
		return comparedLine{key, func(_ *catalogue.Item, s registry.Software) ([]link, error) { return of(s), nil }}
	}
	labels := func(vocabulary string, keys []string, href func(string) string) (out []link) {
		for _, k := range keys {
			out = append(out, link{Name: w.label(vocabulary, k), Href: href(k)})
		}
		return out
	}
	nowhere := func(string) string { return "" }
	return []comparedLine{
		said("summary", func(s registry.Software) []link { return plain(s.Summary.In(pg.Lang)) }),
		{"users", func(it *catalogue.Item, _ registry.Software) ([]link, error) { return plain(w.number(it.Users())), nil }},
		{"providers", func(it *catalogue.Item, _ registry.Software) ([]link, error) {
			found, err := p.cfg.Catalogue.Query(catalogue.Query{Kind: registry.KindOrganisation, By: visitor(), Size: 1,
				Where: []catalogue.Term{where("role", string(registry.RoleProvider)), where("software", string(it.ID()))}})
			return plain(w.number(found.Total)), err
		}},
		{"references", func(it *catalogue.Item, _ registry.Software) ([]link, error) {
			return plain(w.number(it.References())), nil
		}},
		said("licence", func(s registry.Software) []link {
			if s.Licence == "" {
				return plain(s.LicenceLabel)
			}
			return plain(s.Licence)
		}),
		said("status", func(s registry.Software) []link {
			if s.Status == "" {
				return nil
			}
			return plain(w.label("status", s.Status))
		}),
		said("release", func(s registry.Software) []link { return plain(s.ReleaseVersion, w.date(s.ReleaseDate)) }),
		said("platforms", func(s registry.Software) []link { return labels("platform", s.Platforms, nowhere) }),
		said("domains", func(s registry.Software) []link {
			return labels("domain", s.Domains, func(k string) string { return pg.To("/recherche", "type", "software", "domain", k) })
		}),
		said("replaces", func(s registry.Software) []link { return plain(s.Replaces...) }),
		said("website", func(s registry.Software) []link { return outside(s.Website) }),
		said("repository", func(s registry.Software) []link { return outside(s.Repository) }),
	}
}

// outside is a link to another site, under the part of its address that people recognise.
func outside(address string) []link {
	if address == "" {
		return nil
	}
	return []link{{Name: host(address), Href: address}}
}
