// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
)

// Page sizes of a list.
const (
	PageSize    = 25
	MaxPageSize = 100
	maxCursor   = 512 // bytes of a cursor
)

// Query reads a request's query strictly: ask for each parameter by its name, then let Err report
// at once every one that was repeated, not understood, or never asked for. Methods answer their
// default for a parameter that is absent, empty or at fault.
type Query struct {
	params []param
	few    [8]param
	faults fault.Fields
}

type param struct {
	name, value string
	used        bool
}

// ReadQuery reads the query of a request, application/x-www-form-urlencoded in UTF-8.
func ReadQuery(c echo.Context) *Query {
	q := &Query{}
	q.params = q.few[:0]
	raw := c.Request().URL.RawQuery
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		if len(q.params) == QueryLimit {
			q.Fault("query", "too_many_items", strconv.Itoa(QueryLimit))
			break
		}
		name, value, _ := strings.Cut(pair, "=")
		name, okName := unescape(name)
		value, okValue := unescape(value)
		if !okName {
			q.Fault("query", "broken_encoding", "")
			continue
		}
		p := param{name: name, value: value}
		if !okValue {
			p.value = ""
			q.Fault(name, "broken_encoding", "")
		}
		if old := q.find(name); old != nil {
			if !old.used {
				q.Fault(name, "repeated_parameter", "")
			}
			old.used = true
			continue
		}
		q.params = append(q.params, p)
	}
	for i := range q.params {
		q.params[i].used = false
	}
	return q
}

// unescape decodes a name or value; false when it is broken, not UTF-8, or holds a NUL.
func unescape(s string) (string, bool) {
	if strings.ContainsAny(s, "%+") {
		var err error
		if s, err = url.QueryUnescape(s); err != nil {
			return "", false
		}
	}
	return s, utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

func (q *Query) find(name string) *param {
	for i := range q.params {
		if q.params[i].name == name {
			return &q.params[i]
		}
	}
	return nil
}

// Fault reports a parameter the caller found wrong; detail is public and may be empty.
func (q *Query) Fault(name, code, detail string) {
	if len(q.faults) < jsonFaults {
		q.faults.AddDetail(shorten(name), code, detail)
	}
}

func shorten(name string) string {
	if len(name) > jsonName {
		return strings.ToValidUTF8(name[:jsonName], "") + "…"
	}
	return name
}

func (q *Query) take(name string) (string, bool) {
	p := q.find(name)
	if p == nil {
		return "", false
	}
	p.used = true
	return p.value, p.value != ""
}

// Text returns a parameter of at most max code points, without surrounding spaces.
func (q *Query) Text(name string, max int) string {
	s, _ := q.take(name)
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > max {
		q.Fault(name, "too_long", strconv.Itoa(max))
		return ""
	}
	return s
}

// List returns the parts of a parameter such as "hosting,support": at most max of them, none empty.
func (q *Query) List(name string, max int) []string {
	s, ok := q.take(name)
	if !ok {
		return nil
	}
	if strings.Count(s, ",") >= max {
		q.Fault(name, "too_many_items", strconv.Itoa(max))
		return nil
	}
	parts := strings.Split(s, ",")
	for i := range parts {
		if parts[i] = strings.TrimSpace(parts[i]); parts[i] == "" {
			q.Fault(name, "invalid_value", "")
			return nil
		}
	}
	return parts
}

// Choice returns a parameter that must be one of the allowed words.
func (q *Query) Choice(name, def string, allowed ...string) string {
	s, ok := q.take(name)
	if !ok {
		return def
	}
	for _, a := range allowed {
		if s == a {
			return a
		}
	}
	q.Fault(name, "not_a_choice", strings.Join(allowed, ", "))
	return def
}

// Int returns a whole number from min to max.
func (q *Query) Int(name string, def, min, max int) int {
	s, ok := q.take(name)
	if !ok {
		return def
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < min || n > max {
		q.Fault(name, "out_of_range", strconv.Itoa(min)+"–"+strconv.Itoa(max))
		return def
	}
	return n
}

// Float returns a number from min to max, and whether there was one.
func (q *Query) Float(name string, min, max float64) (float64, bool) {
	s, ok := q.take(name)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f < min || f > max {
		format := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
		q.Fault(name, "out_of_range", format(min)+"–"+format(max))
		return 0, false
	}
	return f, true
}

// Bool returns a parameter that is "true" or "false", and whether it was there.
func (q *Query) Bool(name string) (value, set bool) {
	switch s, ok := q.take(name); {
	case !ok:
		return false, false
	case s == "true":
		return true, true
	case s == "false":
		return false, true
	}
	q.Fault(name, "not_a_choice", "true, false")
	return false, false
}

// Page is the part of a list a client asks for. At most one of After and Before is set; what a
// cursor holds is for the list to read, and to report with Fault when it was made up.
type Page struct {
	Size          int
	After, Before string
}

// Page reads page[size], page[after] and page[before].
func (q *Query) Page() Page {
	p := Page{Size: q.Int("page[size]", PageSize, 1, MaxPageSize)}
	p.After = q.cursor("page[after]")
	p.Before = q.cursor("page[before]")
	if p.After != "" && p.Before != "" {
		q.Fault("page[before]", "exclusive", "page[after]")
		p.Before = ""
	}
	return p
}

func (q *Query) cursor(name string) string {
	s, _ := q.take(name)
	if len(s) > maxCursor {
		q.Fault(name, "cursor_unknown", "")
		return ""
	}
	return s
}

// Err returns nil, or one fault.Invalid naming every parameter that was wrong, repeated, or that no
// method was called for.
func (q *Query) Err() error {
	for i := range q.params {
		if !q.params[i].used {
			q.params[i].used = true
			q.Fault(q.params[i].name, "unknown_parameter", "")
		}
	}
	return q.faults.Err()
}
