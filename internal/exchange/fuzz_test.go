// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

var register = sync.OnceValues(territory.Load)

// fuzzReader runs a reader on anything. It never panics; its errors have a public code; what it keeps
// has a key; positions are within the file.
func fuzzReader(f *testing.F, read reader, seeds ...string) {
	f.Helper()
	for _, s := range seeds {
		f.Add([]byte(s))
		f.Add([]byte(s[:len(s)/2]))
	}
	r, err := register()
	if err != nil {
		f.Fatal(err)
	}
	names := newBodyNames(r)
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := &Lines{}
		s, _, err := open(File{Name: "f", Reader: strings.NewReader(string(data))}, NewReport(lines), names)
		if err != nil {
			t.Fatal(err)
		}
		h, err := read(s)
		if f, ok := errors.AsType[*fault.Error](err); err != nil && (!ok || f.Code == "") {
			t.Fatalf("an error without a code: %v", err)
		}
		h.dropShared(s)
		for _, it := range h.software {
			if it.key == "" {
				t.Fatalf("a software without a key: %+v", it)
			}
		}
		for _, r := range append(h.usages, h.offers...) {
			if r.key == "" || r.organisation == "" {
				t.Fatalf("a relation without sides: %+v", r)
			}
		}
		max := strings.Count(string(s.data), "\n") + 2
		for _, l := range lines.All {
			if l.Line > max || l.Line < 0 {
				t.Fatalf("line %d of %d", l.Line, max)
			}
			if sentence := harmless(l.Sentence("fr")); !utf8.ValidString(sentence) {
				t.Fatalf("%q", sentence)
			}
		}
	})
}

func FuzzComptoir(f *testing.F) {
	fuzzReader(f, readComptoir, `{"date_of_export":"2026-01-01T00:00:00+01:00","softwares":[{"id":1,"name":"a","licence":"MIT",
		"external_resources":{"website":"","repository":null,"wikidata":[],"sill":{"id":2}},"providers":[{"id":3,"name":"p","type":"Company"}],
		"users":[{"id":4,"name":"Ville de Boé","type":"Administration","external_resources":{"website":""}}]}]}`)
}

func FuzzSILL(f *testing.F) {
	fuzzReader(f, readSILL, `[{"_id":1,"_name":"a","alikeSoftwares":[{"softwareId":2}]},{"id":"1","i":"b","si":"1 ; 2"},
		{"id":3,"name":{"fr":"c"},"similarSoftwares":[{"name":"d","isLibreSoftware":false}],"providers":[{"name":"p","identifiers":[{"value":"552100554","subjectOf":{"additionalType":"CNLL"}}]}]}]`,
		"ID,nom,fonction,similaire-a\n1,a,\"b\nc\",2 ; 3\n")
}

func FuzzProviders(f *testing.F) {
	fuzzReader(f, readProviders, `[{"nom":"a","sill_id":1,"prestataires":[{"nom":"b","siren":"552100554","url":"https://x"}]}]`)
}

func FuzzSoftwareTable(f *testing.F) {
	fuzzReader(f, readSoftwareTable, Template(registry.KindSoftware), "nom\n\xe9t\xe9\n")
}

func FuzzOrganisationTable(f *testing.F) {
	fuzzReader(f, readOrganisationTable, Template(registry.KindOrganisation))
}

func FuzzPubliccode(f *testing.F) {
	f.Add([]byte("publiccodeYmlVersion: \"0.7\"\nname: a\nurl: https://github.com/a/b\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		h := &harvest{}
		p := &PubliccodeImporter{}
		if err := p.read(File{Name: "f", Reader: strings.NewReader(string(data))}, NewReport(), h, map[string]string{}, nil); err != nil {
			if _, ok := errors.AsType[*fault.Error](err); !ok {
				t.Fatal(err)
			}
		}
	})
}

func FuzzBodyNames(f *testing.F) {
	f.Add("Abbeville - Mairie d'Abbeville")
	f.Add("Ville de Saint-Denis (93)")
	r, err := register()
	if err != nil {
		f.Fatal(err)
	}
	names := newBodyNames(r)
	f.Fuzz(func(t *testing.T, name string) {
		if found := names.find(name); found.body != nil && len(found.others) > 0 {
			t.Fatalf("%q: both one body and several", name)
		}
	})
}

func TestEveryCodeHasASentenceInBothLanguages(t *testing.T) {
	for code, both := range sentences() {
		if both[0] == "" || both[1] == "" {
			t.Errorf("%s: %q", code, both)
		}
		if strings.Count(both[0], "{detail}") != strings.Count(both[1], "{detail}") || strings.Count(both[0], "[") != strings.Count(both[1], "[") {
			t.Errorf("%s: the two sentences do not say as much", code)
		}
	}
	for _, r := range Results() {
		if _, ok := sentences()["result."+string(r)]; !ok {
			t.Errorf("result %s", r)
		}
	}
}
