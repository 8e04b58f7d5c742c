// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// headerFault reports whether a value may not stand in a header: it holds a line break, a NUL or
// another control, a bidirectional or unseen character, or is not UTF-8. Such a value is refused, not
// repaired: in a name or a subject it is never an accident.
func headerFault(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, unseen)
}

// maxAddress is the longest address SMTP carries: a path of 256 octets without its brackets
// (RFC 5321 §4.5.3.1.3); maxLocal is its left side (§4.5.3.1.1).
const maxAddress, maxLocal = 254, 64

// address checks an address and returns it as it goes in headers and commands, the domain in ASCII
// (IDNA). Only what net/mail parses back to itself is accepted: no quoted left side, no display name, no
// comment. A left side outside ASCII would need SMTPUTF8 (RFC 6531) all the way: it is refused. The
// second result is false when the address is refused.
func address(name, email string) (*mail.Address, bool) {
	// Length first: the parser takes its time over a long text. A character is at most four bytes of
	// UTF-8, and at least one in ASCII.
	if len(email) > 4*maxAddress || headerFault(email) || headerFault(name) {
		return nil, false
	}
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || parsed.Name != "" {
		return nil, false
	}
	at := strings.LastIndexByte(email, '@')
	local := email[:at]
	if len(local) > maxLocal || strings.ContainsFunc(local, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return nil, false
	}
	domain, err := idna.Lookup.ToASCII(email[at+1:])
	if err != nil || domain == "" || len(local)+1+len(domain) > maxAddress {
		return nil, false
	}
	// The way back: what is written must be read as the same address by whoever receives it.
	built := &mail.Address{Name: strings.TrimSpace(short(name)), Address: local + "@" + domain}
	again, err := mail.ParseAddress(built.String())
	if err != nil || again.Address != built.Address {
		return nil, false
	}
	return built, true
}

// validID reports whether an ID may be the left side of a Message-ID (RFC 5322 §3.6.4 dot-atom-text, of
// fewer characters) and the name of a file.
func validID(id string) bool {
	if id == "" || len(id) > 128 {
		return false
	}
	for part := range strings.SplitSeq(id, ".") {
		other := strings.ContainsFunc(part, func(r rune) bool {
			return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_'
		})
		if part == "" || other {
			return false
		}
	}
	return true
}
