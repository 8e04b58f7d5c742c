// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"maillage/internal/registry"
)

// table holds the things of one kind with everything that filters and orders them. It is never
// changed once made.
type table struct {
	kind  registry.Kind
	items []*Item // in the default order; the place is the ordinal
	words vocabulary
	names [][]string // the values of each dimension by number
	dims  []postings
	ids   lookup
	slugs lookup // of entities
	// redirects are former slugs and merged ids.
	redirects map[string]registry.ID
	// version is what the table was made from: the change, and the day for which it was rendered.
	version string

	orders map[string]*order
}

// order is a permutation of the ordinals, made when it is first asked for.
type order struct {
	once sync.Once
	ords []uint32
}

// denseShare is the share of items above which a value also keeps a bitmap, which from there on is no
// larger than the list.
const denseShare = 32

// newTable indexes items, which it sorts.
func newTable(kind registry.Kind, items []*Item, words vocabulary, seq, day int64) *table {
	t := &table{kind: kind, items: items, words: words, version: versionOf(seq, day), orders: map[string]*order{}}
	first := sorts[kind][0]
	compare := comparer(first)
	if !slices.IsSortedFunc(items, compare) {
		slices.SortFunc(items, compare)
	}
	for _, s := range sorts[kind] {
		t.orders[s] = &order{}
	}
	t.names = words.snapshot()
	t.index()
	t.ids = newLookup(len(items))
	for i := range items {
		t.ids.put(uint32(i), t.id) //nolint:gosec // an ordinal
	}
	if kind == registry.KindSoftware || kind == registry.KindOrganisation {
		t.slugs = newLookup(len(items))
		for i := range items {
			t.slugs.put(uint32(i), t.slug) //nolint:gosec // an ordinal
		}
	}
	return t
}

// versionOf names what a table was made from.
func versionOf(seq, day int64) string {
	return strconv.FormatInt(seq, 36) + "." + strconv.FormatInt(day, 36)
}

// as returns the same table under another version.
func (t *table) as(seq, day int64) *table {
	other := *t
	other.version = versionOf(seq, day)
	return &other
}

func (t *table) id(ord uint32) string   { return string(t.items[ord].ID()) }
func (t *table) slug(ord uint32) string { return string(t.items[ord].Slug()) }

// ord returns the ordinal of the thing with that id.
func (t *table) ord(id registry.ID) (uint32, bool) { return t.ids.find(string(id), t.id) }

// bySlug returns the ordinal of the entity with that slug.
func (t *table) bySlug(slug string) (uint32, bool) {
	if slug == "" || t.slugs.slots == nil {
		return 0, false
	}
	return t.slugs.find(slug, t.slug)
}

// index makes the postings: counted first, so that each dimension is one allocation.
func (t *table) index() {
	t.dims = make([]postings, len(t.names))
	for d := range t.dims {
		t.dims[d].starts = make([]uint32, len(t.names[d])+1)
	}
	for _, it := range t.items {
		for _, f := range it.values {
			t.dims[f.dim()].starts[f.value()+1]++
		}
	}
	many := uint32(max(len(t.items)/denseShare, 64)) //nolint:gosec // of things
	for d := range t.dims {
		p := &t.dims[d]
		p.dense = map[uint32]Bitmap{}
		for v := range p.len() {
			if p.starts[v+1] >= many {
				p.dense[uint32(v)] = newBitmap(len(t.items)) //nolint:gosec // a number of the vocabulary
			}
			p.starts[v+1] += p.starts[v]
		}
		p.ords = make([]uint32, p.starts[p.len()])
	}
	// starts serve as the places to fill, and end one value too far: they are moved back afterwards.
	for i, it := range t.items {
		for _, f := range it.values {
			p := &t.dims[f.dim()]
			p.ords[p.starts[f.value()]] = uint32(i) //nolint:gosec // an ordinal
			p.starts[f.value()]++
			if b := p.dense[f.value()]; b != nil {
				b.Set(i)
			}
		}
	}
	for d := range t.dims {
		starts := t.dims[d].starts
		copy(starts[1:], starts[:len(starts)-1])
		starts[0] = 0
	}
}

// comparer returns the comparison of an order: by its key, then by id, so that it is total. Instants
// are compared to the microsecond, which is what cursors and databases keep of them.
func comparer(sort string) func(a, b *Item) int {
	by := func(key func(a, b *Item) int) func(a, b *Item) int {
		return func(a, b *Item) int {
			if c := key(a, b); c != 0 {
				return c
			}
			return byID(a, b)
		}
	}
	switch sort {
	case "name":
		return by(func(a, b *Item) int { return strings.Compare(a.nameKey(), b.nameKey()) })
	case "updated":
		return by(func(a, b *Item) int { return cmp.Compare(a.updated, b.updated) })
	case "created":
		return by(func(a, b *Item) int { return cmp.Compare(a.created, b.created) })
	case "users", "usages":
		return by(func(a, b *Item) int { return cmp.Compare(a.uses, b.uses) })
	case "references":
		return by(func(a, b *Item) int { return cmp.Compare(a.references, b.references) })
	case "population":
		return by(func(a, b *Item) int { return cmp.Compare(a.population, b.population) })
	case "release", "since":
		return by(func(a, b *Item) int { return strings.Compare(a.release(), b.release()) })
	}
	return nil
}

// order returns the permutation of a sort; nil for the default one, which the items are in.
func (t *table) order(sort string) []uint32 {
	if sort == sorts[t.kind][0] {
		return nil
	}
	o := t.orders[sort]
	o.once.Do(func() {
		compare := comparer(sort)
		ords := make([]uint32, len(t.items))
		for i := range ords {
			ords[i] = uint32(i) //nolint:gosec // an ordinal
		}
		slices.SortFunc(ords, func(a, b uint32) int { return compare(t.items[a], t.items[b]) })
		o.ords = ords
	})
	return o.ords
}

// find returns the item of that id.
func (t *table) find(id registry.ID) (*Item, bool) {
	ord, ok := t.ord(id)
	if !ok {
		return nil, false
	}
	return t.items[ord], true
}

// dim returns the number of a dimension.
func (t *table) dim(name string) (uint8, bool) {
	d := slices.Index(dims[t.kind], name)
	return uint8(max(d, 0)), d >= 0 //nolint:gosec // a score of dimensions
}

// value adds to b the ordinals that have that value. It reports whether the value is known.
func (t *table) value(b Bitmap, dim uint8, value string) bool {
	n, ok := t.words.find(dim, value)
	if !ok || int(n) >= t.dims[dim].len() {
		return false
	}
	t.dims[dim].addTo(b, n)
	return true
}
