// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"strconv"
	"unicode/utf8"

	"maillage/internal/fault"
)

// Policy decides whether a password may be chosen. The zero value is the policy of this house.
type Policy struct {
	// Minimum is the least length in code points. Below MinCodePoints it counts as MinCodePoints:
	// configuration may only raise it.
	Minimum int
}

// Least returns the least length in code points, to be said beside the field.
func (p Policy) Least() int { return min(max(p.Minimum, MinCodePoints), MaxCodePoints) }

// Check returns the candidate as Normalize does, ready to be hashed, when it may be chosen. What is
// refused is refused for one reason, fault.Invalid on the field "password", the one that helps most:
//
//	password_characters, password_long   see Normalize
//	password_short     fewer code points than Least, given as detail
//	password_pattern   a sequence, one character or a unit repeated, but for two code points
//	password_about_you made of the names in the context
//	password_common    in the blocklist, or made of one of its words
//
// The blocklist and the context are compared with the whole password, never with its parts, and no
// kind of character is ever asked for.
func (p Policy) Check(candidate string, context Context) (normalised string, err error) {
	normalised, err = Normalize(candidate)
	if err != nil {
		return "", err
	}
	if utf8.RuneCountInString(normalised) < p.Least() {
		var f fault.Fields
		f.AddDetail(field, "password_short", strconv.Itoa(p.Least()))
		return "", f.Err()
	}
	folded := Fold(normalised)
	runes := []rune(folded)
	if len(runes) == 0 { // combining marks alone
		runes = []rune(normalised)
	}
	switch {
	case within(runes, sequence):
		return "", fault.OnField(field, "password_pattern")
	case about(folded, context.words()):
		return "", fault.OnField(field, "password_about_you")
	case common(folded):
		return "", fault.OnField(field, "password_common")
	case within(runes, repeated):
		return "", fault.OnField(field, "password_pattern")
	}
	return normalised, nil
}
