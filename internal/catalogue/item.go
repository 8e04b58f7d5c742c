// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"maillage/internal/registry"
)

// Item is one thing as the catalogue keeps it. It is never changed: a change makes a new one. There
// are a hundred thousand of them in a national collective: it holds as few pointers as can be, which
// is what the collector's work, and a third of the memory, depend on.
type Item struct {
	Rev int64
	// body is what the Renderer wrote.
	body body

	// text is, one after the other, the id, the slug, the name, the sort key of the name, the entity
	// tag and the release; ends says where each but the last ends.
	text string
	ends [textParts - 1]uint16
	// kind is the place in kinds; roles are those of an organisation, as bits.
	kind, roles uint8
	// uses counts the public usages that run of a software, and those an organisation declares.
	uses, references, population int32
	// values are what filters and counts know of it.
	values []facetValue
	// decl is what a declaration binds; nil for entities.
	decl *declaration
	// updated and created in microseconds since 1970, which is what cursors and databases keep.
	updated, created int64
	spot             spot
}

// The parts of Item.text.
const (
	textID = iota
	textSlug
	textName
	textKey
	textTag
	textRelease
	textParts
)

// setText keeps the parts. Names are far below the limits of a uint16, and what a stranger's cursor
// holds is below 2 kB.
func (it *Item) setText(keep func(parts ...string) string, parts ...string) {
	end := 0
	for i, p := range parts[:textParts-1] {
		end += len(p)
		it.ends[i] = uint16(end) //nolint:gosec // see above
	}
	it.text = keep(parts...)
}

func joined(parts ...string) string { return strings.Join(parts, "") }

// AppendJSON appends what the Renderer wrote, an object without trailing newline, to b.
func (it *Item) AppendJSON(b []byte) []byte { return it.body.append(b) }

// JSON returns what the Renderer wrote, in memory of its own.
func (it *Item) JSON() []byte { return it.body.append(nil) }

// ID returns the thing's identifier.
func (it *Item) ID() registry.ID { return registry.ID(it.text[:it.ends[textID]]) }

// Slug returns an entity's name in addresses; empty for declarations.
func (it *Item) Slug() registry.Slug {
	return registry.Slug(it.text[it.ends[textID]:it.ends[textSlug]])
}

// Name returns an entity's name; for a declaration, those of what it binds.
func (it *Item) Name() string { return it.text[it.ends[textSlug]:it.ends[textName]] }

// nameKey is text.SortKey of an entity's name.
func (it *Item) nameKey() string { return it.text[it.ends[textName]:it.ends[textKey]] }

// ETag returns a strong entity tag of the JSON, quotes included: `"rev-hash"`.
func (it *Item) ETag() string { return it.text[it.ends[textKey]:it.ends[textTag]] }

// release is the day of a software's last release, or since when something is used.
func (it *Item) release() string { return it.text[it.ends[textTag]:] }

// Kind returns the kind of the thing.
func (it *Item) Kind() registry.Kind { return kinds[it.kind] }

// UpdatedAt and CreatedAt are in UTC, to the microsecond.
func (it *Item) UpdatedAt() time.Time { return time.UnixMicro(it.updated).UTC() }

// CreatedAt returns when the thing was first written.
func (it *Item) CreatedAt() time.Time { return time.UnixMicro(it.created).UTC() }

// Point returns where an organisation is, to the centimetre; ok is false when it is not known.
func (it *Item) Point() (p registry.Point, ok bool) { return it.spot.point() }

// byID compares by identifier: what makes every order total.
func byID(a, b *Item) int { return strings.Compare(string(a.ID()), string(b.ID())) }

// spot is a place on Earth to the centimetre, in ten-millionths of a degree.
type spot struct{ lat, lon int32 }

// nowhere is the spot of what has no place.
var nowhere = spot{math.MinInt32, math.MinInt32}

const spotScale = 1e7

func spotOf(p *registry.Point) spot {
	if p == nil || math.Abs(p.Lat) > 90 || math.Abs(p.Lon) > 180 {
		return nowhere
	}
	return spot{int32(math.Round(p.Lat * spotScale)), int32(math.Round(p.Lon * spotScale))}
}

// point returns the place; ok is false for nowhere.
func (s spot) point() (p registry.Point, ok bool) {
	return registry.Point{Lat: float64(s.lat) / spotScale, Lon: float64(s.lon) / spotScale}, s != nowhere
}

// facetValue is one value of one dimension, both as numbers of the kind's vocabulary: six bits for
// the dimension, the rest for the value. There are hundreds of thousands of them.
type facetValue uint32

const valueBits = 26

func newFacetValue(dim uint8, value uint32) facetValue {
	return facetValue(uint32(dim)<<valueBits | value)
}

func (f facetValue) dim() uint8    { return uint8(f >> valueBits) } //nolint:gosec // six bits
func (f facetValue) value() uint32 { return uint32(f) & (1<<valueBits - 1) }

// tag returns the strong entity tag of a representation: the version, for If-Match, and a hash, for
// what the version does not tell (counts that others change).
func tag(rev int64, body []byte) string {
	b := make([]byte, 0, 40)
	b = append(b, '"')
	b = strconv.AppendInt(b, rev, 10)
	b = append(b, '-')
	b = strconv.AppendUint(b, xxhash.Sum64(body), 36)
	return string(append(b, '"'))
}

// leftBit stands among the roles of an organisation that left the collective.
const leftBit = 1 << 7

// Left reports whether an organisation left the collective.
func (it *Item) Left() bool { return it.roles&leftBit != 0 }

// roleBit is the bit of a role in facets.roles.
func roleBit(r registry.Role) uint8 {
	for i, known := range registry.Roles() {
		if known == r {
			return 1 << i
		}
	}
	return 0
}

// Holds reports whether an organisation has that role.
func (c *Catalogue) Holds(item *Item, r registry.Role) bool { return item.roles&roleBit(r) != 0 }
