// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxAffix is the longest ending or beginning looked at, in bytes.
const maxAffix = 16

// affix reports whether the folded s, which is not empty, is what people put after or before a word
// to make a password of it: a short number, a year, a date, the start of a postal code, a sequence,
// signs that say nothing ("1", "2026!", "-", "01/02/1980", "***").
func affix(s string) bool {
	if len(s) > maxAffix {
		return false
	}
	var digits, signs []byte
	groups, before := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if !before {
				groups++
			}
			digits, before = append(digits, c), true
		case c >= utf8.RuneSelf || unicode.IsLetter(rune(c)):
			return false
		default:
			signs, before = append(signs, c), false
		}
	}
	if len(signs) > 2 && strings.Trim(string(signs), string(signs[:1])) != "" {
		return false
	}
	return groups <= 3 && (groups == 0 || number(string(digits)))
}

// number reports whether the digits are of those people add to words.
func number(d string) bool {
	switch {
	case len(d) <= 3, period([]rune(d)) > 0, runs([]rune(d), bothWays("1234567890", "0123456789")):
		return true
	case len(d) == 4:
		return year(d) || day(d[:2], d[2:]) // 1985, 1402 for a 14 February
	case len(d) == 5:
		return d[2] == '0' // 35000, 75011, 69003
	case len(d) == 6:
		return day(d[:2], d[2:4])
	case len(d) == 8:
		return day(d[:2], d[2:4]) && year(d[4:]) || year(d[:4]) && day(d[6:], d[4:6]) || year(d[:4]) && year(d[4:])
	}
	return false
}

func year(d string) bool { return d >= "1900" && d < "2050" }

// day reports whether the digits are a day and a month, in that order or the other.
func day(d, m string) bool {
	ok := func(d, m string) bool { return d >= "01" && d <= "31" && m >= "01" && m <= "12" }
	return ok(d, m) || ok(m, d)
}
