// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package totp_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"maillage/internal/totp"
)

var (
	oldKey = bytes.Repeat([]byte{1}, totp.KeySize)
	newKey = bytes.Repeat([]byte{2}, totp.KeySize)
)

func seal(t testing.TB, key []byte, secret, account string) string {
	t.Helper()
	sealed, err := totp.Seal(key, secret, account)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestASealedSecretOpensForItsAccountOnly(t *testing.T) {
	sealed := seal(t, newKey, rfcSecret, "account-1")
	if strings.Contains(sealed, rfcSecret) {
		t.Error("the secret is readable")
	}
	if got, err := totp.Open(sealed, "account-1", newKey); err != nil || got != rfcSecret {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := totp.Open(sealed, "account-2", newKey); !errors.Is(err, totp.ErrSealed) {
		t.Errorf("opened for another account: %v", err)
	}
	if again := seal(t, newKey, rfcSecret, "account-1"); again == sealed {
		t.Error("two seals are alike: the nonce is not drawn")
	}
}

func TestASecretSealedBeforeAKeyChangedStillOpens(t *testing.T) {
	sealed := seal(t, oldKey, rfcSecret, "a")
	if got, err := totp.Open(sealed, "a", newKey, oldKey); err != nil || got != rfcSecret {
		t.Errorf("%q, %v", got, err)
	}
	if !totp.SealedWith(oldKey, sealed) || totp.SealedWith(newKey, sealed) {
		t.Error("the key is not told from the seal")
	}
	for _, keys := range [][][]byte{nil, {newKey}} {
		if _, err := totp.Open(sealed, "a", keys...); !errors.Is(err, totp.ErrSealed) {
			t.Errorf("opened without its key: %v", err)
		}
	}
}

func TestASealWithOneCharacterChangedDoesNotOpen(t *testing.T) {
	sealed := seal(t, newKey, rfcSecret, "a")
	for i := range sealed {
		for _, c := range []byte("Aw.0") {
			changed := []byte(sealed)
			if changed[i] == c {
				continue
			}
			changed[i] = c
			if got, err := totp.Open(string(changed), "a", newKey); err == nil {
				t.Errorf("opened as %q with %q at %d", got, c, i)
			}
		}
		if _, err := totp.Open(sealed[:i], "a", newKey); !errors.Is(err, totp.ErrSealed) {
			t.Errorf("opened when cut at %d: %v", i, err)
		}
	}
}

func TestAKeyOfAnotherSizeIsAnError(t *testing.T) {
	for _, size := range []int{0, 16, 31, 33} {
		if _, err := totp.Seal(make([]byte, size), rfcSecret, "a"); err == nil {
			t.Errorf("sealed with %d bytes", size)
		}
	}
}

func FuzzOpenNeverPanics(f *testing.F) {
	f.Add(seal(f, newKey, rfcSecret, "a"))
	f.Add("v1..")
	f.Fuzz(func(t *testing.T, sealed string) {
		if got, err := totp.Open(sealed, "a", newKey); err == nil && got != rfcSecret {
			t.Errorf("%q opens as %q", sealed, got)
		}
	})
}
