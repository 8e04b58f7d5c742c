// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// format is the form in which a list is answered.
type format uint8

const (
	asJSON format = iota
	asCSV
	asAtom
)

func (f format) mediaType() string {
	return [...]string{"application/json", "text/csv; charset=utf-8", "application/atom+xml; charset=utf-8"}[f]
}

// accepted returns the form the client prefers (RFC 9110 §12.5.1), JSON when it has no preference.
// It returns 406 when none of ours will do.
func accepted(r *http.Request) (format, error) {
	lines := r.Header["Accept"]
	if len(lines) == 0 || len(lines) == 1 && (lines[0] == "*/*" || lines[0] == "application/json") {
		return asJSON, nil
	}
	best, found, bestQ := asJSON, false, 0.0
	for i, part := range strings.Split(strings.Join(lines, ","), ",") {
		if i == 32 {
			break
		}
		name, params, _ := strings.Cut(part, ";")
		f, ok := formatOf(strings.ToLower(strings.TrimSpace(name)))
		if q := quality(params); ok && q > bestQ {
			best, found, bestQ = f, true, q
		}
	}
	if !found {
		return asJSON, echo.NewHTTPError(http.StatusNotAcceptable)
	}
	return best, nil
}

func formatOf(mediaType string) (format, bool) {
	switch mediaType {
	case "*/*", "application/*", "application/json", "application/ld+json":
		return asJSON, true
	case "text/csv", "text/*":
		return asCSV, true
	case "application/atom+xml":
		return asAtom, true
	}
	return asJSON, false
}

func quality(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		if v, ok := strings.CutPrefix(strings.TrimSpace(p), "q="); ok {
			q, err := strconv.ParseFloat(v, 64)
			if err != nil || q < 0 || q > 1 {
				return 0
			}
			return q
		}
	}
	return 1
}
