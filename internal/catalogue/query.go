// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"slices"
	"sort"
	"strings"

	"maillage/internal/fault"
	"maillage/internal/registry"
)

// Query returns a page of what meets the query, in its order. A dimension, a sort, a size or a cursor
// that does not exist is fault.Invalid naming it, and so is a value that a closed vocabulary does not
// have; another value that nothing has is an empty page.
func (c *Catalogue) Query(q Query) (Page, error) {
	s := c.Snapshot()
	t := s.tables[q.Kind]
	if t == nil {
		return Page{}, fault.OnField("kind", "unknown_value")
	}
	if q.Size < 1 || q.Size > MaxSize {
		return Page{}, &fault.Error{Kind: fault.Invalid, Code: "invalid", Fields: []fault.Field{{Name: "page[size]", Code: "out_of_range", Detail: "1–100"}}}
	}
	key, descending := strings.CutPrefix(q.Sort, "-")
	if key == "" {
		key = sorts[q.Kind][0]
	}
	if !slices.Contains(sorts[q.Kind], key) {
		return Page{}, &fault.Error{Kind: fault.Invalid, Code: "invalid", Fields: []fault.Field{{Name: "sort", Code: "not_a_choice", Detail: strings.Join(sorts[q.Kind], ", ")}}}
	}
	if q.After != "" && q.Before != "" {
		return Page{}, &fault.Error{Kind: fault.Invalid, Code: "invalid", Fields: []fault.Field{{Name: "page[before]", Code: "exclusive", Detail: "page[after]"}}}
	}
	found, err := s.match(q)
	if err != nil {
		return Page{}, err
	}
	page := Page{Version: s.version(q.Kind)}
	if found == nil {
		page.Total = len(t.items)
	} else {
		page.Total = found.Count()
	}
	if key == "distance" || key == "relevance" {
		return s.ranked(q, key, descending, found, page)
	}
	if err := t.page(q, key, descending, found, &page); err != nil {
		return Page{}, err
	}
	if o := offersAsked(q); o != nil {
		page.Matches = s.matches(o, page.Items)
	}
	return page, nil
}

// MaxSize is how many things a page holds at most.
const MaxSize = 100

// page cuts the page out of an order.
func (t *table) page(q Query, key string, descending bool, found Bitmap, page *Page) error {
	w := walk{t: t, ords: t.order(key), found: found, n: len(t.items)}
	field, cursor := "page[after]", q.After
	if q.Before != "" {
		field, cursor = "page[before]", q.Before
	}
	start := -1 // before everything
	name := key
	if descending {
		name, start = "-"+key, w.n
	}
	backwards := q.Before != ""
	if cursor != "" {
		p, err := readCursor(field, t.kind, name, cursor)
		if err != nil {
			return err
		}
		pivot, ok := p.pivot(key)
		if !ok {
			return fault.OnField(field, "cursor_unknown")
		}
		start = w.seek(pivot, comparer(key), descending != backwards)
	}
	// Reading one more tells whether there is a page beyond.
	down := descending != backwards
	items, more := w.take(start, down, q.Size)
	if backwards {
		slices.Reverse(items)
	}
	page.Items = items
	if len(items) == 0 {
		return nil
	}
	first, last := items[0], items[len(items)-1]
	hasNext, hasPrev := more, cursor != ""
	if backwards {
		hasNext, hasPrev = true, more
	}
	if hasNext {
		page.Next = writeCursor(t.kind, name, placeOf(key, last))
	}
	if hasPrev {
		page.Prev = writeCursor(t.kind, name, placeOf(key, first))
	}
	return nil
}

// walk goes through the items of an order that are in a set.
type walk struct {
	t     *table
	ords  []uint32 // nil for the default order
	found Bitmap   // nil for everything
	n     int
}

// at returns the item at a place of the order.
func (w *walk) at(i int) *Item {
	if w.ords != nil {
		i = int(w.ords[i])
	}
	return w.t.items[i]
}

// seek returns the place from which to go on after the pivot: its own, or the one where it would
// stand. Going up, the next item is at the place after; going down, at the one before.
func (w *walk) seek(pivot *Item, compare func(a, b *Item) int, down bool) int {
	at := sort.Search(w.n, func(i int) bool { return compare(w.at(i), pivot) >= 0 })
	present := at < w.n && compare(w.at(at), pivot) == 0
	if !down && !present {
		return at - 1
	}
	return at
}

// take reads up to size items after start, going up or down, and whether there is another one.
func (w *walk) take(start int, down bool, size int) (items []*Item, more bool) {
	items = make([]*Item, 0, size)
	step := 1
	if down {
		step = -1
	}
	for i := start + step; i >= 0 && i < w.n; i += step {
		switch {
		case w.found == nil:
		case w.ords == nil && !down:
			if i = w.found.next(i); i < 0 {
				return items, false
			}
		case w.ords == nil:
			if i = w.found.prev(i); i < 0 {
				return items, false
			}
		default:
			if !w.found.Has(int(w.ords[i])) {
				continue
			}
		}
		if len(items) == size {
			return items, true
		}
		items = append(items, w.at(i))
	}
	return items, false
}

// offersAsked returns the terms about offers of a query about providers; nil when there are none.
func offersAsked(q Query) []Term {
	if q.Kind != registry.KindOrganisation || !onlyProviders(q.Where) {
		return nil
	}
	var out []Term
	for _, w := range q.Where {
		switch w.Dim {
		case "software", "service", "departement", "region", "area":
			out = append(out, w)
		}
	}
	return out
}

// onlyProviders reports whether the terms keep providers alone.
func onlyProviders(where []Term) bool {
	return slices.ContainsFunc(where, func(t Term) bool {
		return t.Dim == "role" && len(t.Values) == 1 && t.Values[0] == string(registry.RoleProvider)
	})
}
