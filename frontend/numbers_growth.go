// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"maillage/internal/registry"
)

// joined is when an organisation came into the catalogue, and its roles as rolesOf gives them.
type joined struct {
	at    time.Time
	roles uint8
}

// Size of the drawing, in its own units, and what is left around the lines for words.
const (
	curveWidth, curveHeight            = 480, 220
	curveLeft, curveTop, curveBaseline = 44, 14, 184
	maxPeriods                         = 24
)

// curves is the growth table drawn: a line for each role.
type curves struct {
	Lines       []curve
	Most        int
	First, Last string // the periods at both ends
}

// curve is one line: the number of its class, what it counts, and its path.
type curve struct {
	N    int
	Name string
	Path string
}

// period is a month, a quarter or a year.
type period struct {
	label string
	end   time.Time // the first instant after it
}

// growth counts who had come by the end of each period. Those who left are not counted,
// even before: the catalogue does not keep all of them.
func (p page) growth(all []joined, now time.Time) (*figuresTable, *curves, error) {
	t := p.table("evolution", "period", "bodies")
	t.Columns = t.Columns[:1]
	for _, r := range registry.Roles() {
		t.Columns = append(t.Columns, p.words.text["numbers.roles."+string(r)])
	}
	if len(all) == 0 {
		return t, nil, nil
	}
	first := slices.MinFunc(all, func(a, b joined) int { return a.at.Compare(b.at) }).at
	periods, err := p.periods(first.UTC(), now.UTC())
	if err != nil {
		return nil, nil, err
	}
	for i, counts := range arrivals(all, periods) {
		t.add(link{Name: periods[i].label}, counts...)
	}
	if len(periods) < 2 || t.Empty() {
		return t, nil, nil
	}
	return t, drawn(t), nil
}

// arrivals returns how many of each role had come by the end of each period.
func arrivals(all []joined, periods []period) [][]int {
	out := make([][]int, len(periods))
	for i := range out {
		out[i] = make([]int, len(registry.Roles()))
	}
	for _, j := range all {
		at := sort.Search(len(periods), func(i int) bool { return j.at.Before(periods[i].end) })
		for role := range registry.Roles() {
			if at < len(out) && j.roles>>role&1 == 1 {
				out[at][role]++
			}
		}
	}
	for i := 1; i < len(out); i++ {
		for role, n := range out[i-1] {
			out[i][role] += n
		}
	}
	return out
}

// periods cuts the time since first: by month for a year, by quarter for three, by year beyond. Of
// very long times the last years are kept.
func (p page) periods(first, now time.Time) ([]period, error) {
	months := (now.Year()-first.Year())*12 + int(now.Month()-first.Month())
	step := 12
	if months <= 12 {
		step = 1
	} else if months <= 36 {
		step = 3
	}
	at := time.Date(first.Year(), (first.Month()-1)/time.Month(step)*time.Month(step)+1, 1, 0, 0, 0, 0, time.UTC)
	var out []period
	for !at.After(now) {
		label := p.words.date(registry.Date(at.Format("2006-01")))
		year := strconv.Itoa(at.Year())
		if step == 12 {
			label = year
		} else if step == 3 {
			var err error
			if label, err = p.words.t("numbers.quarter", "n", int(at.Month()-1)/3+1, "year", year); err != nil {
				return nil, err
			}
		}
		at = at.AddDate(0, step, 0)
		out = append(out, period{label, at})
	}
	return out[max(0, len(out)-maxPeriods):], nil
}

// drawn draws a table of at least two rows, of which the last is the largest.
func drawn(t *figuresTable) *curves {
	out := &curves{Most: t.most, First: t.Rows[0].Name, Last: t.Rows[len(t.Rows)-1].Name}
	for i, name := range t.Columns[1:] {
		var path strings.Builder
		for j, r := range t.Rows {
			x := curveLeft + j*(curveWidth-curveLeft-8)/(len(t.Rows)-1)
			y := curveBaseline - r.Counts[i]*(curveBaseline-curveTop)/t.most
			fmt.Fprintf(&path, "%c%d %d", "ML"[min(j, 1)], x, y)
		}
		out.Lines = append(out.Lines, curve{i + 1, name, path.String()})
	}
	return out
}
