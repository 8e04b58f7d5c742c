// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
)

// hashIndex finds a number from the hash of what it stands for: open addressing over numbers alone,
// so that making one anew for 35,000 things costs a fraction of a millisecond. It never changes once
// it is in a snapshot.
type hashIndex struct {
	slots []uint32 // a power of two; 0 is free, else the number plus one
}

// newHashIndex indexes the numbers 0…len(hashes)-1.
func newHashIndex(hashes []uint32) hashIndex {
	x := hashIndex{make([]uint32, max(8, 1<<bits.Len(uint(len(hashes)*2))))}
	for n, h := range hashes {
		x.put(h, uint32(n)) //nolint:gosec // ordinals are below 2^32
	}
	return x
}

func (x hashIndex) put(h, n uint32) {
	mask := uint32(len(x.slots) - 1) //nolint:gosec // a power of two below 2^32
	i := h & mask
	for x.slots[i] != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = n + 1
}

// find returns the number of that hash that is the right one.
func (x hashIndex) find(h uint32, is func(n uint32) bool) (uint32, bool) {
	if len(x.slots) == 0 {
		return 0, false
	}
	mask := uint32(len(x.slots) - 1) //nolint:gosec // as above
	for i := h & mask; x.slots[i] != 0; i = (i + 1) & mask {
		if n := x.slots[i] - 1; is(n) {
			return n, true
		}
	}
	return 0, false
}

// short hashes a name for an index. It is this process's own: it tells nobody how to collide names.
func short(seed maphash.Seed, s string) uint32 {
	h := maphash.String(seed, s)
	return uint32(h ^ h>>32) //nolint:gosec // folded on purpose
}

const prime64 = 1099511628211

// fingerprint is a hash that is the same on every replica and after every restart. It guards against
// accidents, not against attacks: it only says whether somebody's copy is still right.
func fingerprint(b []byte) uint64 {
	h := uint64(14695981039346656037) ^ uint64(len(b))
	for len(b) >= 8 {
		h = mix(h ^ binary.LittleEndian.Uint64(b))
		b = b[8:]
	}
	for _, c := range b {
		h = (h ^ uint64(c)) * prime64
	}
	return mix(h)
}

// mark is fingerprint for strings, told apart from one another.
func mark(parts ...string) uint64 {
	h := uint64(14695981039346656037)
	for _, s := range parts {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * prime64
		}
		h = (h ^ 0xff) * prime64
	}
	return mix(h)
}

// mix spreads the bits of h (the finaliser of SplitMix64).
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
