// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package fault says what went wrong in a way every door can translate: a kind that decides the
// protocol's status, a stable public code, the fields at fault, and a private cause that is logged
// and never shown.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind decides what a caller may do next. Each door has one table from kind to its own protocol.
type Kind uint8

// The kinds, with the HTTP status the web doors give them.
const (
	Internal    Kind = iota // 500: our fault, or a cause nobody named
	Invalid                 // 422: the request was understood and cannot be accepted
	Missing                 // 404: absent, or hidden from this actor
	Conflict                // 409: true when asked, not any more, or already there
	Forbidden               // 403: known actor, not allowed
	Anonymous               // 401: nobody is known to be asking
	TooMany                 // 429: over a limit of rate
	Unavailable             // 503: try again later
	TooLarge                // 413: over a limit of size
	Stale                   // 412: the caller's version is not the current one
	Malformed               // 400: not even readable as a request
)

var kindNames = [...]string{"internal", "invalid", "missing", "conflict", "forbidden", "anonymous",
	"too_many", "unavailable", "too_large", "stale", "malformed"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Field is one value at fault. Name is the caller's own name for it (a JSON path, a form field, a
// query parameter, a column); Code is a translation key; Detail completes it with a public value,
// such as the limit that was passed.
type Field struct {
	Name   string
	Code   string
	Detail string
}

// Error is the only error a door may show. Code is a translation key, never a sentence: the core
// speaks no human language. Cause is private.
type Error struct {
	Kind   Kind
	Code   string
	Fields []Field
	Cause  error
}

// New returns an error of that kind and public code.
func New(kind Kind, code string) *Error { return &Error{Kind: kind, Code: code} }

// Wrap is New with a private cause, which errors.Is and errors.As still find.
func Wrap(kind Kind, code string, cause error) *Error {
	return &Error{Kind: kind, Code: code, Cause: cause}
}

// OnField returns an Invalid error about a single field.
func OnField(name, code string) *Error {
	return &Error{Kind: Invalid, Code: "invalid", Fields: []Field{{Name: name, Code: code}}}
}

// Error is for logs: it holds the private cause.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)", e.Code, e.Kind)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Name, f.Code)
		if f.Detail != "" {
			fmt.Fprintf(&b, " (%s)", f.Detail)
		}
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Cause }

// KindOf returns the kind of the first Error in the chain, Internal when there is none. It must
// not be called with nil.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err holds an Error of that kind; false for nil.
func Is(err error, kind Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}

// Fields gathers everything wrong with one input, so that it is all reported at once.
// The zero value is ready to use.
type Fields []Field

// Add notes that the named field is at fault.
func (f *Fields) Add(name, code string) { *f = append(*f, Field{Name: name, Code: code}) }

// AddDetail is Add with a public detail, such as a limit.
func (f *Fields) AddDetail(name, code, detail string) {
	*f = append(*f, Field{Name: name, Code: code, Detail: detail})
}

// Err returns nil when nothing was noted, else one Invalid error naming every field.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: "invalid", Fields: f}
}
