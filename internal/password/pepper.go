// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
)

// MinPepper is the least length of a pepper, in bytes: NIST asks for 112 bits, HMAC-SHA-256 can use
// 256.
const MinPepper = 32

// ErrPepper is found in the errors about peppers: one too short, one that is missing.
var ErrPepper = errors.New("password pepper")

var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// Peppers are the secrets mixed into every password before it is hashed. They are kept outside the
// database, in a file or the environment, so that a copy of the database alone verifies nothing.
type Peppers struct {
	Current string            // the id of the key new passwords are hashed with
	Keys    map[string][]byte // by id; the former ones still verify, and are replaced at sign-in
}

// check returns an error, ErrPepper, when a key is too short, an id is not of one to 32 letters,
// digits, "-" or "_", or the current one is missing. The error names ids and never holds a key.
func (p Peppers) check() error {
	for id, key := range p.Keys {
		if !keyID.MatchString(id) {
			return fmt.Errorf("%w: %q is not an id", ErrPepper, id)
		}
		if len(key) < MinPepper {
			return fmt.Errorf("%w: %s has %d bytes, %d are needed", ErrPepper, id, len(key), MinPepper)
		}
	}
	if _, ok := p.Keys[p.Current]; !ok {
		return fmt.Errorf("%w: no key %q, which is the current one", ErrPepper, p.Current)
	}
	return nil
}

// mix returns HMAC-SHA-256 of the password, under the key of that id.
func (p Peppers) mix(id, normalised string) ([]byte, error) {
	key, ok := p.Keys[id]
	if !ok {
		return nil, fmt.Errorf("%w: no key %q, which a stored password needs", ErrPepper, id)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(normalised))
	return mac.Sum(nil), nil
}
