// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"maillage/internal/mail"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, time.March, 3, 11, 2, 0, 0, time.UTC)

// settings write letters to a folder of the test.
func settings(t *testing.T) mail.Config {
	t.Helper()
	return mail.Config{Site: "Alpes Numérique Libre", BaseURL: "https://alpes.example",
		From: "bonjour@alpes.example", Contact: "1 place de la République, 38000 Grenoble",
		Folder: filepath.Join(t.TempDir(), "mail"), Now: func() time.Time { return noon }}
}

func postman(t *testing.T, cfg mail.Config) *mail.Postman {
	t.Helper()
	p, err := mail.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// logged gives a logger and what it wrote.
func logged() (*slog.Logger, *strings.Builder) {
	b := new(strings.Builder)
	return slog.New(slog.NewTextHandler(b, nil)), b
}

// samples has a value for every name a template may use.
func samples() map[string]string {
	return map[string]string{
		"code": "482 913", "link": "https://alpes.example/ouvrir/3kq9-xw7p-t2dm",
		"login_link": "https://alpes.example/connexion", "reset_link": "https://alpes.example/mot-de-passe",
		"minutes": "10", "hours": "24", "days": "14", "inviter": "Awa Diop", "body": "Ville de Saint-Égrève",
		"role": "referent", "deciders": "les animateurs du collectif", "delay": "deux jours ouvrés",
		"message": "Bonjour Zoé,\n\nrejoignez-nous, vous verrez comment les voisins ont mis en place leur agenda partagé en un mois.\nAwa",
		"reason":  "Cette adresse n’est pas professionnelle.", "applicant": "Zoé Martin",
		"email": "zoe.martin@saint-egreve.example", "function": "Directrice des systèmes d’information",
		"contact": "animation@alpes.example", "device": "Firefox sur Linux", "when": "2026-03-03T10:02:00+01:00",
		"what": "passkey_added", "old": "zoe@ancienne.example", "new": "zoe.martin@saint-egreve.example",
		"name": "Agenda du téléphone", "left": "7",
	}
}

// letter is a letter of that kind with every value.
func letter(kind mail.Kind, lang string) mail.Letter {
	values := map[string]string{}
	for _, name := range mail.Values(kind) {
		values[name] = samples()[name]
	}
	if kind == mail.APISecretCreated {
		values["what"] = "app_password"
	}
	if kind == mail.SecondFactorChanged {
		values["what"] = "recovery_code_used"
	}
	return mail.Letter{ID: "0198f2c1-" + strings.ReplaceAll(string(kind), "_", "-"), Kind: kind, Lang: lang,
		To: mail.Address{Name: "Zoé Martin", Email: "zoe.martin@saint-egreve.example"}, Values: values, At: noon}
}
