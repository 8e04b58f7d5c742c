// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"slices"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// shownValues is how many values of a facet are in sight; the others unfold.
const shownValues = 6

// facet is one dimension of the results, each value a link that keeps only it.
type facet struct {
	Dim  string
	Name string
	Top  []facetValue
	More []facetValue
}

type facetValue struct {
	Label string
	Count int
	Href  string
}

// chip is a filter in force, with the address of the results without it.
type chip struct{ Name, Label, Href string }

// facetsOf returns the dimensions counted beside the results of a type. A filter on one of them finds
// what its count says.
func facetsOf(kind string) []string {
	switch kind {
	case "software":
		return []string{"domain", "category", "licence", "platform", "stage", "departement"}
	case "collectivity":
		return []string{"stratum", "region", "departement", "stage"}
	case "provider":
		return []string{"service", "software"}
	}
	return []string{"domain", "role", "service"}
}

// filters returns the dimensions an address may filter the results of a type by. "type" is not one:
// that word is the tab's.
func filters(kind string) []string {
	var out []string
	if kind == "" || kind == "software" {
		out = append(out, catalogue.Dims(registry.KindSoftware)...)
	}
	if kind != "software" {
		for _, d := range catalogue.Dims(registry.KindOrganisation) {
			if !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	return slices.DeleteFunc(out, func(d string) bool { return d == "type" || d == "updated_since" })
}

// facets makes links of the counts. A dimension that is already a filter is not offered again: its
// chip is there to remove it.
func (p *Pages) facets(pg page, q question, counted []catalogue.Facet) []facet {
	var out []facet
	for _, dim := range facetsOf(q.kind) {
		i := slices.IndexFunc(counted, func(f catalogue.Facet) bool { return f.Dim == dim })
		if i < 0 || q.filtered(dim) {
			continue
		}
		f := facet{Dim: dim, Name: pg.words.label("facet", facetKey(q.kind, dim))}
		for _, v := range counted[i].Values {
			if v.Count == 0 {
				continue
			}
			narrower := question{text: q.text, kind: q.kind,
				where: append(slices.Clone(q.where), catalogue.Term{Dim: dim, Values: []string{v.Value}})}
			value := facetValue{Label: p.valueLabel(pg.words, dim, v.Value), Count: v.Count, Href: pg.searchHref(narrower)}
			if len(f.Top) < shownValues {
				f.Top = append(f.Top, value)
			} else {
				f.More = append(f.More, value)
			}
		}
		if len(f.Top) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// facetKey names a dimension: the département of a software is that of who uses it.
func facetKey(kind, dim string) string {
	if kind == "software" && (dim == "departement" || dim == "region") {
		return "software." + dim
	}
	return dim
}

func (q question) filtered(dim string) bool {
	return slices.ContainsFunc(q.where, func(t catalogue.Term) bool { return t.Dim == dim })
}

func (p *Pages) chips(pg page, q question) []chip {
	var out []chip
	for _, w := range q.where {
		wider := q
		wider.after = ""
		wider.where = slices.DeleteFunc(slices.Clone(q.where), func(t catalogue.Term) bool { return t.Dim == w.Dim })
		out = append(out, chip{Name: pg.words.label("facet", facetKey(q.kind, w.Dim)),
			Label: p.valueLabel(pg.words, w.Dim, w.Values[0]), Href: pg.searchHref(wider)})
	}
	return out
}

// valueLabel returns the words for a value of a dimension; the value when it speaks for itself.
func (p *Pages) valueLabel(w *words, dim, value string) string {
	switch dim {
	case "departement", "region", "epci":
		if kind, ok := territory.ParseKind(dim); ok {
			return p.place(kind, value)
		}
	case "area":
		return p.place(territory.Departement, value)
	case "software", "uses":
		return p.nameOf(registry.KindSoftware, value)
	case "provider", "user":
		return p.nameOf(registry.KindOrganisation, value)
	case "has_label":
		return w.label("yes", value)
	}
	return w.label(dim, value)
}

func (p *Pages) nameOf(kind registry.Kind, ref string) string {
	if item, _, err := p.cfg.Catalogue.Get(kind, ref, visitor()); err == nil {
		return item.Name()
	}
	return ref
}
