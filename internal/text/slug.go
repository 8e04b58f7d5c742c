// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package text

import "strings"

// MaxSlug is the longest slug, in bytes.
const MaxSlug = 80

// Slug returns s as an address: folded words joined by hyphens, of a-z and 0-9 only, at most
// MaxSlug bytes, cut between two words where possible. Letters of other alphabets are dropped, so
// the slug may be empty; the caller then makes one from an identifier.
func Slug(s string) string {
	var b strings.Builder
	for _, word := range Words(s) {
		word = strings.Map(asciiOnly, word)
		if word == "" {
			continue
		}
		if b.Len() == 0 {
			b.WriteString(word[:min(len(word), MaxSlug)])
			continue
		}
		if b.Len()+1+len(word) > MaxSlug {
			break
		}
		b.WriteByte('-')
		b.WriteString(word)
	}
	return b.String()
}

func asciiOnly(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
		return r
	}
	return -1
}
