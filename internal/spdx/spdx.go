// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package spdx turns what people write about licences into SPDX expressions, or says that it
// cannot. It is the only room that knows the list of licences.
package spdx

import (
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"
)

// MaxLength is the longest expression or label looked at, in bytes. Longer ones are unknown: the
// longest real one in the catalogues we read has under 100.
const MaxLength = 1024

// maxDepth bounds the nesting of parentheses.
const maxDepth = 32

// Licence is what could be made of a label.
type Licence struct {
	// Expression is the canonical SPDX expression, "" when the label is unknown. Deprecated
	// identifiers are already replaced in it (AGPL-3.0 becomes AGPL-3.0-only).
	Expression string
	// Label is what was written, trimmed of surrounding space.
	Label string
	// Known says that Expression is valid.
	Known bool
	// OSI says that the expression can be honoured with licences approved by the Open Source
	// Initiative alone.
	OSI bool
	// Free is OSI, or free according to the Free Software Foundation.
	Free bool
	// Deprecated says that the label used an identifier SPDX has withdrawn.
	Deprecated bool
	// Ambiguous says that a reading was chosen where the label left several: a list without
	// "and" or "or" (read as a choice), or a licence without its version. To show to a person.
	Ambiguous bool
}

// Parse reads an SPDX expression in any letter case, or a display label such as
// "EPL Eclipse Public License", "GNU AGPLv3", "CeCILL V2" or "LGPL-3.0, GPL-3.0, MPL-2.0". It never
// fails: what it does not recognise comes back with Known false and the label kept.
func Parse(label string) Licence {
	l := Licence{Label: strings.TrimSpace(label)}
	if l.Label == "" || len(l.Label) > MaxLength {
		return l
	}
	c := newCatalogue()
	n, deprecated := c.expression(l.Label)
	l.Deprecated = deprecated
	if n == nil {
		l.Deprecated = false
		n, l.Ambiguous = c.label(l.Label)
	}
	if n == nil {
		l.Ambiguous = false
		return l
	}
	l.Expression = n.String()
	if !Valid(l.Expression) {
		return Licence{Label: l.Label}
	}
	l.Known = true
	l.OSI = c.satisfies(n, "o")
	l.Free = c.satisfies(n, "of")
	return l
}

// Valid reports whether expr is an SPDX expression as the reference validators read it: identifiers
// in any letter case, deprecated ones included, operators in capitals.
func Valid(expr string) bool {
	if strings.TrimSpace(expr) == "" || len(expr) > MaxLength {
		return false
	}
	// The library's own parser panics on "(" and on other strangers' input, and its list is older
	// than our table: its lists are used, its parser is not.
	n, _ := newCatalogue().read(expr, true)
	return n != nil
}

// Name returns the full name of one SPDX licence identifier in any letter case, and the identifier
// itself when the list holds no name for it.
func Name(id string) string {
	if e, ok := newCatalogue().entries[strings.ToLower(id)]; ok {
		return e.name
	}
	return id
}

// IsFree reports whether expr, an SPDX expression, can be honoured with licences that are approved
// by the OSI or free according to the FSF: one branch of an OR is enough, every branch of an AND is
// needed. An expression we cannot read is not free.
func IsFree(expr string) bool {
	if len(expr) > MaxLength {
		return false
	}
	c := newCatalogue()
	n, _ := c.expression(expr)
	return n != nil && c.satisfies(n, "of")
}

// Identifiers returns the licence identifiers of SPDX that are not deprecated, sorted without
// regard to case, for pickers. The slice is the caller's.
func Identifiers() []string {
	var ids []string
	for key, id := range newCatalogue().ids {
		if _, gone := newCatalogue().replaced[key]; !gone && !slices.Contains(spdxlicenses.GetDeprecated(), id) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return ids
}
