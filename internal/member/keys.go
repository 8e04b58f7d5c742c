// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"maillage/internal/password"
)

// MasterSize is the size of the instance's master secret, in bytes. It is kept outside the database:
// a copy of the database alone then opens nothing.
const MasterSize = 32

// Keys are worked out from the master secret, each for one use.
type Keys struct {
	links    []byte
	throttle []byte
	// Seal encrypts the secrets of second factors at rest.
	Seal []byte
	// Trail makes the audit trail's chain one that only the instance can write.
	Trail []byte
	// Peppers are mixed into passwords. The earlier masters' still verify.
	Peppers password.Peppers
}

// NewKeys derives the keys of a master secret. previous are masters in use before: passwords made
// under them still verify, and are made anew at the next sign-in; links and second factors made
// under them are lost.
func NewKeys(master []byte, previous ...[]byte) (Keys, error) {
	if len(master) != MasterSize {
		return Keys{}, errors.New("the master secret must be 32 bytes")
	}
	var k Keys
	for _, d := range []struct {
		use string
		to  *[]byte
	}{{"links", &k.links}, {"throttle", &k.throttle}, {"seal", &k.Seal}, {"trail", &k.Trail}} {
		key, err := hkdf.Key(sha256.New, master, nil, "maillage/"+d.use, 32)
		if err != nil {
			return Keys{}, fmt.Errorf("derive key: %w", err)
		}
		*d.to = key
	}
	k.Peppers = password.Peppers{Keys: map[string][]byte{}}
	for i, m := range append([][]byte{master}, previous...) {
		key, err := hkdf.Key(sha256.New, m, nil, "maillage/pepper", 32)
		if err != nil {
			return Keys{}, fmt.Errorf("derive key: %w", err)
		}
		sum := sha256.Sum256(key)
		id := hex.EncodeToString(sum[:4])
		k.Peppers.Keys[id] = key
		if i == 0 {
			k.Peppers.Current = id
		}
	}
	return k, nil
}

// counter returns the name under which failures are counted, from which nobody reads an address.
func (k Keys) counter(kind, of string) string {
	h := hmac.New(sha256.New, k.throttle)
	fmt.Fprintf(h, "%s\x00%s", kind, of)
	return kind + ":" + hex.EncodeToString(h.Sum(nil)[:16])
}
