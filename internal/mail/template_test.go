// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"io/fs"
	"maps"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"maillage/internal/mail"
)

// changed is the embedded folder with one file changed, or taken away when text is empty.
func changed(t *testing.T, name, text string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(mail.Templates(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(mail.Templates(), path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	files[name] = &fstest.MapFile{Data: []byte(text)}
	if text == "" {
		delete(files, name)
	}
	return files
}

func TestEachTemplateUsesExactlyTheValuesOfItsKind(t *testing.T) {
	for _, lang := range []string{"fr", "en"} {
		if err := mail.LoadSpeech(mail.Templates(), lang); err != nil {
			t.Error(err)
		}
	}
	if n := len(mail.Kinds()); n != 22 {
		t.Errorf("%d kinds, want 22", n)
	}
}

func TestATemplateThatSaysMoreOrLessStopsTheStart(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"missing":         {"fr/erased.txt", "", "erased.txt is missing"},
		"no footer":       {"fr/footer.txt", "", "footer.txt"},
		"no words":        {"fr/words.txt", "", "words.txt"},
		"unknown kind":    {"fr/farewell.txt", "a\nb\n", "no such kind"},
		"unused value":    {"fr/erased.txt", "Effacé\nVoilà.\n", "value when is declared and not used"},
		"undeclared":      {"fr/erased.txt", "Effacé\n{{.when}} {{.email}}\n", "value email is not declared"},
		"only in subject": {"fr/erased.txt", "Effacé {{.email}}\n{{.when}}\n", "value email is not declared"},
		"no text":         {"fr/erased.txt", "Effacé {{.when}}\n", "want a subject"},
		"no subject":      {"fr/erased.txt", "\n{{.when}}\n", "want a subject"},
		"unguarded":       {"fr/account_disabled.txt", "Compte\n{{.reason}} {{.contact}}\n", "no {{if}} around it"},
		"wrong guard":     {"fr/account_disabled.txt", "Compte\n{{if .contact}}{{.reason}}{{end}} {{.contact}}\n", "no {{if}} around it"},
		"in the else":     {"fr/account_disabled.txt", "Compte\n{{if .reason}}x{{else}}{{.reason}}{{end}} {{.contact}}\n", "no {{if}} around it"},
		"a function":      {"fr/erased.txt", "Effacé\n{{printf \"%s\" .when}}\n", "only a value"},
		"a loop":          {"fr/erased.txt", "Effacé\n{{range .when}}{{end}}\n", "are understood"},
		"not a template":  {"fr/erased.txt", "Effacé\n{{.when\n", "unclosed action"},
		"a word twice":    {"fr/words.txt", "a = b\na = c\n", "is not the only"},
	} {
		err := mail.LoadSpeech(changed(t, c.file, c.text), "fr")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestBothLanguagesHaveTheSameWords(t *testing.T) {
	said := map[string]map[string]string{}
	for _, lang := range []string{"fr", "en"} {
		source, err := fs.ReadFile(mail.Templates(), lang+"/words.txt")
		if err != nil {
			t.Fatal(err)
		}
		if said[lang], err = mail.ReadWords(string(source)); err != nil {
			t.Fatal(err)
		}
	}
	for code := range maps.Keys(said["fr"]) {
		if said["en"][code] == "" {
			t.Errorf("%s is not said in English", code)
		}
	}
	if len(said["fr"]) != len(said["en"]) || len(said["fr"]) < 30 {
		t.Errorf("%d words in French, %d in English", len(said["fr"]), len(said["en"]))
	}
}

// A name may begin with a vowel: "de" and "que" before it would have to be elided.
func TestFrenchTemplatesPutNothingToElideBeforeAName(t *testing.T) {
	elided := regexp.MustCompile(`(?i)\b(de|que|le|la|jusque|lorsque|puisque) \{\{\.(site|body|inviter|applicant|name|person|device)\}\}|’\{\{`)
	if !elided.MatchString("au nom de {{.body}}") {
		t.Fatal("the search is broken")
	}
	for _, kind := range mail.Kinds() {
		source, err := fs.ReadFile(mail.Templates(), "fr/"+string(kind)+".txt")
		if err != nil {
			t.Fatal(err)
		}
		if found := elided.Find(source); found != nil {
			t.Errorf("%s: %q", kind, found)
		}
	}
}
