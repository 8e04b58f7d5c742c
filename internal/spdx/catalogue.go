// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package spdx

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"
)

//go:embed licences.tsv
var licencesTSV string

//go:embed deprecated.tsv
var deprecatedTSV string

//go:embed labels.tsv
var labelsTSV string

// entry is one licence: its name and flags ("o" approved by the OSI, "f" free for the FSF).
type entry struct{ name, flags string }

// reading is what a label stands for; open says that the label leaves something to decide.
type reading struct {
	expression string
	open       bool
}

// catalogue is the embedded tables, keyed by lower-case identifier or by normal label.
type catalogue struct {
	ids        map[string]string // lower case to the case of the list, deprecated ones too
	exceptions map[string]string
	replaced   map[string]string
	entries    map[string]entry
	labels     map[string]reading
}

// newCatalogue reads the tables the first time and returns the same, read-only value afterwards.
var newCatalogue = sync.OnceValue(func() *catalogue {
	c := &catalogue{ids: map[string]string{}, exceptions: map[string]string{},
		replaced: map[string]string{}, entries: map[string]entry{}, labels: map[string]reading{}}
	for _, id := range spdxlicenses.GetDeprecated() {
		c.ids[strings.ToLower(id)] = id
	}
	for _, id := range spdxlicenses.GetLicenses() {
		c.ids[strings.ToLower(id)] = id
	}
	for _, id := range spdxlicenses.GetExceptions() {
		c.exceptions[strings.ToLower(id)] = id
	}
	for row := range rows(licencesTSV) {
		key := strings.ToLower(row[0])
		c.entries[key] = entry{flags: row[1], name: row[2]}
		if _, known := c.ids[key]; !known {
			c.ids[key] = row[0]
		}
	}
	for row := range rows(deprecatedTSV) {
		c.replaced[strings.ToLower(row[0])] = row[1]
	}
	for row := range rows(labelsTSV) {
		c.labels[row[0]] = reading{expression: row[1], open: len(row) > 2 && row[2] == "?"}
	}
	return c
})

// rows yields the fields of each line that is neither empty nor a comment.
func rows(table string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for line := range strings.Lines(table) {
			line = strings.TrimRight(line, "\r\n")
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if !yield(strings.Split(line, "\t")) {
				return
			}
		}
	}
}

// satisfies reports whether n can be honoured with licences that carry one of the flags.
func (c *catalogue) satisfies(n *node, flags string) bool {
	switch n.operator {
	case "OR":
		return c.satisfies(n.left, flags) || c.satisfies(n.right, flags)
	case "AND":
		return c.satisfies(n.left, flags) && c.satisfies(n.right, flags)
	}
	// An exception only gives more rights, so the licence alone decides.
	return strings.ContainsAny(c.entries[strings.ToLower(n.licence)].flags, flags)
}
