// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"strings"
	"testing"

	"maillage/internal/store"
)

func TestTheCommandsOfPrivacyAndOfTheTrailExitAsTheyShould(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		args string
		want int
	}{
		{"audit verify", exitOK},
		{"audit head", exitOK},
		{"audit verify --head 0123456789", exitFailure},
		{"privacy retention --dry-run", exitOK},
		{"privacy retention", exitOK},
		{"privacy register --lang en", exitOK},
		{"privacy replay", exitOK},
		{"privacy replay now", exitUsage},
	} {
		if code := run(t.Context(), append(strings.Fields(c.args), "--data", dir)); code != c.want {
			t.Errorf("%s: %d, want %d", c.args, code, c.want)
		}
	}
}

func TestWhatIsWrongWithTheTrailIsSaidInBothLanguagesByLine(t *testing.T) {
	report := store.TrailReport{Checked: 5, Older: 2, Head: "abc", Problems: []store.TrailProblem{{Seq: 3, What: "changed"}, {Seq: 4, What: "missing"}, {Seq: 6, What: "head"}}}
	for lang, want := range map[string]string{
		"fr": "5 ligne(s) vérifiée(s), 2 d’avant la chaîne\ntête : abc\nligne 3 : changée, ou déplacée\navant la ligne 4 : une ou plusieurs lignes retirées\nla tête du journal n’est pas celle de sa dernière ligne (6)\n",
		"en": "5 line(s) checked, 2 from before the chain\nhead: abc\nline 3: changed, or moved\nbefore line 4: one or more lines removed\nthe trail’s head is not that of its last line (6)\n",
	} {
		var out bytes.Buffer
		printTrail(&out, lang, report, true)
		if out.String() != want {
			t.Errorf("%s: %s", lang, out.String())
		}
	}
}
