// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"math/bits"
	"sync"
)

// Bitmap is a set of ordinals of one table.
type Bitmap []uint64

func newBitmap(n int) Bitmap { return make(Bitmap, wordsFor(n)) }

// wordsFor returns how many words hold n ordinals.
func wordsFor(n int) int { return (n + 63) / 64 }

// fill puts the n first ordinals in the set.
func (b Bitmap) fill(n int) {
	for i := range b {
		b[i] = ^uint64(0)
	}
	if n%64 != 0 {
		b[len(b)-1] = 1<<(n%64) - 1
	}
}

func fullBitmap(n int) Bitmap {
	b := newBitmap(n)
	b.fill(n)
	return b
}

// Has reports whether the ordinal is in the set.
func (b Bitmap) Has(ord int) bool { return b[ord>>6]&(1<<(ord&63)) != 0 }

// Set adds an ordinal.
func (b Bitmap) Set(ord int) { b[ord>>6] |= 1 << (ord & 63) }

func (b Bitmap) unset(ord int) { b[ord>>6] &^= 1 << (ord & 63) }

// Count returns how many ordinals are in the set.
func (b Bitmap) Count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// countAnd returns how many ordinals are in both sets.
func (b Bitmap) countAnd(o Bitmap) int {
	n := 0
	o = o[:len(b)]
	for i, w := range b {
		n += bits.OnesCount64(w & o[i])
	}
	return n
}

// And keeps what is also in o, a set of the same table.
func (b Bitmap) And(o Bitmap) {
	o = o[:len(b)]
	for i := range b {
		b[i] &= o[i]
	}
}

// Or adds what is in o, a set of the same table.
func (b Bitmap) Or(o Bitmap) {
	o = o[:len(b)]
	for i := range b {
		b[i] |= o[i]
	}
}

// next returns the first ordinal of the set at or after from, -1 when there is none.
func (b Bitmap) next(from int) int {
	from = max(from, 0)
	w := from >> 6
	if w >= len(b) {
		return -1
	}
	word := b[w] &^ (1<<(from&63) - 1)
	for word == 0 {
		if w++; w == len(b) {
			return -1
		}
		word = b[w]
	}
	return w<<6 + bits.TrailingZeros64(word)
}

// prev returns the last ordinal of the set at or before from, -1 when there is none.
func (b Bitmap) prev(from int) int {
	if from < 0 || len(b) == 0 {
		return -1
	}
	w := from >> 6
	word := uint64(0)
	if w >= len(b) {
		w = len(b) - 1
		word = b[w]
	} else {
		word = b[w] & (^uint64(0) >> (63 - from&63))
	}
	for word == 0 {
		if w--; w < 0 {
			return -1
		}
		word = b[w]
	}
	return w<<6 + 63 - bits.LeadingZeros64(word)
}

// Each calls fn with every ordinal, ascending, until it returns false.
func (b Bitmap) Each(fn func(ord int) bool) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			if !fn(i<<6 + bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}

// scratch lends bitmaps to queries: a page costs no garbage of the size of the catalogue.
type scratch struct{ pool sync.Pool }

// borrow returns an empty bitmap for n ordinals.
func (s *scratch) borrow(n int) *Bitmap {
	b, ok := s.pool.Get().(*Bitmap)
	if !ok || cap(*b) < wordsFor(n) {
		fresh := make(Bitmap, wordsFor(n), wordsFor(n)+64)
		return &fresh
	}
	*b = (*b)[:wordsFor(n)]
	clear(*b)
	return b
}

func (s *scratch) giveBack(b *Bitmap) { s.pool.Put(b) }
