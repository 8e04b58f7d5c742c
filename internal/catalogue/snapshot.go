// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"iter"
	"math"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// kinds are the tables of a snapshot.
var kinds = []registry.Kind{registry.KindSoftware, registry.KindOrganisation, registry.KindUsage, registry.KindOffer, registry.KindReference}

// Snapshot is the whole catalogue at one change. It never changes.
type Snapshot struct {
	tables map[registry.Kind]*table
	// regions gives the région of each département.
	regions  map[string]string
	position int64
	day      int64
	rankings rankings
}

// version changes whenever a list of that kind may: any change is enough, since names and counts of
// one kind come from others.
func (s *Snapshot) version(kind registry.Kind) string { return s.tables[kind].version }

// Snapshot returns the catalogue as it is now.
func (c *Catalogue) Snapshot() *Snapshot { return c.current.Load() }

// Version changes whenever a list of that kind may. It is the same on every replica.
func (c *Catalogue) Version(kind registry.Kind) string { return c.Snapshot().version(kind) }

// Position returns the number of the last change the snapshot holds.
func (s *Snapshot) Position() int64 { return s.position }

// Len returns how many things of a kind there are, hidden ones included: ordinals are below it.
func (s *Snapshot) Len(kind registry.Kind) int { return len(s.tables[kind].items) }

// Ord returns the ordinal of a thing.
func (s *Snapshot) Ord(kind registry.Kind, id registry.ID) (int, bool) {
	ord, ok := s.tables[kind].ord(id)
	return int(ord), ok
}

// Item returns the thing at an ordinal.
func (s *Snapshot) Item(kind registry.Kind, ord int) *Item { return s.tables[kind].items[ord] }

// Match returns the ordinals that meet the filters of a query and that its actor may see; nil when
// that is all of them. Its order, cursors and size are not looked at.
func (s *Snapshot) Match(q Query) (Bitmap, error) {
	if s.tables[q.Kind] == nil {
		return nil, fault.OnField("kind", "unknown_value")
	}
	return s.match(q)
}

// Counts returns the count of each value of the dimensions among the ordinals of found, nil being
// all, most frequent first.
func (s *Snapshot) Counts(kind registry.Kind, found Bitmap, names ...string) ([]Facet, error) {
	t := s.tables[kind]
	out := make([]Facet, 0, len(names))
	counts := make([][]int, len(t.names))
	for _, name := range names {
		d, ok := t.dim(name)
		if !ok || name == "updated_since" {
			return nil, fault.OnField("facets", "not_a_choice")
		}
		counts[d] = make([]int, len(t.names[d]))
	}
	count := func(ord int) bool {
		for _, f := range t.items[ord].values {
			if c := counts[f.dim()]; c != nil && int(f.value()) < len(c) {
				c[f.value()]++
			}
		}
		return true
	}
	if found == nil {
		for ord := range t.items {
			count(ord)
		}
	} else {
		found.Each(count)
	}
	for _, name := range names {
		d, _ := t.dim(name)
		out = append(out, Facet{Dim: name, Values: counted(t.names[d], counts[d])})
	}
	return out, nil
}

// Facets returns the counts of the dimensions among all that a query matches, its page aside.
func (c *Catalogue) Facets(q Query, names ...string) ([]Facet, error) {
	s := c.Snapshot()
	found, err := s.Match(q)
	if err != nil {
		return nil, err
	}
	return s.Facets(q, found, names...)
}

// Get returns a thing by id or slug, for the actor. A former slug, or the id or slug of a merged
// entity, gives the thing and the slug under which it is to be asked for. What is hidden is
// fault.Missing in the same way as what is absent.
func (c *Catalogue) Get(kind registry.Kind, ref string, by member.Actor) (*Item, registry.Slug, error) {
	s := c.Snapshot()
	t := s.tables[kind]
	ord, ok := t.bySlug(ref)
	if !ok {
		ord, ok = t.ord(registry.ID(ref))
	}
	if ok {
		if it := t.items[ord]; sees(by, it) {
			return it, "", nil
		}
		return nil, "", missing(kind)
	}
	if id, former := t.redirects[ref]; former {
		if it, live := t.find(id); live {
			return it, it.Slug(), nil
		}
	}
	return nil, "", missing(kind)
}

func missing(kind registry.Kind) error { return fault.New(fault.Missing, string(kind)+"_missing") }

// ItemsByID returns those of the ids that the actor may see, in the order given.
func (c *Catalogue) ItemsByID(kind registry.Kind, by member.Actor, ids ...registry.ID) []*Item {
	t := c.Snapshot().tables[kind]
	out := make([]*Item, 0, len(ids))
	for _, id := range ids {
		if it, ok := t.find(id); ok && sees(by, it) {
			out = append(out, it)
		}
	}
	return out
}

// Items returns what everybody may see of a kind, in the default order.
func (c *Catalogue) Items(kind registry.Kind) iter.Seq[*Item] {
	t := c.Snapshot().tables[kind]
	return func(yield func(*Item) bool) {
		for _, it := range t.items {
			if sees(member.Actor{}, it) && !yield(it) {
				return
			}
		}
	}
}

// Users returns how many public usages of a software run; for an organisation, how many it declares.
func (it *Item) Users() int { return int(it.uses) }

// References returns how many confirmed references a provider, or a software, has.
func (it *Item) References() int { return int(it.references) }

// Population returns the population of an organisation, 0 when it is not known.
func (it *Item) Population() int { return int(it.population) }

// Software returns the software a declaration is about; Organisation and Provider the bodies it
// names. They are empty for entities.
func (it *Item) Software() registry.ID {
	if it.decl == nil {
		return ""
	}
	return it.decl.software
}

// earthRadius in kilometres, as in territory.Distance.
const earthRadius = 6371.0088

// distance returns the great-circle distance in kilometres (haversine).
func distance(a, b registry.Point) float64 {
	rad := func(deg float64) float64 { return deg * math.Pi / 180 }
	dLat, dLon := rad(b.Lat-a.Lat), rad(b.Lon-a.Lon)
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(rad(a.Lat))*math.Cos(rad(b.Lat))*math.Pow(math.Sin(dLon/2), 2)
	return 2 * earthRadius * math.Asin(math.Sqrt(math.Min(h, 1)))
}
