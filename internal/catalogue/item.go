// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"strconv"

	"github.com/cespare/xxhash/v2"

	"maillage/internal/registry"
)

// facets is what filters, orders and counts know of an item.
type facets struct {
	values []facetValue
	// keys are what orders compare; which ones are set depends on the kind.
	nameKey    string // text.SortKey of the name
	release    string
	users      int32
	references int32
	population int32
	usages     int32
	// decl is what a declaration binds; nil for entities.
	decl *declaration
	// roles of an organisation, as bits.
	roles uint8
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

// declaration is what the catalogue remembers of a usage, an offer or a reference.
type declaration struct {
	kind         registry.Kind
	id           registry.ID
	organisation registry.ID // of a usage or a reference
	software     registry.ID
	provider     registry.ID
	stage        registry.Stage
	visibility   registry.Visibility
	services     []registry.ServiceKind
	area         registry.Area
	counts       bool // a reference both sides confirmed
	chooseAgain  *bool
}

// running reports whether the declaration is a public usage somebody works with: what everybody may
// count.
func (d *declaration) running() bool {
	return d.kind == registry.KindUsage && d.visibility == registry.Public && d.stage.Running()
}

// binds returns the entities the declaration names.
func (d *declaration) binds() []registry.ID {
	ids := make([]registry.ID, 0, 3)
	for _, id := range []registry.ID{d.organisation, d.software, d.provider} {
		if id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

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
