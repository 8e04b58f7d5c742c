// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package territory

import (
	"fmt"
	"strconv"
	"strings"
)

// Vintage says which year the register describes and whom to credit wherever its data is shown.
type Vintage struct {
	Year    int
	Sources []Source
}

// Source is a data set the register was made from.
type Source struct {
	Name    string // in French, as its publisher names it
	Version string
	Licence string // SPDX identifier
	URL     string
}

// Vintage returns the vintage of the embedded register.
func (r *Register) Vintage() Vintage { return r.vintage }

// Licences returns the SPDX identifiers of the licences of the sources, each once.
func (v Vintage) Licences() []string {
	var out []string
	for _, s := range v.Sources {
		seen := false
		for _, l := range out {
			seen = seen || l == s.Licence
		}
		if !seen {
			out = append(out, s.Licence)
		}
	}
	return out
}

// Credit returns the sentence the licences ask for, in French.
func (v Vintage) Credit() string {
	parts := make([]string, len(v.Sources))
	for i, s := range v.Sources {
		parts[i] = fmt.Sprintf("%s %s (%s)", s.Name, s.Version, s.Licence)
	}
	return fmt.Sprintf("Millésime %d. Sources : %s.", v.Year, strings.Join(parts, " ; "))
}

// parseVintage reads the first line of the file: the year, then name|version|licence|URL per source.
func parseVintage(line string) (Vintage, error) {
	f := strings.Split(line, "\t")
	year, err := strconv.Atoi(f[0])
	if err != nil {
		return Vintage{}, fmt.Errorf("the register has no vintage: %w", err)
	}
	v := Vintage{Year: year}
	for _, s := range f[1:] {
		p := strings.Split(s, "|")
		if len(p) != 4 {
			return Vintage{}, fmt.Errorf("the register has a malformed source: %q", s)
		}
		v.Sources = append(v.Sources, Source{p[0], p[1], p[2], p[3]})
	}
	return v, nil
}
