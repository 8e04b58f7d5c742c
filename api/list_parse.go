// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// Limits of a question.
const (
	maxValues     = 50   // values of one filter
	maxWithin     = 1000 // kilometres
	defaultWithin = 50
	maxFacets     = 10
)

// parsed is what a question means, without what changes from one request to the next: who asks, and
// the cursor.
type parsed struct {
	query  catalogue.Query
	facets []string
	form   format
	formed bool // the question says in which form
	sized  bool // the question says how many
	sorted bool // the question says in which order
	base   string
	after  string
	before string
}

// queries remembers what questions mean, by their text. It holds no answer. When full it starts
// again: the questions that are asked all the time are soon back.
type queries struct {
	mu   sync.RWMutex
	seen map[string]*parsed
}

// Bounds of the memory of questions: about 1 MB a list at worst.
const (
	maxQueries     = 1024
	maxQueryLength = 512
)

func (m *queries) get(raw string) *parsed {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.seen[raw]
}

func (m *queries) keep(raw string, p *parsed) {
	if len(raw) > maxQueryLength {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.seen) >= maxQueries || m.seen == nil {
		m.seen = make(map[string]*parsed, 64)
	}
	m.seen[strings.Clone(raw)] = p
}

// parse returns what a question means and its cursors.
func (a *API) parse(c echo.Context, l *listing, raw string) (p *parsed, after, before string, err error) {
	rest, after, before, cursored := cutCursor(raw)
	if p := l.queries.get(rest); p != nil && cursored {
		return p, after, before, nil
	} else if p != nil {
		return p, p.after, p.before, nil
	}
	p, err = a.question(c, l, rest)
	if err != nil {
		return nil, "", "", err
	}
	l.queries.keep(rest, p)
	if cursored {
		return p, after, before, nil
	}
	return p, p.after, p.before, nil
}

// question reads a question of that list. Every parameter is known, given once, and one of the values
// allowed.
func (a *API) question(c echo.Context, l *listing, raw string) (*parsed, error) {
	whole := c.Request().URL.RawQuery
	c.Request().URL.RawQuery = raw
	q := web.ReadQuery(c)
	c.Request().URL.RawQuery = whole
	p := &parsed{query: catalogue.Query{Kind: l.kind}, base: withoutCursors(raw)}
	page := q.Page()
	p.query.Size, p.after, p.before = page.Size, page.After, page.Before
	p.sized = strings.Contains(raw, "page[size]") || strings.Contains(raw, "page%5Bsize%5D")
	if l.role != "" {
		p.query.Where = append(p.query.Where, catalogue.Term{Dim: "role", Values: []string{string(l.role)}})
	}
	for _, dim := range catalogue.Dims(l.kind) {
		if dim == "role" && l.role != "" {
			continue
		}
		if values := q.List(dim, maxValues); values != nil {
			p.query.Where = append(p.query.Where, catalogue.Term{Dim: dim, Values: values})
		}
	}
	if l.kind == registry.KindOrganisation {
		p.query.Near, p.query.Within = a.near(q)
	}
	if sort := q.Text("sort", 40); sort != "" {
		p.query.Sort, p.sorted = sort, true
		if !slices.Contains(catalogue.Sorts(l.kind), strings.TrimPrefix(sort, "-")) {
			q.Fault("sort", "not_a_choice", strings.Join(catalogue.Sorts(l.kind), ", "))
		} else if strings.TrimPrefix(sort, "-") == "distance" && p.query.Near == nil {
			q.Fault("near", "required", "")
		}
	}
	if p.query.Sort == "" && l.kind == registry.KindOrganisation {
		p.query.Sort = bestSort(l.role, &p.query)
	}
	p.facets = readFacets(q, catalogue.Dims(l.kind))
	switch q.Choice("format", "", "json", "csv", "atom") {
	case "json":
		p.form, p.formed = asJSON, true
	case "csv":
		p.form, p.formed = asCSV, true
	case "atom":
		p.form, p.formed = asAtom, true
	}
	return p, q.Err()
}

// bestSort is the order people mean who do not say: the nearest first around a place, and among
// providers of something the most proven first. Nobody pays for a place.
func bestSort(role registry.Role, q *catalogue.Query) string {
	if q.Near != nil {
		return "distance"
	}
	for _, t := range q.Where {
		if role == registry.RoleProvider && slices.Contains([]string{"software", "service", "area", "departement", "region"}, t.Dim) {
			return "relevance"
		}
	}
	return ""
}

func readFacets(q *web.Query, known []string) []string {
	facets := q.List("facets", maxFacets)
	known = slices.DeleteFunc(slices.Clone(known), func(d string) bool { return d == "updated_since" }) // it filters, it counts nothing
	for _, f := range facets {
		if !slices.Contains(known, f) {
			q.Fault("facets", "not_a_choice", strings.Join(known, ", "))
			break
		}
	}
	return facets
}

// near reads a place, as "lat,lon" or as the INSEE code of a commune, and a distance in kilometres.
func (a *API) near(q *web.Query) (*registry.Point, float64) {
	within, given := q.Float("within", 1, maxWithin)
	text := q.Text("near", 60)
	if text == "" {
		if given {
			q.Fault("near", "required", "")
		}
		return nil, 0
	}
	if !given {
		within = defaultWithin
	}
	if lat, lon, ok := strings.Cut(text, ","); ok {
		x, errLat := strconv.ParseFloat(strings.TrimSpace(lat), 64)
		y, errLon := strconv.ParseFloat(strings.TrimSpace(lon), 64)
		// The comparisons are false for a NaN.
		if errLat == nil && errLon == nil && x >= -90 && x <= 90 && y >= -180 && y <= 180 {
			return &registry.Point{Lat: x, Lon: y}, within
		}
		q.Fault("near", "not_a_place", "")
		return nil, 0
	}
	b, ok := a.body(text)
	if !ok || !b.HasPoint {
		q.Fault("near", "not_a_place", "")
		return nil, 0
	}
	return &registry.Point{Lat: b.Lat, Lon: b.Lon}, within
}
