// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"cmp"
	"slices"
	"strings"
)

// mapColumn is a column of the table beside the map: its name in addresses, the key of its heading,
// and its order.
type mapColumn struct {
	key, name string
	compare   func(a, b place) int
}

func mapColumns() []mapColumn {
	return []mapColumn{
		{"nom", "departement", func(a, b place) int { return cmp.Compare(a.key, b.key) }},
		{"collectivites", "bodies", func(a, b place) int { return a.bodies - b.bodies }},
		{"prestataires", "businesses", func(a, b place) int { return a.businesses - b.businesses }},
		{"total", "total", func(a, b place) int { return a.total - b.total }},
	}
}

// tabulate makes the table in the order asked for: the key of a column, after a minus sign from the
// largest. Anything else is "-total".
func (v *mapPage) tabulate(places []place, order string) {
	columns := mapColumns()
	key, falling := strings.CutPrefix(order, "-")
	at := slices.IndexFunc(columns, func(c mapColumn) bool { return c.key == key })
	if at < 0 {
		at, falling, order = len(columns)-1, true, ""
	}
	places = slices.Clone(places)
	slices.SortFunc(places, func(a, b place) int {
		by := columns[at].compare(a, b)
		if falling {
			by = -by
		}
		return cmp.Or(by, cmp.Compare(a.key, b.key), cmp.Compare(a.code, b.code))
	})
	v.Table = &figuresTable{Key: "departements", Title: v.words.text["map.table"], CSV: v.To("/carte", "format", "csv", "tri", order)}
	for i, c := range columns {
		h := sortHead{Name: v.words.text["map."+c.name]}
		up := c.key == "nom" // what one first wants to see: A before Z, but the most before the least
		if i == at {
			up, h.Sort = falling, map[bool]string{true: "descending", false: "ascending"}[falling]
		}
		h.Href = v.To("/carte", "tri", map[bool]string{true: "", false: "-"}[up]+c.key) + "#tableau"
		v.Heads, v.Table.Columns = append(v.Heads, h), append(v.Table.Columns, h.Name)
	}
	for _, x := range places {
		l := link{Name: x.name + " (" + x.code + ")"}
		if x.bodies > 0 {
			l.Href = v.To("/recherche", "type", "collectivity", "departement", x.code)
		}
		v.Table.add(l, x.bodies, x.businesses, x.total)
	}
}
