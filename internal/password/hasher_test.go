// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
)

// peppers are two keys, "2026" being the current one.
func peppers() Peppers {
	return Peppers{Current: "2026", Keys: map[string][]byte{
		"2025": bytes.Repeat([]byte{25}, MinPepper), "2026": bytes.Repeat([]byte{26}, MinPepper),
	}}
}

// cheap is a hasher that costs little, for what does not depend on the cost.
func cheap(t *testing.T, p Peppers) *Hasher {
	t.Helper()
	h, err := newHasher(p, cost{memory: 64, passes: 1, lanes: 1})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func mustHash(t *testing.T, h *Hasher, password string) string {
	t.Helper()
	encoded, err := h.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func mustVerify(t *testing.T, h *Hasher, encoded, password string) (ok, rehash bool) {
	t.Helper()
	ok, rehash, err := h.Verify(t.Context(), encoded, password)
	if err != nil {
		t.Fatal(err)
	}
	return ok, rehash
}

func TestAPasswordIsStoredAsSaltedArgon2idOfTheCostPromised(t *testing.T) {
	h, err := NewHasher(peppers())
	if err != nil {
		t.Fatal(err)
	}
	encoded := mustHash(t, h, "une phrase que je retiens")
	if !strings.HasPrefix(encoded, "$argon2id$v=19$m=47104,t=1,p=1,keyid=2026$") {
		t.Errorf("stored as %q", encoded)
	}
	s, err := parse(encoded)
	if err != nil || len(s.salt) != 16 || len(s.key) != 32 || s.String() != encoded {
		t.Errorf("salt of %d bytes, hash of %d, %v", len(s.salt), len(s.key), err)
	}
	if other := mustHash(t, h, "une phrase que je retiens"); other == encoded {
		t.Error("the same string twice: the salt is not random")
	}
	if ok, rehash := mustVerify(t, h, encoded, "une phrase que je retiens"); !ok || rehash {
		t.Errorf("the right password: ok %v, rehash %v", ok, rehash)
	}
	if ok, rehash := mustVerify(t, h, encoded, "une phrase que je retient"); ok || rehash {
		t.Errorf("a wrong password: ok %v, rehash %v", ok, rehash)
	}
}

func TestTheLastByteMatters(t *testing.T) {
	h := cheap(t, peppers())
	for _, long := range []string{strings.Repeat("x", 71), strings.Repeat("x", 255), strings.Repeat("\U0001f33e", 255)} {
		encoded := mustHash(t, h, long+"a")
		if ok, _ := mustVerify(t, h, encoded, long+"a"); !ok {
			t.Errorf("%d bytes: the right password is refused", len(long)+1)
		}
		for _, wrong := range []string{long + "b", long, long + "aa", long + "a\x00", long + "A"} {
			if ok, _ := mustVerify(t, h, encoded, wrong); ok {
				t.Errorf("%d bytes: a password that differs at its end is accepted", len(long)+1)
			}
		}
	}
}

func TestAnAccentTypedInTwoCodePointsIsTheSame(t *testing.T) {
	h := cheap(t, peppers())
	set, err := Policy{}.Check("l\u2019été revient à Épinal", Context{})
	if err != nil {
		t.Fatal(err)
	}
	typed, err := Normalize("l\u2019e\u0301te\u0301 revient a\u0300 E\u0301pinal")
	if err != nil {
		t.Fatal(err)
	}
	if ok, _ := mustVerify(t, h, mustHash(t, h, set), typed); !ok {
		t.Error("what was set in NFC is refused when typed in NFD")
	}
}

func TestNFKCEquivalentsDoNotMatch(t *testing.T) {
	h := cheap(t, peppers())
	for set, typed := range map[string]string{"\ufb01n de semaine pluvieuse": "fin de semaine pluvieuse", "x\u00b2 + y\u00b2 = une ellipse": "x2 + y2 = une ellipse"} {
		a, errA := Policy{}.Check(set, Context{})
		b, errB := Policy{}.Check(typed, Context{})
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if ok, _ := mustVerify(t, h, mustHash(t, h, a), b); ok {
			t.Errorf("%q opens what %q closed", typed, set)
		}
	}
}

func TestADumpAloneCannotVerify(t *testing.T) {
	h := cheap(t, peppers())
	s, err := parse(mustHash(t, h, "une phrase que je retiens"))
	if err != nil {
		t.Fatal(err)
	}
	// Whoever holds the row and knows the password, but not the pepper, computes something else.
	guess := argon2.IDKey([]byte("une phrase que je retiens"), s.salt, s.passes, s.memory, s.lanes, uint32(len(s.key)))
	if bytes.Equal(guess, s.key) {
		t.Error("the pepper is not in the hash")
	}
	// Nor does another key under the same name verify, and without any key nothing is verified.
	stranger := peppers()
	stranger.Keys["2026"] = bytes.Repeat([]byte{99}, MinPepper)
	if ok, _ := mustVerify(t, cheap(t, stranger), s.String(), "une phrase que je retiens"); ok {
		t.Error("another pepper verifies")
	}
	delete(stranger.Keys, "2026")
	stranger.Current = "2025"
	if ok, _, err := cheap(t, stranger).Verify(t.Context(), s.String(), "une phrase que je retiens"); ok || !errors.Is(err, ErrPepper) {
		t.Errorf("without the pepper: ok %v, %v", ok, err)
	}
}

func TestAnOldPepperOrCostVerifiesAndAsksForANewHash(t *testing.T) {
	old := peppers()
	old.Current = "2025"
	byPepper := mustHash(t, cheap(t, old), "une phrase que je retiens")
	now := cheap(t, peppers())
	dearer, err := newHasher(peppers(), cost{memory: 128, passes: 2, lanes: 1})
	if err != nil {
		t.Fatal(err)
	}
	byCost := mustHash(t, now, "une phrase que je retiens")
	for name, c := range map[string]struct {
		h       *Hasher
		encoded string
	}{"pepper": {now, byPepper}, "cost": {dearer, byCost}} {
		if ok, rehash := mustVerify(t, c.h, c.encoded, "une phrase que je retiens"); !ok || !rehash {
			t.Errorf("old %s: ok %v, rehash %v", name, ok, rehash)
		}
		if ok, rehash := mustVerify(t, c.h, c.encoded, "une phrase que je retient"); ok || rehash {
			t.Errorf("old %s, wrong password: ok %v, rehash %v", name, ok, rehash)
		}
		again := mustHash(t, c.h, "une phrase que je retiens")
		if ok, rehash := mustVerify(t, c.h, again, "une phrase que je retiens"); !ok || rehash {
			t.Errorf("old %s, hashed again: ok %v, rehash %v", name, ok, rehash)
		}
	}
}

func TestAWeakOrMissingPepperIsRefusedAndNeverPrinted(t *testing.T) {
	weak := []byte("quarante-deux, moins onze octets")[:MinPepper-1]
	for name, p := range map[string]Peppers{
		"short":      {"a", map[string][]byte{"a": weak}},
		"old short":  {"2026", map[string][]byte{"2026": bytes.Repeat([]byte{1}, 32), "old": weak}},
		"no current": {"b", map[string][]byte{"a": bytes.Repeat([]byte{1}, 32)}},
		"none":       {},
		"bad id":     {"a$b", map[string][]byte{"a$b": bytes.Repeat([]byte{1}, 32)}},
		"comma":      {"a,m=1", map[string][]byte{"a,m=1": bytes.Repeat([]byte{1}, 32)}},
	} {
		_, err := NewHasher(p)
		if !errors.Is(err, ErrPepper) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), string(weak[:8])) {
			t.Errorf("%s: the error holds the key: %v", name, err)
		}
	}
}

func TestThePeppersGivenMayBeWipedAfterwards(t *testing.T) {
	p := peppers()
	h := cheap(t, p)
	encoded := mustHash(t, h, "une phrase que je retiens")
	clear(p.Keys["2026"])
	delete(p.Keys, "2026")
	if ok, _ := mustVerify(t, h, encoded, "une phrase que je retiens"); !ok {
		t.Error("the hasher shares the caller's keys")
	}
}

func TestAHostileRowIsRefusedBeforeItCosts(t *testing.T) {
	h := cheap(t, peppers())
	b64 := base64.RawStdEncoding
	salt, key := b64.EncodeToString(make([]byte, 16)), b64.EncodeToString(make([]byte, 32))
	row := func(params string) string { return "$argon2id$v=19$" + params + "$" + salt + "$" + key }
	if _, _, err := h.Verify(t.Context(), row("m=64,t=1,p=1,keyid=2026"), "x"); err != nil {
		t.Fatalf("the honest row: %v", err)
	}
	for _, encoded := range []string{
		"", "$", "$$$$$", "plain text", row("m=4194304,t=1,p=1,keyid=2026"), row("m=131073,t=1,p=1,keyid=2026"), row("m=64,t=4294967295,p=1,keyid=2026"),
		row("m=64,t=9,p=1,keyid=2026"), row("m=64,t=1,p=255,keyid=2026"), row("m=0,t=1,p=1,keyid=2026"), row("m=64,t=0,p=1,keyid=2026"), row("m=64,t=1,p=0,keyid=2026"),
		row("m=7,t=1,p=1,keyid=2026"), row("m=-64,t=1,p=1,keyid=2026"), row("m=18446744073709551680,t=1,p=1,keyid=2026"), row("m=64,t=1,p=1"), row("m=64,t=1,p=1,keyid="),
		row("t=1,m=64,p=1,keyid=2026"), row("m=64,t=1,p=1,keyid=2026,x=1"), strings.Replace(row("m=64,t=1,p=1,keyid=2026"), "argon2id", "argon2i", 1),
		strings.Replace(row("m=64,t=1,p=1,keyid=2026"), "v=19", "v=16", 1), "$argon2id$v=19$m=64,t=1,p=1,keyid=2026$" + salt + "$",
		"$argon2id$v=19$m=64,t=1,p=1,keyid=2026$$" + key, row("m=64,t=1,p=1,keyid=2026") + "=", row("m=64,t=1,p=1,keyid=2026") + "$x",
		row("m=64,t=1,p=1,keyid=2026") + strings.Repeat("A", 4096), "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
	} {
		ok, rehash, err := h.Verify(t.Context(), encoded, "x")
		if ok || rehash || !errors.Is(err, ErrEncoded) {
			t.Errorf("%.80q: ok %v, rehash %v, %v", encoded, ok, rehash, err)
		}
	}
}

func FuzzStored(f *testing.F) {
	f.Add("$argon2id$v=19$m=47104,t=1,p=1,keyid=2026$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=8,t=1,p=1,keyid=a$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, encoded string) {
		s, err := parse(encoded)
		if err != nil {
			return
		}
		if s.memory > maxMemoryKiB || s.passes > maxPasses || s.lanes > maxLanes || s.passes == 0 || s.lanes == 0 {
			t.Errorf("%q asks for %+v", encoded, s.cost)
		}
		if again, err := parse(s.String()); err != nil || again.String() != s.String() {
			t.Errorf("%q is read as %q, %v", encoded, s, err)
		}
	})
}
