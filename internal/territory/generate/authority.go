// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	_ "embed" // the table below
	"fmt"
	"strings"

	"maillage/internal/territory"
)

//go:embed siren.tsv
var sirenTable string

// authority is one line of siren.tsv: the legal person of a département or région.
type authority struct {
	kind, code  string
	siren       string
	legal       string // INSEE legal category
	actingFor   string // SIREN of the body that acts for a territory without a legal person
	title       string
	formerSIREN string
	formerNames string // separated by |
	name        string // of a body the package does not list
	region      string
	chefLieu    string
}

// readAuthorities returns the table by kind and code ("D38").
func readAuthorities() (map[string]authority, error) {
	out := map[string]authority{}
	for n, line := range strings.Split(strings.TrimSpace(sirenTable), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := append(strings.Split(line, "\t"), make([]string, 11)...)[:11]
		for i := range f {
			f[i] = strings.TrimPrefix(f[i], "-")
		}
		a := authority{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10]}
		for s := range strings.FieldsSeq(a.siren + " " + a.actingFor + " " + a.formerSIREN) {
			if _, err := territory.ParseSIREN(s); err != nil {
				return nil, fmt.Errorf("siren.tsv line %d: %s: %w", n+1, s, err)
			}
		}
		if _, twice := out[a.kind+a.code]; twice || (a.siren == "") == (a.actingFor == "") {
			return nil, fmt.Errorf("siren.tsv line %d: %s %s is there twice, or has not one of SIREN and authority", n+1, a.kind, a.code)
		}
		out[a.kind+a.code] = a
	}
	return out, nil
}
