// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

// insteadOf reads "alternative à Photoshop", "qui remplace Photoshop", "instead of Photoshop" and
// "Photoshop alternative": it returns the words of the product that is to be replaced, and false when
// the words ask for something else. What stands before must say nothing by itself.
func insteadOf(words []word) ([]word, bool) {
	plain := words[:0:0]
	for _, w := range words {
		if !w.joined {
			plain = append(plain, w)
		}
	}
	for i, w := range plain {
		size := replacing(plain[i:])
		if size == 0 {
			if stopWord(w.folded) || softWord(w.folded) || w.elided {
				continue
			}
			return suffixInstead(words, plain)
		}
		rest := plain[i+size:]
		for len(rest) > 0 && (rest[0].elided || stopWord(rest[0].folded) || rest[0].folded == "libre") {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return nil, false
		}
		return since(words, rest[0].from), true
	}
	return nil, false
}

// suffixInstead reads "photoshop alternative".
func suffixInstead(words, plain []word) ([]word, bool) {
	last := plain[len(plain)-1]
	switch last.folded {
	case "alternative", "alternatives", "equivalent", "equivalents", "replacement":
		rest := words[:0:0]
		for _, w := range words {
			if w.to <= last.from {
				rest = append(rest, w)
			}
		}
		return rest, len(rest) > 0
	}
	return nil, false
}

// since returns the words that begin at that byte or later.
func since(words []word, from int) []word {
	out := words[:0:0]
	for _, w := range words {
		if w.from >= from {
			out = append(out, w)
		}
	}
	return out
}

// replacing returns how many of the first words ask for a replacement, 0 when they do not.
func replacing(words []word) int {
	switch words[0].folded {
	case "remplace", "remplacer", "remplacent", "remplacant", "remplacement", "alternative", "alternatives",
		"equivalent", "equivalents", "replace", "replaces", "replacing", "replacement":
		return 1
	}
	for _, p := range [][]string{{"a", "la", "place"}, {"au", "lieu"}, {"en", "remplacement"}, {"instead", "of"}} {
		if len(words) < len(p) {
			continue
		}
		match := true
		for i := range p {
			match = match && words[i].folded == p[i]
		}
		if match {
			return len(p)
		}
	}
	return 0
}
