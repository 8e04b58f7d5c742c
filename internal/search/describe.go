// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"math/bits"
	"strconv"
	"strings"

	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// The kinds of things, terms of inKind.
const (
	kindSoftware     = "s"
	kindOrganisation = "o"
	kindCollectivity = "c"
	kindProvider     = "p"
	kindPartner      = "x"
)

// everywhere is the term of inPlace for offers made in the whole of France.
const everywhere = "\x02fr"

// conceptTerm is the term of a group of synonyms.
func conceptTerm(group int) string { return "\x01" + strconv.Itoa(group) }

// describer turns facts into entries of the index.
type describer struct {
	register *territory.Register // nil when there is none
	concepts *concepts
}

// software describes a software. What organisations say of it is not part of it: whether it is used
// is the catalogue's business.
func (d *describer) software(s registry.Software) *entry {
	e := newEntry(string(s.ID))
	e.add(inKind, kindSoftware)
	d.name(e, s.Name)
	d.former(e, s.FormerSlugs)
	for _, k := range s.Keywords {
		d.text(e, inKeywords, k)
		vocabulary(e, inTextWords, k)
	}
	for _, c := range categoryWords(s) {
		d.text(e, inCategories, c)
		vocabulary(e, inTextWords, c)
	}
	for _, p := range s.Platforms {
		d.text(e, inKeywords, p)
	}
	for _, p := range s.Replaces {
		d.text(e, inReplaces, p)
		vocabulary(e, inTextWords, p)
	}
	for _, a := range s.Alternatives {
		d.text(e, inAlternatives, a)
		vocabulary(e, inTextWords, a)
	}
	d.localised(e, inSummaryFR, s.Summary)
	d.localised(e, inTextFR, s.Description)
	vocabulary(e, inTextWords, s.Summary["fr"])
	vocabulary(e, inTextWords, s.Summary["en"])
	for _, id := range s.Identifiers {
		d.identifier(e, id.Value)
	}
	return e
}

// localised adds a text in French to field f, in English to the next, in other languages to f.
func (d *describer) localised(e *entry, f fieldNo, l registry.Localised) {
	for lang, t := range l {
		if f == inTextFR {
			t = text.Plain(t)
		}
		if lang == "en" {
			d.text(e, f+1, t)
		} else {
			d.text(e, f, t)
		}
	}
}

// said is what declarations say of an organisation: names of software by who may know, and services.
type said struct {
	offered  []string
	services []registry.ServiceKind
	areas    []registry.Area
	used     map[registry.Visibility][]string
}

// organisation describes an organisation; by is nil when nothing is declared of it.
func (d *describer) organisation(o registry.Organisation, by *said) *entry {
	if by == nil {
		by = &said{}
	}
	e := newEntry(string(o.ID))
	d.roles(e, o)
	d.name(e, o.Name)
	d.former(e, o.FormerSlugs)
	d.text(e, inKeywords, typeWords(o))
	d.localised(e, inSummaryFR, o.Summary)
	vocabulary(e, inTextWords, o.Summary["fr"])
	for _, n := range append([]string{o.SIREN, o.TerritoryCode, o.Commune, o.PostalCode}, o.FormerSIRENs...) {
		d.identifier(e, n)
	}
	d.places(e, o)
	for _, name := range by.offered {
		d.text(e, inOffers, name)
	}
	for _, s := range by.services {
		d.text(e, inOffers, serviceWords(s))
	}
	for _, a := range by.areas {
		d.area(e, a)
	}
	for visibility, f := range map[registry.Visibility]fieldNo{registry.Public: inOffers,
		registry.Members: inMembers, registry.CollectivitiesOnly: inBodies} {
		for _, name := range by.used[visibility] {
			d.text(e, f, name)
		}
	}
	e.add(inWeight, strconv.Itoa(bits.Len(uint(max(o.Population, 0)))))
	return e
}

func (d *describer) roles(e *entry, o registry.Organisation) {
	e.add(inKind, kindOrganisation)
	for role, term := range map[registry.Role]string{registry.RoleCollectivity: kindCollectivity,
		registry.RoleProvider: kindProvider, registry.RolePartner: kindPartner} {
		if o.Holds(role) {
			e.add(inKind, term)
		}
	}
}

// places adds where an organisation is, with what the official register knows of it.
func (d *describer) places(e *entry, o registry.Organisation) {
	if d.register == nil {
		return
	}
	if b, ok := d.body(o); ok {
		for _, n := range b.FormerNames {
			d.text(e, inLongName, n)
			vocabulary(e, inNameWords, n)
		}
		for _, n := range append(b.PostalCodes, b.FormerCodes...) {
			d.identifier(e, n)
		}
		for _, s := range b.FormerSIREN {
			d.identifier(e, string(s))
		}
	}
	d.place(e, territory.Departement, o.Departement)
	d.place(e, territory.Region, o.Region)
	d.place(e, territory.EPCI, o.EPCI)
	if o.TerritoryCode != o.Commune {
		d.place(e, territory.Commune, o.Commune)
	}
	e.add(inPlace, strings.ToLower(o.Departement))
}

// body finds a local authority in the official register.
func (d *describer) body(o registry.Organisation) (territory.Body, bool) {
	if kind, ok := territory.ParseKind(o.Type); ok && o.TerritoryCode != "" {
		return d.register.ByCode(kind, o.TerritoryCode)
	}
	return territory.Body{}, false
}

func (d *describer) place(e *entry, kind territory.Kind, code string) {
	if code == "" || d.register == nil {
		return
	}
	if b, ok := d.register.ByCode(kind, code); ok {
		d.text(e, inPlace, b.Name)
	}
}

// area adds where an offer is made: a région with its départements, since a département is what
// people ask for.
func (d *describer) area(e *entry, a registry.Area) {
	if a.France {
		e.add(inPlace, everywhere)
	}
	for _, code := range a.Departements {
		d.place(e, territory.Departement, code)
		e.add(inPlace, strings.ToLower(code))
	}
	for _, code := range a.Regions {
		d.place(e, territory.Region, code)
		if d.register == nil {
			continue
		}
		for _, dep := range d.register.Departements() {
			if dep.Region == code {
				d.text(e, inPlace, dep.Name)
				e.add(inPlace, strings.ToLower(string(dep.Code)))
			}
		}
	}
}

// name adds a name: its words, itself as a whole, and its words for completion.
func (d *describer) name(e *entry, name string) {
	f := inName
	if len(text.Words(name)) > 3 {
		f = inLongName
	}
	d.text(e, f, name)
	e.add(inExact, text.Fold(name))
	vocabulary(e, inNameWords, name)
}

// former adds the names an entity was known by: slugs are what is kept of them.
func (d *describer) former(e *entry, slugs []registry.Slug) {
	for _, s := range slugs {
		d.text(e, inLongName, string(s))
	}
}

// text adds the words of a text to a field, and the groups of synonyms found in it.
func (d *describer) text(e *entry, f fieldNo, s string) {
	if s == "" {
		return
	}
	words := read(s)
	named := f == inName || f == inLongName
	for _, w := range words {
		if w.elided || !named && !w.upper && (stopWord(w.folded) || w.folded == "si") {
			continue
		}
		e.add(f, w.stem)
	}
	for _, g := range d.concepts.in(telling(words), false) {
		e.add(f, conceptTerm(g.group))
	}
}

// identifier adds a number or code, whole.
func (d *describer) identifier(e *entry, value string) {
	if folded := strings.ReplaceAll(text.Fold(value), " ", ""); len(folded) <= maxWordBytes {
		e.add(inIdentifier, folded)
	}
}

// vocabulary adds the words of a text as they are written.
func vocabulary(e *entry, f fieldNo, s string) {
	for _, w := range read(s) {
		if len(w.folded) < 2 || w.elided || stopWord(w.folded) {
			continue
		}
		e.add(f, w.folded+"\x00"+w.shown)
	}
}
