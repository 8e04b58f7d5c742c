// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package territory

import (
	_ "embed" // the register itself
	"fmt"
	"slices"
	"strings"
)

//go:embed register.tsv.gz
var compressed []byte

// Columns of a row of the embedded file; trailing empty ones are left out. The first line holds the
// vintage instead. Rows are sorted by kind, then by code, régions before départements before EPCI
// before EPT before communes, so that a row only names rows above it.
const (
	colKind = iota
	colCode
	colName
	colSIREN
	colPopulation
	colPostal
	colParent // of a commune: rank of its EPCI, from 0; of an EPCI or EPT: département; of a département: région
	colLink
	colLat
	colLon
	colFormerCodes
	colFormerSIREN
	colFormerNames
	colLegal
	colTitle
	colAuthority
	colChefLieu
	colMembers // of an EPT: codes of its communes
	columns
)

// letters are the values of colKind, in the order of the file.
const letters = "RDETC"

var kindsInFile = [...]Kind{Region, Departement, EPCI, EPT, Commune}

// none marks a row that has no parent of that kind.
const none = ^uint16(0)

// row is what is asked of all rows at once; the rest stays in the text until a Body is wanted.
type row struct {
	offset     uint32
	population int32
	lat, lon   float32
	dept       uint16 // rank among départements
	epci, ept  uint16 // rank among their kind, of a commune
	kind       Kind
	point      point
	authority  bool // another body acts for it
}

type point uint8

const (
	noPoint point = iota
	exact
	approximate
)

// Register is the decoded register. It never changes, and any number of goroutines may read it.
type Register struct {
	raw     string
	vintage Vintage
	rows    []row
	first   [Region + 2]int // rank of the first row of each kind
	count   [Region + 2]int
	numbers []number // SIREN, sorted
	postal  []number // postal codes, sorted
	former  []formerCode
	names   index
}

// number is a SIREN or postal code and the row that bears it.
type number struct {
	value  uint32
	row    uint32
	former bool
}

type formerCode struct {
	code string
	row  uint32
}

// Load decodes the embedded register. Once is enough for a process: it takes about a tenth of a
// second and eight megabytes. An error means the program was built with a broken file.
func Load() (*Register, error) {
	raw, err := unzip(compressed)
	if err != nil {
		return nil, fmt.Errorf("decode the register: %w", err)
	}
	r := &Register{raw: raw}
	head, _, _ := strings.Cut(raw, "\n")
	if r.vintage, err = parseVintage(head); err != nil {
		return nil, err
	}
	if err := r.readRows(len(head) + 1); err != nil {
		return nil, fmt.Errorf("decode the register: %w", err)
	}
	r.placeTheRest()
	compare := func(a, b number) int { return int(int64(a.value) - int64(b.value)) }
	slices.SortStableFunc(r.numbers, compare)
	slices.SortStableFunc(r.postal, compare)
	slices.SortFunc(r.former, func(a, b formerCode) int { return strings.Compare(a.code, b.code) })
	r.names.sort()
	return r, nil
}

// at returns the row of that rank within its kind, -1 for none.
func (r *Register) at(kind Kind, rank uint16) int {
	if rank == none {
		return -1
	}
	return r.first[kind] + int(rank)
}
