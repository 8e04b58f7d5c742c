// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package territory

import (
	"cmp"
	"slices"
	"strings"

	"maillage/internal/text"
)

// index finds names by the beginnings of their words. The eight first bytes of each word, as a
// number, are sorted beside the name they come from: a prefix is then a range of numbers.
type index struct {
	folded strings.Builder // every folded name, end to end
	names  []nameRef
	words  []wordRef
}

type nameRef struct {
	offset uint32 // in folded
	row    uint32
	length uint16
	former bool
}

type wordRef struct {
	key  uint64
	name uint32
}

func (x *index) reserve(rows, bytes int) {
	x.folded.Grow(bytes)
	x.names = make([]nameRef, 0, rows+rows/4)
	x.words = make([]wordRef, 0, rows*3+rows/2)
}

func (x *index) add(name string, row uint32, former bool) {
	f := text.Fold(name)
	ref := nameRef{uint32(x.folded.Len()), row, uint16(len(f)), former}
	x.folded.WriteString(f)
	id := uint32(len(x.names))
	x.names = append(x.names, ref)
	for word := range strings.SplitSeq(f, " ") {
		x.words = append(x.words, wordRef{pack(word), id})
	}
}

func (x *index) sort() {
	slices.SortFunc(x.words, func(a, b wordRef) int {
		if c := cmp.Compare(a.key, b.key); c != 0 {
			return c
		}
		return cmp.Compare(a.name, b.name)
	})
}

func (x *index) name(id uint32) string {
	n := x.names[id]
	return x.folded.String()[n.offset : n.offset+uint32(n.length)]
}

// starting returns the words that may begin with prefix: all that do when it is at most eight bytes
// long, else those that share its first eight.
func (x *index) starting(prefix string) []wordRef {
	low := pack(prefix)
	high := low
	if n := len(prefix); n < 8 {
		high |= 1<<(8*(8-n)) - 1
	}
	from, _ := slices.BinarySearchFunc(x.words, low, compareWord)
	rest := x.words[from:]
	to := len(rest)
	if high != ^uint64(0) {
		to, _ = slices.BinarySearchFunc(rest, high+1, compareWord)
	}
	return rest[:to]
}

func compareWord(w wordRef, key uint64) int { return cmp.Compare(w.key, key) }

// pack puts the first eight bytes of a word in a number that sorts as the word does.
func pack(word string) uint64 {
	var key uint64
	for i := range 8 {
		key <<= 8
		if i < len(word) {
			key |= uint64(word[i])
		}
	}
	return key
}

// hasPrefix reports whether a word of the folded name begins with prefix.
func hasPrefix(name, prefix string) bool {
	for {
		if strings.HasPrefix(name, prefix) {
			return true
		}
		space := strings.IndexByte(name, ' ')
		if space < 0 {
			return false
		}
		name = name[space+1:]
	}
}
