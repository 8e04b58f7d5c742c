// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// maxDots is how many dots a map holds at most: where there are more, near ones become one.
const maxDots = 800

// mapPage says where the organisations are: the map, and the same as a table.
type mapPage struct {
	page
	Frame    string
	Shapes   []shape
	Overseas []tile
	// Dots and Sellers are paths of points, of collectivities and others, and of providers.
	Dots, Sellers string
	Table         *figuresTable
	Heads         []sortHead
	// Nowhere are the organisations whose département is not known; Absent the départements without any.
	Nowhere, Absent int
}

// shape is a département of the map, and how dark it is.
type shape struct {
	Shade int
	Path  string
}

// tile is a département the map has no outline of.
type tile struct {
	Shade int
	Name  string
	Count int
}

// sortHead is the heading of a column, and the address that sorts by it.
type sortHead struct {
	Name, Href string
	// Sort is the value of aria-sort; empty when the table is sorted by another column.
	Sort string
}

// atlas is what the map shows, kept while the catalogue does not change.
type atlas struct {
	places        []place
	nowhere       int
	dots, sellers string
}

// place is a département and how many organisations are there.
type place struct {
	code, name, key           string
	total, bodies, businesses int
}

// members answers GET /carte, and the table as CSV with format=csv.
func (p *Pages) mapOfMembers(c echo.Context) error {
	a, err := p.atlases.of(p.state(), p.surveyed)
	if err != nil {
		return err
	}
	v := mapPage{page: p.begin(c), Frame: outlineFrame, Nowhere: a.nowhere, Dots: a.dots, Sellers: a.sellers}
	v.tabulate(a.places, param(c, "tri", 20))
	if param(c, "format", 10) == "csv" {
		return sendCSV(c, v.Table)
	}
	p.shapes(&v, a)
	v.Title, v.Description = v.words.text["map.title"], v.words.text["map.lead"]
	v.Canonical, v.Data = p.cfg.BaseURL+"/carte", "/api/v1/organisations"
	return p.show(c, http.StatusOK, "map", v.Lang, v)
}

// surveyed counts over the present state of the catalogue.
func (p *Pages) surveyed() (*atlas, error) {
	a, byCode := &atlas{}, map[string]*place{}
	s := p.cfg.Catalogue.Snapshot()
	all := 0 // whose département is known
	for _, count := range []struct {
		role registry.Role // empty for all
		of   func(*place) *int
	}{
		{"", func(x *place) *int { return &x.total }},
		{registry.RoleCollectivity, func(x *place) *int { return &x.bodies }},
		{registry.RoleProvider, func(x *place) *int { return &x.businesses }},
	} {
		q := catalogue.Query{Kind: registry.KindOrganisation, By: visitor()}
		if count.role != "" {
			q.Where = []catalogue.Term{where("role", string(count.role))}
		}
		found, err := s.Match(q)
		if err != nil {
			return nil, err
		}
		facets, err := s.Counts(q.Kind, present(s, found), "departement")
		if err != nil {
			return nil, err
		}
		for _, f := range facets[0].Values {
			if byCode[f.Value] == nil {
				name := p.place(territory.Departement, f.Value)
				byCode[f.Value] = &place{code: f.Value, name: name, key: text.SortKey(name)}
			}
			*count.of(byCode[f.Value]) = f.Count
			if count.role == "" {
				all += f.Count
			}
		}
	}
	for _, x := range byCode {
		a.places = append(a.places, *x)
	}
	a.nowhere = -all
	for it := range p.cfg.Catalogue.Items(registry.KindOrganisation) {
		if !it.Left() {
			a.nowhere++
		}
	}
	a.dots, a.sellers = p.dots()
	return a, nil
}

// present returns those of the organisations found, nil being all, that did not leave the collective.
func present(s *catalogue.Snapshot, found catalogue.Bitmap) catalogue.Bitmap {
	n := s.Len(registry.KindOrganisation)
	out := make(catalogue.Bitmap, (n+63)/64)
	for ord := range n {
		if (found == nil || found.Has(ord)) && !s.Item(registry.KindOrganisation, ord).Left() {
			out.Set(ord)
		}
	}
	return out
}

// dots returns the paths of the points of providers, and of the others.
func (p *Pages) dots() (others, sellers string) {
	var at [2][]spot
	for it := range p.cfg.Catalogue.Items(registry.KindOrganisation) {
		point, known := it.Point()
		x, y, drawn := onMap(point)
		kind := 0
		if p.cfg.Catalogue.Holds(it, registry.RoleProvider) {
			kind = 1
		}
		if known && drawn && !it.Left() {
			at[kind] = append(at[kind], spot{x, y})
		}
	}
	return dotted(at[0]), dotted(at[1])
}

// spot is a place in outlineFrame.
type spot struct{ x, y int }

// dotted returns a path of which each point is a line of no length, drawn round: one element, however
// many dots there are.
func dotted(spots []spot) string {
	for step := 4; ; step *= 2 {
		seen := map[spot]bool{}
		var kept []spot
		for _, s := range spots {
			s = spot{s.x / step * step, s.y / step * step}
			if !seen[s] {
				seen[s] = true
				kept = append(kept, s)
			}
		}
		if len(kept) > maxDots {
			continue
		}
		slices.SortFunc(kept, func(a, b spot) int { return cmp.Or(a.y-b.y, a.x-b.x) })
		var b strings.Builder
		for _, s := range kept {
			fmt.Fprintf(&b, "M%d %dh0", s.x, s.y)
		}
		return b.String()
	}
}

// shapes shades the départements; those overseas are tiles, the collectivities among them only when
// somebody is there.
func (p *Pages) shapes(v *mapPage, a *atlas) {
	totals := map[string]int{}
	most := 1
	for _, x := range a.places {
		totals[x.code], most = x.total, max(most, x.total)
	}
	shade := func(code string) int {
		if n := totals[code]; n > 0 {
			return 1 + (n-1)*shades/most
		}
		return 0
	}
	drawn := map[string]bool{}
	for _, o := range p.outlines {
		drawn[o.code] = true
		v.Shapes = append(v.Shapes, shape{shade(o.code), o.path})
	}
	for _, d := range p.cfg.Register.Departements() {
		n := totals[d.Code]
		if !drawn[d.Code] && (n > 0 || d.Region != "") {
			v.Overseas = append(v.Overseas, tile{shade(d.Code), d.Name, n})
		}
		if n == 0 && d.Region != "" {
			v.Absent++
		}
	}
}
