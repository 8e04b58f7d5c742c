// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"slices"
	"strings"

	"maillage/internal/publiccode"
	"maillage/internal/registry"
)

// Bounds of publiccode.yml, in characters.
const (
	maxShort = 150
	minLong  = 150
	maxLong  = 10_000
)

// PubliccodeOf returns what the registry knows of a software as a publiccode.yml its authors could
// start from: publiccode.Write accepts it. Missing names what it cannot do without, in the words of
// the standard (name, url, legal.license, description); it is empty when nothing is. What the
// standard requires and the registry does not know is said plainly to be unknown: maintenance "none",
// platform "unspecified", and a long description that says where it comes from.
func PubliccodeOf(s registry.Software) (doc publiccode.Document, missing []string) {
	doc = publiccode.Document{Name: s.Name, URL: s.Repository, LandingURL: s.Website, SoftwareVersion: s.ReleaseVersion,
		Platforms: slices.Clone(s.Platforms), Categories: slices.Clone(s.Categories), Status: s.Status,
		Type: softwareType(s.Platforms), Legal: publiccode.Legal{License: s.Licence},
		Maintenance:  publiccode.Maintenance{Type: "none"},
		Localisation: publiccode.Localisation{AvailableLanguages: []string{"fr"}},
		Audience:     &publiccode.Audience{Countries: []string{"FR"}, Scope: []string{"local-authorities"}},
		Description:  map[string]publiccode.Description{}}
	if len(s.ReleaseDate) == len("2006-01-02") {
		doc.ReleaseDate = string(s.ReleaseDate)
	}
	if doc.Status == "" {
		doc.Status = "stable"
	}
	if len(doc.Platforms) == 0 {
		doc.Platforms = []string{"unspecified"}
	}
	for _, lang := range []string{"fr", "en"} {
		if d, ok := describedIn(s, lang); ok {
			doc.Description[lang] = d
		}
	}
	for _, need := range []struct {
		name string
		has  bool
	}{{"name", doc.Name != ""}, {"url", doc.URL != ""}, {"legal.license", doc.Legal.License != ""},
		{"description", len(doc.Description) > 0}} {
		if !need.has {
			missing = append(missing, need.name)
		}
	}
	return doc, missing
}

// softwareType guesses the standard's type from the platforms.
func softwareType(platforms []string) string {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(platforms, n) })
	}
	switch {
	case has("web"):
		return "standalone/web"
	case has("windows", "mac", "linux"):
		return "standalone/desktop"
	case has("ios", "android"):
		return "standalone/mobile"
	}
	return "standalone/other"
}

// describedIn returns the description in one language; false when the registry says nothing in it.
func describedIn(s registry.Software, lang string) (publiccode.Description, bool) {
	short, long := oneLine(s.Summary[lang]), strings.TrimSpace(s.Description[lang])
	if short == "" && long == "" {
		return publiccode.Description{}, false
	}
	if short == "" {
		short = oneLine(long)
	}
	if long == "" {
		long = oneLine(s.Summary[lang])
	}
	filler := "Cette description a été tirée d’une fiche de catalogue, faute d’un texte plus long de la part des auteurs du logiciel ; " +
		"elle est à compléter par eux dans leur propre dépôt de code."
	if lang == "en" {
		filler = "This description was taken from a catalogue record, for want of a longer text by the authors of the software; " +
			"it is for them to complete in their own code repository."
	}
	if publiccode.Characters(long) < minLong {
		long = strings.TrimRight(long, ". ") + ".\n\n" + filler
	}
	d := publiccode.Description{ShortDescription: shortened(short, maxShort), LongDescription: shortened(long, maxLong),
		Documentation: s.Documentation}
	if lang == "fr" { // the language in which keywords are written here
		for _, k := range s.Keywords {
			d.Features = append(d.Features, shortened(k, 100))
		}
	}
	if len(d.Features) == 0 {
		d.Features = []string{shortened(short, 100)}
	}
	return d, true
}

// shortened cuts a text between two words, and shows it.
func shortened(s string, limit int) string {
	if publiccode.Characters(s) <= limit {
		return s
	}
	runes := []rune(s)
	for cut := min(limit-1, len(runes)); cut > 0; cut-- {
		part := string(runes[:cut])
		if (runes[cut] == ' ' || cut < limit/2) && publiccode.Characters(part) < limit {
			return strings.TrimRight(part, " ,;:.") + "…"
		}
	}
	return ""
}
