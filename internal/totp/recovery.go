// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package totp

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
)

// crockford is the alphabet of Douglas Crockford's base32: no I, L, O, U, so that nothing copied from
// paper is read as something else.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// recoverySize is the length of a recovery code: 120 bits. From 112 on, NIST SP 800-63B-4 §3.1.2.2
// and OWASP ASVS 5.0 6.5.2 want a plain hash and no more.
const recoverySize = 24

// RecoveryCodes draws n codes, each to be used once in place of the application. Plain is shown to
// the person, once, in groups of four (ABCD-EFGH-…); hashes, in the same order, are stored. Ten is
// the usual number.
func RecoveryCodes(n int) (plain, hashes []string) {
	for range n {
		raw := make([]byte, recoverySize)
		rand.Read(raw) //nolint:errcheck // never fails, crypto/rand says
		for i := range raw {
			raw[i] = crockford[raw[i]%32] // 256 is a multiple of 32: every letter is as likely
		}
		code := string(raw)
		plain, hashes = append(plain, grouped(code, "-")), append(hashes, HashRecovery(code))
	}
	return plain, hashes
}

// HashRecovery returns the SHA-256, in hexadecimal, of a code as a person may type it: in any case,
// with or without hyphens and spaces, O for 0, I or L for 1. An input that cannot be a code has a
// hash too, which no code has.
func HashRecovery(input string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(input) {
		switch {
		case r == 'O':
			b.WriteByte('0')
		case r == 'I' || r == 'L':
			b.WriteByte('1')
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r):
			// what stands between groups, dashes of a word processor included
		default:
			b.WriteRune(r)
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}
