// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
)

// RevTag returns the strong entity tag of a record's revision: `"r17"`.
func RevTag(rev int64) string { return `"r` + strconv.FormatInt(rev, 10) + `"` }

// NotModified sets ETag to the given tag, quotes included, and, on GET or HEAD, answers 304 when
// If-None-Match names it or is "*" (RFC 9110 §13.1.2, weak comparison). When it returns true the
// answer is made and the handler returns nil. Set Cache-Control and Vary before calling it.
func NotModified(c echo.Context, etag string) bool {
	r, h := c.Request(), c.Response().Header()
	asked := r.Header["If-None-Match"]
	same := false
	if len(asked) > 0 && read(r.Method) {
		same = len(asked) == 1 && asked[0] == etag // what nearly everybody sends
		if !same {
			tags, all, ok := parseTags(asked)
			same = ok && (all || contains(tags, etag, weakly))
		}
	}
	h["Etag"] = []string{etag}
	if same {
		c.Response().WriteHeader(http.StatusNotModified)
	}
	return same
}

// MatchRev checks If-Match against the present tag of what is about to change (RFC 9110 §13.1.1,
// strong comparison: a weak tag never matches). It returns nil when there is no If-Match, when it is
// "*", or when it names the tag; fault.Stale when it does not; fault.Malformed when it cannot be
// read. The caller then changes that very revision and no other.
func MatchRev(c echo.Context, etag string) error {
	asked := c.Request().Header["If-Match"]
	if len(asked) == 0 {
		return nil
	}
	tags, all, ok := parseTags(asked)
	if !ok {
		return &fault.Error{Kind: fault.Malformed, Code: "malformed",
			Fields: []fault.Field{{Name: "If-Match", Code: "etag_malformed"}}}
	}
	if all || contains(tags, etag, strongly) {
		return nil
	}
	return fault.New(fault.Stale, "stale_revision")
}

// RequireRev is MatchRev for a change that must say what it was made from: without If-Match it
// returns status 428 (RFC 6585 §3).
func RequireRev(c echo.Context, etag string) error {
	if len(c.Request().Header["If-Match"]) == 0 {
		return echo.NewHTTPError(http.StatusPreconditionRequired)
	}
	return MatchRev(c, etag)
}

func weakly(a, b string) bool {
	return strings.TrimPrefix(a, "W/") == strings.TrimPrefix(b, "W/")
}

func strongly(a, b string) bool { return a == b && !strings.HasPrefix(a, "W/") }

func contains(tags []string, etag string, same func(a, b string) bool) bool {
	for _, t := range tags {
		if same(t, etag) {
			return true
		}
	}
	return false
}

// parseTags reads a list of entity tags over every line of the header; all for a lone "*".
func parseTags(lines []string) (tags []string, all, ok bool) {
	rest := strings.TrimSpace(strings.Join(lines, ","))
	if rest == "*" {
		return nil, true, true
	}
	for rest != "" {
		if rest[0] == ',' || rest[0] == ' ' || rest[0] == '\t' {
			rest = rest[1:] // RFC 9110 §5.6.1: empty elements are allowed for
			continue
		}
		start := 0
		if strings.HasPrefix(rest, "W/") {
			start = 2
		}
		if len(rest) <= start || rest[start] != '"' {
			return nil, false, false
		}
		end := strings.IndexByte(rest[start+1:], '"')
		if end < 0 {
			return nil, false, false
		}
		end += start + 2
		tags = append(tags, rest[:end])
		rest = strings.TrimLeft(rest[end:], " \t")
		if rest != "" && rest[0] != ',' {
			return nil, false, false
		}
	}
	return tags, false, len(tags) > 0
}
