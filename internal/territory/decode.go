// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package territory

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxRegister bounds the decoded size, ten times what it is.
const maxRegister = 32 << 20

func unzip(data []byte) (string, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	// The last four bytes of a gzip file are its decoded size: one allocation, kept as it is.
	b.Grow(int(min(binary.LittleEndian.Uint32(data[len(data)-4:]), maxRegister)))
	if _, err := io.Copy(&b, io.LimitReader(z, maxRegister)); err != nil {
		return "", err
	}
	return b.String(), nil
}

var errRow = errors.New("a row of the register is malformed")

func (r *Register) readRows(at int) error {
	total := strings.Count(r.raw[at:], "\n")
	r.rows = make([]row, 0, total)
	r.numbers = make([]number, 0, total+512)
	r.postal = make([]number, 0, total+4096)
	r.names.reserve(total, len(r.raw)/3)
	for at < len(r.raw) {
		f, next := r.fields(at)
		k := strings.Index(letters, f[colKind])
		if k < 0 || len(f[colKind]) != 1 || f[colCode] == "" || f[colName] == "" {
			return fmt.Errorf("%w: byte %d", errRow, at)
		}
		kind := kindsInFile[k]
		if r.count[kind] == 0 {
			r.first[kind] = len(r.rows)
		}
		r.count[kind]++
		if err := r.addRow(kind, uint32(at), &f); err != nil {
			return fmt.Errorf("%w: byte %d", err, at)
		}
		at = next
	}
	return nil
}

func (r *Register) addRow(kind Kind, at uint32, f *[columns]string) error {
	id := uint32(len(r.rows))
	out := row{offset: at, kind: kind, dept: none, epci: none, ept: none, authority: f[colAuthority] != ""}
	n, err := strconv.Atoi("0" + f[colPopulation])
	if err != nil {
		return errRow
	}
	out.population = int32(n)
	if f[colLat] != "" {
		lat, errLat := strconv.ParseFloat(f[colLat], 32)
		lon, errLon := strconv.ParseFloat(f[colLon], 32)
		if errLat != nil || errLon != nil {
			return errRow
		}
		out.lat, out.lon, out.point = float32(lat), float32(lon), exact
	}
	if err := r.setParents(&out, f); err != nil {
		return err
	}
	r.rows = append(r.rows, out)
	r.addNumber(f[colSIREN], id, false)
	for s := range strings.FieldsSeq(f[colFormerSIREN]) {
		r.addNumber(s, id, true)
	}
	for p := range strings.FieldsSeq(f[colPostal]) {
		if v, err := strconv.ParseUint(p, 10, 32); err == nil {
			r.postal = append(r.postal, number{value: uint32(v), row: id})
		}
	}
	for c := range strings.FieldsSeq(f[colFormerCodes]) {
		r.former = append(r.former, formerCode{c, id})
	}
	r.addNames(kind, id, f)
	return nil
}

func (r *Register) addNumber(siren string, id uint32, former bool) {
	if v, err := strconv.ParseUint(siren, 10, 32); err == nil {
		r.numbers = append(r.numbers, number{uint32(v), id, former})
	}
}

func (r *Register) setParents(out *row, f *[columns]string) error {
	switch out.kind {
	case Departement:
		out.dept = uint16(r.count[Departement] - 1)
	case EPCI, EPT:
		out.dept = r.rank(Departement, f[colParent])
	case Commune:
		out.dept = r.rank(Departement, departementOf(f[colCode]))
		if f[colParent] == "" {
			return nil
		}
		n, err := strconv.Atoi(f[colParent])
		if err != nil || n < 0 || n >= r.count[EPCI] {
			return errRow
		}
		out.epci = uint16(n)
		out.ept = r.eptOf(f[colCode])
	}
	return nil
}

// eptOf returns the rank of the EPT of a commune. Only the few communes around Paris are in one.
func (r *Register) eptOf(code string) uint16 {
	switch departementOf(code) {
	case "91", "92", "93", "94", "95":
	default:
		return none
	}
	for i := range r.count[EPT] {
		f, _ := r.fields(int(r.rows[r.first[EPT]+i].offset))
		if strings.Contains(f[colMembers], code) {
			return uint16(i)
		}
	}
	return none
}

func (r *Register) addNames(kind Kind, id uint32, f *[columns]string) {
	r.names.add(f[colName], id, false)
	b := Body{Kind: kind, Name: f[colName]}
	switch {
	case f[colTitle] != "":
		r.names.add(f[colTitle], id, false)
	case kind == EPCI && b.spelled() != b.Name:
		r.names.add(b.spelled(), id, false)
	case kind == Departement:
		r.names.add("departement "+f[colName], id, false)
	case kind == Region:
		r.names.add("region "+f[colName], id, false)
	}
	for name := range strings.SplitSeq(f[colFormerNames], "|") {
		if name != "" {
			r.names.add(name, id, true)
		}
	}
}

// placeTheRest gives a row without a point that of its EPCI, else of its département.
func (r *Register) placeTheRest() {
	for i := range r.rows {
		to := &r.rows[i]
		if to.point != noPoint {
			continue
		}
		for _, parent := range [...]int{r.at(EPCI, to.epci), r.at(Departement, to.dept)} {
			if parent >= 0 && r.rows[parent].point == exact {
				to.lat, to.lon, to.point = r.rows[parent].lat, r.rows[parent].lon, approximate
				break
			}
		}
	}
}

// fields splits the row that begins at that byte, and returns where the next one does.
func (r *Register) fields(at int) (f [columns]string, next int) {
	line := r.raw[at:]
	end := strings.IndexByte(line, '\n')
	if end < 0 {
		end = len(line)
	}
	next = at + end + 1
	line = line[:end]
	for i := range f {
		tab := strings.IndexByte(line, '\t')
		if tab < 0 {
			f[i] = line
			break
		}
		f[i], line = line[:tab], line[tab+1:]
	}
	return f, next
}

// departementOf returns the département of a commune's code.
func departementOf(code string) string {
	n := 2
	if strings.HasPrefix(code, "97") || strings.HasPrefix(code, "98") {
		n = 3
	}
	return code[:min(n, len(code))]
}
