// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package spdx

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

var (
	// separator splits a list of licences that does not say whether it means "and" or "or".
	separator = regexp.MustCompile(`(?i)\s*(?:[,;/|&]|\s(?:et/ou|and/or|et|ou|and|or)\s)\s*`)
	// later is every way of saying that later versions will do.
	later  = regexp.MustCompile(`(?i)\s*(?:\+|[-(,]?\s*(?:or|and|ou|et)[- ](?:any[- ])?(?:later|newer|ulterieure?s?|plus|superieure?s?)(?:\s*versions?)?\)?)\s*$`)
	word   = regexp.MustCompile(`[a-z]+|[0-9]+|\+`)
	glued  = regexp.MustCompile(`([a-z])v([0-9])`) // "gplv3"
	choice = regexp.MustCompile(`(?i)^\s*(?:\||or|ou)\s*$`)
)

// label reads a display label. The second value says that one reading was chosen among several.
func (c *catalogue) label(s string) (*node, bool) {
	s = strip(s)
	if n, open := c.single(s); n != nil {
		return n, open
	}
	parts := separator.Split(s, -1)
	if len(parts) < 2 {
		return nil, false
	}
	open := slices.ContainsFunc(separator.FindAllString(s, -1), func(sep string) bool {
		return !choice.MatchString(sep)
	})
	var list *node
	for _, part := range parts {
		n, unsure := c.single(part)
		if n == nil {
			return nil, false
		}
		open = open || unsure
		if list == nil {
			list = n
		} else {
			list = &node{operator: "OR", left: list, right: n}
		}
	}
	return list, open
}

// single reads one licence: an expression, or a label of the table.
func (c *catalogue) single(s string) (*node, bool) {
	if n, _ := c.expression(s); n != nil {
		return n, false
	}
	r, ok := c.labels[normal(s)]
	if !ok {
		return nil, false
	}
	n, _ := c.expression(r.expression)
	return n, r.open
}

// strip lowers the case and removes the accents.
func strip(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case r == '’' || r == '\'':
			b.WriteByte(' ')
		case r >= 0x300 && r < 0x370:
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// normal is the form the table is keyed by: lower case, no accents, words and numbers apart, the
// words that carry no meaning left out, "+" last when later versions will do, "2.0" as "2".
func normal(s string) string {
	s = strings.TrimSpace(strip(s))
	suffix := ""
	if loc := later.FindStringIndex(s); loc != nil && loc[0] > 0 {
		s, suffix = s[:loc[0]], " +"
	}
	var kept []string
	for _, w := range word.FindAllString(glued.ReplaceAllString(s, "$1 $2"), -1) {
		switch w {
		case "gnu", "the", "license", "licence", "licenses", "licences", "version", "v", "la", "only", "seulement":
			continue
		}
		kept = append(kept, w)
	}
	if n := len(kept); n > 1 && kept[n-1] == "0" && kept[n-2] != "cc" {
		kept = kept[:n-1]
	}
	return strings.Join(kept, " ") + suffix
}
