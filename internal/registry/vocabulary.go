// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"maillage/internal/territory"
)

// Domain is a business domain of local authorities: what a software is for, in their words. Each has
// a definition, so that two people put a software in the same one.
type Domain struct {
	Key        string
	Label      Localised
	Definition Localised
}

//go:embed domains.tsv
var domainsTSV string

// parsedDomains reads the embedded vocabulary once.
var parsedDomains = sync.OnceValue(func() []Domain {
	var out []Domain
	for line := range strings.Lines(domainsTSV) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(line, "\t")
		if len(c) != 5 {
			panic("registry: domains.tsv: five columns wanted in " + line)
		}
		out = append(out, Domain{Key: c[0], Label: Localised{"fr": c[1], "en": c[2]},
			Definition: Localised{"fr": c[3], "en": c[4]}})
	}
	return out
})

var domainKeys = sync.OnceValue(func() []string {
	var keys []string
	for _, d := range parsedDomains() {
		keys = append(keys, d.Key)
	}
	return keys
})

// Domains returns the business domains, in the order in which they are offered.
func Domains() []Domain { return parsedDomains() }

// DomainKeys returns the keys of the business domains.
func DomainKeys() []string { return domainKeys() }

// OrganisationTypes returns the types of organisation: those of public bodies come from the official
// legal categories, the others are the forms providers and partners take.
func OrganisationTypes() []string { return organisationTypes() }

var organisationTypes = sync.OnceValue(func() []string {
	types := slices.DeleteFunc(territory.OrganisationKinds(), func(k string) bool { return k == territory.KindOther })
	return append(types, "company", "cooperative", "association", "state", "other")
})
