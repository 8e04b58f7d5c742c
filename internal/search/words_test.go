// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func stems(s string) (out []string) {
	for _, w := range read(s) {
		if !w.elided {
			out = append(out, w.stem)
		}
	}
	return out
}

func TestWordsArePartedAndJoined(t *testing.T) {
	for s, want := range map[string]string{
		"l'archivage":       "archivag",
		"d’état-civil":      "etat civil etatcivil",
		"openCimetière":     "open cimetier opencimetier",
		"LemonLDAP::NG":     "lemon ldap lemonldap ng",
		"iTop":              "itop",
		"7-zip":             "7 zip 7zip",
		"S2LOW":             "s2low",
		"e-mail":            "e mail email",
		"RH et SI":          "rh et si",
		"PostgreSQL 17":     "postgr sql postgresql 17",
		"a\u0301me":         "ame",
		"":                  "",
		"''- -":             "",
		"Saint-Étienne":     "saint etien saintetien",
		"fin.Début":         "fin debut findebut",
		"un-deux-trois-4-5": "un deux troi 4 5",
	} {
		if got := strings.Join(stems(s), " "); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func TestFormsOfAWordHaveOneStem(t *testing.T) {
	for _, forms := range [][]string{
		{"cimetiere", "cimetieres"}, {"communal", "communaux", "communale", "communales"}, {"reseau", "reseaux"},
		{"actif", "actifs", "active", "actives"}, {"professionnel", "professionnelle", "professionnelles"},
		{"citoyen", "citoyenne", "citoyennes"}, {"library", "libraries"}, {"host", "hosting"},
		{"administrateur", "administratrice"}, {"hebergeur", "hebergeuse"}, {"musee", "musees"}, {"service", "services"},
		{"logiciel", "logiciels"}, {"prestataire", "prestataires"}, {"ecole", "ecoles"},
	} {
		for _, f := range forms[1:] {
			if stem(f) != stem(forms[0]) {
				t.Errorf("%s: %s, %s: %s", forms[0], stem(forms[0]), f, stem(f))
			}
		}
	}
	for _, pair := range [][2]string{{"formation", "forme"}, {"publication", "public"}, {"rh", "r"}, {"si", "s"}, {"gis", "gi"}, {"commune", "communication"}} {
		if stem(pair[0]) == stem(pair[1]) {
			t.Errorf("%s and %s have one stem", pair[0], pair[1])
		}
	}
}

func TestTypingErrorsAreCountedAsPeopleMakeThem(t *testing.T) {
	var rows distanceRows
	for _, c := range []struct {
		a, b string
		want int
	}{{"nextclud", "nextcloud", 1}, {"nxetcloud", "nextcloud", 1}, {"nextcloud", "nextcloud", 0}, {"nextcloudd", "nextcloud", 1},
		{"mextcloud", "nextcloud", 1}, {"nectclod", "nextcloud", 2}, {"glpi", "plgi", 2}, {"abc", "xyz", 3}} {
		if got := rows.distance(c.a, c.b, 2); got != min(c.want, 3) {
			t.Errorf("%s, %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestDistanceIsSymmetricAndZeroForEqualsAlone(t *testing.T) {
	word := rapid.StringMatching("[a-e]{0,9}")
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		var rows distanceRows
		d := rows.distance(a, b, 20)
		if d != rows.distance(b, a, 20) || (d == 0) != (a == b) || d > max(len(a), len(b)) {
			t.Errorf("%q, %q: %d", a, b, d)
		}
		if near := rows.distance(a, b, 1); d <= 1 && near != d || d > 1 && near <= 1 {
			t.Errorf("%q, %q: %d within 1, %d", a, b, near, d)
		}
	})
}

func TestGroupsMatchPhrasesAndAcronymsAsTheyAreWritten(t *testing.T) {
	c := parseSynonyms("# version 9\nSI, système d'information\nGED, gestion électronique de documents, document management\n")
	groups := func(s string, typed bool) (out []int) {
		for _, f := range c.in(telling(read(s)), typed) {
			out = append(out, f.group)
		}
		return out
	}
	for _, c := range []struct {
		text  string
		typed bool
		want  []int
	}{
		{"le SI de la mairie", false, []int{0}}, {"même si elle dort", false, nil}, {"si", true, []int{0}},
		{"les systèmes d’information", false, []int{0}}, {"information sur le système", false, nil},
		{"Gestion Électronique des Documents", false, []int{1}}, {"gestion des documents électroniques", false, nil},
		{"ged", true, []int{1}}, {"PostSI", false, nil},
	} {
		if diff := cmp.Diff(c.want, groups(c.text, c.typed)); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}

func TestTheSynonymsFileReads(t *testing.T) {
	c := synonyms()
	if len(c.label) < 50 || !slices.Contains(c.label, "GED") {
		t.Errorf("%d groups", len(c.label))
	}
	if !strings.HasPrefix(synonymsFile, "# version ") {
		t.Error("the file does not begin with its version")
	}
}

func TestWhatAsksForAReplacement(t *testing.T) {
	for s, want := range map[string]string{
		"remplace Photoshop": "photoshop", "alternative à Microsoft Teams": "microsoft teams", "équivalent d'Excel": "excel",
		"à la place de Word": "word", "instead of Doodle": "doodle", "logiciel qui remplace Zoom": "zoom",
		"Doodle alternative": "doodle", "alternative libre à AutoCAD": "auto cad", "alternative": "-", "nextcloud": "-",
		"remplacer le serveur": "serveur", "parc de remplacement": "-", "": "-", "à la place": "-",
	} {
		rest, ok := insteadOf(read(s))
		var got []string
		for _, w := range rest {
			if !w.joined {
				got = append(got, w.folded)
			}
		}
		if joined := strings.Join(got, " "); ok && joined != want || !ok && want != "-" {
			t.Errorf("%q: %q %t, want %q", s, joined, ok, want)
		}
	}
}
