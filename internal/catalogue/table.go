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
	words *vocabulary
	names [][]string // the values of each dimension by number
	dims  [][]postings
	byID  map[registry.ID]uint32
	slugs map[registry.Slug]uint32
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

// denseShare is the share of items above which a value also keeps a bitmap.
const denseShare = 64

// newTable indexes items, which it sorts.
func newTable(kind registry.Kind, items []*Item, words *vocabulary, seq, day int64) *table {
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
	t.byID = make(map[registry.ID]uint32, len(items))
	entity := kind == registry.KindSoftware || kind == registry.KindOrganisation
	if entity {
		t.slugs = make(map[registry.Slug]uint32, len(items))
	}
	for i, it := range items {
		t.byID[it.ID] = uint32(i) //nolint:gosec // an ordinal
		if entity {
			t.slugs[it.Slug] = uint32(i) //nolint:gosec // an ordinal
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

// index makes the postings: counted first, so that each dimension is one allocation.
func (t *table) index() {
	t.dims = make([][]postings, len(t.names))
	counts := make([][]uint32, len(t.names))
	totals := make([]uint32, len(t.names))
	for d := range t.names {
		t.dims[d] = make([]postings, len(t.names[d]))
		counts[d] = make([]uint32, len(t.names[d]))
	}
	for _, it := range t.items {
		for _, f := range it.values {
			counts[f.dim()][f.value()]++
			totals[f.dim()]++
		}
	}
	for d := range t.dims {
		room := make([]uint32, totals[d])
		for v := range t.dims[d] {
			n := counts[d][v]
			t.dims[d][v].ords = room[:0:n]
			room = room[n:]
			if int(n) >= max(len(t.items)/denseShare, 64) {
				t.dims[d][v].bits = newBitmap(len(t.items))
			}
		}
	}
	for i, it := range t.items {
		for _, f := range it.values {
			p := &t.dims[f.dim()][f.value()]
			p.ords = append(p.ords, uint32(i)) //nolint:gosec // an ordinal
			if p.bits != nil {
				p.bits.Set(i)
			}
		}
	}
}

// comparer returns the comparison of an order: by its key, then by id, so that it is total. Instants
// are compared to the microsecond, which is what cursors and databases keep of them.
func comparer(sort string) func(a, b *Item) int {
	by := func(key func(a, b *Item) int) func(a, b *Item) int {
		return func(a, b *Item) int { return cmp.Or(key(a, b), strings.Compare(string(a.ID), string(b.ID))) }
	}
	switch sort {
	case "name":
		return by(func(a, b *Item) int { return strings.Compare(a.nameKey, b.nameKey) })
	case "updated":
		return by(func(a, b *Item) int { return cmp.Compare(a.UpdatedAt.UnixMicro(), b.UpdatedAt.UnixMicro()) })
	case "created":
		return by(func(a, b *Item) int { return cmp.Compare(a.CreatedAt.UnixMicro(), b.CreatedAt.UnixMicro()) })
	case "users":
		return by(func(a, b *Item) int { return cmp.Compare(a.users, b.users) })
	case "usages":
		return by(func(a, b *Item) int { return cmp.Compare(a.usages, b.usages) })
	case "references":
		return by(func(a, b *Item) int { return cmp.Compare(a.references, b.references) })
	case "population":
		return by(func(a, b *Item) int { return cmp.Compare(a.population, b.population) })
	case "release", "since":
		return by(func(a, b *Item) int { return strings.Compare(a.release, b.release) })
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
	ord, ok := t.byID[id]
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
	if !ok || int(n) >= len(t.dims[dim]) {
		return false
	}
	t.dims[dim][n].addTo(b)
	return true
}
