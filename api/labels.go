// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	_ "embed"
	"strings"
	"sync"

	"maillage/internal/publiccode"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

//go:embed labels.tsv
var labelsTSV string

// words are what people read for a key, in both languages.
type words struct {
	FR string `json:"fr"`
	EN string `json:"en"`
}

// in returns the word in a language, "fr" or "en".
func (w *words) in(lang string) string {
	if lang == "en" {
		return w.EN
	}
	return w.FR
}

type vocabulary map[string]*words

// vocabularies holds the labels by vocabulary and key, parsed once.
var vocabularies = sync.OnceValue(func() map[string]vocabulary {
	all := map[string]vocabulary{}
	for line := range strings.Lines(labelsTSV) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(line, "\t")
		if len(c) != 4 {
			panic("api: labels.tsv: four columns wanted in " + line)
		}
		put(all, c[0], c[1], c[2], c[3])
	}
	for _, d := range registry.Domains() {
		put(all, "domain", d.Key, d.Label["fr"], d.Label["en"])
	}
	for _, term := range publiccode.Categories() {
		put(all, "category", term, publiccode.CategoryLabel(term, "fr"), publiccode.CategoryLabel(term, "en"))
	}
	for _, l := range territory.LegalCategories() {
		put(all, "legal_category", l.Code, l.French, l.English)
	}
	return all
})

func put(all map[string]vocabulary, name, key, fr, en string) {
	if all[name] == nil {
		all[name] = vocabulary{}
	}
	all[name][key] = &words{fr, en}
}

// label returns the words for a key, nil when it has none. They are shared: not to be changed.
func label(vocabulary, key string) *words { return vocabularies()[vocabulary][key] }

// word returns the French word for a key, the key itself when it has none.
func word(vocabulary, key string) string {
	if l := label(vocabulary, key); l != nil {
		return l.FR
	}
	return key
}

func typeLabel(key string) *words { return label("type", key) }

func legalCategory(code string) *codedDTO {
	if code == "" {
		return nil
	}
	return &codedDTO{Code: code, Label: label("legal_category", code)}
}
