// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"hash/maphash"
	"slices"

	"maillage/internal/registry"
)

// kindNumber is a kind as the place of its table.
type kindNumber uint8

const (
	softwareNumber kindNumber = iota
	organisationNumber
	usageNumber
	offerNumber
	referenceNumber
	kindCount
)

var kinds = [kindCount]registry.Kind{registry.KindSoftware, registry.KindOrganisation, registry.KindUsage, registry.KindOffer, registry.KindReference}

// numberOf returns the place of a kind, false for an unknown one.
func numberOf(kind registry.Kind) (kindNumber, bool) {
	i := slices.Index(kinds[:], kind)
	return kindNumber(max(i, 0)), i >= 0 //nolint:gosec // five kinds
}

func (k kindNumber) entity() bool { return k == softwareNumber || k == organisationNumber }

// table holds the things of one kind with everything that filters and orders them. It never changes
// once made: what changes makes another, which shares all it can.
//
// Ordinals are places in items. start and forward say which terms each has; lists and bits, which
// items have each term: a bitmap when they are many, a sorted list otherwise.
type table struct {
	kind  kindNumber
	seed  maphash.Seed
	items []*Item // in the order of baseCompare

	start   []uint32 // one more than items
	forward []uint32
	words   *words
	lists   [][]uint32
	bits    []Bitmap

	idHashes, slugHashes []uint32
	ids, slugs           hashIndex

	orders []order  // by place in sorts
	points []vector // of organisations
	// marks is the sum of the items' marks, names of what entities are called.
	marks, names uint64
}

func newTable(kind kindNumber, seed maphash.Seed) *table {
	t := &table{kind: kind, seed: seed, start: []uint32{0}, words: &words{seed: seed, byDim: make([][]uint32, len(dims[kinds[kind]]))}}
	t.orders = make([]order, len(sorts[kinds[kind]]))
	return t
}

// ord returns the ordinal of an id.
func (t *table) ord(id registry.ID) (uint32, bool) {
	return t.ids.find(short(t.seed, string(id)), func(n uint32) bool { return t.items[n].ID == id })
}

// slugged returns the ordinal of a present slug.
func (t *table) slugged(slug string) (uint32, bool) {
	return t.slugs.find(short(t.seed, slug), func(n uint32) bool { return string(t.items[n].Slug) == slug })
}

// find returns the item of that id.
func (t *table) find(id registry.ID) (*Item, bool) {
	n, ok := t.ord(id)
	if !ok {
		return nil, false
	}
	return t.items[n], true
}

// termsOf returns the terms of an item, in ascending order.
func (t *table) termsOf(ord uint32) []uint32 { return t.forward[t.start[ord]:t.start[ord+1]] }

// dim returns the number of a dimension.
func (t *table) dim(name string) (uint8, bool) {
	d := slices.Index(dims[kinds[t.kind]], name)
	return uint8(max(d, 0)), d >= 0 //nolint:gosec // a score of dimensions
}

// term returns the number of a value of a dimension; false when nothing ever had it.
func (t *table) term(dim, value string) (uint32, bool) {
	d, ok := t.dim(dim)
	if !ok {
		return 0, false
	}
	n, ok := t.words.find(d, value)
	return n, ok && int(n) < len(t.lists)
}

// addTo adds to b the ordinals that have a term.
func (t *table) addTo(b Bitmap, term uint32) {
	if bits := t.bits[term]; bits != nil {
		b.Or(bits)
		return
	}
	for _, o := range t.lists[term] {
		b.Set(int(o))
	}
}

// having calls fn with every ordinal that has that value.
func (t *table) having(dim, value string, fn func(ord uint32)) {
	term, ok := t.term(dim, value)
	if !ok {
		return
	}
	t.bits[term].Each(func(ord int) bool {
		fn(uint32(ord)) //nolint:gosec // an ordinal
		return true
	})
	for _, o := range t.lists[term] {
		fn(o)
	}
}

// count returns how many have a term.
func (t *table) count(term uint32) int { return len(t.lists[term]) + t.bits[term].Count() }
