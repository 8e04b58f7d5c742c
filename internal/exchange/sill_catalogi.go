// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"slices"
	"strings"

	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// catalogi reads a record of Catalogi, in its canonical shape or in the compiled ones: the same facts
// have had several names.
func (l *sill) catalogi(o object) {
	it, ok := l.begin(o.at, o.number("id", "softwareId"), o.oneText("name"))
	if !ok {
		return
	}
	f := &it.facts
	external, compiled := o.child("softwareExternalData"), o.child("comptoirDuLibreSoftware")
	older := o.child("wikidataSoftware")
	describe(f, o.localised("description"))
	if len(f.Summary) == 0 {
		describe(f, registry.Localised{"fr": o.text("function")})
	}
	resources := compiled.child("external_resources")
	f.Website = address(cmpText(o.text("url", "websiteUrl", "officialWebsiteUrl"), external.text("url", "websiteUrl"),
		older.text("websiteUrl"), resources.text("website")))
	f.Repository = repository(cmpText(o.text("codeRepositoryUrl", "sourceUrl"), external.text("codeRepositoryUrl", "sourceUrl"),
		older.text("sourceUrl"), resources.text("repository")))
	f.Documentation = address(cmpText(o.text("softwareHelp", "documentationUrl"), external.text("softwareHelp", "documentationUrl"),
		older.text("documentationUrl")))
	f.Logo = address(o.text("image", "logoUrl"))
	l.licence(f, o.text("license"), it.at, it.key, it.name)
	release := o.child("latestVersion")
	f.ReleaseVersion, f.ReleaseDate = release.text("version", "semVer"), release.day("releaseDate", "publicationTime")
	l.platforms(f, o)
	for _, category := range append(o.texts("applicationCategories"), o.texts("categories")...) {
		l.categorise(&it, category)
	}
	f.Keywords = addTerms(f.Keywords, o.texts("keywords")...)
	l.identities(f, o, compiled, external, older)
	l.similar(f, o)
	if dereferenced := o.child("dereferencing"); !dereferenced.absent() {
		f.Status = "obsolete"
		l.said(registry.KindSoftware, it.at, it.key, it.name, Note, "status", "dereferenced", "")
	}
	l.uncounted(o)
	if l.end(it, nil) {
		l.sellers(o, it, compiled)
	}
}

// oneText returns a name given as text or in several languages.
func (o object) oneText(key string) string { return o.localised(key).In("fr") }

// platforms reads where a software runs.
func (l *sill) platforms(f *registry.SoftwareFacts, o object) {
	add := func(p string) {
		if slices.Contains(registry.Platforms(), p) && !slices.Contains(f.Platforms, p) {
			f.Platforms = append(f.Platforms, p)
		}
	}
	kind := o.child("softwareType")
	systems := []object{o.child("operatingSystems"), kind.child("os")}
	for _, name := range registry.Platforms() {
		for _, s := range systems {
			if yes, _ := s.truth(name); yes {
				add(name)
			}
		}
	}
	if slices.Contains(o.texts("runtimePlatforms"), "cloud") || kind.text("type") == "cloud" {
		add("web")
	}
}

// identities reads what a software is called elsewhere.
func (l *sill) identities(f *registry.SoftwareFacts, o, compiled, external, older object) {
	from := strings.ToLower(o.text("sourceSlug", "externalDataOrigin"))
	if from == "" || from == "wikidata" {
		f.Identifiers = identify(f.Identifiers, registry.SchemeWikidata,
			wikidata(cmpText(o.text("externalId", "wikidataId"), external.text("externalId"), older.text("wikidataId", "externalId"))))
	}
	f.Identifiers = identify(f.Identifiers, registry.SchemeComptoir, compiled.number("id"))
	f.Identifiers = identify(f.Identifiers, registry.SchemeComptoir, o.number("comptoirDuLibreId"))
	for _, id := range append(o.children("identifiers"), external.children("identifiers")...) {
		value, at := id.text("value"), id.text("url")
		switch publisher(id) {
		case "comptoirdulibre":
			if n := numbers(cmpText(value, lastSegment(at))); len(n) == 1 {
				f.Identifiers = identify(f.Identifiers, registry.SchemeComptoir, n[0])
			}
		case "cnll":
			f.Identifiers = identify(f.Identifiers, registry.SchemeCNLL, value)
		case "framalibre":
			f.Identifiers = identify(f.Identifiers, registry.SchemeFramalibre, value)
		case "wikidata":
			f.Identifiers = identify(f.Identifiers, registry.SchemeWikidata, wikidata(value))
		}
	}
}

// publisher says whose identifier a schema.org PropertyValue is.
func publisher(id object) string {
	site := id.child("subjectOf")
	for _, s := range []string{site.text("additionalType"), site.text("name"), id.text("name"), site.text("url"), id.text("url")} {
		folded := strings.ReplaceAll(text.Fold(s), " ", "")
		for _, known := range []string{"comptoirdulibre", "framalibre", "wikidata", "cnll", "siren"} {
			if strings.Contains(folded, known) {
				return known
			}
		}
	}
	return ""
}

// similar files comparable products: what is known not to be free is what the software replaces.
func (l *sill) similar(f *registry.SoftwareFacts, o object) {
	var all []object
	for _, key := range []string{"similarSoftwares", "similarExternalSoftwares", "similarWikidataSoftwares"} {
		all = append(all, o.children(key)...)
	}
	for _, s := range all {
		name := cmpText(s.oneText("name"), s.oneText("label"), s.text("softwareName"))
		if free, said := s.truth("isLibreSoftware"); said && !free {
			f.Replaces = addTerms(f.Replaces, name)
			continue
		}
		f.Alternatives = addTerms(f.Alternatives, name)
	}
}

// uncounted adds up what is not taken in.
func (l *sill) uncounted(o object) {
	by := o.child("userAndReferentCountByOrganization")
	for name := range by.members {
		if name != "NO_ORGANIZATION" {
			l.bodies[text.Fold(name)] = true
		}
		for _, n := range []string{"userCount", "referentCount"} {
			l.people += small(by.child(name).number(n))
		}
	}
	l.instances += len(o.children("instances"))
}

func small(digits string) int {
	n := 0
	for _, d := range digits[:min(len(digits), 6)] {
		n = n*10 + int(d-'0')
	}
	return n
}

// sellers reads the providers of a software, under the names they have had.
func (l *sill) sellers(o object, it item[registry.SoftwareFacts], compiled object) {
	offered := map[string]bool{}
	var all []object
	for _, key := range []string{"providers", "serviceProviders", "annuaireCnllServiceProviders"} {
		all = append(all, o.children(key)...)
	}
	all = append(all, compiled.children("providers")...)
	for _, p := range all {
		key := l.seller(p)
		if key == "" || offered[key] {
			continue
		}
		offered[key] = true
		l.harvest.offers = append(l.harvest.offers, relation{at: o.at, key: it.key + ":" + key,
			name: it.name + " – " + oneLine(p.oneText("name")), organisation: key, software: it.key})
	}
}

// seller notes a provider and returns its key: SIREN, number of the Comptoir, or name. The same
// provider under two software, once with its SIREN and once without, stays two statements: the
// registry joins them, or asks.
func (l *sill) seller(p object) string {
	name := oneLine(p.oneText("name"))
	siren, comptoir := l.sellerNumbers(p)
	website := address(cmpText(p.text("website"), p.child("external_resources").text("website"), ownSite(p.text("url"))))
	key := "name:" + text.Fold(name)
	switch {
	case siren != "":
		key = "siren:" + siren
	case comptoir != "":
		key = "comptoir:" + comptoir
	case name == "":
		l.said(registry.KindOrganisation, p.at, "", "", Refused, "name", "required", "")
		return ""
	}
	place, again := l.providers[key]
	if !again {
		place = len(l.harvest.organisations)
		l.providers[key] = place
		l.harvest.organisations = append(l.harvest.organisations, item[registry.OrganisationFacts]{at: p.at, key: key, name: name,
			facts: registry.OrganisationFacts{Name: name, Roles: []registry.Role{registry.RoleProvider}, SIREN: siren}})
	}
	f := &l.harvest.organisations[place].facts
	f.Website = cmpText(f.Website, website)
	f.Identifiers = identify(f.Identifiers, registry.SchemeComptoir, comptoir)
	return key
}

// ownSite keeps an address unless it is that of a catalogue's page about the provider.
func ownSite(url string) string {
	if strings.Contains(url, "annuaire.cnll.fr/") || strings.Contains(url, "comptoir-du-libre.org/") {
		return ""
	}
	return url
}

// sellerNumbers finds the SIREN and the Comptoir's number of a provider, wherever the shape put them.
func (l *sill) sellerNumbers(p object) (siren, comptoir string) {
	candidates := []string{p.text("siren")}
	pages := []string{p.text("url"), p.text("cdlUrl", "cdl_url"), p.text("cnllUrl", "cnll_url")}
	for _, id := range p.children("identifiers") {
		pages = append(pages, id.text("url"))
		switch publisher(id) {
		case "siren", "cnll":
			candidates = append(candidates, id.text("value"))
		case "comptoirdulibre":
			pages = append(pages, "https://comptoir-du-libre.org/fr/users/"+id.text("value"))
		}
	}
	for _, page := range append(pages, p.texts("sameAs")...) {
		if strings.Contains(page, "annuaire.cnll.fr/societes/") {
			candidates = append(candidates, lastSegment(page))
		}
		if n := lastSegment(page); strings.Contains(page, "comptoir-du-libre.org/") && strings.Contains(page, "/users/") &&
			wholeNumber.MatchString(n) && comptoir == "" {
			comptoir = strings.TrimLeft(n, "0")
		}
	}
	for _, c := range candidates {
		if s, err := territory.ParseSIREN(c); err == nil {
			return string(s), comptoir
		}
		if c == candidates[0] && c != "" {
			l.said(registry.KindOrganisation, p.at, c, oneLine(p.oneText("name")), Warning, "siren", "not_a_siren", c)
		}
	}
	return "", comptoir
}
