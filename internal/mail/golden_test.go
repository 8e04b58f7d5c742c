// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/mail"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestEveryLetterReadsAsItsGoldenFileInBothLanguages(t *testing.T) {
	p := postman(t, settings(t))
	for _, kind := range mail.Kinds() {
		for _, lang := range []string{"fr", "en"} {
			m, err := p.Compose(letter(kind, lang))
			if err != nil {
				t.Errorf("%s %s: %v", lang, kind, err)
				continue
			}
			golden(t, lang+"/"+string(kind)+".golden", m.Subject+"\n\n"+m.Text+"\n"+m.HTML)
		}
	}
}

// Every letter says who writes, whom to ask and greets the person; no line of text passes 76 columns
// but a link; nothing is fetched when the HTML part is opened.
func TestEveryLetterKeepsThePromisesOfTheHouse(t *testing.T) {
	cfg := settings(t)
	p := postman(t, cfg)
	for _, kind := range mail.Kinds() {
		for _, lang := range []string{"fr", "en"} {
			m, err := p.Compose(letter(kind, lang))
			if err != nil {
				t.Fatalf("%s %s: %v", lang, kind, err)
			}
			for _, want := range []string{cfg.Site, cfg.BaseURL, cfg.Contact, "Zoé Martin"} {
				if !strings.Contains(m.Text, want) || !strings.Contains(m.HTML, want) {
					t.Errorf("%s %s does not say %q", lang, kind, want)
				}
			}
			for line := range strings.Lines(m.Text) {
				if len([]rune(strings.TrimSuffix(line, "\n"))) > 76 {
					t.Errorf("%s %s: long line %q", lang, kind, line)
				}
			}
			for _, name := range []string{"link", "login_link", "reset_link"} {
				link := letter(kind, lang).Values[name]
				if link != "" && !strings.Contains(m.HTML, `>`+link+`</a>`) {
					t.Errorf("%s %s: link %s is not shown in full", lang, kind, name)
				}
			}
			for _, remote := range []string{"<img", "<script", "<link", "<style", "src=", "url(", "@import", "{{", "<no value>"} {
				if strings.Contains(m.HTML+m.Text, remote) {
					t.Errorf("%s %s holds %q", lang, kind, remote)
				}
			}
		}
	}
}

func TestOptionalValuesTakeTheirLinesAway(t *testing.T) {
	p := postman(t, settings(t))
	for kind, lines := range map[mail.Kind][2]string{
		mail.Invitation:      {"Son message", "Their message"},
		mail.RequestRefused:  {"Raison donnée", "Reason given"},
		mail.AccountDisabled: {"Raison donnée", "Reason given"},
		mail.RequestToDecide: {"Fonction déclarée", "Declared position"},
	} {
		for i, lang := range []string{"fr", "en"} {
			l := letter(kind, lang)
			full, err := p.Compose(l)
			if err != nil || !strings.Contains(full.Text, lines[i]) {
				t.Errorf("%s %s: %v, %q is not in\n%s", lang, kind, err, lines[i], full.Text)
			}
			for name := range l.Values {
				if mail.Optional(name) {
					delete(l.Values, name)
				}
			}
			m, err := p.Compose(l)
			if err != nil || strings.Contains(m.Text, lines[i]) || strings.Contains(m.Text, "\n\n\n") {
				t.Errorf("%s %s: %v, %q is left in\n%s", lang, kind, err, lines[i], m.Text)
			}
		}
	}
}

func TestAMessageIsTheSameBytesAtEveryAttempt(t *testing.T) {
	p := postman(t, settings(t))
	from, to, first, err := p.Seal(letter(mail.ConfirmEmail, "fr"))
	if err != nil {
		t.Fatal(err)
	}
	_, _, second, err := p.Seal(letter(mail.ConfirmEmail, "fr"))
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("a second attempt differs (%v)", err)
	}
	if from != "<bonjour@alpes.example>" || to != "<zoe.martin@saint-egreve.example>" {
		t.Errorf("envelope %s %s", from, to)
	}
	if bytes.Contains(bytes.ReplaceAll(first, []byte("\r\n"), nil), []byte("\n")) {
		t.Error("a line is not ended by CR LF")
	}
	golden(t, "confirm_email.eml.golden", strings.ReplaceAll(string(first), "\r\n", "\n"))
}
