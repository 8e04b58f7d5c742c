// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import "hash/maphash"

// lookup finds numbers by the texts they stand for, which it does not hold: who asks says what the
// text of a number is. It is a sixth of a map of strings, and nothing for the collector to follow.
type lookup struct {
	seed  maphash.Seed
	slots []uint32 // a number plus one; 0 is free
	used  int
}

// newLookup returns a lookup with room for that many numbers.
func newLookup(n int) lookup {
	size := 8
	for size < n*3/2 {
		size *= 2
	}
	return lookup{seed: maphash.MakeSeed(), slots: make([]uint32, size)}
}

// find returns the number whose text that is.
func (l *lookup) find(text string, of func(number uint32) string) (uint32, bool) {
	mask := uint64(len(l.slots) - 1)
	for at := maphash.String(l.seed, text) & mask; l.slots[at] != 0; at = (at + 1) & mask {
		if n := l.slots[at] - 1; of(n) == text {
			return n, true
		}
	}
	return 0, false
}

// put adds a number. When its text is there already, the number takes the other's place.
func (l *lookup) put(number uint32, of func(number uint32) string) {
	if (l.used+1)*3 > len(l.slots)*2 {
		larger := newLookup(len(l.slots))
		larger.seed = l.seed
		for _, n := range l.slots {
			if n != 0 {
				larger.place(n-1, of)
			}
		}
		*l = larger
	}
	l.place(number, of)
}

func (l *lookup) place(number uint32, of func(number uint32) string) {
	text := of(number)
	mask := uint64(len(l.slots) - 1)
	at := maphash.String(l.seed, text) & mask
	for ; l.slots[at] != 0; at = (at + 1) & mask {
		if of(l.slots[at]-1) == text {
			l.slots[at] = number + 1
			return
		}
	}
	l.slots[at] = number + 1
	l.used++
}
