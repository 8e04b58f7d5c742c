// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"slices"
	"strings"
	"unicode/utf8"

	"maillage/internal/text"
)

// Context is what an attacker knows of whoever chooses the password. Any part may be empty.
type Context struct {
	Site   []string // names of the instance, its host, the product, the collective
	Body   string   // the name of the local authority or organisation
	Email  string   // the address: its local part and its domain
	Person string   // the name of the person
}

// maxContext bounds the words taken from a context.
const maxContext = 64

// words returns the words of the context, folded, of three code points or more, and each name
// written in one word.
func (c Context) words() []string {
	local, domain, _ := strings.Cut(c.Email, "@")
	var words []string
	for _, name := range append([]string{c.Body, c.Person, local, domain, strings.TrimRight(local, "0123456789")}, c.Site...) {
		parts := text.Words(name)
		words = append(words, parts...)
		if len(parts) > 1 {
			words = append(words, strings.Join(parts, ""))
		}
	}
	words = slices.DeleteFunc(words, func(w string) bool {
		return utf8.RuneCountInString(w) < 3 || connects(w) || affix(w)
	})
	slices.Sort(words)
	words = slices.Compact(words)
	return words[:min(len(words), maxContext)]
}

// connects reports whether the word joins names rather than being one.
func connects(w string) bool {
	switch w {
	case "de", "du", "des", "d", "la", "le", "les", "l", "et", "en", "sur", "sous", "aux", "au", "mon", "ma",
		"mes", "notre", "pour", "the", "of", "and", "my", "fr", "eu", "com",
		"org", "net", "www":
		return true
	}
	return false
}

// What has been used on the way to a place of the password; a set of them is a bit each.
const (
	aName  = 1 << iota // a word of the context
	aWord              // a frequent word that is not of the context
	anEdge             // an affix just before this place
	states = 1 << iota
)

// about reports whether the whole folded password is made of words of the context, in any number
// and order, with connecting words, affixes (see affix) and at most one frequent word: the name
// repeated, the name and a year, "mairiederennes35000". It must hold one word of the context.
func about(folded string, words []string) bool {
	if len(words) == 0 || folded == "" {
		return false
	}
	reached := make([]uint, len(folded)+1) // at each place, the set of states, a bit each
	reached[0] = 1
	for at := range folded {
		for state := range uint(states) {
			if reached[at]&(1<<state) != 0 {
				advance(folded, at, state, words, reached)
			}
		}
	}
	for state := range uint(states) {
		if state&aName != 0 && reached[len(folded)]&(1<<state) != 0 {
			return true
		}
	}
	return false
}

// advance marks the places that one more part leads to.
func advance(folded string, at int, state uint, words []string, reached []uint) {
	rest := folded[at:]
	for _, w := range words {
		if alike(rest, w) {
			reached[at+len(w)] |= 1 << (state&^anEdge | aName)
		}
	}
	for n := 1; n <= min(len(rest), maxAffix); n++ {
		part := rest[:n]
		if connects(part) {
			reached[at+n] |= 1 << (state &^ anEdge)
		}
		if state&anEdge == 0 && affix(part) {
			reached[at+n] |= 1 << (state | anEdge)
		}
		if n >= 3 && state&aWord == 0 && rankOf(part) == frequent {
			reached[at+n] |= 1 << (state&^anEdge | aWord)
		}
	}
}

// alike reports whether s begins with the word, the usual replacements of letters undone.
func alike(s, word string) bool {
	if len(s) < len(word) {
		return false
	}
	for i := range len(word) {
		if s[i] != word[i] && unleet(rune(s[i])) != rune(word[i]) {
			return false
		}
	}
	return true
}
