// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"maillage/internal/fault"
	"maillage/internal/registry"
)

// Weights of what is in a provider's favour. Payment is not among them.
const (
	weightReference = 10 // each confirmed reference for the software asked, else for any
	weightChosen    = 5  // each of these customers who would choose it again
	weightNearRef   = 4  // each of these in the département asked
	weightArea      = 3  // an offer made for the département itself; its région 2, France 1
)

// matches says why each of the items, providers, answers what was asked of offers.
func (s *Snapshot) matches(asked []Term, items []*Item) []Match {
	out := make([]Match, len(items))
	found, err := s.offersWith(asked)
	if err != nil {
		return out
	}
	place := make(map[registry.ID]int, len(items))
	for i, it := range items {
		place[it.ID()] = i
	}
	offers := s.tables[registry.KindOffer]
	found.Each(func(ord int) bool {
		d := offers.items[ord].decl
		i, here := place[d.provider]
		if !here {
			return true
		}
		m := &out[i]
		software := s.nameOf(registry.KindSoftware, d.software)
		for _, service := range d.services {
			if wanted(asked, "service", string(service)) {
				m.Reasons = append(m.Reasons, Reason{Code: "service", Value: string(service), Of: d.software, Name: software})
			}
		}
		code, value, weight := s.covers(asked, d.area)
		m.Reasons = append(m.Reasons, Reason{Code: code, Value: value, Of: d.id, Name: software})
		m.Score += weight
		return true
	})
	for i, it := range items {
		s.proven(asked, it, &out[i])
	}
	return out
}

// wanted reports whether a value is among those a term asks for; true when none does.
func wanted(asked []Term, dim, value string) bool {
	for _, w := range asked {
		if w.Dim == dim {
			return slices.Contains(w.Values, value)
		}
	}
	return true
}

// covers says by what an area answers the place asked for: the département itself, its région, or
// France.
func (s *Snapshot) covers(asked []Term, a registry.Area) (code, value string, weight float64) {
	for _, w := range asked {
		if w.Dim != "departement" && w.Dim != "area" && w.Dim != "region" {
			continue
		}
		for _, v := range w.Values {
			if slices.Contains(a.Departements, v) {
				return "offer_area_departement", v, weightArea
			}
		}
		for _, v := range w.Values {
			region := v
			if w.Dim != "region" {
				region = s.regions[v]
			}
			if slices.Contains(a.Regions, region) {
				return "offer_area_region", region, weightArea - 1
			}
		}
	}
	switch {
	case a.France:
		return "offer_area_france", "", 1
	case len(a.Departements) > 0:
		return "offer_area_departement", a.Departements[0], 1
	case len(a.Regions) > 0:
		return "offer_area_region", a.Regions[0], 1
	}
	return "offer_area_france", "", 0
}

// proven adds what confirmed references say of a provider.
func (s *Snapshot) proven(asked []Term, it *Item, m *Match) {
	references := s.tables[registry.KindReference]
	organisations := s.tables[registry.KindOrganisation]
	total, again, near := 0, 0, 0
	for _, ord := range s.having(references, "provider", string(it.ID())) {
		d := references.items[ord].decl
		if !d.counts || !s.wantedEntity(asked, "software", d.software) {
			continue
		}
		total++
		if d.again {
			again++
		}
		if customer, ok := organisations.find(d.organisation); ok && s.asksFor(asked, "departement", organisations, customer) {
			near++
		}
	}
	add := func(code string, n int, weight float64) {
		if n > 0 {
			m.Reasons = append(m.Reasons, Reason{Code: code, Amount: float64(n)})
			m.Score += float64(n) * weight
		}
	}
	add("confirmed_reference", total, weightReference)
	add("choose_again", again, weightChosen)
	add("reference_nearby", near, weightNearRef)
}

// wantedEntity is wanted for a dimension whose values are entities.
func (s *Snapshot) wantedEntity(asked []Term, dim string, id registry.ID) bool {
	for _, w := range asked {
		if w.Dim == dim {
			return slices.ContainsFunc(w.Values, func(v string) bool { return s.idOf(entityDims[dim], v) == string(id) })
		}
	}
	return true
}

// asksFor reports whether a term asks for a value that the item has.
func (s *Snapshot) asksFor(asked []Term, dim string, t *table, it *Item) bool {
	d, ok := t.dim(dim)
	if !ok {
		return false
	}
	for _, w := range asked {
		if w.Dim != dim && (dim != "departement" || w.Dim != "area") {
			continue
		}
		for _, f := range it.values {
			if f.dim() == d && int(f.value()) < len(t.names[d]) && slices.Contains(w.Values, t.names[d][f.value()]) {
				return true
			}
		}
	}
	return false
}

// having returns the ordinals of a table that have a value.
func (s *Snapshot) having(t *table, dim, value string) []uint32 {
	d, ok := t.dim(dim)
	if !ok {
		return nil
	}
	n, ok := t.words.find(d, value)
	if !ok {
		return nil
	}
	return t.dims[d].of(n)
}

func (s *Snapshot) nameOf(kind registry.Kind, id registry.ID) string {
	if it, ok := s.tables[kind].find(id); ok {
		return it.Name()
	}
	return ""
}

// scored is an item in an order made for a query.
type scored struct {
	item  *Item
	match Match
}

// maxRankings bounds the orders a snapshot remembers.
const maxRankings = 256

// rankings are the orders made for queries. They belong to a snapshot, which never changes: an order
// that is remembered is never stale.
type rankings struct {
	mu   sync.Mutex
	made map[string][]scored
}

// ranked answers the two orders that depend on the query: by distance, and by relevance, which for
// providers is the weights above. A cursor holds the score its page ended at.
func (s *Snapshot) ranked(q Query, key string, descending bool, found Bitmap, page Page) (Page, error) {
	if key == "distance" && q.Near == nil {
		return Page{}, fault.OnField("near", "required")
	}
	name := key
	if descending {
		name = "-" + key
	}
	list := s.ranking(q, name, func() []scored { return s.rank(q, key, descending, found) })
	list, err := cut(q, name, list, &page)
	if err != nil {
		return Page{}, err
	}
	for _, r := range list {
		page.Items = append(page.Items, r.item)
		page.Matches = append(page.Matches, r.match)
	}
	return page, nil
}

// ranking returns the order of a query, made once for a snapshot. What is asked of organisations does
// not depend on who asks: all of them are public.
func (s *Snapshot) ranking(q Query, name string, rank func() []scored) []scored {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\x00%s\x00%v", q.Kind, name, q.Within)
	if q.Near != nil {
		fmt.Fprintf(&b, "\x00%v\x00%v", q.Near.Lat, q.Near.Lon)
	}
	for _, w := range q.Where {
		b.WriteString("\x01" + w.Dim)
		for _, v := range w.Values {
			b.WriteString("\x00" + v)
		}
	}
	s.rankings.mu.Lock()
	list, ok := s.rankings.made[b.String()]
	s.rankings.mu.Unlock()
	if ok {
		return list
	}
	list = rank()
	s.rankings.mu.Lock()
	defer s.rankings.mu.Unlock()
	if len(s.rankings.made) >= maxRankings || s.rankings.made == nil {
		s.rankings.made = map[string][]scored{}
	}
	s.rankings.made[b.String()] = list
	return list
}

func (s *Snapshot) rank(q Query, key string, descending bool, found Bitmap) []scored {
	t := s.tables[q.Kind]
	if found == nil {
		found = fullBitmap(len(t.items))
	}
	list := make([]scored, 0, found.Count())
	found.Each(func(ord int) bool {
		list = append(list, scored{item: t.items[ord]})
		return true
	})
	if key == "relevance" {
		items := make([]*Item, len(list))
		for i := range list {
			items[i] = list[i].item
		}
		for i, m := range s.matches(offersAsked(q), items) {
			list[i].match = m
		}
	} else {
		for i := range list {
			if p, ok := list[i].item.spot.point(); ok {
				km := math.Round(distance(*q.Near, p)*10) / 10
				list[i].match = Match{Score: -km, Reasons: []Reason{{Code: "distance", Amount: km}}}
			} else {
				list[i].match.Score = math.Inf(-1)
			}
		}
	}
	for i := range list {
		list[i].match.shown = &memo{}
	}
	slices.SortFunc(list, func(a, b scored) int { return compareMarks(a.mark(), b.mark(), descending) })
	return list
}
