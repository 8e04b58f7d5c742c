// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import "strings"

// rows returns what fingers and children run along, folded. Each is read in both directions and
// goes round from its end to its start.
func rows() []string {
	return []string{
		"1234567890", "0123456789", "13579", "24680", "abcdefghijklmnopqrstuvwxyz",
		"azertyuiopqsdfghjklmwxcvbn", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm",
		"azertyuiop^$", "qsdfghjklmu*", "wxcvbn,;:!", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./",
		"&e\"'(-e_ca)=", "!@#$%^&*()_+", // the digits of azerty without shift, those of qwerty with it
		"1aqw2zsx3edc4rfv5tgb6yhn7uj8ik9ol0pm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
		"aqwzsxedcrfvtgbyhnujikolpm", "qazwsxedcrfvtgbyhnujmikolp",
	}
}

// sequence reports whether the whole of s, at least four code points, is made of runs along the rows
// and of repeated characters, of four code points on average and never less than three: "12345678",
// "azertyuiopqsdfghj", "abcdef123456", "aaaaaaaa"; or is two of those interleaved: "a1b2c3d4e5f6".
func sequence(s []rune) bool {
	if len(s) < 4 {
		return false
	}
	lines := bothWays(rows()...)
	if runs(s, lines) {
		return true
	}
	var even, odd []rune
	for i, r := range s {
		if i%2 == 0 {
			even = append(even, r)
		} else {
			odd = append(odd, r)
		}
	}
	return len(odd) >= 4 && runs(even, lines) && runs(odd, lines)
}

// within reports whether s is of that shape once two code points at most are taken from its ends:
// "aaaaaaaaaaaaaaX" and "1234567890123a!" are no better than without.
func within(s []rune, shape func([]rune) bool) bool {
	for before := range 3 {
		for after := range 3 - before {
			if len(s) >= before+after && shape(s[before:len(s)-after]) {
				return true
			}
		}
	}
	return false
}

// repeated reports whether s is a unit repeated, see period.
func repeated(s []rune) bool { return period(s) > 0 }

// bothWays returns the rows and their mirrors, each followed by itself.
func bothWays(rows ...string) []string {
	lines := make([]string, 0, 2*len(rows))
	for _, row := range rows {
		r := []rune(row)
		for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
			r[i], r[j] = r[j], r[i]
		}
		lines = append(lines, row+row, string(r)+string(r))
	}
	return lines
}

// runs covers s with the longest runs first, from the left.
func runs(s []rune, lines []string) bool {
	count := 0
	for at := 0; at < len(s); count++ {
		n := 1
		for n < len(s)-at && s[at+n] == s[at] {
			n++
		}
		for _, line := range lines {
			n = max(n, along(s[at:], line))
		}
		if n < 3 {
			return false
		}
		at += n
	}
	return count*4 <= max(len(s), 4)
}

// along returns how many code points of s, from its first, follow the line.
func along(s []rune, line string) int {
	longest := 0
	for start := 0; start < len(line)/2; start++ {
		n := 0
		for n < len(s) && rune(line[(start+n)%len(line)]) == s[n] {
			n++
		}
		longest = max(longest, n)
	}
	return longest
}

// period returns the length of the unit that s repeats, at least twice and perhaps cut short at the
// end, or 0: 3 for "abcabcab".
func period(s []rune) int {
	for p := 1; p <= len(s)/2; p++ {
		repeats := true
		for i := p; i < len(s) && repeats; i++ {
			repeats = s[i] == s[i-p]
		}
		if repeats {
			return p
		}
	}
	return 0
}

// repeats returns the unit of which s is two whole copies or more, or "".
func repeats(s string) string {
	for p := 1; p <= len(s)/2; p++ {
		if len(s)%p == 0 && strings.Repeat(s[:p], len(s)/p) == s {
			return s[:p]
		}
	}
	return ""
}
