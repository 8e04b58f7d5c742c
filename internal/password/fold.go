// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold returns the password as it is compared with the blocklist, and only there: two passwords
// equal after NFC and case folding are equal here, and so are those that differ by accents, by
// compatibility forms such as full-width letters, or by œ and oe. Punctuation and spaces are kept.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		if r >= 0x300 && r < 0x370 { // the combining marks of Latin letters
			continue
		}
		r = unicode.ToLower(unicode.ToUpper(r)) // so that σ and ς meet
		switch r {
		case 'œ':
			b.WriteString("oe")
		case 'æ':
			b.WriteString("ae")
		case 'ß':
			b.WriteString("ss")
		case '’', '‘', 'ʼ', '´', '`':
			b.WriteByte('\'')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plain undoes the usual replacements of letters: "p@ssw0rd" gives "password". Bytes stay as many.
func plain(folded string) string {
	return strings.Map(unleet, folded)
}

func unleet(r rune) rune {
	switch r {
	case '@', '4':
		return 'a'
	case '0':
		return 'o'
	case '1', '!', '|':
		return 'i'
	case '3':
		return 'e'
	case '5', '$':
		return 's'
	case '7', '+':
		return 't'
	}
	return r
}

// squeeze removes what separates the words of a password: "mot-de-passe" gives "motdepasse". It
// returns s itself when nothing separates, or when different signs do: that is no way to write words.
func squeeze(s string) string {
	var sign rune
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			continue
		}
		if sign != 0 && r != sign {
			return s
		}
		sign = r
	}
	if sign == 0 {
		return s
	}
	return strings.ReplaceAll(s, string(sign), "")
}
