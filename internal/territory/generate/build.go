// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"maillage/internal/text"
)

// body is one row to write.
type body struct {
	kind, code, name, siren        string
	population                     int
	postal                         []string
	departement, region, epci      string
	link                           string
	point                          *coordinates
	formerCodes, formerSIREN       []string
	formerNames                    []string
	legal, title, acting, chefLieu string
	members                        []string
}

// builder joins the sources. Bodies are found by kind and code: "R84", "D38", "E200…", "T…", "C38185".
type builder struct {
	bodies   map[string]*body
	now      *decoupage
	into     map[string]string // code of a commune that is no more, to the one it is part of
	current  map[string]bool   // SIREN in use
	versions []string          // of earlier vintages compared with
}

// legalOf is the INSEE legal category of an EPCI by its type. The EPT have none we could establish.
var legalOf = map[string]string{"CC": "7346", "CA": "7348", "CU": "7343", "METRO": "7344", "MET69": "7344"}

func newBuilder(d *decoupage, table map[string]authority, points map[string]coordinates) *builder {
	b := &builder{bodies: map[string]*body{}, now: d, into: map[string]string{}, current: map[string]bool{}}
	for _, a := range d.regions {
		if a.Zone != "com" { // listed there for want of a région
			b.bodies["R"+a.Code] = &body{kind: "R", code: a.Code, name: a.Nom, region: a.Code, chefLieu: a.ChefLieu, link: digit(a.TypeLiaison)}
		}
	}
	for _, a := range d.departements {
		region := a.Region
		if a.Zone == "com" {
			region = ""
		}
		b.bodies["D"+a.Code] = &body{kind: "D", code: a.Code, name: a.Nom, region: region, departement: a.Code,
			chefLieu: a.ChefLieu, link: digit(a.TypeLiaison)}
	}
	for key, a := range table {
		x := b.bodies[key]
		if x == nil {
			x = &body{kind: a.kind, code: a.code, name: a.name, region: a.region, chefLieu: a.chefLieu}
			b.bodies[key] = x
		}
		x.siren, x.legal, x.acting, x.title = a.siren, a.legal, a.actingFor, a.title
		x.formerSIREN = strings.Fields(a.formerSIREN)
		x.addFormerNames(strings.Split(a.formerNames, "|")...)
	}
	b.addCommunes(points)
	b.addGroups(d.epci, "E")
	b.addGroups(d.ept, "T")
	b.place()
	for _, x := range b.bodies {
		b.current[x.siren] = true
	}
	return b
}

func digit(n int) string { return string(rune('0' + n)) }

func (b *builder) addCommunes(points map[string]coordinates) {
	for _, c := range b.now.communes {
		if !c.current() {
			continue
		}
		x := &body{kind: "C", code: c.Code, name: c.Nom, siren: c.SIREN, population: c.Population,
			postal: slices.Sorted(slices.Values(c.CodesPostaux)), departement: c.Departement, region: c.Region,
			formerCodes: slices.Sorted(slices.Values(c.AnciensCodes)), link: linkOf(c)}
		if at, ok := points[c.Code]; ok {
			x.point = &at
		}
		b.bodies["C"+c.Code] = x
		for _, old := range c.AnciensCodes {
			b.into[old] = c.Code
		}
		for _, key := range []string{"D" + c.Departement, "R" + c.Region} {
			if up := b.bodies[key]; up != nil {
				up.population += c.Population
			}
		}
		if c.Departement == "67" || c.Departement == "68" {
			b.bodies["D6AE"].population += c.Population
		}
	}
	for _, c := range b.now.communes {
		if x := b.bodies["C"+c.ChefLieu]; !c.current() && x != nil {
			x.addFormerNames(c.Nom)
			if c.Code != c.ChefLieu {
				b.into[c.Code] = c.ChefLieu
			}
		}
	}
}

// linkOf returns INSEE's TNCC code, guessed from the first letter where the package has none.
func linkOf(c commune) string {
	if c.TypeLiaison != nil {
		return digit(*c.TypeLiaison)
	}
	if strings.IndexByte("aeiouy", text.Fold(c.Nom)[0]) >= 0 {
		return "1"
	}
	return "0"
}

func (b *builder) addGroups(groups []group, kind string) {
	for _, g := range groups {
		x := &body{kind: kind, code: g.Code, name: strings.ReplaceAll(g.Nom, "''", `"`), siren: g.Code,
			population: g.PopulationMunicipale, legal: legalOf[g.Type]}
		by := map[string]int{}
		for _, m := range g.Membres {
			c := b.bodies["C"+m.Code]
			by[c.departement] += c.population + 1
			if kind == "E" {
				c.epci = g.Code
			}
			x.members = append(x.members, m.Code)
		}
		slices.Sort(x.members)
		for _, d := range slices.Sorted(maps.Keys(by)) {
			if x.departement == "" || by[d] > by[x.departement] {
				x.departement = d
			}
		}
		b.bodies[kind+g.Code] = x
	}
}

// place gives groups the mean point of their members weighted by population, départements and
// régions the point of their chef-lieu, or the mean of their communes for want of it.
func (b *builder) place() {
	var known []*body // in a fixed order, so that the sums give the same bytes
	for _, key := range slices.Sorted(maps.Keys(b.bodies)) {
		if c := b.bodies[key]; c.kind == "C" && c.point != nil {
			known = append(known, c)
		}
	}
	for _, x := range b.bodies {
		var in func(c *body) bool
		switch x.kind {
		case "E", "T":
			in = func(c *body) bool { _, ok := slices.BinarySearch(x.members, c.code); return ok }
		case "D", "R":
			if seat := b.bodies["C"+x.chefLieu]; seat != nil && seat.point != nil {
				x.point = seat.point
				continue
			}
			in = func(c *body) bool { return c.departement == x.code || x.kind == "R" && c.region == x.code }
		default:
			continue
		}
		x.point = mean(known, in)
	}
}

func mean(communes []*body, in func(*body) bool) *coordinates {
	var at coordinates
	total := 0.0
	for _, c := range communes {
		if !in(c) {
			continue
		}
		w := float64(c.population + 1)
		at.lat, at.lon, total = at.lat+w*c.point.lat, at.lon+w*c.point.lon, total+w
	}
	if total == 0 {
		return nil
	}
	return &coordinates{at.lat / total, at.lon / total}
}

// compare learns what an earlier vintage called the bodies of today: SIREN, codes and names that
// are no more. A commune merged into another leaves it its identifiers.
func (b *builder) compare(old *decoupage) {
	b.versions = append(b.versions, old.version)
	for _, c := range old.communes {
		if !c.current() {
			continue
		}
		x := b.bodies["C"+c.Code]
		if x == nil {
			x = b.bodies["C"+b.into[c.Code]]
		}
		if x == nil {
			continue
		}
		if c.Code != x.code {
			x.formerCodes = insert(x.formerCodes, c.Code)
		}
		x.addFormerNames(c.Nom)
		b.formerSIREN(x, c.SIREN)
	}
	for _, g := range old.epci {
		if x := b.bodies["E"+g.Code]; x != nil {
			x.addFormerNames(strings.ReplaceAll(g.Nom, "''", `"`))
		}
	}
}

func (b *builder) formerSIREN(x *body, siren string) {
	if siren != "" && !b.current[siren] {
		x.formerSIREN = insert(x.formerSIREN, siren)
	}
}

// addFormerNames keeps the names that would be searched otherwise than the present one.
func (x *body) addFormerNames(names ...string) {
	for _, n := range names {
		same := func(other string) bool { return text.Fold(other) == text.Fold(n) }
		if n != "" && !same(x.name) && !slices.ContainsFunc(x.formerNames, same) {
			x.formerNames = append(x.formerNames, n)
			slices.Sort(x.formerNames)
		}
	}
}

func insert(list []string, s string) []string {
	if at, found := slices.BinarySearch(list, s); !found {
		return slices.Insert(list, at, s)
	}
	return list
}

// sorted returns the bodies in the order of the file.
func (b *builder) sorted() []*body {
	var all []*body
	for _, x := range b.bodies {
		all = append(all, x)
	}
	slices.SortFunc(all, func(x, y *body) int {
		return cmp.Or(cmp.Compare(strings.Index("RDETC", x.kind), strings.Index("RDETC", y.kind)),
			strings.Compare(x.code, y.code))
	})
	return all
}
