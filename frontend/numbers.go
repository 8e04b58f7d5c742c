// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// numbersPage is the collective in numbers.
type numbersPage struct {
	page
	Roles, Types, Sizes *figuresTable
	Growth              *figuresTable
	Curves              *curves // nil when there is a single period: no line to draw
	Software            *figuresTable
	Coverage            *coverageTable
}

// tally is what the page counts, kept while the catalogue does not change.
type tally struct {
	stats  catalogue.Stats
	joined []joined
}

// coverageTable is usages by domain and size of body, with how dark each square is.
type coverageTable struct {
	figuresTable
	// Holes are how many squares hold nothing, of All.
	Holes, All int
}

// shades is how many steps the squares of the coverage go through, nothing being another.
const shades = 4

// Shade returns how dark a square is, from 0 for a hole to shades for the largest count.
func (t *coverageTable) Shade(n int) int {
	if n <= 0 {
		return 0
	}
	return 1 + (n-1)*shades/t.most
}

// numbers answers GET /chiffres, and one of its tables as CSV with format=csv&tableau=….
func (p *Pages) numbers(c echo.Context) error {
	v := numbersPage{page: p.begin(c)}
	t, err := p.tallies.of(p.state(), p.tallied)
	if err != nil {
		return err
	}
	if err := p.fillNumbers(&v, t); err != nil {
		return err
	}
	if param(c, "format", 10) == "csv" {
		for _, table := range v.tables() {
			if table.Key == param(c, "tableau", 30) {
				return sendCSV(c, table)
			}
		}
		return echo.NewHTTPError(http.StatusNotFound)
	}
	v.Title, v.Description = v.words.text["numbers.title"], v.words.text["numbers.lead"]
	v.Canonical, v.Data = p.cfg.BaseURL+"/chiffres", "/api/v1/stats"
	return p.show(c, http.StatusOK, "numbers", v.Lang, v)
}

func (v *numbersPage) tables() []*figuresTable {
	return []*figuresTable{v.Roles, v.Types, v.Sizes, v.Growth, v.Software, &v.Coverage.figuresTable}
}

// tallied counts over the present state of the catalogue.
func (p *Pages) tallied() (*tally, error) {
	stats, err := p.cfg.Catalogue.Stats()
	if err != nil {
		return nil, err
	}
	t := &tally{stats: stats}
	for it := range p.cfg.Catalogue.Items(registry.KindOrganisation) {
		if !it.Left() {
			t.joined = append(t.joined, joined{it.CreatedAt(), p.rolesOf(it)})
		}
	}
	return t, nil
}

// rolesOf returns the roles an organisation holds, a bit for each in the order of registry.Roles.
func (p *Pages) rolesOf(it *catalogue.Item) (bits uint8) {
	for i, r := range registry.Roles() {
		if p.cfg.Catalogue.Holds(it, r) {
			bits |= 1 << i
		}
	}
	return bits
}

// fillNumbers makes the tables, in the language of the page.
func (p *Pages) fillNumbers(v *numbersPage, t *tally) error {
	w, s := v.words, &t.stats
	v.Roles = v.table("nature", "role", "bodies")
	for _, r := range registry.Roles() {
		v.Roles.add(link{Name: w.label("role", r), Href: v.roleHref(r)}, countOf(s.ByRole, string(r)))
	}
	v.Types = v.table("type", "type", "collectivities")
	for _, f := range s.ByType {
		v.Types.add(link{Name: w.label("type", f.Value)}, f.Count)
	}
	v.Sizes = v.table("taille", "stratum", "collectivities")
	for _, stratum := range territory.Strata() {
		v.Sizes.add(link{Name: w.label("stratum", stratum), Href: v.To("/recherche", "type", "collectivity", "stratum", stratum)}, countOf(s.ByStratum, stratum))
	}
	v.Software = v.table("logiciels", "software", "users")
	for _, u := range s.MostUsed {
		v.Software.add(link{Name: u.Name, Href: v.To("/logiciels/" + string(u.Slug))}, u.Users)
	}
	v.Coverage = v.coverage(s.Coverage)
	var err error
	v.Growth, v.Curves, err = v.growth(t.joined, p.cfg.Now())
	return err
}

// table begins a table whose rows and whose one count are named by keys.
func (p page) table(key, rows, counts string) *figuresTable {
	return &figuresTable{Key: key, Title: p.words.text["numbers."+rows+".title"],
		Columns: []string{p.words.text["numbers."+rows], p.words.text["numbers."+counts]},
		CSV:     p.To("/chiffres", "format", "csv", "tableau", key)}
}

// roleHref is the list of those who hold a role; empty when the search has no such list.
func (p page) roleHref(r registry.Role) string {
	if !slices.Contains(tabTypes(), string(r)) {
		return ""
	}
	return p.To("/recherche", "type", string(r))
}

func (p page) coverage(rows []catalogue.Coverage) *coverageTable {
	t := &coverageTable{figuresTable: *p.table("couverture", "domain", "users")}
	t.Columns = t.Columns[:1]
	for _, stratum := range territory.Strata() {
		t.Columns = append(t.Columns, p.words.label("stratum", stratum))
	}
	for _, row := range rows {
		counts := make([]int, 0, len(t.Columns))
		for _, stratum := range territory.Strata() {
			n := row.Counts[stratum]
			if t.All++; n == 0 {
				t.Holes++
			}
			counts = append(counts, n)
		}
		t.add(link{Name: p.words.label("domain", row.Domain), Href: p.To("/recherche", "type", "software", "domain", row.Domain)}, counts...)
	}
	return t
}

func countOf(values []catalogue.FacetValue, value string) int {
	for _, v := range values {
		if v.Value == value {
			return v.Count
		}
	}
	return 0
}
