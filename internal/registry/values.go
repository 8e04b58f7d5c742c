// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"slices"
	"strconv"
	"time"
)

// ID identifies an entity, a usage, an offer or a reference: a UUID version 7 (RFC 9562) in its
// canonical text form. It never changes and is never reused.
type ID string

// Slug is the readable name of an entity in addresses: unique among its kind. An old slug goes on
// resolving after a rename.
type Slug string

// Kind is what a thing of the registry is.
type Kind string

// The kinds. The first two are entities; the others are declarations about entities.
const (
	KindSoftware     Kind = "software"
	KindOrganisation Kind = "organisation"
	KindUsage        Kind = "usage"
	KindOffer        Kind = "offer"
	KindReference    Kind = "reference"
)

// Localised holds one text in several languages, by BCP 47 tag ("fr", "en").
type Localised map[string]string

// In returns the text in that language, else in French, else in any.
func (l Localised) In(lang string) string {
	if t := l[lang]; t != "" {
		return t
	}
	if t := l["fr"]; t != "" {
		return t
	}
	for _, k := range sortedKeys(l) {
		if l[k] != "" {
			return l[k]
		}
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Identifier is what a thing is called elsewhere.
type Identifier struct {
	Scheme string `json:"scheme"`
	Value  string `json:"value"`
}

// The schemes of identifiers. Those above the line are strong: two different values of one of them
// are two different things.
const (
	SchemeRepository = "repo"         // normalised repository address
	SchemeWikidata   = "wikidata"     // Q123
	SchemePubliccode = "publiccode"   // normalised address of the publiccode.yml's repository
	SchemeComptoir   = "comptoir"     // number of the Comptoir du Libre (software or user)
	SchemeSILL       = "sill"         // number of the SILL
	SchemeFramalibre = "framalibre"   // slug of Framalibre
	SchemeCNLL       = "cnll"         // number of a solution in the CNLL's directory
	SchemeSIREN      = "fr:siren"     // nine digits
	SchemeINSEE      = "fr:cog"       // code of the official geographic code, "commune:38185"
	SchemeLannuaire  = "fr:lannuaire" // identifier of lannuaire.service-public.fr
	SchemeDomain     = "domain"       // registrable domain of a provider's website

	// These two prove nothing: they only make a person look.
	hintWebsite  = "hint:website"
	hintSkeleton = "hint:name"
)

// Date is a day, a month or a year, as its declarer knew it: "2024", "2024-03" or "2024-03-01".
type Date string

// ParseDate reads a Date between 1970 and 2100. It returns false for anything else.
func ParseDate(s string) (Date, bool) {
	layouts := map[int]string{4: "2006", 7: "2006-01", 10: "2006-01-02"}
	layout, ok := layouts[len(s)]
	if !ok {
		return "", false
	}
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() < 1970 || t.Year() > 2100 {
		return "", false
	}
	return Date(s), true
}

// Year returns the year of the date, 0 when it is empty.
func (d Date) Year() int {
	if len(d) < 4 {
		return 0
	}
	y, err := strconv.Atoi(string(d[:4]))
	if err != nil {
		return 0
	}
	return y
}

// Visibility says who may see a declaration.
type Visibility string

// The visibilities: everyone; members of the collective; members of public bodies, providers
// excluded.
const (
	Public             Visibility = "public"
	Members            Visibility = "members"
	CollectivitiesOnly Visibility = "collectivities"
)

// Visibilities returns the visibilities a declaration can have.
func Visibilities() []Visibility { return []Visibility{Public, Members, CollectivitiesOnly} }

// Point is a place on Earth in degrees (WGS 84).
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Miss is a search that found nothing: something the collective is missing, or does not call by that
// name.
type Miss struct {
	Query   string // as it was last typed
	Count   int64
	FirstAt time.Time
	LastAt  time.Time
}
