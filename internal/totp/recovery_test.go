// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package totp_test

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"testing"

	"maillage/internal/totp"
)

func TestRecoveryCodesAreReadableAndTellApart(t *testing.T) {
	plain, hashes := totp.RecoveryCodes(10)
	form := regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$`)
	for i, code := range plain {
		if !form.MatchString(code) {
			t.Errorf("code %q", code)
		}
		sum := sha256.Sum256([]byte(strings.ReplaceAll(code, "-", "")))
		if hashes[i] != hex.EncodeToString(sum[:]) {
			t.Errorf("the hash at %d is not its code's", i)
		}
	}
	if len(plain) != 10 || len(hashes) != 10 || len(slices.Compact(slices.Sorted(slices.Values(plain)))) != 10 {
		t.Errorf("%d codes, %d hashes: %v", len(plain), len(hashes), plain)
	}
}

func TestARecoveryCodeIsFoundAsAPersonTypesIt(t *testing.T) {
	const code = "0123-4567-89AB-CDEF-GHJK-1111"
	want := totp.HashRecovery(code)
	for _, typed := range []string{
		"0123456789ABCDEFGHJK1111", "0123-4567-89ab-cdef-ghjk-1111", " O123 4567 89AB CDEF GHJK iIlL ",
		"o123–4567—89ab‑cdef-ghjk-1111\n",
	} {
		if totp.HashRecovery(typed) != want {
			t.Errorf("%q is not found", typed)
		}
	}
	for _, typed := range []string{"", "-", "0123-4567-89AB-CDEF-GHJK-1112", "0123-4567-89AB-CDEF-GHJK-111", code + "0", "é"} {
		if totp.HashRecovery(typed) == want {
			t.Errorf("%q is found", typed)
		}
	}
}

func TestEveryLetterOfARecoveryCodeIsDrawn(t *testing.T) {
	plain, _ := totp.RecoveryCodes(200)
	all := strings.Join(plain, "")
	for _, r := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
		// 4,800 draws of 32: 150 each; fewer than 60 is over seven standard deviations away.
		if n := strings.Count(all, string(r)); n < 60 {
			t.Errorf("%c was drawn %d times of 4800", r, n)
		}
	}
}
