// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package territory

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// BySIREN returns the body that bears, or bore, that SIREN. A number in use wins over a former one.
func (r *Register) BySIREN(s SIREN) (Body, bool) {
	id, _, ok := r.bySIREN(s)
	if !ok {
		return Body{}, false
	}
	return r.body(id), true
}

func (r *Register) bySIREN(s SIREN) (id int, former, ok bool) {
	v, err := strconv.ParseUint(string(s), 10, 32)
	if err != nil || len(s) != 9 {
		return 0, false, false
	}
	i, found := slices.BinarySearchFunc(r.numbers, uint32(v), compareNumber)
	if !found {
		return 0, false, false
	}
	for j := i; j < len(r.numbers) && r.numbers[j].value == uint32(v); j++ {
		if !r.numbers[j].former {
			return int(r.numbers[j].row), false, true
		}
	}
	return int(r.numbers[i].row), true, true
}

func compareNumber(n number, v uint32) int { return cmp.Compare(n.value, v) }

// ByCode returns the body of that kind and code, or for a commune the one its former code leads to.
// The code of an EPCI or EPT is its SIREN.
func (r *Register) ByCode(kind Kind, code string) (Body, bool) {
	if rank := r.rank(kind, code); rank != none {
		return r.body(r.at(kind, rank)), true
	}
	if kind == Commune {
		if id, ok := r.byFormerCode(code); ok {
			return r.body(id), true
		}
	}
	return Body{}, false
}

func (r *Register) byFormerCode(code string) (int, bool) {
	i, ok := slices.BinarySearchFunc(r.former, code, func(f formerCode, c string) int {
		return strings.Compare(f.code, c)
	})
	if !ok {
		return 0, false
	}
	return int(r.former[i].row), true
}

// rank returns the place of a code among the rows of its kind, none when it is not there.
func (r *Register) rank(kind Kind, code string) uint16 {
	if i, ok := r.search(kind, code); ok {
		return uint16(i)
	}
	return none
}

// search returns the place a code has, or would have, among the rows of its kind.
func (r *Register) search(kind Kind, code string) (int, bool) {
	if kind < Commune || kind > Region {
		return 0, false
	}
	rows := r.rows[r.first[kind] : r.first[kind]+r.count[kind]]
	return slices.BinarySearchFunc(rows, code, func(x row, c string) int { return strings.Compare(r.code(x), c) })
}

// code reads the code of a row, after its letter and a tab.
func (r *Register) code(x row) string {
	s := r.raw[x.offset+2:]
	return s[:strings.IndexByte(s, '\t')]
}

// body reads the whole row.
func (r *Register) body(id int) Body {
	x := r.rows[id]
	f, _ := r.fields(int(x.offset))
	b := Body{
		Kind: x.kind, Code: f[colCode], Name: f[colName], Title: f[colTitle], SIREN: SIREN(f[colSIREN]),
		Authority: SIREN(f[colAuthority]), LegalCategory: f[colLegal], Population: int(x.population),
		FormerCodes: strings.Fields(f[colFormerCodes]), PostalCodes: strings.Fields(f[colPostal]),
		ChefLieu: INSEE(f[colChefLieu]), Lat: float64(x.lat), Lon: float64(x.lon),
		HasPoint: x.point != noPoint, Approximate: x.point == approximate,
	}
	if f[colLink] != "" {
		b.link = f[colLink][0]
	}
	for s := range strings.FieldsSeq(f[colFormerSIREN]) {
		b.FormerSIREN = append(b.FormerSIREN, SIREN(s))
	}
	if f[colFormerNames] != "" {
		b.FormerNames = strings.Split(f[colFormerNames], "|")
	}
	if x.kind == Commune && b.LegalCategory == "" {
		b.LegalCategory = "7210"
	}
	r.fillParents(&b, x)
	return b
}

func (r *Register) fillParents(b *Body, x row) {
	if x.kind == Region {
		b.Region = b.Code
		return
	}
	if d := r.at(Departement, x.dept); d >= 0 {
		f, _ := r.fields(int(r.rows[d].offset))
		b.Departement, b.Region = f[colCode], f[colParent]
	}
	if e := r.at(EPCI, x.epci); e >= 0 {
		b.EPCI = SIREN(r.code(r.rows[e]))
	}
	if e := r.at(EPT, x.ept); e >= 0 {
		b.EPT = SIREN(r.code(r.rows[e]))
	}
}

// Authority returns the body with a legal person: b itself, or the one that acts for it. It is
// false for overseas communes that have no SIREN.
func (r *Register) Authority(b Body) (Body, bool) {
	if b.Authority != "" {
		return r.BySIREN(b.Authority)
	}
	return b, b.SIREN != ""
}

// Members returns the communes of an EPCI or EPT in the order of their codes, none when it is
// unknown.
func (r *Register) Members(epci SIREN) []Body {
	if rank := r.rank(EPCI, string(epci)); rank != none {
		return r.communes(func(x row) bool { return x.epci == rank })
	}
	if rank := r.rank(EPT, string(epci)); rank != none {
		return r.communes(func(x row) bool { return x.ept == rank })
	}
	return nil
}

// Communes returns the communes of a département in the order of their codes.
func (r *Register) Communes(departement string) []Body {
	rank := r.rank(Departement, departement)
	if rank == none {
		return nil
	}
	return r.communes(func(x row) bool { return x.dept == rank })
}

func (r *Register) communes(keep func(row) bool) []Body { return r.list(Commune, keep) }

func (r *Register) list(kind Kind, keep func(row) bool) []Body {
	var out []Body
	for i := r.first[kind]; i < r.first[kind]+r.count[kind]; i++ {
		if keep(r.rows[i]) {
			out = append(out, r.body(i))
		}
	}
	return out
}

// Departements returns the 101 départements and the overseas collectivities in the order of their
// codes; the Collectivité européenne d'Alsace is not among them, the two it acts for are.
func (r *Register) Departements() []Body {
	all := r.list(Departement, func(row) bool { return true })
	return slices.DeleteFunc(all, func(b Body) bool { return b.Code == alsace })
}

// alsace is the code INSEE gives to the collectivity that is the département of two départements.
const alsace = "6AE"

// Regions returns the 18 régions in the order of their codes.
func (r *Register) Regions() []Body { return r.list(Region, func(row) bool { return true }) }

// EPCIs returns the EPCI with at least one commune in the département, in the order of their SIREN,
// all of them when departement is "".
func (r *Register) EPCIs(departement string) []Body {
	if departement == "" {
		return r.list(EPCI, func(row) bool { return true })
	}
	rank := r.rank(Departement, departement)
	if rank == none {
		return nil
	}
	present := make([]bool, r.count[EPCI])
	for i := r.first[Commune]; i < r.first[Commune]+r.count[Commune]; i++ {
		if x := r.rows[i]; x.dept == rank && x.epci != none {
			present[x.epci] = true
		}
	}
	var out []Body
	for i, here := range present {
		if here {
			out = append(out, r.body(r.first[EPCI]+i))
		}
	}
	return out
}

// Count returns how many bodies of that kind the register holds.
func (r *Register) Count(kind Kind) int {
	if kind < Commune || kind > Region {
		return 0
	}
	return r.count[kind]
}

// Label is DisplayName with the département's name instead of its code: "Saint-Denis
// (Seine-Saint-Denis)".
func (r *Register) Label(b Body) string {
	if b.Kind != Commune && b.Kind != EPCI && b.Kind != EPT {
		return b.DisplayName()
	}
	d, ok := r.ByCode(Departement, b.Departement)
	if !ok {
		return b.DisplayName()
	}
	return b.spelled() + " (" + d.Name + ")"
}
