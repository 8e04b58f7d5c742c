// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func pack(t *testing.T, name, svg string) string {
	t.Helper()
	dir := t.TempDir()
	for file, content := range map[string]string{"package.json": `{"name":"` + name + `","version":"2.0.0"}`, "france.departments.svg": svg} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const frame = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 613 585">`

func TestNeighboursAreDrawnWithTheSameLineBetweenThem(t *testing.T) {
	// Two squares of 20, and between them a line that wavers: down for one, up for the other.
	body, err := generate(pack(t, wanted, frame+
		`<path id="2b" d="m 30,10 20,0 0,0 0,20 -20,0 0,0 3,-5 2,-5 -3,-5 -2,-5 z"/>`+
		`<path id="01" d="m 10,10 20,0 0,0 2,5 3,5 -2,5 -3,5 0,0 -20,0 0,-20 z"/></svg>`))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(body)), "\n")
	want := []string{"01\tM20 20l40 0 10 20-10 20-40 0 0-40z", "2B\tM60 20l40 0 0 40-40 0 10-20-10-20z"}
	if len(lines) != 4 || lines[2] != want[0] || lines[3] != want[1] {
		t.Errorf("drawn %q", lines)
	}
}

func TestSpecksAreLeftOutButNotThoseThatAreAll(t *testing.T) {
	for d, want := range map[string]string{
		"m 10,10 20,0 0,20 -20,0 z m 40,0 1,0 0,1 -1,0 z": "M20 20l40 0 0 40-40 0 0-40z",
		"m 10,10 1,0 0,1 -1,0 z":                          "M20 20l2 2-2-2z",
	} {
		rings, err := parse(d)
		if err != nil {
			t.Fatal(err)
		}
		if got := draw(rings); got != want {
			t.Errorf("%s is drawn %s", d, got)
		}
	}
}

func TestAMapThatIsNotTheOneWeKnowIsRefused(t *testing.T) {
	for what, pkg := range map[string]string{
		"another package": pack(t, "@svg-maps/france.regions", frame+"</svg>"),
		"another frame":   pack(t, wanted, `<svg viewBox="0 0 10 10"></svg>`),
		"a curve":         pack(t, wanted, frame+`<path id="01" d="m 10,10 c 1,1 2,2 3,3 z"/></svg>`),
		"no beginning":    pack(t, wanted, frame+`<path id="01" d="10,10 z"/></svg>`),
		"no file":         t.TempDir(),
	} {
		if body, err := generate(pkg); err == nil {
			t.Errorf("%s gives %q", what, body)
		}
	}
}
