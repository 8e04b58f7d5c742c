// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package totp is the second factor of an authenticator application: six digits that change every
// thirty seconds (RFC 6238), the recovery codes that stand in for a lost telephone, and the seal
// under which a secret is stored. It keeps nothing: the caller stores, and counts the tries.
package totp

import (
	"bytes"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"image/png"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// What applications take without being told, and so what every one of them takes: SHA-1 (sound in
// HMAC, RFC 6194 §3.3), six digits, thirty seconds.
const (
	period     = 30 // seconds
	window     = 1  // steps accepted on either side of now (RFC 6238 §5.2)
	digits     = 6
	secretSize = 20 // bytes: 160 bits, what RFC 4226 §4 recommends
	minSecret  = 16 // bytes, of a secret that came from elsewhere
)

// Secret is what the site and one application share. Printing it shows nothing: its value must be
// asked for.
type Secret struct{ issuer, account, value string }

// New draws a secret of 160 bits. The application shows the issuer (the site) and the account (the
// person's e-mail) above the code; neither may be empty.
func New(issuer, account string) (Secret, error) {
	raw := make([]byte, secretSize)
	rand.Read(raw) //nolint:errcheck // never fails, crypto/rand says
	return Restore(issuer, account, encoding.EncodeToString(raw))
}

// Restore returns the Secret of a value that Value gave, so that its image can be shown a second
// time while the person has not yet confirmed it.
func Restore(issuer, account, value string) (Secret, error) {
	raw, err := decode(value)
	if err != nil || len(raw) != secretSize {
		return Secret{}, fmt.Errorf("not a one-time password secret of %d bytes", secretSize)
	}
	s := Secret{issuer: label(issuer), account: label(account), value: value}
	if s.issuer == "" || s.account == "" {
		return Secret{}, errors.New("a one-time password secret needs an issuer and an account")
	}
	return s, nil
}

// label makes a name fit for one half of "issuer:account", where a colon would part it anew.
func label(name string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(name, ":", " ")), " ")
}

// encoding is the base32 of RFC 4648 without padding, which is what applications read.
var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

func decode(value string) ([]byte, error) { return encoding.DecodeString(value) }

// Value returns the secret itself, 32 letters and digits: it is stored sealed, and given to Check.
func (s Secret) Value() string { return s.value }

// URI returns the otpauth:// address that applications read (the Key Uri Format of Google
// Authenticator). It holds the secret. It is written here because the library leaves an "&" of a
// name as it is, which cuts the name.
func (s Secret) URI() string {
	query := url.Values{"secret": {s.value}, "issuer": {s.issuer}, "algorithm": {"SHA1"},
		"digits": {strconv.Itoa(digits)}, "period": {strconv.Itoa(period)}}
	// Applications show the plus of a form as a plus.
	return "otpauth://totp/" + url.PathEscape(s.issuer) + ":" + url.PathEscape(s.account) + "?" +
		strings.ReplaceAll(query.Encode(), "+", "%20")
}

// Text returns the secret in groups of four, for a person who types it instead of scanning.
func (s Secret) Text() string { return grouped(s.value, " ") }

// String hides the secret from logs.
func (s Secret) String() string { return "one-time password secret" }

// GoString hides the secret from logs.
func (s Secret) GoString() string { return s.String() }

// PNG returns a QR code of the URI, size pixels wide and high with the white border that scanners
// need (ISO/IEC 18004 §7.3.7: four modules). It returns an error under 150 pixels and over 2,000.
func (s Secret) PNG(size int) ([]byte, error) {
	if size < 150 || size > 2000 {
		return nil, fmt.Errorf("a QR code of %d pixels", size)
	}
	code, err := qr.Encode(s.URI(), qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	framed := withBorder(code)
	scaled, err := barcode.Scale(framed, size, size)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, scaled); err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	return out.Bytes(), nil
}

// Check says whether the code is the one of now, or of the step before or after for a telephone
// whose clock is off, and of which step. A step at or before lastStep is refused, so that each code
// serves once (NIST SP 800-63B-4 §3.1.4): the caller stores the step, and refuses the login when
// another one stored it first. 0 is the lastStep of a secret never used. Spaces in the code are
// passed over; a secret that is not one refuses every code.
func Check(secret, code string, now time.Time, lastStep int64) (step int64, ok bool) {
	code = withoutSpaces(code)
	if len(code) != digits || strings.Trim(code, "0123456789") != "" {
		return 0, false
	}
	// An empty secret would have codes that anybody can compute: RFC 4226 §4 wants 128 bits at least.
	if raw, err := decode(secret); err != nil || len(raw) < minSecret {
		return 0, false
	}
	current := now.Unix() / period
	// All steps are tried, and compared in constant time: an answer takes as long wherever it is.
	for at := current - window; at <= current+window; at++ {
		if at <= 0 {
			continue
		}
		want, err := hotp.GenerateCodeCustom(secret, uint64(at), hotp.ValidateOpts{Digits: digits, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, false
		}
		same := subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1
		if same && at > lastStep && !ok {
			step, ok = at, true
		}
	}
	return step, ok
}

// withoutSpaces drops every white space, those that a copied text brings (no-break, thin) included.
func withoutSpaces(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// grouped puts a separator after every fourth character.
func grouped(s, separator string) string {
	var groups []string
	for ; len(s) > 4; s = s[4:] {
		groups = append(groups, s[:4])
	}
	return strings.Join(append(groups, s), separator)
}
