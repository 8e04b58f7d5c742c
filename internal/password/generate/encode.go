// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/binary"
	"maps"
	"slices"

	"maillage/internal/password"
)

// encode writes the words in the form that internal/password/blocklist.go describes.
func encode(origin string, ranks map[string]bool) []byte {
	sorted := slices.Sorted(maps.Keys(ranks))
	var table, data []byte
	before, blocks := "", 0
	for i, word := range sorted {
		shared := 0
		if i%password.BlockSize == 0 {
			table = binary.LittleEndian.AppendUint32(table, uint32(len(data)))
			blocks++
		} else {
			for shared < min(len(before), len(word)) && before[shared] == word[shared] {
				shared++
			}
		}
		head := byte(shared)
		if ranks[word] {
			head |= password.Frequent
		}
		data = append(data, head, byte(len(word)-shared))
		data = append(data, word[shared:]...)
		before = word
	}
	out := []byte(password.Magic)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(origin)))
	out = append(out, origin...)
	out = binary.LittleEndian.AppendUint32(out, uint32(blocks))
	return append(append(out, table...), data...)
}
