// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"cmp"
	"slices"

	"maillage/internal/registry"
)

// offerDims are the dimensions of a query about providers that its offers answer, and the offers'
// own dimension for each.
var offerDims = map[string]string{"software": "software", "service": "service", "departement": "departement",
	"region": "region", "area": "departement"}

// Facets counts each value of the dimensions among found, what Match gave for that query, most
// frequent first. It differs from Counts for queries about providers: what is said of offers is
// counted over the offers that meet the query, so that a count is what adding the filter would find.
func (s *Snapshot) Facets(q Query, found Bitmap, names ...string) ([]Facet, error) {
	out, err := s.Counts(q.Kind, found, names...)
	if err != nil || q.Kind != registry.KindOrganisation || !onlyProviders(q.Where) {
		return out, err
	}
	offers, err := s.offersWith(offersAsked(q))
	if err != nil {
		return nil, err
	}
	byProvider := s.byProvider(offers, found)
	for i, name := range names {
		if offerDims[name] != "" {
			out[i].Values = s.offered(byProvider, offerDims[name])
		}
	}
	return out, nil
}

// sold is an offer with its provider, both as ordinals.
type sold struct{ provider, offer uint32 }

// byProvider returns the offers of the providers found, those of a provider together.
func (s *Snapshot) byProvider(offers, found Bitmap) []sold {
	t, organisations := s.tables[registry.KindOffer], s.tables[registry.KindOrganisation]
	var out []sold
	offers.Each(func(ord int) bool {
		if p, ok := organisations.ord(t.items[ord].decl.provider); ok && (found == nil || found.Has(int(p))) {
			out = append(out, sold{p, uint32(ord)}) //nolint:gosec // an ordinal
		}
		return true
	})
	slices.SortFunc(out, func(a, b sold) int { return cmp.Compare(a.provider, b.provider) })
	return out
}

// offered counts for each value of a dimension the providers with an offer that has it.
func (s *Snapshot) offered(offers []sold, dim string) []FacetValue {
	t := s.tables[registry.KindOffer]
	d, _ := t.dim(dim)
	counts := make([]int, len(t.names[d]))
	last := make([]uint32, len(counts)) // the provider last counted, plus one
	for _, o := range offers {
		for _, f := range t.items[o.offer].values {
			if v := f.value(); f.dim() == d && int(v) < len(counts) && last[v] != o.provider+1 {
				last[v] = o.provider + 1
				counts[v]++
			}
		}
	}
	return counted(t.names[d], counts)
}

// counted lists the values that something has, most frequent first.
func counted(names []string, counts []int) []FacetValue {
	var out []FacetValue
	for v, n := range counts {
		if n > 0 {
			out = append(out, FacetValue{Value: names[v], Count: n})
		}
	}
	slices.SortFunc(out, func(a, b FacetValue) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return out
}
