// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"maillage/internal/fault"
)

// What "go generate" last wrote.
const (
	listHash   = "9ebe2847635a6c5fe46ebf7fee65e95e5c79d3c1667b1be4b8a00b98d34cdee6"
	listOrigin = "@zxcvbn-ts/language-common 4.1.3, @zxcvbn-ts/language-fr 4.1.2"
)

func TestTheEmbeddedListIsTheOneThatWasReviewed(t *testing.T) {
	sum := sha256.Sum256([]byte(blocklist))
	if got := hex.EncodeToString(sum[:]); got != listHash {
		t.Errorf("hash %s, want %s", got, listHash)
	}
	if got := ListOrigin(); got != listOrigin {
		t.Errorf("made from %q, want %q", got, listOrigin)
	}
	if len(blocklist) > 1_500_000 {
		t.Errorf("%d bytes: too big to carry", len(blocklist))
	}
}

func TestKnownWordsAreFoundAndOthersAreNot(t *testing.T) {
	for word, want := range map[string]rank{
		"motdepasse": frequent, "password": frequent, "azertyuiop": frequent, "123456": frequent, "bonjour": frequent,
		"extraterrestres": known, "malheureusement": frequent, "polniypizdec0211": frequent,
		"": unknown, "motdepassez": unknown, "motdepassex": unknown, "a": unknown, "zzzzzzzzzzzzzz": unknown, "\xff": unknown, "!": unknown,
		strings.Repeat("z", 300): unknown,
	} {
		if got := find(word); got != want {
			t.Errorf("%q: %d, want %d", word, got, want)
		}
	}
	for _, whole := range []string{"motdepassemotdepasse", "passwordpassword", "123456789123456789", "azertyuiopqsdfghjklm"} {
		if !common(whole) {
			t.Errorf("%q is not in the list", whole)
		}
	}
}

func TestEveryEntryOfTheListIsFoundAgain(t *testing.T) {
	at := len(Magic) + 4 + len(ListOrigin())
	blocks := word32(at)
	data := blocklist[at+4+4*blocks:]
	var entry [256]byte
	count, before := 0, ""
	for len(data) > 0 {
		n := int(data[0]&^Frequent) + copy(entry[data[0]&^Frequent:], data[2:2+int(data[1])])
		word := string(entry[:n])
		if word <= before || find(word) == unknown || Fold(word) != word {
			t.Fatalf("entry %d is out of order, lost or not folded", count)
		}
		before, data, count = word, data[2+int(data[1]):], count+1
	}
	if count < 100_000 || (count+BlockSize-1)/BlockSize != blocks {
		t.Errorf("%d entries in %d blocks", count, blocks)
	}
}

// TestNoRandomPasswordIsRefused bounds what the wholes recognised beyond the list cost honest people.
func TestNoRandomPasswordIsRefused(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) // a test's dice, not a secret
	for range 5_000 {
		var letters, digits [MinCodePoints]byte
		for i := range letters {
			letters[i], digits[i] = byte('a'+random.IntN(26)), byte('0'+random.IntN(10))
		}
		for _, p := range []string{string(letters[:]), string(digits[:])} {
			if _, err := (Policy{}).Check(p, Context{Site: []string{"Maillage"}, Person: "Li Na"}); err != nil {
				t.Errorf("%s: %v", p, err)
			}
		}
	}
}

// TestEveryListedPasswordLongEnoughIsRefused reads the lists of the project's shared data, where
// they are beside the checkout.
func TestEveryListedPasswordLongEnoughIsRefused(t *testing.T) {
	paths, err := filepath.Glob("../../../shared/data/passwords/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		for n := 1; lines.Scan(); n++ {
			if utf8.RuneCountInString(lines.Text()) < MinCodePoints {
				continue
			}
			checked++
			_, err := Policy{}.Check(lines.Text(), Context{})
			if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Invalid {
				t.Errorf("%s:%d is accepted", filepath.Base(path), n)
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if len(paths) > 0 && checked < 100 {
		t.Errorf("%d entries checked in %d lists", checked, len(paths))
	}
}
