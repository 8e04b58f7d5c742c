// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"maillage/internal/fault"
	"maillage/internal/registry"
)

// mark is where a thing stands in an order made for a query. The score is worked out anew for every
// snapshot, so that a cursor holds it: the next page begins after that score whatever came or went.
type mark struct {
	score float64
	name  string // sort key
	id    registry.ID
}

func (r *scored) mark() mark { return mark{r.match.Score, r.item.nameKey(), r.item.ID()} }

// compareMarks orders by score, best first unless worst is asked for, then by name and id.
func compareMarks(a, b mark, worst bool) int {
	c := cmp.Compare(b.score, a.score)
	if worst {
		c = -c
	}
	return cmp.Or(c, strings.Compare(a.name, b.name), strings.Compare(string(a.id), string(b.id)))
}

func (m mark) cursor(kind registry.Kind, sort string) string {
	return writeCursor(kind, sort, place{key: strconv.FormatFloat(m.score, 'g', -1, 64) + "\x00" + m.name, id: m.id})
}

func readMark(field string, kind registry.Kind, sort, cursor string) (mark, error) {
	p, err := readCursor(field, kind, sort, cursor)
	if err != nil {
		return mark{}, err
	}
	score, name, ok := strings.Cut(p.key, "\x00")
	n, err := strconv.ParseFloat(score, 64)
	if err != nil || !ok || math.IsNaN(n) {
		return mark{}, fault.OnField(field, "cursor_unknown")
	}
	return mark{n, name, p.id}, nil
}

// cut takes the page out of an order made for a query, and sets the page's cursors.
func cut(q Query, sort string, list []scored, page *Page) ([]scored, error) {
	worst := strings.HasPrefix(sort, "-")
	// at is the first place that does not stand before the mark.
	at := func(m mark) (int, bool) {
		return slices.BinarySearchFunc(list, m, func(r scored, m mark) int { return compareMarks(r.mark(), m, worst) })
	}
	from, to := 0, min(q.Size, len(list))
	switch {
	case q.After != "":
		m, err := readMark("page[after]", q.Kind, sort, q.After)
		if err != nil {
			return nil, err
		}
		place, there := at(m)
		if there {
			place++
		}
		from, to = place, min(place+q.Size, len(list))
	case q.Before != "":
		m, err := readMark("page[before]", q.Kind, sort, q.Before)
		if err != nil {
			return nil, err
		}
		to, _ = at(m)
		from = max(to-q.Size, 0)
	}
	if from == to {
		return nil, nil
	}
	if to < len(list) || q.Before != "" {
		page.Next = list[to-1].mark().cursor(q.Kind, sort)
	}
	if from > 0 || q.After != "" {
		page.Prev = list[from].mark().cursor(q.Kind, sort)
	}
	return list[from:to], nil
}
