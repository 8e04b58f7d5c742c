// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// Limits of what is read. The whole Comptoir export has about two megabytes.
const (
	MaxFile    = 64 << 20 // bytes
	MaxRecord  = 1 << 20  // bytes of one record
	MaxRecords = 200_000
)

// File is something to import. Name is what the report calls it.
type File struct {
	Name   string
	Reader io.Reader
}

// Options says how to run an import.
type Options struct {
	// By is who imports: organisers may.
	By member.Actor
	// DryRun does everything and then takes it back: the report says what would happen.
	DryRun bool
	// Progress, when set, is called after each batch with the records settled so far.
	Progress func(done, total int)
	// Report receives a line for each thing read; nil for none.
	Report *Report
}

// Importer takes a file of one format into the registry. A bad record is reported and never stops
// the others. Run returns an error when the file could not be read to its end (fault.Malformed,
// fault.TooLarge, or what the reader returned), after taking in what came before; when the registry
// refuses or fails; or when ctx ends, with what was committed staying: running again goes on.
// Refused records are not an error: see Report.Total.
type Importer interface {
	Run(ctx context.Context, in File, opts Options) error
}

// Importers makes importers over a registry.
type Importers struct {
	service *registry.Service
	names   *bodyNames
}

// NewImporters returns the importers over that registry and official register.
func NewImporters(service *registry.Service, register *territory.Register) *Importers {
	return &Importers{service: service, names: newBodyNames(register)}
}

// Formats returns the names by which Format finds importers.
func Formats() []string {
	return []string{"comptoir", "sill", "cnll", "publiccode", "csv-software", "csv-organisations", "csv-usages",
		"csv-offers", "csv-references"}
}

// Format returns the importer of a format; false for an unknown name.
func (i *Importers) Format(name string) (Importer, bool) {
	switch name {
	case "comptoir":
		return i.Comptoir(), true
	case "sill":
		return i.SILL(), true
	case "cnll":
		return i.CNLL(), true
	case "publiccode":
		return i.Publiccode(nil), true
	}
	for _, kind := range TableKinds() {
		if name == "csv-"+string(kind) || name == "csv-"+string(kind)+"s" {
			return i.Table(kind), true
		}
	}
	return nil, false
}

// Comptoir returns the importer of the Comptoir du Libre's export, version 1.
func (i *Importers) Comptoir() Importer { return harvester{i, readComptoir} }

// SILL returns the importer of the SILL and of Catalogi, in every shape published since 2022.
func (i *Importers) SILL() Importer { return harvester{i, readSILL} }

// CNLL returns the importer of the lists of providers by SILL number: the CNLL's
// prestataires-sill.json, and code.gouv.fr's sill-prestataires.json.
func (i *Importers) CNLL() Importer { return harvester{i, readProviders} }

// source is a file being read: its bytes, where we are in them, and the report.
type source struct {
	name   string
	data   []byte
	at     locator
	report *Report
	names  *bodyNames
}

// reader turns a file into a harvest. The error is about the file as a whole; the harvest then holds
// what came before the fault.
type reader func(s *source) (*harvest, error)

// harvester is the importer of a format whose files hold whole statements.
type harvester struct {
	*Importers
	read reader
}

// Run implements Importer.
func (h harvester) Run(ctx context.Context, in File, opts Options) error {
	s, broken, err := open(in, opts.Report, h.names)
	if err != nil {
		return err
	}
	got, err := h.read(s)
	return errors.Join(h.settle(ctx, s, got, opts), err, broken)
}

// open reads a file whole. A file over MaxFile is refused; one whose reading broke off is used up to
// there, and broken says why.
func open(in File, report *Report, names *bodyNames) (s *source, broken, err error) {
	data, broken := io.ReadAll(io.LimitReader(in.Reader, MaxFile+1))
	s = &source{name: in.Name, data: bytes.TrimPrefix(data, []byte(utf8BOM)), report: report, names: names}
	s.at.data = s.data
	if len(data) > MaxFile {
		s.note(Position{}, Fault, "", "file_too_large", strconv.Itoa(MaxFile))
		return s, nil, fault.New(fault.TooLarge, "file_too_large")
	}
	if broken != nil {
		s.note(Position{}, Fault, "", "unreadable", "")
		broken = fmt.Errorf("read %s: %w", in.Name, broken)
	}
	return s, broken, nil
}

// utf8BOM is the mark some programmes put before UTF-8.
const utf8BOM = "\ufeff"

// note adds a line about the file.
func (s *source) note(at Position, result Result, field, code, detail string) {
	s.report.add(Line{File: s.name, Position: at, Result: result, Field: field, Code: code, Detail: detail})
}

// locator turns byte offsets into lines and columns. It goes forward without counting again, so
// asking for growing offsets costs one pass over the file in all.
type locator struct {
	data      []byte
	offset    int
	line, col int // of offset, from 0
}

func (l *locator) position(offset int) Position {
	offset = min(max(offset, 0), len(l.data))
	if offset < l.offset {
		l.offset, l.line, l.col = 0, 0, 0
	}
	for l.offset < offset {
		if l.data[l.offset] == '\n' {
			l.line, l.col = l.line+1, 0
			l.offset++
			continue
		}
		_, size := utf8.DecodeRune(l.data[l.offset:])
		l.col++
		l.offset += size
	}
	return Position{Line: l.line + 1, Column: l.col + 1}
}
