// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import "strings"

// keeper hands out the memory of items. At start it does so by the block, each of one sort: what
// stays then does not lie between what is thrown away, and there is less for the collector to follow.
// A keeper serves one goroutine.
type keeper struct {
	many   bool
	items  []Item
	text   strings.Builder
	values []facetValue
	// scratch is where the values of the item in the making are gathered.
	scratch []facetValue
}

// Sizes of the blocks, and the number of things from which they are worth it: a block stays as long
// as one of its things does.
const (
	blockFrom   = 256
	blockItems  = 256
	blockText   = 64 << 10 // bytes
	blockValues = 8 << 10
)

func newKeeper(things int) *keeper { return &keeper{many: things >= blockFrom} }

func (k *keeper) item() *Item {
	if !k.many {
		return &Item{}
	}
	if len(k.items) == 0 {
		k.items = make([]Item, blockItems)
	}
	it := &k.items[0]
	k.items = k.items[1:]
	return it
}

// join returns the parts in one string.
func (k *keeper) join(parts ...string) string {
	if !k.many {
		return strings.Join(parts, "")
	}
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	if k.text.Cap()-k.text.Len() < n {
		k.text = strings.Builder{}
		k.text.Grow(max(blockText, n))
	}
	from := k.text.Len()
	for _, p := range parts {
		k.text.WriteString(p)
	}
	return k.text.String()[from:] // of the block: it never grows
}

// keep returns a copy of the values.
func (k *keeper) keep(values []facetValue) []facetValue {
	if !k.many {
		return append(make([]facetValue, 0, len(values)), values...)
	}
	if cap(k.values)-len(k.values) < len(values) {
		k.values = make([]facetValue, 0, max(blockValues, len(values)))
	}
	from := len(k.values)
	k.values = append(k.values, values...)
	return k.values[from:len(k.values):len(k.values)]
}
