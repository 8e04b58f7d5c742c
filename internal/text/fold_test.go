// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
)

func TestFoldingForgetsAccentsCaseAndPunctuation(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "",
		"  ":                      "",
		"arles":                   "arles",
		"saint denis":             "saint denis",
		"saint  denis ":           "saint denis",
		"Saint-Étienne-d’Œuf":     "saint etienne d oeuf",
		"L'Haÿ‑les–Roses":         "l hay les roses",
		"E\u0301cole":             "ecole",
		"STRASSE straße ẞ":        "strasse strasse ss",
		"Lætitia Øre Łódź Đ Þ":    "laetitia ore lodz d th",
		"C++ / C# (n° 2)":         "c c n 2",
		"½ m²":                    "1 2 m2",
		"\xffbroken\xc3":          "broken",
		"ﬁn İstanbul":             "fin istanbul",
		"Ελλάδα Привет":           "ελλαδα привет",
		"2A004\u00a0— Ajaccio…":   "2a004 ajaccio",
		"aujourd`hui ´n ʼtest ʻa": "aujourd hui n test a",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFoldingEveryCharacterTwiceIsFoldingItOnce(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		once := Fold("a" + string(r) + "b")
		if twice := Fold(once); twice != once {
			t.Fatalf("%U: %q then %q", r, once, twice)
		}
	}
}

func TestFoldingFoldedTextAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Fold("saint etienne du gres 13103") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestWordsOfNothingAreNone(t *testing.T) {
	if got := Words(" ’- "); got != nil {
		t.Errorf("got %q", got)
	}
	if diff := cmp.Diff([]string{"l", "ile", "d", "yeu"}, Words("L’Île-d'Yeu")); diff != "" {
		t.Error(diff)
	}
}

func TestASlugIsASCIIAndCutAtAWord(t *testing.T) {
	long := strings.Repeat("mot ", 30)
	for in, want := range map[string]string{
		"Nextcloud":              "nextcloud",
		"Sète, l'île à l’Œuvre!": "sete-l-ile-a-l-oeuvre",
		"Привет":                 "",
		"GLPI Привет 10":         "glpi-10",
		"---":                    "",
		long:                     strings.TrimSuffix(strings.Repeat("mot-", 20), "-"),
		strings.Repeat("é", 100): strings.Repeat("e", 80),
		"../../etc/passwd\x00":   "etc-passwd",
	} {
		if got := Slug(in); got != want {
			t.Errorf("Slug(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Saint-Étienne", "œ\u0301", "\xff", "a\u200db", "٣", "0\xf0ȉ", "한국어", "ǆ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if !utf8.ValidString(once) || Fold(once) != once || strings.Contains(once, "  ") ||
			strings.TrimSpace(once) != once {
			t.Errorf("Fold(%q) = %q", s, once)
		}
		if utf8.ValidString(s) && Fold(norm.NFKD.String(s)) != once {
			t.Errorf("Fold(%q) = %q, but otherwise once decomposed", s, once)
		}
		slug := Slug(s)
		if len(slug) > MaxSlug || strings.Trim(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" ||
			strings.Contains(slug, "--") || strings.Trim(slug, "-") != slug || Slug(slug) != slug {
			t.Errorf("Slug(%q) = %q", s, slug)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for _, s := range []string{"saint denis", "Saint Denis", "Saint-Étienne-du-Grès"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(s)
			}
		})
	}
}
