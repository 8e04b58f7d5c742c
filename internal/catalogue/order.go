// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"cmp"
	"slices"
	"strings"
)

// order is a table's ordinals in one order, and the place of each ordinal in it. Both are nil for the
// order of the ordinals themselves, and for the orders a query makes (distance, relevance).
type order struct {
	ords, rank []uint32
}

// computed reports whether an order is made for each query.
func computed(sort string) bool { return sort == "distance" || sort == "relevance" }

// none is the ordinal of what is not there.
const none = ^uint32(0)

// keyed is an ordinal with what an order compares.
type keyed struct {
	key int64
	ord uint32
	id  uint32 // its place by id
}

// reorderAbove is the share of changed items above which sorting everything is cheaper.
const reorderAbove = 8

// reorder makes the orders of t from those of old. moved gives the new ordinal of each old one, none
// for those that left; nil when all are where they were. put are the new ordinals that are new or
// changed, gone the old ones that are not to be copied.
func (t *table) reorder(old *table, moved, put, gone []uint32) {
	t.orders = make([]order, len(old.orders))
	anew := len(put)*reorderAbove > len(t.items)
	var byID []uint32
	for i, sort := range sorts[kinds[t.kind]] {
		switch {
		case computed(sort) || sort == "name":
		case anew:
			if byID == nil {
				byID = t.byID()
			}
			t.orders[i] = t.sorted(sort, byID)
		case moved == nil && t.unmoved(old, sort, put, gone):
			t.orders[i] = old.orders[i]
		default:
			t.orders[i] = t.follow(old.orders[i].ords, sort, moved, put, gone)
		}
	}
}

// unmoved reports whether nothing that changed has another place in an order.
func (t *table) unmoved(old *table, sort string, put, gone []uint32) bool {
	if len(t.items) != len(old.items) || len(put) != len(gone) {
		return false
	}
	for _, ord := range put { // the same ordinals: nothing moved
		if sortKey(t.items[ord], sort) != sortKey(old.items[ord], sort) {
			return false
		}
	}
	return true
}

// byID returns the place of each ordinal in the order of ids.
func (t *table) byID() []uint32 {
	ords := make([]uint32, len(t.items))
	for i := range ords {
		ords[i] = uint32(i) //nolint:gosec // an ordinal
	}
	slices.SortFunc(ords, func(a, b uint32) int { return strings.Compare(string(t.items[a].ID), string(t.items[b].ID)) })
	return ranks(ords)
}

func ranks(ords []uint32) []uint32 {
	rank := make([]uint32, len(ords))
	for i, o := range ords {
		rank[o] = uint32(i) //nolint:gosec // an ordinal
	}
	return rank
}

// sorted makes an order from nothing.
func (t *table) sorted(sort string, byID []uint32) order {
	all := make([]keyed, len(t.items))
	for i, it := range t.items {
		all[i] = keyed{sortKey(it, sort), uint32(i), byID[i]} //nolint:gosec // an ordinal
	}
	slices.SortFunc(all, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.id, b.id)) })
	ords := make([]uint32, len(all))
	for i, k := range all {
		ords[i] = k.ord
	}
	return order{ords, ranks(ords)}
}

// follow makes an order from an earlier one: what did not change keeps its turn.
func (t *table) follow(old []uint32, sort string, moved, put, gone []uint32) order {
	left := newBitmap(len(old))
	for _, o := range gone {
		left.Set(int(o))
	}
	ords := make([]uint32, 0, len(t.items))
	for _, o := range old {
		if left.Has(int(o)) {
			continue
		}
		if moved != nil {
			o = moved[o]
		}
		ords = append(ords, o)
	}
	compare := func(a, b uint32) int { return t.compare(sort, a, b) }
	added := slices.Clone(put)
	slices.SortFunc(added, compare)
	// From the last to the first, each put in its place in what is still to be moved up.
	kept := len(ords)
	ords = ords[:kept+len(added)]
	for i := len(added) - 1; i >= 0; i-- {
		at, _ := slices.BinarySearchFunc(ords[:kept], added[i], compare)
		copy(ords[at+i+1:], ords[at:kept])
		ords[at+i] = added[i]
		kept = at
	}
	return order{ords, ranks(ords)}
}

func (t *table) compare(sort string, a, b uint32) int {
	x, y := t.items[a], t.items[b]
	return cmp.Or(cmp.Compare(sortKey(x, sort), sortKey(y, sort)), strings.Compare(string(x.ID), string(y.ID)))
}
