// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package text

import (
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// A collator keeps state while it works, so each caller borrows one; building one costs
// milliseconds.
var collators = sync.Pool{New: func() any { return &sorter{collate.New(language.French), new(collate.Buffer)} }}

type sorter struct {
	collator *collate.Collator
	buffer   *collate.Buffer
}

// SortKey returns bytes that compare, as a string, in the order of a French dictionary: É beside E,
// œ as oe, capitals beside small letters (Unicode collation, CLDR French). Two texts that differ
// have different keys, so that an order by key is total. It is safe for concurrent use and is not
// meant to be stored: a new version of the tables may change it.
func SortKey(s string) string {
	c := collators.Get().(*sorter)
	defer collators.Put(c)
	key := c.collator.KeyFromString(c.buffer, strings.ToValidUTF8(s, "\ufffd"))
	out := string(key) + "\x00" + s
	c.buffer.Reset()
	return out
}
