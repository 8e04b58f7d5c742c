// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"hash/fnv"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/registry"
)

// cursor is where a page ended: what comes after it has a lower score, or the same and a later id.
type cursor struct {
	score uint32
	id    registry.ID
}

// queryHash identifies everything that decides which hits there are and in which order, but not the
// page: a cursor serves the search it came from and no other.
func queryHash(q catalogue.SearchQuery) uint64 {
	b, err := json.Marshal([]any{q.Text, q.Types, q.Where, q.Near, q.Within, q.Lang, q.By.Known(), q.By.Belongs()})
	if err != nil {
		return 0 // a place that is not a number, refused elsewhere
	}
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}

// cursorVersion is the first byte of a cursor.
const cursorVersion = 1

// encode writes the cursor for the search of that hash.
func (c cursor) encode(hash uint64) string {
	b := []byte{cursorVersion}
	b = binary.BigEndian.AppendUint64(b, hash)
	b = binary.BigEndian.AppendUint32(b, c.score)
	b = append(b, c.id...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

// decodeCursor reads a cursor of the search of that hash. Anything else is fault.Invalid.
func decodeCursor(s string, hash uint64) (cursor, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	const head, tail = 1 + 8 + 4, 4
	if err != nil || len(b) <= head+tail || b[0] != cursorVersion ||
		binary.BigEndian.Uint32(b[len(b)-tail:]) != crc32.ChecksumIEEE(b[:len(b)-tail]) ||
		binary.BigEndian.Uint64(b[1:]) != hash {
		return cursor{}, errCursor()
	}
	return cursor{score: binary.BigEndian.Uint32(b[9:]), id: registry.ID(b[head : len(b)-tail])}, nil
}

func errCursor() error { return fault.OnField("page[after]", "cursor_unknown") }
