// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"maillage/internal/registry"
)

// sill is one file of the SILL, or of Catalogi, being read. The shape is told from each record, so a
// file that mixes them is read too:
//
//   - Catalogi's canonical list (/v2/catalogi.json, since 2026): applicationCategories, providers;
//   - the compiled list (/catalogi.json, /sill.json) and its older states in archives: license,
//     serviceProviders, comptoirDuLibreSoftware;
//   - the working files of 2022: "_id" and "_name";
//   - Etalab's export of 2022, whose fields have one or two letters: "i" is the name;
//   - the CSV of 2022.
//
// Recommendation states, support contracts, ministries' groups and minimal versions are State matters
// and are not taken in.
type sill struct {
	*source
	harvest   *harvest
	software  map[string]string // names by number
	providers map[string]int    // places in harvest.organisations, by key
	// alike are the numbers of similar software, by place in harvest.software: their names may come
	// later in the file.
	alike map[int][]string
	// bodies and people are the free-text organisations with users, and the users they sum up to.
	bodies    map[string]bool
	people    int
	instances int
}

func readSILL(s *source) (*harvest, error) {
	l := &sill{source: s, harvest: &harvest{source: registry.SourceSILL}, software: map[string]string{},
		providers: map[string]int{}, alike: map[int][]string{}, bodies: map[string]bool{}}
	var err error
	first := bytes.TrimLeft(s.data, " \t\r\n")
	if len(first) > 0 && first[0] != '[' && first[0] != '{' {
		err = l.table()
	} else {
		err = s.elements([]string{"softwares", "software", "data", "catalog"}, nil, l.record)
	}
	l.finish()
	return l.harvest, err
}

func (l *sill) record(o object) {
	switch {
	case o.has("_id") || o.has("_name"):
		l.of2022("2022-json")
		l.working(o)
	case o.has("i"):
		l.of2022("2022-etalab")
		l.etalab(o)
	default:
		l.catalogi(o)
	}
}

// of2022 says that the file is one of those of January 2022: what was said since is more recent.
func (l *sill) of2022(edition string) {
	l.harvest.edition = edition
	l.harvest.retrieved = time.Date(2022, time.January, 27, 0, 0, 0, 0, time.UTC)
}

// begin starts the statement about one software; false when it cannot be told which.
func (l *sill) begin(at Position, number, name string) (item[registry.SoftwareFacts], bool) {
	it := item[registry.SoftwareFacts]{at: at, key: number, name: oneLine(name)}
	if number == "" {
		l.said(registry.KindSoftware, at, "", it.name, Refused, "id", "no_id", "")
		return it, false
	}
	it.facts.Name = it.name
	it.facts.Identifiers = identify(nil, registry.SchemeSILL, number)
	return it, true
}

// end keeps the statement, and the numbers of similar software to be named later.
func (l *sill) end(it item[registry.SoftwareFacts], alike []string) bool {
	if !l.harvest.addSoftware(l.source, l.software, it) {
		return false
	}
	if len(alike) > 0 {
		l.alike[len(l.harvest.software)-1] = alike
	}
	return true
}

// finish names similar software, now that every name is known, and says what was not taken in.
func (l *sill) finish() {
	for place, numbers := range l.alike {
		f := &l.harvest.software[place].facts
		for _, n := range numbers {
			f.Alternatives = addTerms(f.Alternatives, l.software[n])
		}
	}
	if len(l.bodies) > 0 {
		l.note(Position{}, Note, "userAndReferentCountByOrganization", "counts_not_usages",
			strconv.Itoa(len(l.bodies))+" organisations, "+strconv.Itoa(l.people))
	}
	if l.instances > 0 {
		l.note(Position{}, Note, "instances", "instances_not_taken", strconv.Itoa(l.instances))
	}
}

// working reads a record of the working files of 2022.
func (l *sill) working(o object) {
	it, ok := l.begin(o.at, o.number("_id"), o.text("_name"))
	if !ok {
		return
	}
	f := &it.facts
	describe(f, registry.Localised{"fr": o.text("_function")})
	f.Identifiers = identify(f.Identifiers, registry.SchemeWikidata, wikidata(o.text("wikidataId")))
	f.Identifiers = identify(f.Identifiers, registry.SchemeComptoir, o.number("comptoirDuLibreOrgId"))
	l.licence(f, o.text("_license"), it.at, it.key, it.name)
	f.Keywords = addTerms(f.Keywords, o.child("parentSoftware").text("softwareName"))
	var alike []string
	for _, a := range o.children("alikeSoftwares") {
		if n := a.number("softwareId"); n != "" {
			alike = append(alike, n)
		}
		f.Alternatives = addTerms(f.Alternatives, a.text("softwareName"))
	}
	l.end(it, alike)
}

// etalab reads a record of Etalab's export of 2022.
func (l *sill) etalab(o object) {
	it, ok := l.begin(o.at, o.number("id"), o.text("i"))
	if !ok {
		return
	}
	f := &it.facts
	describe(f, registry.Localised{"fr": cmpText(o.text("f"), o.text("fr-desc")), "en": o.text("en-desc")})
	f.Website, f.Repository = address(o.text("website")), repository(o.text("sources"))
	f.Documentation, f.Logo = address(o.text("doc")), address(o.text("logo"))
	f.Identifiers = identify(f.Identifiers, registry.SchemeComptoir, o.number("co"))
	f.Identifiers = identify(f.Identifiers, registry.SchemeFramalibre, o.child("frama").text("encoded-name"))
	l.licence(f, o.text("l"), it.at, it.key, it.name)
	l.categorise(&it, o.text("c"))
	f.Keywords = addTerms(f.Keywords, o.text("p"))
	l.end(it, numbers(o.text("si")))
}

// table reads the CSV of 2022.
func (l *sill) table() error {
	t, err := l.source.table([]column{{name: "id", aliases: []string{"ID"}}, {name: "nom"}, {name: "fonction"}, {name: "parent"},
		{name: "similaire-a"}, {name: "wikidata"}, {name: "comptoir-du-libre"}, {name: "licence"}, {name: "composant"},
		{name: "annees", ignored: true}, {name: "statut", ignored: true}, {name: "public", ignored: true},
		{name: "support", ignored: true}, {name: "secteur", ignored: true}, {name: "contexte-usage", ignored: true},
		{name: "label", ignored: true}, {name: "groupe", ignored: true}, {name: "version_min", ignored: true},
		{name: "version_max", ignored: true}}, []string{"id", "nom"})
	if err != nil {
		return err
	}
	l.of2022("2022-csv")
	return t.each(func(r row) {
		number := r.cell("id")
		if !wholeNumber.MatchString(number) {
			number = ""
		}
		it, ok := l.begin(r.at, strings.TrimLeft(number, "0"), r.cell("nom"))
		if !ok {
			return
		}
		f := &it.facts
		describe(f, registry.Localised{"fr": r.cell("fonction")})
		f.Identifiers = identify(f.Identifiers, registry.SchemeWikidata, wikidata(r.cell("wikidata")))
		if n := r.cell("comptoir-du-libre"); wholeNumber.MatchString(n) {
			f.Identifiers = identify(f.Identifiers, registry.SchemeComptoir, strings.TrimLeft(n, "0"))
		}
		l.licence(f, r.cell("licence"), it.at, it.key, it.name)
		l.categorise(&it, r.cell("composant"))
		f.Keywords = addTerms(f.Keywords, r.cell("parent"))
		l.end(it, numbers(r.cell("similaire-a")))
	})
}

// numbers reads "162 ; 173".
func numbers(s string) []string {
	var out []string
	for _, n := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
		if wholeNumber.MatchString(n) && !slices.Contains(out, n) {
			out = append(out, strings.TrimLeft(n, "0"))
		}
	}
	return out
}

// cmpText returns the first text that is not empty.
func cmpText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
