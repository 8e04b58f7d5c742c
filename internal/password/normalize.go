// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package password decides which passwords are accepted and how they are kept, by NIST SP 800-63B-4
// §3.1.1.2: length counted in code points after NFC, a blocklist compared with the whole password,
// no rule of composition, argon2id behind a pepper held outside the database. It knows nothing of
// accounts, and keeps nothing.
package password

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"maillage/internal/fault"
)

// The lengths of a password. MaxBytes is counted as typed, before anything is done to it; the others
// are code points after NFC.
const (
	MinCodePoints = 15
	MaxCodePoints = 256
	MaxBytes      = 1024
)

// field is the name under which doors ask for the password.
const field = "password"

// Normalize returns the password as it is counted, compared and hashed: in NFC, with nothing
// trimmed, folded or replaced, so that an "é" typed as two code points on one keyboard and as one on
// another is the same. NFKC would make "ﬁ" and "fi" the same password too, and is not used.
//
// It returns fault.Invalid on the field "password": password_long beyond MaxBytes, before any
// further work, or beyond MaxCodePoints; password_characters when it is not UTF-8, holds a control
// character or a line separator, or a code point that Unicode has not assigned, whose normal form
// could change under our feet. At sign-in such an answer means a wrong password: see Hasher.Dummy.
func Normalize(s string) (string, error) {
	if len(s) > MaxBytes {
		return "", refuseLong()
	}
	if !utf8.ValidString(s) {
		return "", fault.OnField(field, "password_characters")
	}
	for _, r := range s {
		if unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Cn) {
			return "", fault.OnField(field, "password_characters")
		}
	}
	s = norm.NFC.String(s)
	if utf8.RuneCountInString(s) > MaxCodePoints {
		return "", refuseLong()
	}
	return s, nil
}

func refuseLong() error {
	var f fault.Fields
	f.AddDetail(field, "password_long", strconv.Itoa(MaxCodePoints))
	return f.Err()
}
