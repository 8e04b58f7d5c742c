// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	_ "embed"
	"encoding/binary"
	"strings"
)

//go:generate go run ./generate --common zxcvbn-ts-language-common-4.1.3.tgz --fr zxcvbn-ts-language-fr-4.1.2.tgz

// blocklist holds the words, sorted and front-coded. It is searched where it lies, in the read-only
// pages of the program: nothing is decoded at start and no heap is held. Its form, little-endian:
//
//	"MPB1", uint32 length of the origin, origin (text), uint32 blocks, that many uint32 offsets of
//	blocks from the end of this table, then the blocks of up to BlockSize entries:
//	byte: bytes shared with the entry before (none for the first of a block), plus Frequent;
//	byte: length of the rest; the rest.
//
//go:embed blocklist.bin
var blocklist string

// The form of the embedded file, for its generator.
const (
	Magic     = "MPB1"
	BlockSize = 16
	MaxWord   = 48   // bytes; longer entries are not kept
	Frequent  = 0x80 // set on the words so frequent that two of them side by side are refused too
)

// rank says how well known a word is.
type rank uint8

const (
	unknown  rank = iota
	known         // in a list of common or breached passwords, of words, of names
	frequent      // among the first of those lists
)

// ListOrigin returns the names and versions the embedded list was made from, in one line.
func ListOrigin() string {
	size := word32(len(Magic))
	return blocklist[len(Magic)+4 : len(Magic)+4+size]
}

func word32(at int) int {
	return int(binary.LittleEndian.Uint32([]byte(blocklist[at : at+4])))
}

// find returns how well known the folded word is, the whole of it.
func find(word string) rank {
	if word == "" || len(word) > MaxWord {
		return unknown
	}
	at := len(Magic) + 4 + len(ListOrigin())
	blocks, table := word32(at), at+4
	data := table + 4*blocks
	// The last block whose first entry is not after the word.
	low, high := 0, blocks
	for low < high {
		middle := (low + high) / 2
		start := data + word32(table+4*middle)
		first := blocklist[start+2 : start+2+int(blocklist[start+1])]
		if first <= word {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low == 0 {
		return unknown
	}
	start, end := data+word32(table+4*(low-1)), len(blocklist)
	if low < blocks {
		end = data + word32(table+4*low)
	}
	return scan(word, blocklist[start:end])
}

// scan looks for the word in one block.
func scan(word, block string) rank {
	var entry [256]byte
	for len(block) > 0 {
		shared, rest := int(block[0]&^Frequent), int(block[1])
		n := shared + copy(entry[shared:], block[2:2+rest])
		switch c := strings.Compare(string(entry[:n]), word); {
		case c > 0:
			return unknown
		case c == 0 && block[0]&Frequent != 0:
			return frequent
		case c == 0:
			return known
		}
		block = block[2+rest:]
	}
	return unknown
}
