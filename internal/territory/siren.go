// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package territory

import (
	"strings"
	"unicode"

	"maillage/internal/fault"
)

// SIREN is the nine-digit number of a legal unit in the Sirene register; "" when unknown.
type SIREN string

// SIRET is the fourteen-digit number of a place of a legal unit: its SIREN and five digits.
type SIRET string

// laPoste is the legal unit whose places do not obey Luhn's formula.
const laPoste = "356000000"

// ParseSIREN reads a SIREN as people type it, spaces, dots and hyphens included. It returns
// fault.Invalid with siren_malformed unless there are nine digits, siren_checksum when the last one
// disagrees with Luhn's formula (ISO/IEC 7812-1 annex B).
func ParseSIREN(s string) (SIREN, error) {
	d, ok := digits(s, 9)
	switch {
	case !ok:
		return "", fault.New(fault.Invalid, "siren_malformed")
	case d == "000000000" || luhn(d)%10 != 0:
		return "", fault.New(fault.Invalid, "siren_checksum")
	}
	return SIREN(d), nil
}

// ParseSIRET reads a SIRET as people type it. The SIREN inside must be valid, and the whole too,
// except for La Poste, whose places add up to a multiple of five instead. It returns fault.Invalid
// with siret_malformed or siret_checksum.
func ParseSIRET(s string) (SIRET, error) {
	d, ok := digits(s, 14)
	if !ok {
		return "", fault.New(fault.Invalid, "siret_malformed")
	}
	if _, err := ParseSIREN(d[:9]); err != nil {
		return "", fault.New(fault.Invalid, "siret_checksum")
	}
	if luhn(d)%10 == 0 || d[:9] == laPoste && sum(d)%5 == 0 {
		return SIRET(d), nil
	}
	return "", fault.New(fault.Invalid, "siret_checksum")
}

// SIREN returns the legal unit the place belongs to, "" when s is not fourteen characters long.
func (s SIRET) SIREN() SIREN {
	if len(s) != 14 {
		return ""
	}
	return SIREN(s[:9])
}

// Spaced returns the number in groups of three, as it is read aloud: "213 800 012".
func (s SIREN) Spaced() string {
	if len(s) != 9 {
		return string(s)
	}
	return string(s[:3] + " " + s[3:6] + " " + s[6:])
}

// digits returns s without what people put between digits, and whether n digits are left.
func digits(s string, n int) (string, bool) {
	if len(s) > 64 {
		return "", false
	}
	kept := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '.' || r == '-' {
			return -1
		}
		return r
	}, s)
	if len(kept) != n {
		return "", false
	}
	for i := range n {
		if kept[i] < '0' || kept[i] > '9' {
			return "", false
		}
	}
	return kept, true
}

// luhn returns the weighted sum of the digits, a multiple of ten when the number is right.
func luhn(d string) int {
	total := 0
	for i := range len(d) {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			v = v*2 - v/5*9
		}
		total += v
	}
	return total
}

func sum(d string) int {
	total := 0
	for i := range len(d) {
		total += int(d[i] - '0')
	}
	return total
}
