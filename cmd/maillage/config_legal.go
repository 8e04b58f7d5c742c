// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"maillage/frontend"
)

// legalSettings are what the law wants a public site to say of who keeps it, and only its keepers know.
func legalSettings() []setting {
	return []setting{
		{name: "publisher", set: func(c *Config, v string) string { return setLine(&c.Legal.Publisher, v) },
			usage: "éditeur : nom, forme, adresse, téléphone / publisher: name, legal form, address, telephone"},
		{name: "publication_director", set: func(c *Config, v string) string { return setLine(&c.Legal.Director, v) },
			usage: "directrice ou directeur de la publication / publication director"},
		{name: "host", set: func(c *Config, v string) string { return setLine(&c.Legal.Host, v) },
			usage: "hébergeur : nom, adresse, téléphone / host: name, address, telephone"},
		{name: "accessibility", def: frontend.NotAccessible, set: setAccessibility,
			usage: "conformité au RGAA selon le dernier audit / conformity to RGAA by the last audit: none, partial, full"},
		{name: "accessibility_audit", set: func(c *Config, v string) string { return setLine(&c.Legal.Audit, v) },
			usage: "résultats de l’audit : par qui, quand, taux, ce qui manque / results of the audit: by whom, when, rate, what is missing"},
		{name: "accessibility_date", set: setAccessibilityDate,
			usage: "jour de la déclaration d’accessibilité / day of the accessibility statement: 2026-01-31"},
	}
}

// maxLine is the longest text of these settings, in code points.
const maxLine = 1000

func setLine(to *string, v string) string {
	v = strings.TrimSpace(v)
	if !utf8.ValidString(v) || utf8.RuneCountInString(v) > maxLine || strings.ContainsFunc(v, unicode.IsControl) {
		return "bad_line"
	}
	*to = v
	return ""
}

func setAccessibility(c *Config, v string) string {
	if !slices.Contains(frontend.Conformities(), v) {
		return "not_one_of=" + strings.Join(frontend.Conformities(), ", ")
	}
	c.Legal.Accessibility = v
	return ""
}

func setAccessibilityDate(c *Config, v string) string {
	c.Legal.Date = v
	if _, err := time.Parse(time.DateOnly, v); v != "" && err != nil {
		return "bad_day=" + v
	}
	return ""
}

// legal checks what no setting shows alone: nobody may call a site conforming that was not audited.
func (l *loader) legal(c *Config) {
	if c.Legal.Accessibility != frontend.NotAccessible && c.Legal.Audit == "" {
		l.fault("accessibility", l.sources["accessibility"].origin, "no_audit")
	}
}
