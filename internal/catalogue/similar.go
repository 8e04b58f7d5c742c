// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"cmp"
	"math"
	"slices"

	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// Weights of likeness between two collectivities. They add up; software shared counts each time, up
// to a limit, so that a body that declares everything is not everybody's twin.
const (
	likeType        = 30.0
	likeStratum     = 20.0 // the stratum next to it: half
	likeEPCI        = 15.0
	likeDepartement = 10.0
	likeSoftware    = 4.0
	likeSoftwareMax = 24.0
	likeDistance    = 20.0 // at 0 km, down to nothing at distanceReach
	distanceReach   = 150.0
)

// Similar returns the collectivities most like the one given by id or slug, best first, each with its
// reasons: same type, same or next stratum of population, same EPCI or département, distance, public
// usages shared. Those that only share a distance or nothing are left out.
func (c *Catalogue) Similar(ref registry.ID, _ member.Actor, size int) (Page, error) {
	s := c.Snapshot()
	t := s.tables[registry.KindOrganisation]
	id := registry.ID(s.idOf(registry.KindOrganisation, string(ref)))
	self, ok := t.find(id)
	if !ok {
		return Page{}, missing(registry.KindOrganisation)
	}
	l := newLikeness(s, t, self)
	best := l.best(size)
	page := Page{Version: s.version(registry.KindOrganisation), Total: len(best)}
	for _, r := range best {
		page.Items = append(page.Items, r.item)
		page.Matches = append(page.Matches, Match{Score: math.Round(r.score*10) / 10, Reasons: l.reasons(r.item)})
	}
	return page, nil
}

// alike is a collectivity and how much it is like another.
type alike struct {
	item  *Item
	score float64
}

// best returns the size collectivities most alike. What the postings tell is added up for all of them
// at once; distance, which costs most and gives at most likeDistance, is looked at from the highest of
// these sums down, until it cannot change the answer any more.
func (l *likeness) best(size int) []alike {
	sums := l.sums()
	steps := make([][]uint32, int(likeType+likeStratum+likeEPCI+likeDepartement+likeSoftwareMax)+1)
	for ord, sum := range sums {
		if sum > 0 {
			steps[int(sum)] = append(steps[int(sum)], uint32(ord)) //nolint:gosec // an ordinal
		}
	}
	var best []alike
	collectivity := roleBit(registry.RoleCollectivity)
	for sum := len(steps) - 1; sum >= 0; sum-- {
		if len(best) == size && float64(sum+1)+likeDistance <= best[size-1].score {
			break
		}
		for _, ord := range steps[sum] {
			it := l.t.items[ord]
			if it == l.self || it.roles&collectivity == 0 {
				continue
			}
			if score, enough := l.score(it); enough {
				best = keepBest(best, alike{it, score}, size)
			}
		}
	}
	return best
}

// keepBest puts r in its place among the best, if it has one.
func keepBest(best []alike, r alike, size int) []alike {
	at, _ := slices.BinarySearchFunc(best, r, func(a, b alike) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.item.nameKey(), b.item.nameKey()), byID(a.item, b.item))
	})
	if at >= size {
		return best
	}
	best = slices.Insert(best, at, r)
	return best[:min(len(best), size)]
}

// sums adds up, for every ordinal, the weights of what it has in common with self, distance aside.
func (l *likeness) sums() []float32 {
	sums := make([]float32, len(l.t.items))
	add := func(dim string, value uint32, weight float32) {
		for _, ord := range l.t.dims[l.numbers[dim]].of(value) {
			sums[ord] += weight
		}
	}
	for dim, weight := range map[string]float32{"type": likeType, "epci": likeEPCI, "departement": likeDepartement} {
		for value := range l.own[l.numbers[dim]] {
			add(dim, value, weight)
		}
	}
	strata := l.t.names[l.numbers["stratum"]]
	for value, name := range strata {
		if rank := slices.Index(l.strata, name); rank >= 0 && l.stratum >= 0 {
			switch max(rank-l.stratum, l.stratum-rank) {
			case 0:
				add("stratum", uint32(value), likeStratum) //nolint:gosec // a number of the vocabulary
			case 1:
				add("stratum", uint32(value), likeStratum/2) //nolint:gosec // a number of the vocabulary
			}
		}
	}
	shared := map[uint32]float32{}
	for value := range l.own[l.numbers["uses"]] {
		for _, ord := range l.t.dims[l.numbers["uses"]].of(value) {
			if shared[ord] < likeSoftwareMax {
				shared[ord] += likeSoftware
				sums[ord] += likeSoftware
			}
		}
	}
	return sums
}

// likeness compares others with one collectivity.
type likeness struct {
	s       *Snapshot
	t       *table
	self    *Item
	strata  []string
	numbers map[string]uint8              // dimensions by name
	own     map[uint8]map[uint32]struct{} // the values of self
	stratum int                           // its rank; -1 when not known
}

func newLikeness(s *Snapshot, t *table, self *Item) *likeness {
	l := &likeness{s: s, t: t, self: self, strata: territory.Strata(), numbers: map[string]uint8{}, own: map[uint8]map[uint32]struct{}{}}
	for _, name := range []string{"type", "stratum", "epci", "departement", "uses"} {
		d, _ := t.dim(name)
		l.numbers[name] = d
		l.own[d] = map[uint32]struct{}{}
	}
	for _, f := range self.values {
		if l.own[f.dim()] != nil {
			l.own[f.dim()][f.value()] = struct{}{}
		}
	}
	l.stratum = l.rank(self)
	return l
}

// rank returns the place of an item's stratum, -1 when it has none.
func (l *likeness) rank(it *Item) int {
	d := l.numbers["stratum"]
	for _, f := range it.values {
		if f.dim() == d && int(f.value()) < len(l.t.names[d]) {
			return slices.Index(l.strata, l.t.names[d][f.value()])
		}
	}
	return -1
}

// traits is what an item has in common with self.
type traits struct {
	sameType, sameEPCI, sameDepartement bool
	strata                              int // between them; -1 when not known
	software                            []uint32
	km                                  float64
	placed                              bool
}

func (l *likeness) compare(it *Item, listSoftware bool) (c traits, shared int) {
	c.strata = -1
	for _, f := range it.values {
		own := l.own[f.dim()]
		if own == nil {
			continue
		}
		_, same := own[f.value()]
		if !same {
			continue
		}
		switch f.dim() {
		case l.numbers["type"]:
			c.sameType = true
		case l.numbers["epci"]:
			c.sameEPCI = true
		case l.numbers["departement"]:
			c.sameDepartement = true
		case l.numbers["uses"]:
			shared++
			if listSoftware {
				c.software = append(c.software, f.value())
			}
		}
	}
	if rank := l.rank(it); rank >= 0 && l.stratum >= 0 {
		c.strata = max(rank-l.stratum, l.stratum-rank)
	}
	if a, ok := l.self.spot.point(); ok {
		if b, ok := it.spot.point(); ok {
			c.km, c.placed = distance(a, b), true
		}
	}
	return c, shared
}

// score adds the weights up. alike is false for those that have too little in common to be shown.
func (l *likeness) score(it *Item) (score float64, alike bool) {
	c, shared := l.compare(it, false)
	if !c.sameType && shared == 0 && !c.sameEPCI {
		return 0, false
	}
	if c.sameType {
		score += likeType
	}
	switch c.strata {
	case 0:
		score += likeStratum
	case 1:
		score += likeStratum / 2
	}
	if c.sameEPCI {
		score += likeEPCI
	}
	if c.sameDepartement {
		score += likeDepartement
	}
	if c.placed && c.km < distanceReach {
		score += likeDistance * (1 - c.km/distanceReach)
	}
	score += min(float64(shared)*likeSoftware, likeSoftwareMax)
	return score, score >= likeType
}

// reasons says what an item has in common with self.
func (l *likeness) reasons(it *Item) []Reason {
	c, _ := l.compare(it, true)
	var out []Reason
	name := func(dim string) string {
		d := l.numbers[dim]
		for _, f := range it.values {
			if f.dim() == d && int(f.value()) < len(l.t.names[d]) {
				return l.t.names[d][f.value()]
			}
		}
		return ""
	}
	if c.sameType {
		out = append(out, Reason{Code: "same_type", Value: name("type")})
	}
	switch c.strata {
	case 0:
		out = append(out, Reason{Code: "same_stratum", Value: name("stratum")})
	case 1:
		out = append(out, Reason{Code: "near_stratum", Value: name("stratum")})
	}
	if c.sameEPCI {
		out = append(out, Reason{Code: "same_epci", Value: name("epci")})
	}
	if c.sameDepartement {
		out = append(out, Reason{Code: "same_departement", Value: name("departement")})
	}
	if c.placed && c.km < distanceReach {
		out = append(out, Reason{Code: "distance", Amount: math.Round(c.km*10) / 10})
	}
	d := l.numbers["uses"]
	for _, v := range c.software {
		id := registry.ID(l.t.names[d][v])
		out = append(out, Reason{Code: "shared_software", Of: id, Name: l.s.nameOf(registry.KindSoftware, id)})
	}
	return out
}
