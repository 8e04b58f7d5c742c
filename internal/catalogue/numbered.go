// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"strconv"

	"maillage/internal/fault"
	"maillage/internal/registry"
)

// numbered cuts a page out of a list that is made anew for each query, and sets the page's cursors.
func numbered(q Query, sort string, n int, page *Page) (from, to int, err error) {
	switch {
	case q.After != "":
		if from, err = numberOf("page[after]", q.Kind, sort, q.After); err != nil {
			return 0, 0, err
		}
	case q.Before != "":
		if to, err = numberOf("page[before]", q.Kind, sort, q.Before); err != nil {
			return 0, 0, err
		}
		from = max(to-q.Size, 0)
	}
	from = min(from, n)
	to = min(from+q.Size, n)
	cursor := func(at int) string {
		return writeCursor(q.Kind, sort, place{key: strconv.Itoa(at)})
	}
	if to < n {
		page.Next = cursor(to)
	}
	if from > 0 {
		page.Prev = cursor(from)
	}
	return from, to, nil
}

func numberOf(field string, kind registry.Kind, sort, cursor string) (int, error) {
	p, err := readCursor(field, kind, sort, cursor)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(p.key)
	if err != nil || n < 0 {
		return 0, fault.OnField(field, "cursor_unknown")
	}
	return n, nil
}
