// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"strings"

	"maillage/internal/fault"
	"maillage/internal/web"
)

// words are the sentences of configuration faults, in the language of the administrator's terminal.
type words struct {
	lang, byDefault, environment, colon string
	sentences                           map[string]string
}

// wordsFor returns English when the locale asks for it and French otherwise: POSIX looks at LC_ALL,
// then LC_MESSAGES, then LANG.
func wordsFor(environ []string) words {
	locale := map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		locale[name] = value
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := locale[name]; v != "" {
			if strings.HasPrefix(v, "en") {
				return english()
			}
			break
		}
	}
	return french()
}

// say turns "code=detail" into a sentence.
func (w words) say(why string) string {
	code, detail, _ := strings.Cut(why, "=")
	return strings.ReplaceAll(w.sentences[code], "{}", detail)
}

// fault says an error of the core: the sentence the doors would say, and what is at fault.
func (w words) fault(f *fault.Error) string {
	sentences := web.NewCatalogue()
	lines := []string{sentences.Sentence(w.lang, f.Code, "")}
	for _, field := range f.Fields {
		lines = append(lines, "  "+field.Name+w.colon+sentences.Sentence(w.lang, field.Code, field.Detail))
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Code == "schema_newer" {
		// The person at the terminal keeps the instance: the cause is theirs to see.
		if f.Cause != nil {
			lines = append(lines, "  "+f.Cause.Error())
		}
	}
	return strings.Join(lines, "\n")
}

func french() words {
	return words{"fr", "valeur par défaut", "environnement", " : ", map[string]string{
		"bad_base_url":         "« {} » n’est pas une adresse http ou https",
		"bad_database":         "une URL postgres:// avec un hôte est attendue",
		"bad_email":            "« {} » n’est pas une adresse de courriel",
		"bad_host":             "« {} » n’est pas un nom d’hôte",
		"bad_key":              "64 chiffres hexadécimaux (32 octets) sont attendus",
		"bad_minimum":          "« {} » n’est pas un nombre entier de 15 à 64",
		"bad_port":             "« {} » n’est pas un port",
		"bad_timeout":          "« {} » n’est pas une durée de 1 s à 5 min",
		"folder_open":          "ce dossier est lisible par tous ({})",
		"not_a_folder":         "« {} » n’est pas un dossier",
		"tls_none_far":         "sans chiffrement, seul un serveur de cette machine ou d’un réseau privé est accepté",
		"password_unprotected": "un mot de passe n’est envoyé que chiffré : choisissez tls ou starttls",
		"provider_bad":         "{}",
		"bad_day":              "« {} » n’est pas un jour de la forme 2026-01-31",
		"bad_line":             "un texte d’une ligne, d’au plus 1000 caractères, est attendu",
		"no_audit":             "sans audit (accessibility_audit), un site ne peut être dit que non conforme : none",
		"bad_listen":           "« {} » n’est pas de la forme adresse:port (127.0.0.1:8080, [::]:8080, :8080)",
		"bad_name":             "un nom d’une ligne, de 1 à 200 caractères, est attendu",
		"bad_network":          "« {} » n’est ni un réseau (10.0.0.0/8) ni une adresse",
		"bad_rate":             "« {} » n’est pas un nombre entier de 0 à 1000000",
		"bad_shape":            "une seule valeur est attendue (ou, pour les listes, une suite de valeurs)",
		"bad_yaml":             "ce n’est pas un fichier YAML de réglages ({})",
		"base_url_path":        "« {} » doit s’arrêter au nom d’hôte ou au port",
		"data_unusable":        "ce dossier ne peut être ni créé ni utilisé ({})",
		"empty":                "une valeur est nécessaire",
		"given_twice":          "ce réglage est déjà donné par {}",
		"not_one_of":           "l’une de ces valeurs est attendue, sans répétition : {}",
		"same_as_listen":       "cette adresse est déjà celle de listen",
		"interrupted":          "interrompu ; ce qui était enregistré le reste",
		"unknown_setting":      "ce réglage n’existe pas",
		"unreadable":           "ce fichier ne peut pas être lu ({})",
		"whole_world":          "« {} » ferait confiance à tout le monde",
		"world_readable":       "ce secret est lisible par tous : faites chmod 600 {}",
	}}
}

func english() words {
	return words{"en", "default", "environment", ": ", map[string]string{
		"bad_base_url":         "\"{}\" is not an http or https address",
		"bad_database":         "want a postgres:// URL with a host",
		"bad_email":            "\"{}\" is not an e-mail address",
		"bad_host":             "\"{}\" is not a host name",
		"bad_key":              "want 64 hexadecimal digits (32 bytes)",
		"bad_minimum":          "\"{}\" is not a whole number from 15 to 64",
		"bad_port":             "\"{}\" is not a port",
		"bad_timeout":          "\"{}\" is not a time from 1 s to 5 min",
		"folder_open":          "everybody can read this folder ({})",
		"not_a_folder":         "\"{}\" is not a folder",
		"tls_none_far":         "without encryption only a server of this machine or of a private network is accepted",
		"password_unprotected": "a password is only sent encrypted: choose tls or starttls",
		"provider_bad":         "{}",
		"bad_day":              "\"{}\" is not a day of the form 2026-01-31",
		"bad_line":             "want a text of one line, at most 1000 characters",
		"no_audit":             "without an audit (accessibility_audit) a site can only be called not conforming: none",
		"bad_listen":           "\"{}\" is not of the form address:port (127.0.0.1:8080, [::]:8080, :8080)",
		"bad_name":             "want a name of one line, 1 to 200 characters",
		"bad_network":          "\"{}\" is neither a network (10.0.0.0/8) nor an address",
		"bad_rate":             "\"{}\" is not a whole number from 0 to 1000000",
		"bad_shape":            "want a single value (or, for lists, a sequence of values)",
		"bad_yaml":             "this is not a YAML file of settings ({})",
		"base_url_path":        "\"{}\" must stop at the host name or the port",
		"data_unusable":        "this folder can be neither made nor used ({})",
		"empty":                "a value is needed",
		"given_twice":          "this setting is already given by {}",
		"not_one_of":           "want one of these, without repetition: {}",
		"same_as_listen":       "this address is already that of listen",
		"interrupted":          "interrupted; what was saved stays",
		"unknown_setting":      "there is no such setting",
		"unreadable":           "this file cannot be read ({})",
		"whole_world":          "\"{}\" would trust everybody",
		"world_readable":       "everybody can read this secret: chmod 600 {}",
	}}
}
