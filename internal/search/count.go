// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
)

// versions identifies the state of the catalogue. It is read before the state itself: an answer may
// be newer than its version says, never older.
func versions(c *catalogue.Catalogue) string {
	return c.Version(registry.KindSoftware) + "." + c.Version(registry.KindOrganisation)
}

// version changes whenever the answer may.
func (r *request) version(a *answer) string {
	return fmt.Sprintf("%s-%d-%t-%t-%t", r.versions, a.position, a.degraded, r.By.Known(), r.By.Belongs())
}

// count counts the facets over all hits, software and organisations together.
func (r *request) count(hits []hit) ([]catalogue.Facet, error) {
	var all [][]catalogue.Facet
	for _, kind := range []registry.Kind{registry.KindSoftware, registry.KindOrganisation} {
		dims := ofKind(catalogue.Dims(kind), r.Facets)
		if len(dims) == 0 {
			continue
		}
		set := make(catalogue.Bitmap, (r.shown.Len(kind)+63)/64)
		for _, h := range hits {
			if h.kind == kind {
				set.Set(h.ordinal)
			}
		}
		counted, err := r.shown.Facets(catalogue.Query{Kind: kind, Where: r.Where, By: r.By}, set, dims...)
		if err != nil {
			return nil, err
		}
		all = append(all, counted)
	}
	return summed(r.Facets, all...), nil
}

// ofKind keeps the dimensions that a kind has.
func ofKind(has, asked []string) []string {
	return slices.DeleteFunc(slices.Clone(asked), func(d string) bool { return !slices.Contains(has, d) })
}

// summed adds facets up, in the order they were asked for, the most frequent value first.
func summed(dims []string, all ...[]catalogue.Facet) []catalogue.Facet {
	out := make([]catalogue.Facet, 0, len(dims))
	for _, dim := range dims {
		counts := map[string]int{}
		for _, facets := range all {
			for _, f := range facets {
				if f.Dim != dim {
					continue
				}
				for _, v := range f.Values {
					counts[v.Value] += v.Count
				}
			}
		}
		facet := catalogue.Facet{Dim: dim}
		for value, n := range counts {
			facet.Values = append(facet.Values, catalogue.FacetValue{Value: value, Count: n})
		}
		slices.SortFunc(facet.Values, func(a, b catalogue.FacetValue) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
		})
		out = append(out, facet)
	}
	return out
}
