// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"maillage/internal/fault"
	"maillage/internal/password"
)

// reason returns the only reason for which a password is refused, "" when it is accepted.
func reason(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "password" {
		t.Fatalf("not one reason about the password: %v", err)
	}
	return f.Fields[0].Code
}

func TestCombiningPairsAreCountedAfterNFC(t *testing.T) {
	// Fifteen letters typed as thirty code points are fifteen; fourteen stay fourteen.
	pairs := strings.Split("éàùêîôûëïüçñãõáíóú", "")
	fifteen := norm.NFD.String(strings.Join(pairs[:15], ""))
	if n := utf8.RuneCountInString(fifteen); n != 30 {
		t.Fatalf("%d code points as typed, want 30", n)
	}
	got, err := password.Policy{}.Check(fifteen, password.Context{})
	if err != nil || got != strings.Join(pairs[:15], "") {
		t.Errorf("fifteen pairs: %q, %v", got, err)
	}
	_, err = password.Policy{}.Check(norm.NFD.String(strings.Join(pairs[:14], "")), password.Context{})
	if got := reason(t, err); got != "password_short" {
		t.Errorf("fourteen pairs: %q, want password_short", got)
	}
}

func TestNothingIsTrimmedOrReplaced(t *testing.T) {
	for _, s := range []string{
		"  deux espaces de chaque côté  ", "Majuscules ET minuscules", "insécable\u00a0et fine\u202f!",
		"ﬁ n’est pas fi", "① n’est pas 1", "👩‍🌾 et 🏳️‍🌈", "日本語のパスワード", strings.Repeat(" ", 20),
	} {
		if got, err := password.Normalize(s); err != nil || got != s {
			t.Errorf("%q became %q, %v", s, got, err)
		}
	}
	for c := rune(0x20); c < 0x7f; c++ { // every printing ASCII character, and space
		if got, err := password.Normalize(string(c)); err != nil || got != string(c) {
			t.Errorf("%q became %q, %v", c, got, err)
		}
	}
}

func TestWhatHasNoStableFormIsRefused(t *testing.T) {
	for name, s := range map[string]string{
		"broken UTF-8": "seize caractères\xff", "surrogate": "\xed\xa0\x80 seize caractères", "NUL": "seize\x00caractères", "tab": "seize\tcaractères",
		"line feed": "seize caractères\n", "escape": "seize\x1bcaractères", "C1": "seize\u0085caractères", "delete": "seize\u007fcaractères",
		"line separator": "seize\u2028caractères", "noncharacter": "seize\ufffecaractères", "unassigned": "seize\u0378caractères",
	} {
		_, err := password.Normalize(s)
		if got := reason(t, err); got != "password_characters" {
			t.Errorf("%s: %q, want password_characters", name, got)
		}
	}
}

func TestTooManyBytesAreRefusedBeforeTheyAreRead(t *testing.T) {
	// Not even UTF-8: had it been looked at, the reason would be another.
	_, err := password.Normalize(strings.Repeat("\xff", password.MaxBytes+1))
	if got := reason(t, err); got != "password_long" {
		t.Errorf("%q, want password_long", got)
	}
	if _, err := password.Normalize(strings.Repeat("🌾", password.MaxBytes/4)); err != nil {
		t.Errorf("under both limits: %v", err)
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"", "motdepasse", "e\u0301", "\u1100\u1161", "ﬁ", "\xff", "\u0378", strings.Repeat("\u0344", 300), "\U0001D160"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := password.Normalize(s)
		if err != nil {
			if got != "" {
				t.Errorf("refused, and still %q", got)
			}
			reason(t, err)
			return
		}
		if !norm.NFC.IsNormalString(got) || utf8.RuneCountInString(got) > password.MaxCodePoints {
			t.Errorf("%q is not in NFC or too long", got)
		}
		if norm.NFD.String(got) != norm.NFD.String(s) {
			t.Errorf("%q is not canonically equivalent to %q", got, s)
		}
		if again, err := password.Normalize(got); len(got) <= password.MaxBytes && (err != nil || again != got) {
			t.Errorf("%q became %q, %v the second time", got, again, err)
		}
		context := password.Context{Site: []string{"Maillage"}, Person: s, Body: s, Email: s}
		if n := password.Strength(got, context); n < 0 || n > 4 {
			t.Errorf("strength %d", n)
		}
		if _, err := (password.Policy{}).Check(s, context); err != nil {
			reason(t, err)
		}
	})
}
