// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package totp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// KeySize is the size of a sealing key, in bytes (AES-256).
const KeySize = 32

// ErrSealed says that a stored secret cannot be opened: under a key that is not given, for another
// account, or changed by somebody.
var ErrSealed = errors.New("one-time password secret: cannot be opened")

const sealForm = "v1"

// Seal encrypts a secret for one account with AES-256-GCM. The result, in ASCII, names its form and
// its key ("v1.KEYID.…"), and opens for no other account: a row copied onto another one is refused.
// Each call gives another text, with a nonce drawn at random; a key seals 2^32 secrets and more, many
// times what an instance has accounts. It returns an error when the key has not KeySize bytes.
func Seal(key []byte, secret, accountID string) (string, error) {
	aead, err := gcm(key)
	if err != nil {
		return "", err
	}
	id := keyID(key)
	sealed := aead.Seal(nil, nil, []byte(secret), bound(id, accountID))
	return sealForm + "." + id + "." + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open returns the secret that Seal sealed for that account, with whichever of the keys it was: the
// current one, and those it replaced. It returns ErrSealed when none opens it.
func Open(sealed, accountID string, keys ...[]byte) (string, error) {
	form, rest, _ := strings.Cut(sealed, ".")
	id, text, _ := strings.Cut(rest, ".")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if form != sealForm || err != nil {
		return "", ErrSealed
	}
	for _, key := range keys {
		if keyID(key) != id {
			continue
		}
		aead, err := gcm(key)
		if err != nil {
			return "", err
		}
		secret, err := aead.Open(nil, nil, raw, bound(id, accountID))
		if err != nil {
			return "", ErrSealed
		}
		return string(secret), nil
	}
	return "", ErrSealed
}

// SealedWith reports whether a stored secret is under that key; others are sealed anew when they are
// next opened, and a key that seals none may be thrown away.
func SealedWith(key []byte, sealed string) bool {
	return strings.HasPrefix(sealed, sealForm+"."+keyID(key)+".")
}

// keyID names a key without telling anything of it: 32 bits of a hash of its own kind.
func keyID(key []byte) string {
	sum := sha256.Sum256(append([]byte("maillage one-time password key id\x00"), key...))
	return hex.EncodeToString(sum[:4])
}

func bound(id, accountID string) []byte {
	return []byte(strings.Join([]string{"maillage one-time password secret", sealForm, id, accountID}, "\x00"))
}

func gcm(key []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("sealing key of %d bytes: want %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("sealing key: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
