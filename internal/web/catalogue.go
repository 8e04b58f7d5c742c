// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed messages/fr.txt messages/en.txt
var messages embed.FS

// Catalogue holds the sentences of every code the core or a door may answer with, in French and in
// English.
type Catalogue struct {
	fr, en map[string]string
}

// NewCatalogue reads the embedded sentences. It panics if they are not well formed, which a test
// would have seen.
func NewCatalogue() Catalogue { return Catalogue{load("fr"), load("en")} }

// Sentence returns what to tell people about a code, with detail (a limit, a value: public) put
// where the sentence wants it; without detail, the part of the sentence in brackets is left out. A
// code without a sentence gives an empty string.
func (c Catalogue) Sentence(lang, code, detail string) string {
	words := c.fr
	if lang == "en" {
		words = c.en
	}
	sentence := words[code]
	before, rest, optional := strings.Cut(sentence, "[")
	if inside, after, closed := strings.Cut(rest, "]"); optional && closed {
		if detail == "" {
			inside = ""
		}
		sentence = before + inside + after
	}
	return strings.ReplaceAll(sentence, "{detail}", detail)
}

// Title returns the name of a status for people, such as "Introuvable".
func (c Catalogue) Title(lang string, status int) string {
	if t := c.Sentence(lang, "title."+strconv.Itoa(status), ""); t != "" {
		return t
	}
	if status < 500 {
		return c.Sentence(lang, "title.400", "")
	}
	return c.Sentence(lang, "title.500", "")
}

// load reads lines of the form "code = sentence"; "#" begins a comment.
func load(lang string) map[string]string {
	name := "messages/" + lang + ".txt"
	data, err := messages.ReadFile(name)
	if err != nil {
		panic(err)
	}
	words := map[string]string{}
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		code, sentence, ok := strings.Cut(line, " = ")
		if _, twice := words[code]; !ok || twice {
			panic(fmt.Sprintf("%s:%d: want one \"code = sentence\" per code", name, i+1))
		}
		words[code] = sentence
	}
	return words
}
