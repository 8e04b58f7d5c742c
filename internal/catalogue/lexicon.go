// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"hash/maphash"
	"slices"

	"maillage/internal/registry"
)

// words are the numbered terms of one kind, a term being a value of a dimension, as a snapshot knows
// them. They never change.
type words struct {
	seed   maphash.Seed
	dims   []uint8 // by term
	values []string
	marks  []uint64
	hashes []uint32
	byDim  [][]uint32 // terms of each dimension
	index  hashIndex
}

func termHash(seed maphash.Seed, dim uint8, value string) uint32 {
	return short(seed, value) + uint32(dim)*0x9e3779b1
}

// find returns the number of a term.
func (w *words) find(dim uint8, value string) (uint32, bool) {
	return w.index.find(termHash(w.seed, dim, value), func(n uint32) bool {
		return int(n) < len(w.values) && w.dims[n] == dim && w.values[n] == value
	})
}

// lexicon numbers the terms of one kind. Numbers are given once and kept until everything is read
// again; one goroutine at a time uses it. What it has published it does not touch: it only appends
// behind what readers know.
type lexicon struct {
	words
	names     []string // of the dimensions
	published bool
}

func newLexicon(kind registry.Kind, seed maphash.Seed) *lexicon {
	l := &lexicon{names: dims[kind], words: words{seed: seed, index: newHashIndex(nil)}}
	l.byDim = make([][]uint32, len(l.names))
	return l
}

// number returns the number of a term, numbering it when it is new.
func (l *lexicon) number(dim uint8, value string) uint32 {
	if n, ok := l.find(dim, value); ok {
		return n
	}
	n := uint32(len(l.values)) //nolint:gosec // far fewer than 2^32 terms
	h := termHash(l.seed, dim, value)
	l.dims, l.values, l.hashes = append(l.dims, dim), append(l.values, value), append(l.hashes, h)
	l.marks = append(l.marks, mark(l.names[dim], value))
	l.byDim[dim] = append(l.byDim[dim], n)
	switch {
	case len(l.values)*2 > len(l.index.slots):
		l.index = newHashIndex(l.hashes)
	case l.published:
		l.index = hashIndex{slices.Clone(l.index.slots)}
		l.index.put(h, n)
	default:
		l.index.put(h, n)
	}
	l.published = false
	return n
}

// publish returns the terms as they are now, for readers.
func (l *lexicon) publish() *words {
	w := l.words
	w.byDim = slices.Clone(l.byDim)
	l.published = true
	return &w
}

// terms gathers the terms of one item.
type terms struct {
	*lexicon
	out []uint32
}

// add adds a value; an empty one is none.
func (t *terms) add(dim, value string) {
	if value == "" {
		return
	}
	d := slices.Index(t.names, dim)
	if d < 0 {
		panic("catalogue: no dimension " + dim)
	}
	t.out = append(t.out, t.number(uint8(d), value)) //nolint:gosec // a score of dimensions
}

// done returns the terms in order, without doubles, and their part of the item's mark.
func (t *terms) done() ([]uint32, uint64) {
	slices.Sort(t.out)
	t.out = slices.Compact(t.out)
	var sum uint64
	for _, n := range t.out {
		sum += t.marks[n]
	}
	return slices.Clip(t.out), sum
}
