// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import "math/bits"

// Bitmap is a set of ordinals of one table.
type Bitmap []uint64

func newBitmap(n int) Bitmap { return make(Bitmap, (n+63)/64) }

func fullBitmap(n int) Bitmap {
	b := newBitmap(n)
	for i := range b {
		b[i] = ^uint64(0)
	}
	if n%64 != 0 {
		b[len(b)-1] = 1<<(n%64) - 1
	}
	return b
}

// Has reports whether the ordinal is in the set.
func (b Bitmap) Has(ord int) bool { return b[ord>>6]&(1<<(ord&63)) != 0 }

// Set adds an ordinal.
func (b Bitmap) Set(ord int) { b[ord>>6] |= 1 << (ord & 63) }

// Count returns how many ordinals are in the set.
func (b Bitmap) Count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// And keeps what is also in o.
func (b Bitmap) And(o Bitmap) {
	for i := range b {
		b[i] &= o[i]
	}
}

// Or adds what is in o.
func (b Bitmap) Or(o Bitmap) {
	for i := range b {
		b[i] |= o[i]
	}
}

// next returns the first ordinal of the set at or after from, -1 when there is none.
func (b Bitmap) next(from int) int {
	if from < 0 {
		from = 0
	}
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
	for ord := b.next(0); ord >= 0; ord = b.next(ord + 1) {
		if !fn(ord) {
			return
		}
	}
}

// postings are, for one dimension, the ordinals that have each value: lists one after the other, and
// a bitmap too for the values that many have.
type postings struct {
	starts []uint32 // by value, and one more: where its ordinals begin
	ords   []uint32
	dense  map[uint32]Bitmap
}

// len returns how many values there are.
func (p *postings) len() int { return max(len(p.starts)-1, 0) }

// of returns the ordinals that have a value, ascending.
func (p *postings) of(value uint32) []uint32 {
	if int(value) >= p.len() {
		return nil
	}
	return p.ords[p.starts[value]:p.starts[value+1]]
}

// addTo adds the ordinals that have a value to a bitmap.
func (p *postings) addTo(b Bitmap, value uint32) {
	if dense := p.dense[value]; dense != nil {
		b.Or(dense)
		return
	}
	for _, o := range p.of(value) {
		b.Set(int(o))
	}
}
