// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import "unicode"

// Characters counts s as people do: a letter with its accents, a flag, a family of emoji are one
// each. It follows the extended grapheme clusters of Unicode (UAX #29), without the rules of Indic
// conjuncts, which only a count above the limits of the standard could tell apart.
func Characters(s string) int {
	n := 0
	var previous rune
	joined, flags := false, 0
	for _, r := range s {
		switch {
		case previous == '\r' && r == '\n',
			extends(r),
			joined && isPictograph(r),
			hangul(previous, r):
		case isFlag(r) && flags%2 == 1:
		default:
			n++
		}
		joined = r == 0x200D
		if isFlag(r) {
			flags++
		} else if !extends(r) {
			flags = 0
		}
		previous = r
	}
	return n
}

// extends reports whether r attaches itself to what precedes it.
func extends(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r == 0x200C, r == 0x200D, r >= 0x1F3FB && r <= 0x1F3FF, r >= 0xE0020 && r <= 0xE007F:
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc)
}

func isFlag(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// isPictograph is a wide reading of Extended_Pictographic, enough behind a joiner.
func isPictograph(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2190 && r <= 0x2BFF || r == 0xA9 || r == 0xAE
}

// hangul reports whether two jamo, or a syllable and a jamo, make one syllable.
func hangul(a, b rune) bool {
	lead := a >= 0x1100 && a <= 0x115F
	vowel := a >= 0x1160 && a <= 0x11A7
	trail := a >= 0x11A8 && a <= 0x11FF
	syllable := a >= 0xAC00 && a <= 0xD7A3
	switch {
	case b >= 0x1100 && b <= 0x115F, b >= 0xAC00 && b <= 0xD7A3:
		return lead
	case b >= 0x1160 && b <= 0x11A7:
		return lead || vowel || syllable && (a-0xAC00)%28 == 0
	case b >= 0x11A8 && b <= 0x11FF:
		return vowel || trail || syllable
	}
	return false
}
