// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"cmp"
	"slices"

	"maillage/internal/registry"
)

// made is an item with its terms, in ascending order.
type made struct {
	item  *Item
	terms []uint32
}

// cut is a place where a table's items change: before the item at, or in its stead.
type cut struct {
	at    uint32
	what  cutKind
	fresh made
}

type cutKind uint8

const (
	inserted cutKind = iota // before the item that is there
	replaced
	dropped
)

// with returns the table with things put in and others taken out. An item whose name did not change
// keeps its ordinal; then, and for what is added at the end, only the postings of the terms gained and
// lost are made anew.
func (t *table) with(l *lexicon, puts []made, drops []registry.ID) *table {
	cuts := t.cuts(puts, drops)
	if len(cuts) == 0 {
		return t
	}
	n := &table{kind: t.kind, seed: t.seed, words: l.publish(), marks: t.marks, names: t.names}
	e := edit{old: t, new: n}
	e.run(cuts)
	if e.inPlace && wordsFor(len(n.items)) == wordsFor(len(t.items)) && len(cuts)*reorderAbove <= len(n.items) {
		n.repost(t, e.changed)
	} else {
		n.index()
	}
	if e.inPlace && !e.renamed && len(n.items) == len(t.items) {
		n.ids, n.slugs = t.ids, t.slugs
	} else {
		n.ids = newHashIndex(n.idHashes)
		if n.kind.entity() {
			n.slugs = newHashIndex(n.slugHashes)
		}
	}
	moved := e.moved
	if e.inPlace {
		moved = nil
	}
	n.reorder(t, moved, e.put, e.gone)
	return n
}

// cuts works out where the table changes, in order.
func (t *table) cuts(puts []made, drops []registry.ID) []cut {
	cuts := make([]cut, 0, len(puts)+len(drops))
	for _, p := range puts {
		if ord, there := t.ord(p.item.ID); there {
			if t.items[ord].nameKey == p.item.nameKey {
				cuts = append(cuts, cut{ord, replaced, p})
				continue
			}
			cuts = append(cuts, cut{at: ord, what: dropped})
		}
		at, _ := slices.BinarySearchFunc(t.items, p.item, baseCompare)
		cuts = append(cuts, cut{uint32(at), inserted, p}) //nolint:gosec // an ordinal
	}
	for _, id := range drops {
		if ord, there := t.ord(id); there {
			cuts = append(cuts, cut{at: ord, what: dropped})
		}
	}
	slices.SortFunc(cuts, func(a, b cut) int {
		if c := cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.what, b.what)); c != 0 || a.what != inserted {
			return c
		}
		return baseCompare(a.fresh.item, b.fresh.item)
	})
	return cuts
}

// edit copies a table around its cuts.
type edit struct {
	old, new  *table
	moved     []uint32 // new ordinal of each old one
	put, gone []uint32 // new ordinals of what is new or changed, old ones of what it was
	changed   []posting
	inPlace   bool // nothing but replaced things and additions at the end
	renamed   bool // a slug changed
}

func (e *edit) run(cuts []cut) {
	old, n := e.old, e.new
	size := len(old.items) + len(cuts)
	n.items, n.start = make([]*Item, 0, size), append(make([]uint32, 0, size+1), 0)
	n.idHashes, n.slugHashes = make([]uint32, 0, size), make([]uint32, 0, size)
	more := 0
	for _, c := range cuts {
		more += len(c.fresh.terms)
	}
	n.forward = make([]uint32, 0, len(old.forward)+more)
	if n.kind == organisationNumber {
		n.points = make([]vector, 0, size)
	}
	e.moved, e.inPlace = make([]uint32, len(old.items)), true
	at := uint32(0)
	for _, c := range cuts {
		e.copy(at, c.at)
		at = max(at, c.at)
		if c.what != inserted {
			e.leave(c)
			at = c.at + 1
		} else if int(c.at) != len(old.items) {
			e.inPlace = false
		}
		if c.what != dropped {
			e.enter(c)
		}
	}
	e.copy(at, uint32(len(old.items))) //nolint:gosec // an ordinal
	n.items = slices.Clip(n.items)
}

// copy copies the old items from one ordinal up to another.
func (e *edit) copy(from, to uint32) {
	old, n := e.old, e.new
	if from >= to {
		return
	}
	shift := uint32(len(n.items)) - from //nolint:gosec // wraps around and back
	offset := uint32(len(n.forward)) - old.start[from]
	n.items = append(n.items, old.items[from:to]...)
	n.forward = append(n.forward, old.forward[old.start[from]:old.start[to]]...)
	n.idHashes = append(n.idHashes, old.idHashes[from:to]...)
	n.slugHashes = append(n.slugHashes, old.slugHashes[from:to]...)
	if n.kind == organisationNumber {
		n.points = append(n.points, old.points[from:to]...)
	}
	for i := from; i < to; i++ {
		n.start = append(n.start, old.start[i+1]+offset)
		e.moved[i] = i + shift
	}
}

// leave takes an old item out.
func (e *edit) leave(c cut) {
	was := e.old.items[c.at]
	e.gone = append(e.gone, c.at)
	e.new.marks -= was.mark
	e.new.names -= called(was)
	e.moved[c.at] = none
	if c.what == dropped {
		e.inPlace = false
		return
	}
	e.moved[c.at] = uint32(len(e.new.items)) //nolint:gosec // an ordinal
	e.renamed = e.renamed || was.Slug != c.fresh.item.Slug
	e.changed = differences(e.changed, c.at, e.old.termsOf(c.at), c.fresh.terms)
}

// enter puts a new item in.
func (e *edit) enter(c cut) {
	n, it := e.new, c.fresh.item
	ord := uint32(len(n.items)) //nolint:gosec // an ordinal
	e.put = append(e.put, ord)
	if c.what == inserted {
		e.changed = differences(e.changed, ord, nil, c.fresh.terms)
	}
	n.marks += it.mark
	n.names += called(it)
	n.items = append(n.items, it)
	n.forward = append(n.forward, c.fresh.terms...)
	n.start = append(n.start, uint32(len(n.forward))) //nolint:gosec // far below 2^32
	n.idHashes, n.slugHashes = append(n.idHashes, it.idHash), append(n.slugHashes, it.slugHash)
	if n.kind == organisationNumber {
		n.points = append(n.points, vectorOf(it.Point))
	}
}

// called is the part of a table's names that an item is.
func called(it *Item) uint64 {
	if it.Slug == "" {
		return 0
	}
	return mark(string(it.ID), string(it.Slug), it.Name)
}
