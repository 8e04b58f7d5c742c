// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password_test

import (
	"strings"
	"testing"

	"maillage/internal/password"
)

// ana is somebody whose names an attacker knows.
var ana = password.Context{
	Site: []string{"Collectif des territoires", "Maillage", "collectif.example"}, Body: "Rennes Métropole",
	Email: "ana.legoff@metropole.rennes.fr", Person: "Ana Le Goff",
}

// refusedFor checks each password, which begins with its number so that none is printed by mistake.
func refusedFor(t *testing.T, want string, passwords ...string) {
	t.Helper()
	for _, p := range passwords {
		got, err := password.Policy{}.Check(p, ana)
		if code := reason(t, err); code != want {
			t.Errorf("%q: %q, want %q", p, code, want)
		}
		if err != nil && got != "" {
			t.Errorf("%q is refused and still given back", p)
		}
	}
}

func TestFourteenCodePointsAreRefusedAndFifteenAccepted(t *testing.T) {
	refusedFor(t, "password_short", "", "hK3vTq9xWz2LmP", "👩🌾🐑🌻🍎🚜🐝🌧🪵🍄🐌🌰🦔🐦")
	refusedFor(t, "", "hK3vTq9xWz2LmPr", "👩🌾🐑🌻🍎🚜🐝🌧🪵🍄🐌🌰🦔🐦🍂")
}

func TestTwoHundredAndFiftySixCodePointsAreAcceptedAndNotOneMore(t *testing.T) {
	var long strings.Builder
	for i := range 256 {
		long.WriteRune(rune(0x4e00 + i*7%256*3))
	}
	refusedFor(t, "", long.String())
	refusedFor(t, "password_long", long.String()+"x", strings.Repeat("a", 257))
}

func TestConfigurationMayOnlyRaiseTheMinimum(t *testing.T) {
	for minimum, want := range map[int]int{-1: 15, 0: 15, 8: 15, 15: 15, 20: 20, 9999: 256} {
		if got := (password.Policy{Minimum: minimum}).Least(); got != want {
			t.Errorf("a minimum of %d gives %d, want %d", minimum, got, want)
		}
	}
	_, err := password.Policy{Minimum: 20}.Check("hK3vTq9xWz2LmPr", ana)
	if got := reason(t, err); got != "password_short" {
		t.Errorf("%q, want password_short", got)
	}
}

func TestNoKindOfCharacterIsEverAskedFor(t *testing.T) {
	refusedFor(t, "", "hkvtqxwzlmprbnd", "HKVTQXWZLMPRBND", "739184620571936", "}{~^|<_>:$%*,?#",
		"cheval agrafe nuage tambour", "une phrase que je retiens bien", "Жёлтый верблюд пьёт чай")
}

func TestThePasswordIsComparedWholeWithTheBlocklist(t *testing.T) {
	refusedFor(t, "password_common",
		"motdepassemotdepasse", "MotDePasseMotDePasse", "mot-de-passe-mot-de-passe", "mot de passe mot de passe", "passwordpassword",
		"passwordPASSWORDpassword", "motdepasse12345", "Motdepasse2026!", "M0tdep@sse2026!", "123motdepasse123", "password01/02/1980",
		"soleilsoleil2024", "azertypassword1", "bonjourmarseille", "malheureusement", "Particulièrement", "nouvelle-orléans",
		"correcthorsebatterystaple", "liberté-égalité-fraternité", "ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ", "***bienvenue2026***")
	// A common word within something else is no reason: NIST forbids comparing substrings.
	refusedFor(t, "", "password kV9 tambour", "xq motdepasse zk 7 vw", "nuage password tambour chou")
}

func TestNamesAttackersKnowAreRefusedAsWholes(t *testing.T) {
	refusedFor(t, "password_about_you",
		"maillagemaillage", "Maillage2026!!!", "Maillage-Maillage-2026", "RennesMétropole", "rennesmetropole1", "rennes-metropole-35000",
		"analegoffanalegoff", "ana.legoff@metropole.rennes.fr", "LeGoffAna29051985", "anarennesmaillage", "motdepasserennes",
		"bienvenueMaillage", "collectif.example", "M@illage-R3nnes", "collectifdesterritoires", "2024rennes2024rennes", "ville de rennes 35")
	refusedFor(t, "", "ana plante des radis bleus", "rennes xkq vbn 7 maillage", "le chat de goff dort à midi")
	// Without the names, nothing tells these passwords from others.
	if _, err := (password.Policy{}).Check("analegoffkergoff", password.Context{}); err != nil {
		t.Errorf("no context: %v", err)
	}
}

func TestSequencesAndRepetitionsAreRefused(t *testing.T) {
	refusedFor(t, "password_pattern",
		"aaaaaaaaaaaaaaa", "AaAaAaAaAaAaAaA", "               ", "ééééééééééééééé", "🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑", "123456789012345", "543210987654321",
		"123456789123456789", "azertyuiopqsdfghjk", "azertyuiopqsdfghjklm", "qwertyuiopasdfg", "poiuytrezamlkjhgfdsq", "abcdefghijklmno",
		"1qaz2wsx3edc4rfv", "1qaz2wsx3edc4rfv!", "1aqw2zsx3edc4rfv", "&é\"'(-è_çà)=&é\"'(", "a1b2c3d4e5f6g7h8", "112233445566778", "azerty12345qwerty", "qwerty123456789",
		"xK7xK7xK7xK7xK7", "hK3vTq9xhK3vTq9x", "hK3vTq9xhK3vTq9x!", "aaaaaaaaaaaaaaX", "Xaaaaaaaaaaaaa?", "1234567890123a!", "\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301")
}

func TestStrengthOrdersPasswordsAsPeopleWould(t *testing.T) {
	for want, passwords := range map[int][]string{
		0: {"", "password", "aaaaaaaaaaaaaaaaaaaa", "motdepasse2026!", "maillagemaillage2026", "azertyuiopqsdfghjklm", "tambour"},
		1: {"tambournuage123"},
		2: {"cheval nuage tambour", "hkvtqxwzlmp"},
		3: {"hkvtqxwzlmprbnd", "cheval nuage tambour grenouille"},
		4: {"hK3vTq9xWz2LmPrtY8", "cheval agrafe nuage tambour grenouille", "日本語のパスワードを使うと長い"},
	} {
		for _, p := range passwords {
			if got := password.Strength(p, ana); got != want {
				t.Errorf("%q: %d, want %d", p, got, want)
			}
		}
	}
}
