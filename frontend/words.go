// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"embed"
	"fmt"
	"strings"
	"time"

	"maillage/internal/publiccode"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

//go:embed messages/fr.txt messages/en.txt
var messageFiles embed.FS

// Spaces that do not break: French wants one before some signs, and both languages between a number
// and what it counts.
const (
	noBreak = "\u00a0"
	thin    = "\u202f"
)

// words are the sentences of one language, by key.
type words struct {
	lang string
	text map[string]string
}

// newWords reads the sentences of a language. It panics when they are not well formed: a mistake of
// the build.
func newWords(lang string) *words {
	name := "messages/" + lang + ".txt"
	data, err := messageFiles.ReadFile(name)
	if err != nil {
		panic("frontend: " + err.Error())
	}
	w := &words{lang: lang, text: map[string]string{}}
	for i, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		key, sentence, ok := strings.Cut(line, " = ")
		if _, twice := w.text[key]; !ok || twice {
			panic(fmt.Sprintf("frontend: %s:%d: want one \"key = sentence\" per key", name, i+1))
		}
		w.text[key] = w.fine(sentence)
	}
	for _, d := range registry.Domains() {
		w.text["domain."+d.Key] = w.fine(d.Label.In(lang))
	}
	for _, c := range publiccode.Categories() {
		w.text["category."+c] = w.fine(publiccode.CategoryLabel(c, lang))
	}
	for _, c := range territory.LegalCategories() {
		w.text["legal_category."+c.Code] = w.fine(map[string]string{"fr": c.French, "en": c.English}[lang])
	}
	return w
}

// frenchSpaces puts the spaces of French typography where ordinary ones were typed.
var frenchSpaces = strings.NewReplacer(" :", noBreak+":", " ;", thin+";", " !", thin+"!", " ?", thin+"?",
	"« ", "«"+noBreak, " »", noBreak+"»", " %", noBreak+"%")

// fine gives a sentence of ours the typography of its language.
func (w *words) fine(s string) string {
	if w.lang == "fr" {
		return frenchSpaces.Replace(s)
	}
	return s
}

// t returns the sentence of a key with each {name} replaced by the value after that name. A key that
// has no sentence is an error: the page fails rather than show it.
func (w *words) t(key string, pairs ...any) (string, error) {
	s, ok := w.text[key]
	if !ok {
		return "", fmt.Errorf("no sentence %q in %s", key, w.lang)
	}
	if len(pairs) == 0 {
		return s, nil
	}
	old := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		value := fmt.Sprint(pairs[i+1])
		if n, number := pairs[i+1].(int); number {
			value = w.number(n)
		}
		old = append(old, "{"+fmt.Sprint(pairs[i])+"}", value)
	}
	return strings.NewReplacer(old...).Replace(s), nil
}

// n returns the sentence of a key for that number: key.one or key.other, with {n} replaced. French
// counts zero as one.
func (w *words) n(key string, n int, pairs ...any) (string, error) {
	form := ".other"
	if n == 1 || n == 0 && w.lang == "fr" {
		form = ".one"
	}
	return w.t(key+form, append(pairs, "n", n)...)
}

// label returns the word for a key of a vocabulary, the key itself when it has none: keys that
// sources made up are better than nothing.
func (w *words) label(vocabulary string, key any) string {
	k := fmt.Sprint(key)
	if s := w.text[vocabulary+"."+k]; s != "" {
		return s
	}
	return k
}

// number writes a whole number: 35 000 in French, 35,000 in English.
func (w *words) number(n int) string {
	separator := ","
	if w.lang == "fr" {
		separator = thin
	}
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + separator + digits[i:]
	}
	return digits
}

// date writes a day, a month or a year in words: "24 novembre 2026", "mars 2024", "2024".
func (w *words) date(d registry.Date) string {
	s := string(d)
	if len(s) < len("2006-01") {
		return s
	}
	t, err := time.Parse("2006-01-02"[:len(s)], s)
	if err != nil {
		return s
	}
	month := fmt.Sprintf("%s %d", w.text[fmt.Sprintf("month.%d", t.Month())], t.Year())
	if len(s) == len("2006-01") {
		return month
	}
	if day := t.Day(); day > 1 || w.lang != "fr" {
		return fmt.Sprintf("%d%s%s", day, noBreak, month)
	}
	return "1er" + noBreak + month
}

// day writes the day of an instant, in UTC as everywhere in the registry.
func (w *words) day(t time.Time) string { return w.date(registry.Date(t.UTC().Format("2006-01-02"))) }
