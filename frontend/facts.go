// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"slices"
	"strings"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// facts are things by id, read at once for a whole page: a list of one and a list of fifty cost the
// same number of statements.
type facts struct {
	software      map[registry.ID]registry.Software
	organisations map[registry.ID]registry.Organisation
}

func (p *Pages) read(ctx context.Context, software, organisations []registry.ID) (facts, error) {
	f := facts{map[registry.ID]registry.Software{}, map[registry.ID]registry.Organisation{}}
	if len(software) > 0 {
		list, err := p.cfg.Facts.SoftwareShown(ctx, software...)
		if err != nil {
			return f, err
		}
		for _, s := range list {
			f.software[s.ID] = s
		}
	}
	if len(organisations) > 0 {
		list, err := p.cfg.Facts.OrganisationsShown(ctx, organisations...)
		if err != nil {
			return f, err
		}
		for _, o := range list {
			f.organisations[o.ID] = o
		}
	}
	return f, nil
}

// declared returns what the catalogue lists, read by shown and put back in the catalogue's order,
// and how many there are in all. The catalogue decides what a visitor may see.
func declared[T any](ctx context.Context, p *Pages, q catalogue.Query, id func(*T) registry.ID,
	shown func(context.Context, ...registry.ID) ([]T, error)) ([]T, int, error) {
	q.By, q.Size = visitor(), catalogue.MaxSize
	listed, err := p.cfg.Catalogue.Query(q)
	if err != nil || len(listed.Items) == 0 {
		return nil, 0, err
	}
	order := make(map[registry.ID]int, len(listed.Items))
	ids := make([]registry.ID, len(listed.Items))
	for i, it := range listed.Items {
		order[it.ID()], ids[i] = i, it.ID()
	}
	list, err := shown(ctx, ids...)
	if err != nil {
		return nil, 0, err
	}
	slices.SortFunc(list, func(a, b T) int { return order[id(&a)] - order[id(&b)] })
	return list, listed.Total, nil
}

// where is a filter on one value.
func where(dim, value string) catalogue.Term {
	return catalogue.Term{Dim: dim, Values: []string{value}}
}

// link is a thing of ours by name. Href is empty when there is no page about it.
type link struct {
	Name, Href string
	Left       bool // an organisation that left the collective
}

// links returns links to things by id. What a visitor may not see has none.
func (p *Pages) links(pg page, kind registry.Kind, ids ...registry.ID) map[registry.ID]link {
	path := "/organismes/"
	if kind == registry.KindSoftware {
		path = "/logiciels/"
	}
	out := make(map[registry.ID]link, len(ids))
	for _, it := range p.cfg.Catalogue.ItemsByID(kind, visitor(), ids...) {
		out[it.ID()] = link{it.Name(), pg.To(path + string(it.Slug())), it.Left()}
	}
	return out
}

// softwareFacts are what a result says of a software at a glance.
func softwareFacts(w *words, s registry.Software, users int) []string {
	var out []string
	if s.Licence != "" {
		out = append(out, s.Licence)
	} else if s.LicenceLabel != "" {
		out = append(out, s.LicenceLabel)
	}
	if users > 0 {
		out = append(out, count(w, "users", users))
	}
	return out
}

// organisationFacts are what a result says of an organisation at a glance.
func (p *Pages) organisationFacts(w *words, o registry.Organisation, it *catalogue.Item) []string {
	var out []string
	if o.Type != "" {
		out = append(out, w.label("type", o.Type))
	}
	if o.Departement != "" && o.Type != "departement" && o.Type != "region" {
		out = append(out, p.place(territory.Departement, o.Departement))
	}
	if o.Population > 0 {
		out = append(out, count(w, "inhabitants", o.Population))
	}
	if n := it.Users(); n > 0 {
		out = append(out, count(w, "usages", n))
	}
	if n := it.References(); n > 0 {
		out = append(out, count(w, "references", n))
	}
	return out
}

// count says how many; a test sees to it that each of these keys has its sentences.
func count(w *words, key string, n int) string {
	s, err := w.n("count."+key, n)
	if err != nil {
		return w.number(n)
	}
	return s
}

// area says where an offer is made.
func (p *Pages) area(w *words, a registry.Area) string {
	if a.France {
		return w.text["area.france"]
	}
	var names []string
	for _, code := range a.Regions {
		names = append(names, p.place(territory.Region, code))
	}
	for _, code := range a.Departements {
		names = append(names, p.place(territory.Departement, code))
	}
	return strings.Join(names, ", ")
}
