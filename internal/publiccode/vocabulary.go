// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import (
	_ "embed"
	"strings"
)

//go:embed categories.tsv
var categoriesTSV string

//go:embed scopes.tsv
var scopesTSV string

// rows yields the fields of each line that is neither empty nor a comment.
func rows(table string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for line := range strings.Lines(table) {
			line = strings.TrimRight(line, "\r\n")
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if !yield(strings.Split(line, "\t")) {
				return
			}
		}
	}
}

func column(table string) []string {
	var all []string
	for row := range rows(table) {
		all = append(all, row[0])
	}
	return all
}

// label returns the label of a term in a language, French for "fr" and English otherwise, and the
// term itself when it is not of the table.
func label(table, term, lang string) string {
	for row := range rows(table) {
		if row[0] == term {
			if lang == "fr" {
				return row[1]
			}
			return row[2]
		}
	}
	return term
}

// Categories returns the vocabulary of categories, in its own order.
func Categories() []string { return column(categoriesTSV) }

// CategoryLabel returns what to show for a category, lang being "fr" or "en".
func CategoryLabel(category, lang string) string { return label(categoriesTSV, category, lang) }

// Scopes returns the vocabulary of intendedAudience.scope, in its own order.
func Scopes() []string { return column(scopesTSV) }

// ScopeLabel returns what to show for a scope, lang being "fr" or "en".
func ScopeLabel(scope, lang string) string { return label(scopesTSV, scope, lang) }

// SoftwareTypes returns the values of softwareType.
func SoftwareTypes() []string {
	return []string{"standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web",
		"standalone/backend", "standalone/other", "addon", "library", "configurationFiles"}
}

// DevelopmentStatuses returns the values of developmentStatus, from the earliest.
func DevelopmentStatuses() []string {
	return []string{"concept", "development", "beta", "stable", "obsolete"}
}

// MaintenanceTypes returns the values of maintenance.type.
func MaintenanceTypes() []string { return []string{"internal", "contract", "community", "none"} }

// Platforms returns the suggested values of platforms; the standard allows others.
func Platforms() []string { return []string{"web", "windows", "mac", "linux", "ios", "android"} }

// Aliases returns the names that may follow "alias:" in supports[].id. None is French yet: the
// French rules (RGAA, RGS, ProConnect) are named by their URI.
func Aliases() []string {
	return []string{"gdpr", "eidas", "nis2", "cra", "spid", "cie", "anpr", "pagopa", "io"}
}
