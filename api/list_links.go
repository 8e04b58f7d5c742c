// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/url"
	"strings"
)

// Names of the cursors in a query, as people type them and as our own links write them (RFC 3986
// wants brackets encoded).
const (
	afterTyped, afterEncoded   = "page[after]", "page%5Bafter%5D"
	beforeTyped, beforeEncoded = "page[before]", "page%5Bbefore%5D"
)

// cutCursor takes the cursor off the end of a raw query, where our own links put it: what is left is
// the same for every page of a list. ok is false when there is none there, or when the query must be
// read with more care.
func cutCursor(raw string) (rest, after, before string, ok bool) {
	i := strings.LastIndexByte(raw, '&')
	name, value, _ := strings.Cut(raw[i+1:], "=")
	rest = raw[:max(i, 0)]
	if value == "" || len(value) > 512 || !plain(value) || strings.Contains(rest, "after") || strings.Contains(rest, "before") {
		return raw, "", "", false
	}
	switch name {
	case afterTyped, afterEncoded:
		return rest, value, "", true
	case beforeTyped, beforeEncoded:
		return rest, "", value, true
	}
	return raw, "", "", false
}

// plain reports whether a value needs no decoding.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~') {
			return false
		}
	}
	return true
}

// withoutCursors returns a raw query without its cursors, wherever they are.
func withoutCursors(raw string) string {
	if !strings.Contains(raw, "after") && !strings.Contains(raw, "before") {
		return raw
	}
	var kept []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err == nil && (decoded == afterTyped || decoded == beforeTyped) {
			continue
		}
		kept = append(kept, pair)
	}
	return strings.Join(kept, "&")
}

// appendLinks appends the links of a page: itself, and its neighbours where there are any.
func appendLinks(b []byte, path, raw, base, prev, next string) []byte {
	b = append(b, `"links":{"self":"`...)
	b = append(b, path...)
	if raw != "" {
		b = append(b, '?')
		b = appendEscaped(b, raw)
	}
	b = append(b, `","prev":`...)
	b = appendPage(b, path, base, beforeEncoded, prev)
	b = append(b, `,"next":`...)
	b = appendPage(b, path, base, afterEncoded, next)
	return append(b, '}')
}

func appendPage(b []byte, path, base, name, cursor string) []byte {
	if cursor == "" {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = append(b, path...)
	b = append(b, '?')
	if base != "" {
		b = appendEscaped(b, base)
		b = append(b, '&')
	}
	b = append(b, name...)
	b = append(b, '=')
	b = append(b, url.QueryEscape(cursor)...)
	return append(b, '"')
}
