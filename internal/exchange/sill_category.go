// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"maillage/internal/publiccode"
	"maillage/internal/registry"
	"maillage/internal/text"
)

//go:embed sill_categories.tsv
var sillCategoriesTSV string

// sillCategories maps folded names of categories to those of publiccode.yml.
var sillCategories = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for _, c := range publiccode.Categories() {
		for _, name := range []string{c, publiccode.CategoryLabel(c, "fr"), publiccode.CategoryLabel(c, "en")} {
			m[text.Fold(name)] = []string{c}
		}
	}
	for _, row := range tsv(sillCategoriesTSV) {
		m[text.Fold(row[0])] = strings.FieldsFunc(row[1], func(r rune) bool { return r == ',' })
	}
	return m
})

// categorise files a software under what a category of the SILL stands for; a category that is not
// known stays as a keyword.
func (l *sill) categorise(it *item[registry.SoftwareFacts], category string) {
	if category = oneLine(category); category == "" {
		return
	}
	mapped, ok := sillCategories()[text.Fold(category)]
	if !ok {
		l.said(registry.KindSoftware, it.at, it.key, it.name, Warning, "categories", "category_unmapped", category)
		it.facts.Keywords = addTerms(it.facts.Keywords, category)
		return
	}
	for _, c := range mapped {
		if !slices.Contains(it.facts.Categories, c) {
			it.facts.Categories = append(it.facts.Categories, c)
		}
	}
}
