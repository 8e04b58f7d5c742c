// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package text holds what is done to words whatever they are about: folding for comparison, slugs,
// sort keys, checks on names and texts that strangers write, Markdown to safe HTML and plain text.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns s as it is compared and searched: compatibility decomposition (NFKD), marks removed,
// lower case, œ æ ß ø ł đ þ spelled in ASCII, and everything that is neither letter nor digit turned
// into single spaces, none at the ends. "Saint-Étienne-d’Œuf" gives "saint etienne d oeuf". Broken
// UTF-8 counts as a space. Fold(Fold(s)) == Fold(s), and nothing is allocated when s is already
// folded ASCII.
func Fold(s string) string {
	if foldedASCII(s) {
		return s
	}
	b := make([]byte, 0, len(s)+8)
	gap := false // a space is due before the next letter
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			i++
			b, gap = appendFolded(b, rune(c), gap)
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch d := norm.NFKD.PropertiesString(s[i:]).Decomposition(); {
		case r >= firstHangul && r <= lastHangul: // decomposed by rule, not by table
			for _, jamo := range norm.NFKD.String(s[i : i+size]) {
				b, gap = appendFolded(b, jamo, gap)
			}
		case d == nil:
			b, gap = appendFolded(b, r, gap)
		default:
			for len(d) > 0 {
				part, n := utf8.DecodeRune(d)
				b, gap = appendFolded(b, part, gap)
				d = d[n:]
			}
		}
		i += size
	}
	return string(b)
}

// The Korean syllables.
const firstHangul, lastHangul = '\uac00', '\ud7a3'

// foldedASCII reports whether Fold would change nothing.
func foldedASCII(s string) bool {
	space := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			space = false
		case c == ' ' && !space:
			space = true
		default:
			return false
		}
	}
	return !space || s == ""
}

func appendFolded(b []byte, r rune, gap bool) ([]byte, bool) {
	var ligature string
	switch {
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
	case r >= 'A' && r <= 'Z':
		r += 'a' - 'A'
	case r < utf8.RuneSelf || r == utf8.RuneError:
		return b, true
	case unicode.Is(unicode.M, r):
		return b, gap
	case !unicode.IsLetter(r) && !unicode.IsNumber(r), r < 0x300 && unicode.Is(unicode.Lm, r):
		return b, true // the modifier letters of that block are apostrophes and accents standing alone
	default:
		r = unicode.ToLower(r)
		ligature = spelled(r)
	}
	if gap && len(b) > 0 {
		b = append(b, ' ')
	}
	if ligature != "" {
		return append(b, ligature...), false
	}
	return utf8.AppendRune(b, r), false
}

// spelled gives the ASCII spelling of the letters Unicode does not decompose, "" for the others.
func spelled(r rune) string {
	switch r {
	case 'œ':
		return "oe"
	case 'æ':
		return "ae"
	case 'ß':
		return "ss"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ı':
		return "i"
	}
	return ""
}

// Words returns the folded words of s, nil when there is none.
func Words(s string) []string {
	f := Fold(s)
	if f == "" {
		return nil
	}
	return strings.Split(f, " ")
}
