// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"

	"maillage/internal/registry"
	"maillage/internal/territory"
)

// within tells whether a place is in the rings of a path (even-odd rule).
func within(t *testing.T, path string, x, y int) bool {
	t.Helper()
	in := false
	for _, ring := range regexp.MustCompile(`M[^z]*z`).FindAllString(path, -1) {
		var line [][2]int
		at := [2]int{}
		n := regexp.MustCompile(`-?[0-9]+`).FindAllString(ring, -1)
		for i := 0; i+1 < len(n); i += 2 {
			for k := range 2 {
				v, err := strconv.Atoi(n[i+k])
				if err != nil {
					t.Fatal(err)
				}
				at[k] += v
			}
			line = append(line, at)
		}
		for i, p := range line {
			q := line[(i+1)%len(line)]
			if (p[1] > y) != (q[1] > y) && float64(x) < float64(q[0]-p[0])*float64(y-p[1])/float64(q[1]-p[1])+float64(p[0]) {
				in = !in
			}
		}
	}
	return in
}

func TestTheTownsFallInsideTheirDepartements(t *testing.T) {
	register, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	drawn, missed := 0, []string{}
	for _, o := range readOutlines() {
		d, known := register.ByCode(territory.Departement, o.code)
		town, there := register.ByCode(territory.Commune, string(d.ChefLieu))
		if !known || !there || !town.HasPoint {
			t.Fatalf("%s is no département", o.code)
		}
		drawn++
		x, y, ok := onMap(registry.Point{Lat: town.Lat, Lon: town.Lon})
		if !ok || !within(t, o.path, x, y) {
			missed = append(missed, fmt.Sprintf("%s (%d, %d)", town.Name, x, y))
		}
	}
	// A town at the edge, by the sea or in the small ones round Paris, may be a pixel beside.
	if drawn != 96 || len(missed) > 3 {
		t.Errorf("%d départements, missed %v", drawn, missed)
	}
}

func TestWhatIsFarAwayIsNotOnTheMap(t *testing.T) {
	for name, p := range map[string]registry.Point{"Saint-Denis": {Lat: -20.88, Lon: 55.45}, "Cayenne": {Lat: 4.93, Lon: -52.33},
		"London": {Lat: 51.5, Lon: -.12}, "nowhere": {}} {
		if x, y, ok := onMap(p); ok {
			t.Errorf("%s is at %d, %d", name, x, y)
		}
	}
}

func TestManyDotsBecomeFewerAndTheSameTwiceOne(t *testing.T) {
	if got := dotted([]spot{{100, 100}, {101, 102}, {40, 200}}); got != "M100 100h0M40 200h0" {
		t.Errorf("drawn %s", got)
	}
	var all []spot
	for i := range 100_000 {
		all = append(all, spot{i % 1200, i / 100})
	}
	if n := len(regexp.MustCompile("M").FindAllString(dotted(all), -1)); n > maxDots || n < maxDots/5 {
		t.Errorf("%d dots", n)
	}
}
