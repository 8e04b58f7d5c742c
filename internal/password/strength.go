// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Strength returns how hard the password, as Normalize returned it, is to guess, from 0 to 4, to be
// shown while it is chosen. It decides nothing: Policy.Check does.
//
//	0  under 25 bits, or refused by the blocklist, the context or as a pattern
//	1  under 50 bits
//	2  50 bits, what the CNIL asks of a password with restricted access (its case 2)
//	3  65 bits
//	4  80 bits, what the CNIL asks of a password alone (its case 1)
//
// The bits are those of the cheapest way to write the folded password as words of the blocklist
// (11 bits when frequent, 17 else), names of the context (4), affixes (8), runs and repetitions (6),
// and single characters (the logarithm of their kind's number), plus one bit for each capital, six at
// most, when they are neither all nor only the first.
func Strength(normalised string, context Context) int {
	folded, words := Fold(normalised), context.words()
	runes := []rune(folded)
	if len(runes) >= 4 && (within(runes, sequence) || within(runes, repeated)) || about(folded, words) || common(folded) {
		return 0
	}
	switch bits := bits(folded, words) + capitals(normalised); {
	case bits < 25:
		return 0
	case bits < 50:
		return 1
	case bits < 65:
		return 2
	case bits < 80:
		return 3
	}
	return 4
}

// bits returns the cost of the cheapest way to write the folded password.
func bits(folded string, words []string) float64 {
	cheapest := make([]float64, len(folded)+1)
	for i := 1; i < len(cheapest); i++ {
		cheapest[i] = math.Inf(1)
	}
	lines := bothWays(rows()...)
	for at, r := range folded {
		offer := func(n int, cost float64) {
			cheapest[at+n] = min(cheapest[at+n], cheapest[at]+cost)
		}
		rest := folded[at:]
		offer(utf8.RuneLen(r), single(r))
		for _, w := range words {
			if alike(rest, w) {
				offer(len(w), 4)
			}
		}
		for n := 3; n <= min(len(rest), 24); n++ {
			switch rankOf(rest[:n]) {
			case frequent:
				offer(n, 11)
			case known:
				offer(n, 17)
			}
			if n <= maxAffix && affix(rest[:n]) {
				offer(n, 8)
			}
		}
		ahead := []rune(rest[:min(len(rest), 64)])
		for _, line := range lines {
			if n := along(ahead, line); n >= 4 {
				offer(n, 6)
			}
		}
		if n := len(rest) - len(strings.TrimLeft(rest, string(r))); n >= 3*utf8.RuneLen(r) {
			offer(n, 6)
		}
	}
	return cheapest[len(folded)]
}

// single returns the bits of one character that nothing explains.
func single(r rune) float64 {
	switch {
	case r >= '0' && r <= '9':
		return math.Log2(10)
	case r >= 'a' && r <= 'z':
		return math.Log2(26)
	case r < utf8.RuneSelf:
		return 5
	}
	return 7
}

func capitals(s string) float64 {
	upper, letters, first := 0, 0, false
	for i, r := range s {
		if unicode.IsLetter(r) {
			letters++
		}
		if unicode.IsUpper(r) {
			upper, first = upper+1, first || i == 0
		}
	}
	if upper == letters || upper == 1 && first {
		return 0
	}
	return min(float64(upper), 6)
}
