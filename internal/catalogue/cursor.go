// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"math"
	"strconv"
	"strings"

	"maillage/internal/fault"
	"maillage/internal/registry"
)

// A cursor names a place in an order by what the order compares, not by a row number: a thing that
// comes or goes elsewhere moves nothing. It carries a checksum and the order it belongs to, so that
// a made-up or misplaced one is refused and not misread.

// place is where a cursor points: an item as the order sees it.
type place struct {
	key string
	id  registry.ID
}

const cursorParts = 4

func writeCursor(kind registry.Kind, sort string, p place) string {
	body := strings.Join([]string{string(kind), sort, p.key, string(p.id)}, "\x00")
	raw := binary.BigEndian.AppendUint32(make([]byte, 0, len(body)+4), crc32.ChecksumIEEE([]byte(body)))
	return base64.RawURLEncoding.EncodeToString(append(raw, body...))
}

// readCursor returns the place of a cursor, or a fault on that field.
func readCursor(field string, kind registry.Kind, sort, cursor string) (place, error) {
	refused := fault.OnField(field, "cursor_unknown")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) < 4 || len(raw) > 2048 {
		return place{}, refused
	}
	body := string(raw[4:])
	if binary.BigEndian.Uint32(raw) != crc32.ChecksumIEEE([]byte(body)) {
		return place{}, refused
	}
	parts := strings.Split(body, "\x00")
	// A sort key may hold zero bytes: what is between the second and the last separator.
	if len(parts) < cursorParts || parts[0] != string(kind) || parts[1] != sort {
		return place{}, refused
	}
	return place{key: strings.Join(parts[2:len(parts)-1], "\x00"), id: registry.ID(parts[len(parts)-1])}, nil
}

// placeOf returns where an item is in an order.
func placeOf(sort string, it *Item) place {
	p := place{id: it.ID()}
	switch sort {
	case "name":
		p.key = it.nameKey()
	case "updated":
		p.key = strconv.FormatInt(it.updated, 10)
	case "created":
		p.key = strconv.FormatInt(it.created, 10)
	case "users", "usages":
		p.key = strconv.Itoa(int(it.uses))
	case "references":
		p.key = strconv.Itoa(int(it.references))
	case "population":
		p.key = strconv.Itoa(int(it.population))
	case "release", "since":
		p.key = it.release()
	}
	return p
}

// pivot returns an item that the order compares as the place.
func (p place) pivot(sort string) (*Item, bool) {
	it := &Item{}
	name, release := "", ""
	defer func() { it.setText(joined, string(p.id), "", "", name, "", release) }()
	number := func() (int64, bool) {
		n, err := strconv.ParseInt(p.key, 10, 64)
		return n, err == nil
	}
	small := func(to *int32) (*Item, bool) {
		n, ok := number()
		if !ok || n < math.MinInt32 || n > math.MaxInt32 {
			return nil, false
		}
		*to = int32(n)
		return it, true
	}
	switch sort {
	case "name":
		name = p.key
	case "updated", "created":
		n, ok := number()
		if !ok {
			return nil, false
		}
		it.updated, it.created = n, n
	case "users", "usages":
		return small(&it.uses)
	case "references":
		return small(&it.references)
	case "population":
		return small(&it.population)
	case "release", "since":
		release = p.key
	}
	return it, true
}
