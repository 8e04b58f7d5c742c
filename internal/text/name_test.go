// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package text

import (
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestANameThatDeceivesTheEyeIsRefused(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"  Ville d’Arles\t":         "",
		"C++ 2.0 (édition n° 3) µm": "",
		"Ελλάδα & Österreich":       "",
		"東京タワーTokyo":                "",
		"\xff":                      NotUTF8,
		"\u0410rles":                MixedScript, // Cyrillic А
		"Mairie de P\u03b1ris":      MixedScript, // Greek α
		"invoice\u202egnp.exe":      BidiControl,
		"a\u200fb":                  BidiControl,
		"a\u2066b":                  BidiControl,
		"pay\u200bpal":              ZeroWidth,
		"pay\u00adpal":              ZeroWidth,
		"\ufeffArles":               ZeroWidth,
		"a\U000e0041b":              ZeroWidth,
		"a\u3164b":                  ZeroWidth,
		"two\nlines":                ControlCharacter,
		"nul\x00":                   ControlCharacter,
		"c1\u0085x":                 ControlCharacter,
		"para\u2029graph":           ControlCharacter,
		strings.Repeat("é", 200):    "",
		strings.Repeat("é", 201):    TooLong,
	} {
		if _, code := CheckName(in, MaxName); code != want {
			t.Errorf("CheckName(%q) = %q, want %q", in, code, want)
		}
	}
}

func TestANameIsComposedAndTrimmed(t *testing.T) {
	if clean, code := CheckName(" E\u0301cole ", 5); clean != "École" || code != "" {
		t.Errorf("got %q %q", clean, code)
	}
}

func TestATextKeepsItsLinesAndItsEmoji(t *testing.T) {
	for in, want := range map[string]string{
		"un\r\ndeux\n\ttrois":           "",
		"famille 👩\u200d👧":              "",
		"drapeau 🏳\ufe0f\u200d🌈":        "",
		"mot\u00adcoupé":                "",
		"le \u0410rles cyrillique":      "",
		"a\u200db":                      ZeroWidth,
		"a\u200bb":                      ZeroWidth,
		"a\u202eb":                      BidiControl,
		"a\vb":                          ControlCharacter,
		"\xc3":                          NotUTF8,
		strings.Repeat("mot ", 5) + "x": TooLong,
	} {
		if _, code := CheckText(in, 20); code != want {
			t.Errorf("CheckText(%q) = %q, want %q", in, code, want)
		}
	}
	if clean, _ := CheckText(" a\r\nb ", 20); clean != "a\nb" {
		t.Errorf("line ends kept: %q", clean)
	}
}

func TestNamesSortAsInAFrenchDictionary(t *testing.T) {
	want := []string{"Eauze", "Écully", "edam", "Édimbourg", "Œting", "Offwiller", "Zuydcoote"}
	got := []string{"Zuydcoote", "Édimbourg", "Offwiller", "Eauze", "Œting", "edam", "Écully"}
	sort.Slice(got, func(i, j int) bool { return SortKey(got[i]) < SortKey(got[j]) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if SortKey("cote") >= SortKey("côte") || SortKey("côte") >= SortKey("coter") {
		t.Error("an accent must count after the letters")
	}
	if SortKey("A\u0301") == SortKey("Á") {
		t.Error("texts that differ must have different keys")
	}
}

func TestSortKeysMayBeMadeByManyAtOnce(t *testing.T) {
	want := SortKey("Évry-Courcouronnes")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				SortKey("autre chose")
				if got := SortKey("Évry-Courcouronnes"); got != want {
					t.Errorf("got %q", got)
					return
				}
			}
		})
	}
	group.Wait()
}

func FuzzNames(f *testing.F) {
	for _, s := range []string{"", "Arles", "\u202e", "a\xff", "👩\u200d👧", "e\u0301\u200c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		SortKey(s)
		clean, code := CheckName(s, MaxName)
		if code != "" {
			return
		}
		again, code := CheckName(clean, MaxName)
		if code != "" || again != clean || strings.ContainsAny(clean, "\n\r\x00\u200b\u202e\ufeff") {
			t.Errorf("accepted %q as %q, then %q %q", s, clean, again, code)
		}
	})
}
