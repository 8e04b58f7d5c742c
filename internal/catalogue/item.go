// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"maillage/internal/registry"
)

// facets is what orders, counts and relations know of an item.
type facets struct {
	nameKey    string // text.SortKey of an entity's name
	mark       uint64 // fingerprint of all that answers may depend on
	decl       *declaration
	place      *place
	idHash     uint32
	slugHash   uint32
	day        int32 // release or since, as the number 20240131; 0 when not known
	users      int32
	references int32
	population int32
	usages     int32
	roles      uint8
}

// place is what others count an organisation by. Equal ones are the same pointer.
type place struct{ kind, stratum, departement, region string }

// declaration is what the catalogue remembers of a usage, an offer or a reference.
type declaration struct {
	id           registry.ID
	organisation registry.ID // of a usage or a reference
	software     registry.ID
	provider     registry.ID
	area         *registry.Area // of an offer
	confirmBy    int64          // of a usage, in Unix seconds
	kind         kindNumber
	stage        uint8 // its place in registry.Stages
	visibility   uint8 // its place in registry.Visibilities
	services     uint8 // bits by place in registry.Services
	counts       bool  // a reference both sides confirmed
	chooseAgain  int8  // 1 yes, -1 no, 0 not said
}

// unknown is the place of a value that is not in its list.
const unknown = 255

func placeIn[T comparable](list []T, value T) uint8 {
	if i := slices.Index(list, value); i >= 0 {
		return uint8(i) //nolint:gosec // lists of a few values
	}
	return unknown
}

// running reports whether the declaration is a public usage somebody works with: what everybody may
// count.
func (d *declaration) running() bool {
	return d.public() && d.stage != unknown && registry.Stages()[d.stage].Running()
}

// public reports whether the declaration is a usage everybody may see.
func (d *declaration) public() bool { return d.kind == usageNumber && d.visibility == 0 }

func (d *declaration) seenAs() registry.Visibility {
	if all := registry.Visibilities(); int(d.visibility) < len(all) {
		return all[d.visibility]
	}
	return "" // which nobody may see
}

func (d *declaration) stageName() registry.Stage {
	if all := registry.Stages(); int(d.stage) < len(all) {
		return all[d.stage]
	}
	return ""
}

// overdue is registry.UsageFacts.Overdue.
func (d *declaration) overdue(now time.Time) bool {
	return d.stageName() != registry.StageLeft && d.confirmBy < now.Unix()
}

// same reports whether two declarations bind and count the same.
func (d *declaration) same(o *declaration) bool {
	if d == nil || o == nil {
		return d == o
	}
	a, b := *d, *o
	a.area, b.area, a.confirmBy, b.confirmBy = nil, nil, 0, 0
	return a == b && (d.area == nil) == (o.area == nil) && (d.area == nil || d.area.France == o.area.France &&
		slices.Equal(d.area.Departements, o.area.Departements) && slices.Equal(d.area.Regions, o.area.Regions))
}

// serviceNames returns the services of an offer or a reference.
func (d *declaration) serviceNames() []registry.ServiceKind {
	var out []registry.ServiceKind
	for i, s := range registry.Services() {
		if d.services&(1<<i) != 0 {
			out = append(out, s)
		}
	}
	return out
}

// tag returns the strong entity tag of a representation: the version, for If-Match, and a hash, for
// what the version does not tell (counts that others change).
func tag(rev int64, hash uint64) string {
	b := make([]byte, 0, 40)
	b = append(b, '"')
	b = strconv.AppendInt(b, rev, 10)
	b = append(b, '-')
	b = strconv.AppendUint(b, hash, 36)
	return string(append(b, '"'))
}

// roleBit is the bit of a role in facets.roles.
func roleBit(r registry.Role) uint8 {
	if i := placeIn(registry.Roles(), r); i != unknown {
		return 1 << i
	}
	return 0
}

// Holds reports whether an organisation has that role.
func (c *Catalogue) Holds(item *Item, r registry.Role) bool { return item.roles&roleBit(r) != 0 }

// Users returns how many public usages of a software run; for an organisation, how many it declares.
func (it *Item) Users() int {
	if it.Kind == registry.KindOrganisation {
		return int(it.usages)
	}
	return int(it.users)
}

// References returns how many confirmed references a provider, or a software, has.
func (it *Item) References() int { return int(it.references) }

// Population returns the population of an organisation, 0 when it is not known.
func (it *Item) Population() int { return int(it.population) }

// Software returns the software a declaration is about; empty for entities.
func (it *Item) Software() registry.ID {
	if it.decl == nil {
		return ""
	}
	return it.decl.software
}

// baseCompare is the order of a table's ordinals: entities by name, declarations by id.
func baseCompare(a, b *Item) int {
	return cmp.Or(strings.Compare(a.nameKey, b.nameKey), strings.Compare(string(a.ID), string(b.ID)))
}

// sortKey is what an order other than by name compares, before the id.
func sortKey(it *Item, sort string) int64 {
	switch sort {
	case "updated":
		return it.UpdatedAt.UnixMicro()
	case "created":
		return it.CreatedAt.UnixMicro()
	case "users":
		return int64(it.users)
	case "usages":
		return int64(it.usages)
	case "references":
		return int64(it.references)
	case "population":
		return int64(it.population)
	case "release", "since":
		return int64(it.day)
	}
	return 0
}

// dayNumber turns a date into a number in the order of dates; a year alone comes before its days.
func dayNumber(d registry.Date) int32 {
	n := 0
	for _, c := range d {
		if c >= '0' && c <= '9' {
			n = n*10 + int(c-'0')
		}
	}
	for range (10 - len(d)) / 3 { // a month or a day that is not said
		n *= 100
	}
	return int32(min(n, 99_999_999)) //nolint:gosec // bounded
}
