// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package publiccode reads and writes publiccode.yml, the file by which a repository of public
// software describes itself (https://yml.publiccode.tools), in its versions 0.2 to 0.7.
//
// Files come from strangers: reading is bounded in size, depth and aliases, and never fetches
// anything. Version 1.0 is a release candidate that removes keys and is not accepted.
package publiccode

import (
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"maillage/internal/fault"
)

// MaxSize is the largest file that is read, in bytes.
const MaxSize = 1 << 20

// Versions are the values of publiccodeYmlVersion that are accepted. 0.6 is not among them: the
// reference reader refuses it, as a version that changed nothing.
func Versions() []string {
	return []string{"0", "0.2", "0.2.0", "0.2.1", "0.2.2", "0.3", "0.3.0", "0.4", "0.4.0", "0.5.0",
		"0.5", "0.7.0", "0.7"}
}

// Level says whether a problem makes the file invalid.
type Level string

// The levels: an error makes the file invalid, a warning does not.
const (
	Error   Level = "error"
	Warning Level = "warning"
)

// Problem is one thing to correct in a file.
type Problem struct {
	Level   Level
	Field   string // "description.fr.features[0]"; "" for the file as a whole
	Code    string // translation key, such as "publiccode_required"
	Message string // public sentence in English, without the field
	Line    int    // from 1
	Column  int    // from 1, in characters; 1 when only the line is known
}

func (p Problem) String() string {
	return fmt.Sprintf("%d:%d: %s: %s: %s", p.Line, p.Column, p.Level, p.Field, p.Message)
}

// Problems is everything found in one file, in the order of the file.
type Problems []Problem

// Valid reports whether there is no error; warnings may remain.
func (ps Problems) Valid() bool {
	return !slices.ContainsFunc(ps, func(p Problem) bool { return p.Level == Error })
}

// Errors returns the problems that make the file invalid.
func (ps Problems) Errors() Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return p.Level != Error })
}

// Options says what may be looked at besides the file.
type Options struct {
	// Dir is the folder of the file: relative logos, screenshots and the authors file are looked for
	// there. With nil, only their names are checked.
	Dir fs.FS
}

// Parse reads one publiccode.yml. The document is never nil and holds what could be read, even when
// there are errors; Problems says whether the file is valid. The error is a fault.TooLarge over
// MaxSize, or what r returned. Nothing is fetched: whether a URL answers is not looked at.
func Parse(r io.Reader, opts Options) (*Document, Problems, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return &Document{}, nil, fmt.Errorf("read publiccode.yml: %w", err)
	}
	if len(data) > MaxSize {
		return &Document{}, nil, fault.New(fault.TooLarge, "publiccode_too_large")
	}
	rd := &reader{opts: opts}
	doc := &Document{}
	if rd.load(data) && rd.version(doc) {
		rd.decode(doc)
		rd.validate(doc)
	}
	slices.SortStableFunc(rd.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return doc, rd.problems, nil
}

// version reads publiccodeYmlVersion and reports whether the rest can be read.
func (r *reader) version(doc *Document) bool {
	const field = "publiccodeYmlVersion"
	n := child(r.root, field)
	if n == nil {
		r.fail(field, "required", "is required")
		return false
	}
	if !isText(n) {
		// An unquoted 0.2 is a number, and 0.20 would be the same one.
		r.fail(field, "type", "must be text: put the version between quotes")
		return false
	}
	doc.Version = n.Value
	if !slices.Contains(Versions(), n.Value) {
		r.fail(field, "version_unsupported", "is not a supported version; supported: "+strings.Join(Versions(), ", "))
		return false
	}
	r.legacy = strings.HasPrefix(n.Value, "0.2") || strings.HasPrefix(n.Value, "0.3")
	if n.Value != "0" && !strings.HasPrefix(n.Value, "0.7") {
		r.warn(field, "version_old", "is not the latest version; use \"0.7\"")
	}
	return true
}
