// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"maillage/internal/fault"
	"maillage/internal/text"
)

// column is one column of a table: the name it has in our templates, and those it may also have.
type column struct {
	name    string
	aliases []string
	// ignored columns are known, and not read.
	ignored bool
}

// table is a CSV file being read: ";", "," or tab between columns, in UTF-8 with or without its mark,
// UTF-16 or Windows-1252, as spreadsheets write it.
type table struct {
	*source
	csv     *csv.Reader
	columns map[string]int // place of each column, by its name
	headers []string       // as written
	records int
}

// row is one row of a table.
type row struct {
	at    Position
	cells []string
	table *table
}

// cell returns a value by the name of its column, trimmed; "" when the column or cell is absent.
func (r row) cell(name string) string {
	place, ok := r.table.columns[name]
	if !ok || place >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[place])
}

// header returns how the file writes a column's name.
func (r row) header(name string) string {
	if place, ok := r.table.columns[name]; ok {
		return strings.TrimSpace(r.table.headers[place])
	}
	return name
}

// table opens a table. Each of the required groups names columns of which one at least must be there,
// separated by "|".
func (s *source) table(columns []column, required []string) (*table, error) {
	s.decode()
	t := &table{source: s, columns: map[string]int{}}
	t.csv = csv.NewReader(bytes.NewReader(s.data))
	t.csv.Comma = separator(s.data)
	t.csv.FieldsPerRecord = -1
	headers, err := t.csv.Read()
	if err != nil {
		code := "quote_unclosed"
		if errors.Is(err, io.EOF) {
			code = "empty_file"
		}
		s.note(Position{Line: 1}, Fault, "", code, "")
		return nil, fault.Wrap(fault.Malformed, code, err)
	}
	t.headers = headers
	for place, header := range headers {
		t.place(place, header, columns)
	}
	for _, group := range required {
		if !slices.ContainsFunc(strings.Split(group, "|"), func(name string) bool { _, ok := t.columns[name]; return ok }) {
			s.note(Position{Line: 1}, Fault, group, "columns_missing", strings.ReplaceAll(group, "|", ", "))
			return nil, &fault.Error{Kind: fault.Malformed, Code: "columns_missing",
				Fields: []fault.Field{{Name: group, Code: "columns_missing"}}}
		}
	}
	return t, nil
}

// place finds which column a header names.
func (t *table) place(place int, header string, columns []column) {
	folded := text.Fold(header)
	if folded == "" {
		return
	}
	at := Position{Line: 1}
	for _, c := range columns {
		names := append([]string{c.name}, c.aliases...)
		if !slices.ContainsFunc(names, func(n string) bool { return text.Fold(n) == folded }) {
			continue
		}
		if c.ignored {
			return
		}
		if _, twice := t.columns[c.name]; twice {
			t.note(at, Warning, header, "column_twice", header)
			return
		}
		t.columns[c.name] = place
		return
	}
	t.note(at, Warning, header, "column_unknown", header)
}

// each hands over every row that holds something. A row that cannot be read is reported; when a
// quote is left open to the end of the file, that is an error as well.
func (t *table) each(fn func(row)) error {
	var open error
	for {
		cells, err := t.csv.Read()
		if errors.Is(err, io.EOF) {
			return open
		}
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			at := Position{Line: parse.StartLine, Record: t.records + 1}
			t.note(at, Fault, "", "quote_unclosed", "")
			open = malformed("quote_unclosed", Position{Line: parse.StartLine, Column: parse.Column}, err)
			t.records++
			continue
		}
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue
		}
		t.records++
		line, _ := t.csv.FieldPos(0)
		r := row{at: Position{Line: line, Record: t.records}, cells: cells, table: t}
		if t.records > MaxRecords {
			t.note(r.at, Fault, "", "too_many_records", strconv.Itoa(MaxRecords))
			return fault.New(fault.TooLarge, "too_many_records")
		}
		if len(cells) > len(t.headers) && slices.ContainsFunc(cells[len(t.headers):], func(c string) bool { return c != "" }) {
			t.note(r.at, Warning, "", "too_many_cells", strconv.Itoa(len(t.headers)))
		}
		if slices.ContainsFunc(cells, func(c string) bool { return len(c) > MaxRecord }) {
			t.note(r.at, Refused, "", "record_too_large", strconv.Itoa(MaxRecord))
			continue
		}
		fn(r)
	}
}

// separator tells what stands between columns from the first line, quotes aside.
func separator(data []byte) rune {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	quoted := false
	counts := map[rune]int{}
	for _, r := range string(line) {
		if r == '"' {
			quoted = !quoted
		}
		if !quoted {
			counts[r]++
		}
	}
	best := ';'
	for _, r := range []rune{',', '\t'} {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

// decode turns the file into UTF-8.
func (s *source) decode() {
	switch {
	case bytes.HasPrefix(s.data, []byte{0xff, 0xfe}):
		s.data = fromUTF16(s.data[2:], func(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 })
	case bytes.HasPrefix(s.data, []byte{0xfe, 0xff}):
		s.data = fromUTF16(s.data[2:], func(b []byte) uint16 { return uint16(b[1]) | uint16(b[0])<<8 })
	case !utf8.Valid(s.data):
		s.note(Position{}, Note, "", "windows1252", "")
		s.data = fromWindows1252(s.data)
	}
	s.at = locator{data: s.data}
}

func fromUTF16(data []byte, unit func([]byte) uint16) []byte {
	units := make([]uint16, 0, len(data)/2)
	for ; len(data) >= 2; data = data[2:] {
		units = append(units, unit(data))
	}
	return []byte(string(utf16.Decode(units)))
}

// windows1252 holds the characters of bytes 0x80 to 0x9F; those it leaves out are control
// characters, which names refuse later. The other bytes are their own code points.
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

func fromWindows1252(data []byte) []byte {
	upper := []rune(windows1252)
	out := make([]byte, 0, len(data)+len(data)/8)
	for _, b := range data {
		switch {
		case b < 0x80:
			out = append(out, b)
		case b < 0xa0:
			out = utf8.AppendRune(out, upper[b-0x80])
		default:
			out = utf8.AppendRune(out, rune(b))
		}
	}
	return out
}
