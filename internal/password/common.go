// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPair is the longest core looked at for two frequent words, in bytes.
const maxPair = 32

// common reports whether the whole of the folded password is in the blocklist, or is one of the
// wholes people make of its words to reach a length: a word doubled or tripled, a word and an
// ending or a beginning (see affix), two of the most frequent words joined, all of it perhaps with
// one separating sign, and with the usual replacements of letters. These wholes are recognised rather
// than listed: there would be billions. A password that merely contains a word is none of them.
func common(folded string) bool {
	if listed(folded) || listed(squeeze(folded)) {
		return true
	}
	for start := range starts(folded) {
		for end := len(folded); end > start; end-- {
			if end < len(folded) && !affix(folded[end:]) {
				if len(folded)-end >= maxAffix {
					break
				}
				continue
			}
			core := folded[start:end]
			if (start > 0 || end < len(folded)) && !strings.ContainsFunc(core, unicode.IsLetter) {
				continue // numbers around a number: digits drawn at random would look like it
			}
			if wholly(core) || wholly(squeeze(core)) {
				return true
			}
		}
	}
	return false
}

// starts yields 0 and where the word may begin after something people put before it.
func starts(folded string) func(func(int) bool) {
	return func(yield func(int) bool) {
		if !yield(0) {
			return
		}
		for at := 1; at <= min(maxAffix, len(folded)-1); at++ {
			if utf8.RuneStart(folded[at]) && affix(folded[:at]) && !yield(at) {
				return
			}
		}
	}
}

// listed reports whether the word, as it is or without replacements of letters, is in the list.
func listed(word string) bool { return rankOf(word) != unknown }

// rankOf is find, also without replacements of letters.
func rankOf(word string) rank {
	if len(word) > MaxWord {
		return unknown
	}
	best := find(word)
	if best != frequent {
		if p := plain(word); p != word {
			best = max(best, find(p))
		}
	}
	return best
}

// wholly reports whether the core is a word, a word repeated, or two frequent words.
func wholly(core string) bool {
	if len(core) < 3 {
		return false
	}
	if listed(core) || listed(repeats(core)) {
		return true
	}
	if len(core) > maxPair {
		return false
	}
	for at := 3; at <= len(core)-3; at++ {
		if rankOf(core[:at]) == frequent && rankOf(core[at:]) == frequent {
			return true
		}
	}
	return false
}
