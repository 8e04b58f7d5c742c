// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"cmp"
	"slices"
)

// A term that more than one item in this many has is kept as a bitmap: it is then the smaller form.
const denseShare = 32

// index makes the postings of the whole table from what each item has.
func (t *table) index() {
	n := len(t.items)
	counts := make([]uint32, len(t.words.values))
	for _, term := range t.forward {
		counts[term]++
	}
	dense, sparse := 0, 0
	for _, c := range counts {
		if int(c)*denseShare >= n && c > 0 {
			dense++
		} else {
			sparse += int(c)
		}
	}
	words := wordsFor(n)
	room, slab := make([]uint32, sparse), make(Bitmap, dense*words)
	t.lists, t.bits = make([][]uint32, len(counts)), make([]Bitmap, len(counts))
	for term, c := range counts {
		switch {
		case c == 0:
		case int(c)*denseShare >= n:
			t.bits[term], slab = slab[:words:words], slab[words:]
		default:
			t.lists[term], room = room[:0:c], room[c:]
		}
	}
	for ord := range n {
		for _, term := range t.forward[t.start[ord]:t.start[ord+1]] {
			if b := t.bits[term]; b != nil {
				b.Set(ord)
			} else {
				t.lists[term] = append(t.lists[term], uint32(ord)) //nolint:gosec // an ordinal
			}
		}
	}
}

// posting is one term that an item gains or loses.
type posting struct {
	term, ord uint32
	gained    bool
}

// differences appends what an item gains and loses from one list of terms to another.
func differences(out []posting, ord uint32, old, now []uint32) []posting {
	for len(old) > 0 || len(now) > 0 {
		switch {
		case len(now) == 0 || len(old) > 0 && old[0] < now[0]:
			out, old = append(out, posting{old[0], ord, false}), old[1:]
		case len(old) == 0 || now[0] < old[0]:
			out, now = append(out, posting{now[0], ord, true}), now[1:]
		default:
			old, now = old[1:], now[1:]
		}
	}
	return out
}

// repost makes the postings from those of an earlier table of the same ordinals and what changed.
// The lists and bitmaps of terms that did not change are shared.
func (t *table) repost(old *table, changed []posting) {
	if len(changed) == 0 && len(old.lists) == len(t.words.values) {
		t.lists, t.bits = old.lists, old.bits
		return
	}
	t.lists, t.bits = make([][]uint32, len(t.words.values)), make([]Bitmap, len(t.words.values))
	copy(t.lists, old.lists)
	copy(t.bits, old.bits)
	slices.SortFunc(changed, func(a, b posting) int { return cmp.Or(cmp.Compare(a.term, b.term), cmp.Compare(a.ord, b.ord)) })
	for len(changed) > 0 {
		term, n := changed[0].term, 1
		for n < len(changed) && changed[n].term == term {
			n++
		}
		t.repostTerm(term, changed[:n])
		changed = changed[n:]
	}
}

func (t *table) repostTerm(term uint32, changed []posting) {
	if b := t.bits[term]; b != nil {
		b = slices.Clone(b)
		for _, p := range changed {
			if p.gained {
				b.Set(int(p.ord))
			} else {
				b.unset(int(p.ord))
			}
		}
		t.bits[term] = b
		return
	}
	list := slices.Clone(t.lists[term])
	for _, p := range changed {
		at, there := slices.BinarySearch(list, p.ord)
		switch {
		case p.gained && !there:
			list = slices.Insert(list, at, p.ord)
		case !p.gained && there:
			list = slices.Delete(list, at, at+1)
		}
	}
	t.lists[term] = list
}
