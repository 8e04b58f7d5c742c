// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"maillage/internal/registry"
)

// Result is what became of one thing that was read.
type Result string

// The results. The first five are the registry's own, one for each record; the others tell more
// about a record or about the file.
const (
	Created          = Result(registry.Created)
	Joined           = Result(registry.Joined)
	Updated          = Result(registry.Updated)
	Unchanged        = Result(registry.Unchanged)
	Refused          = Result(registry.Refused)
	Skipped   Result = "skipped"  // left aside on purpose, such as a demonstration account
	Warning   Result = "warning"  // part of a record could not be used, or is doubtful
	Proposed  Result = "proposed" // a match waits for a curator
	Note      Result = "note"     // something to know, nothing to correct
	Fault     Result = "fault"    // the file itself: truncated, malformed, too large
)

// Results returns the results in the order in which totals are shown.
func Results() []Result {
	return []Result{Created, Joined, Updated, Unchanged, Refused, Skipped, Warning, Proposed, Note, Fault}
}

// Problem reports whether somebody should look at a line with that result.
func (r Result) Problem() bool {
	return r == Refused || r == Skipped || r == Warning || r == Proposed || r == Fault
}

// Position is a place in a file. Line and Column count from 1, columns in characters; Record counts
// the records of the file from 1. Zero is unknown.
type Position struct {
	Line, Column, Record int
}

// Line is one line of a report.
type Line struct {
	File string
	Position
	Kind   registry.Kind // "" when the line is about the file
	Key    string        // the source's own name for the thing
	Name   string        // what the file calls it
	ID     registry.ID   // "" when nothing was kept
	Result Result
	Field  string // the value at fault, in the file's vocabulary or the registry's
	Code   string // stable code of the reason, "" for the plain results
	Detail string // completes the reason: a limit, a value
}

// Place returns "file:line:column" with what is known of it.
func (l Line) Place() string {
	s := l.File
	switch {
	case l.Line > 0 && l.Column > 0:
		s += fmt.Sprintf(":%d:%d", l.Line, l.Column)
	case l.Line > 0:
		s += ":" + strconv.Itoa(l.Line)
	case l.Record > 0:
		s += "#" + strconv.Itoa(l.Record)
	}
	return s
}

// Sink receives the lines of a report as they come.
type Sink interface {
	Line(Line) error
}

// Report accounts for a run. It keeps counts, not lines: lines go to the sinks at once, so a report
// takes no memory however long the file. It is not safe for concurrent use. A nil Report may be
// written to; it forgets everything.
type Report struct {
	sinks  []Sink
	counts map[countKey]int
	err    error
}

type countKey struct {
	kind   registry.Kind
	result Result
}

// NewReport returns a report that writes its lines to these sinks.
func NewReport(sinks ...Sink) *Report {
	return &Report{sinks: sinks, counts: map[countKey]int{}}
}

func (r *Report) add(l Line) {
	if r == nil {
		return
	}
	r.counts[countKey{l.Kind, l.Result}]++
	for _, s := range r.sinks {
		if err := s.Line(l); err != nil && r.err == nil {
			r.err = fmt.Errorf("write report: %w", err)
		}
	}
}

// Err returns the first error of a sink.
func (r *Report) Err() error { return r.err }

// Count returns how many lines of that kind had that result.
func (r *Report) Count(kind registry.Kind, result Result) int {
	return r.counts[countKey{kind, result}]
}

// Total returns how many lines had that result, whatever they were about.
func (r *Report) Total(result Result) int {
	n := 0
	for k, c := range r.counts {
		if k.result == result {
			n += c
		}
	}
	return n
}

// kinds returns the kinds that were counted, those about the file last.
func (r *Report) kinds() []registry.Kind {
	order := []registry.Kind{registry.KindSoftware, registry.KindOrganisation, registry.KindUsage,
		registry.KindOffer, registry.KindReference, kindProposal, kindAudit, ""}
	return slices.DeleteFunc(order, func(k registry.Kind) bool {
		for c := range r.counts {
			if c.kind == k {
				return false
			}
		}
		return true
	})
}

// Summary writes the totals, one line for each kind, in "fr" or "en".
func (r *Report) Summary(w io.Writer, lang string) error {
	for _, kind := range r.kinds() {
		line := ""
		for _, result := range Results() {
			if n := r.Count(kind, result); n > 0 {
				line += "  " + strconv.Itoa(n) + " " + say("result."+string(result), lang, "")
			}
		}
		if _, err := fmt.Fprintf(w, "%-14s%s\n", say("kind."+string(kind), lang, ""), line); err != nil {
			return err
		}
	}
	return nil
}
