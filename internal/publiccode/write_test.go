// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"maillage/internal/fault"
	"maillage/internal/publiccode"
)

var long = strings.Repeat("Une longue description, ligne après ligne. ", 5)

// anyText is what people type, and what breaks YAML.
func anyText(minimum, maximum int) *rapid.Generator[string] {
	hard := rapid.SampledFrom([]string{"yes", "no", "null", "~", "0.7", "2017-04-15", "0x1F", "1e3", "- a", "# b",
		"a: b", "a #b", " x", "x ", "\n", "a\n\nb\n", "a\r\nb", "\ttab", "\u0085", "\u2028", "\ufeff", "é", "👍🏽", "'", "\"", "\\",
		"%TAG", "@x", "`x", "&a", "*a", "!b", "|", ">", "?", "{", "}", "[", "]", ",", "---", "...", "=", "<<", "\x01", "\x7f",
		"\U0010fffd", "true", "FALSE", ".inf", "a\n b\n  c", "x\n\n\n"})
	return rapid.OneOf(hard, rapid.StringN(minimum, maximum, -1)).Filter(func(s string) bool {
		return len(s) >= minimum && publiccode.Characters(s) <= maximum && !strings.ContainsRune(s, 0xFFFD)
	})
}

func texts(t *rapid.T, name string, maximum int) []string {
	return nilIfEmpty(rapid.SliceOfN(anyText(1, 40), 0, maximum).Draw(t, name))
}

func nilIfEmpty[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

func some(t *rapid.T, name string, from []string) []string {
	return nilIfEmpty(rapid.SliceOfN(rapid.SampledFrom(from), 0, 3).Draw(t, name))
}

// document draws a valid document of the latest version.
func document(t *rapid.T) publiccode.Document {
	one := func(name string) string { return anyText(1, 40).Draw(t, name) }
	maybe := func(name string) string { return anyText(0, 40).Draw(t, name) }
	link := func(name string) string {
		return rapid.SampledFrom([]string{"", "https://example.fr/a?b=c#d", "http://exemple.fr"}).Draw(t, name)
	}
	body := rapid.Custom(func(t *rapid.T) publiccode.Organisation {
		return publiccode.Organisation{Name: anyText(0, 40).Draw(t, "name"), URI: rapid.SampledFrom([]string{
			"https://annuaire-entreprises.data.gouv.fr/entreprise/213801855", "urn:example:mairie"}).Draw(t, "uri")}
	})
	dependency := rapid.Custom(func(t *rapid.T) publiccode.Dependency {
		return publiccode.Dependency{Name: anyText(1, 40).Draw(t, "name"), VersionMin: anyText(0, 9).Draw(t, "min"),
			VersionMax: anyText(0, 9).Draw(t, "max"), Version: anyText(0, 9).Draw(t, "version"),
			Optional: rapid.Bool().Draw(t, "optional")}
	})
	d := publiccode.Document{
		Version: publiccode.Latest, Name: one("name"), ApplicationSuite: maybe("suite"),
		URL: "https://example.fr/a.git", LandingURL: link("landing"),
		IsBasedOn:       some(t, "based", []string{"https://example.fr/b", "https://example.fr/c.git"}),
		SoftwareVersion: maybe("version"), ReleaseDate: rapid.SampledFrom([]string{"", "2024-02-29"}).Draw(t, "date"),
		Logo:      rapid.SampledFrom([]string{"", "img/logo.svg", "https://example.fr/l.png"}).Draw(t, "logo"),
		Platforms: append([]string{"web"}, texts(t, "platforms", 2)...), Categories: some(t, "categories", publiccode.Categories()),
		UsedBy: texts(t, "usedBy", 3), FundedBy: nilIfEmpty(rapid.SliceOfN(body, 0, 2).Draw(t, "fundedBy")),
		Roadmap: link("roadmap"), Status: rapid.SampledFrom(publiccode.DevelopmentStatuses()).Draw(t, "status"),
		Type:     rapid.SampledFrom(publiccode.SoftwareTypes()).Draw(t, "type"),
		Supports: some(t, "supports", []string{"alias:gdpr", "https://example.fr/rgaa", "urn:iso:std:iso:27001"}),
		Legal: publiccode.Legal{License: rapid.SampledFrom([]string{"AGPL-3.0-or-later", "MIT OR Apache-2.0"}).Draw(t, "licence"),
			MainCopyrightOwner: maybe("owner")},
		Localisation: publiccode.Localisation{Ready: rapid.Bool().Draw(t, "ready"), AvailableLanguages: []string{"fr", "en-GB"}},
		Description:  map[string]publiccode.Description{},
	}
	for _, tag := range append(some(t, "languages", []string{"en", "oc", "br", "en-GB"}), "fr") {
		d.Description[tag] = publiccode.Description{LocalisedName: maybe("localised"), ShortDescription: one("short"),
			LongDescription: long + one("long"), Documentation: link("doc"), APIDocumentation: link("api"),
			Features: append([]string{"Plan"}, texts(t, "features", 3)...), Awards: texts(t, "awards", 2),
			Screenshots: some(t, "screens", []string{"a.png", "img/b.jpg"}), Videos: some(t, "videos", []string{"https://youtu.be/abc"})}
	}
	if rapid.Bool().Draw(t, "has organisation") {
		o := body.Draw(t, "organisation")
		d.Organisation = &o
	}
	if rapid.Bool().Draw(t, "has audience") {
		d.Audience = &publiccode.Audience{Countries: []string{"FR"}, UnsupportedCountries: some(t, "not", []string{"US", "IT"}),
			Scope: some(t, "scope", publiccode.Scopes())}
	}
	if rapid.Bool().Draw(t, "depends") {
		d.DependsOn = &publiccode.Dependencies{Open: []publiccode.Dependency{dependency.Draw(t, "open")},
			Hardware: nilIfEmpty(rapid.SliceOfN(dependency, 0, 2).Draw(t, "hardware"))}
	}
	d.Maintenance.Type = rapid.SampledFrom(publiccode.MaintenanceTypes()).Draw(t, "maintenance")
	if d.Maintenance.Type == "contract" {
		d.Maintenance.Contractors = []publiccode.Contractor{{Name: one("contractor"), Until: "2030-01-31",
			Email: "contact@example.fr", Website: link("website")}}
	} else {
		d.Maintenance.Contacts = []publiccode.Contact{{Name: one("contact"), Affiliation: maybe("affiliation"), Phone: maybe("phone")}}
	}
	return d
}

func TestWhatIsWrittenIsReadBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := document(t)
		var first, second bytes.Buffer
		if err := publiccode.Write(&first, d); err != nil {
			t.Fatalf("%v", err)
		}
		got, problems, err := publiccode.Parse(bytes.NewReader(first.Bytes()), publiccode.Options{})
		if err != nil || len(problems) > 0 {
			t.Fatalf("%v %v\n%s", err, problems, first.String())
		}
		if diff := cmp.Diff(d, *got); diff != "" {
			t.Fatalf("(-written +read):\n%s\n%s", diff, first.String())
		}
		if err := publiccode.Write(&second, *got); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("the second writing differs: %v", err)
		}
	})
}

func TestAnInvalidDocumentIsNotWritten(t *testing.T) {
	var b bytes.Buffer
	err := publiccode.Write(&b, publiccode.Document{Name: "Sans rien"})
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Invalid || len(f.Fields) < 8 || b.Len() > 0 {
		t.Fatalf("%v, %d bytes written", err, b.Len())
	}
	if f.Fields[0].Code == "" || f.Fields[0].Name == "" {
		t.Errorf("a field is not named: %+v", f.Fields[0])
	}
}

func TestAnOldFileUpgradesToAValidOne(t *testing.T) {
	const old = `publiccodeYmlVersion: "0.3"
name: Ancien
url: https://example.fr/ancien.git
isBasedOn: https://example.fr/plus-ancien
releaseDate: 2019-01-02
monochromeLogo: logo.svg
inputTypes: [text/plain]
platforms: [web]
categories: [office]
developmentStatus: stable
softwareType: library
intendedAudience:
  countries: [fr, it]
description:
  fra:
    genericName: Texte
    shortDescription: Court
    longDescription: LONG
    features: [Un]
legal:
  license: agpl-3.0
  repoOwner: Comune di Prova
  authorsFile: AUTHORS
maintenance: {type: none}
localisation: {localisationReady: false, availableLanguages: [fra, it_IT]}
it:
  conforme: {gdpr: true}
  piattaforme: {spid: true, io: false}
  riuso: {codiceIPA: c_a000}
`
	doc, problems, err := publiccode.Parse(strings.NewReader(strings.Replace(old, "LONG", long, 1)), publiccode.Options{})
	if err != nil || !problems.Valid() || len(problems) != 11 {
		t.Fatalf("%v, %d problems: %v", err, len(problems), problems)
	}
	publiccode.Upgrade(doc)
	var b bytes.Buffer
	if err := publiccode.Write(&b, *doc); err != nil {
		t.Fatal(err)
	}
	again, problems, err := publiccode.Parse(&b, publiccode.Options{})
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v %v", err, problems)
	}
	want := publiccode.Document{
		Version: "0.7", Name: "Ancien", URL: "https://example.fr/ancien.git", IsBasedOn: []string{"https://example.fr/plus-ancien"},
		ReleaseDate: "2019-01-02", Logo: "logo.svg", Platforms: []string{"web"}, Categories: []string{"office"},
		Status: "stable", Type: "library", Organisation: &publiccode.Organisation{URI: "urn:x-italian-pa:c_a000", Name: "Comune di Prova"},
		Supports: []string{"alias:gdpr", "alias:spid"}, Audience: &publiccode.Audience{Countries: []string{"FR", "IT"}},
		Description: map[string]publiccode.Description{"fr": {ShortDescription: "Court", LongDescription: strings.TrimSpace(long), Features: []string{"Un"}}},
		Legal:       publiccode.Legal{License: "agpl-3.0"}, Maintenance: publiccode.Maintenance{Type: "none"},
		Localisation: publiccode.Localisation{AvailableLanguages: []string{"fr", "it-IT"}},
	}
	if diff := cmp.Diff(want, *again); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnOwnerWithoutAnAddressBecomesTheOwnerOfTheRights(t *testing.T) {
	d := publiccode.Document{Legal: publiccode.Legal{RepoOwner: "Ville"}}
	publiccode.Upgrade(&d)
	if d.Organisation != nil || d.Legal.MainCopyrightOwner != "Ville" || d.Legal.RepoOwner != "" {
		t.Errorf("%+v", d)
	}
}
