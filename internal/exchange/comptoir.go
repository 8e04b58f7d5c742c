// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"slices"
	"strings"

	"maillage/internal/registry"
	"maillage/internal/text"
)

// readComptoir reads the Comptoir du Libre's export, version 1: an object whose softwares each list
// their users and providers, or the bare array. An object that holds nothing arrives as "[]", an
// address that is not known as "". The export gives neither SIREN, nor dates, nor services.
func readComptoir(s *source) (*harvest, error) {
	c := &comptoir{source: s, harvest: &harvest{source: registry.SourceComptoir}, software: map[string]string{},
		accounts: map[string]*account{}, related: map[string]bool{}}
	err := s.elements([]string{"softwares", "software"}, c.head, c.record)
	c.settleAccounts()
	return c.harvest, err
}

// comptoir is one export being read.
type comptoir struct {
	*source
	harvest  *harvest
	software map[string]string // names by number
	accounts map[string]*account
	order    []string // of the accounts
	related  map[string]bool
}

// account is a user or provider of the Comptoir, met under one or more software.
type account struct {
	at       Position
	name     string
	kind     string
	website  string
	provides bool
	uses     bool
	names    []string
}

func (c *comptoir) head(key string, value any) {
	if when, ok := value.(string); ok && key == "date_of_export" {
		c.harvest.retrieved = parseInstant(strings.TrimSpace(when))
	}
}

func (c *comptoir) record(o object) {
	key, name := o.number("id"), oneLine(o.text("name"))
	if key == "" {
		c.said(registry.KindSoftware, o.at, o.text("id"), name, Refused, "id", "no_id", "")
		return
	}
	f := registry.SoftwareFacts{Name: name}
	res := o.child("external_resources")
	f.Website, f.Repository = address(res.text("website")), repository(res.text("repository"))
	f.Identifiers = identify(nil, registry.SchemeComptoir, key)
	f.Identifiers = identify(f.Identifiers, registry.SchemeWikidata, wikidata(res.child("wikidata").text("id", "url")))
	f.Identifiers = identify(f.Identifiers, registry.SchemeSILL, res.child("sill").number("id"))
	f.Identifiers = identify(f.Identifiers, registry.SchemeFramalibre, res.child("framalibre").text("slug"))
	f.Identifiers = identify(f.Identifiers, registry.SchemeCNLL, lastSegment(res.child("cnll").text("url")))
	it := item[registry.SoftwareFacts]{at: o.at, key: key, name: name, facts: f}
	if !c.harvest.addSoftware(c.source, c.software, it) {
		return
	}
	last := &c.harvest.software[len(c.harvest.software)-1]
	c.licence(&last.facts, o.text("licence"), o.at, key, name)
	for _, u := range o.children("providers") {
		if account := c.account(u, true); account != "" {
			c.relate(&c.harvest.offers, registry.KindOffer, o.at, key, account, name)
		}
	}
	for _, u := range o.children("users") {
		if account := c.account(u, false); account != "" {
			c.relate(&c.harvest.usages, registry.KindUsage, o.at, key, account, name)
		}
	}
}

func (c *comptoir) relate(to *[]relation, kind registry.Kind, at Position, software, organisation, name string) {
	key := software + ":" + organisation
	name += " – " + c.accounts[organisation].name
	if at := string(kind) + key; c.related[at] {
		return // listed twice under one software: it says nothing new
	}
	c.related[string(kind)+key] = true
	*to = append(*to, relation{at: at, key: key, name: name, organisation: organisation, software: software})
}

// account notes a user or provider and returns its number, "" when it is not to be taken in.
func (c *comptoir) account(o object, provides bool) string {
	id, name := o.number("id"), oneLine(o.text("name"))
	if id == "" {
		c.said(registry.KindOrganisation, o.at, o.text("id"), name, Refused, "id", "no_id", "")
		return ""
	}
	a, again := c.accounts[id]
	if !again {
		a = &account{at: o.at, name: name, kind: o.text("type"), names: []string{text.Fold(name)}}
		c.accounts[id] = a
		c.order = append(c.order, id)
		if code := a.leftAside(); code != "" {
			c.said(registry.KindOrganisation, o.at, id, a.shown(), Skipped, "", code, "")
		} else if !slices.Contains([]string{"Administration", "Company", "Association"}, a.kind) {
			c.said(registry.KindOrganisation, o.at, id, name, Warning, "type", "unknown_type", a.kind)
		}
	} else if folded := text.Fold(name); !slices.Contains(a.names, folded) {
		a.names = append(a.names, folded)
		c.said(registry.KindOrganisation, o.at, id, name, Warning, "name", "two_names", a.name+" / "+name)
	}
	if a.leftAside() != "" {
		return ""
	}
	if a.website == "" {
		a.website = address(o.child("external_resources").text("website"))
	}
	a.provides, a.uses = a.provides || provides, a.uses || !provides
	return id
}

// leftAside returns why an account is not taken in, "" when it is. A demonstration account sits in
// the Comptoir's real data.
func (a *account) leftAside() string {
	words := text.Words(a.name)
	switch {
	case len(words) > 0 && (words[0] == "demo" || words[0] == "demonstration"):
		return "demo_account"
	case a.kind == "Person":
		return "personal_account"
	}
	return ""
}

// shown is the name a report may show: not a person's.
func (a *account) shown() string {
	if a.kind == "Person" {
		return ""
	}
	return a.name
}

// settleAccounts turns accounts into organisations, once the whole file has said what each does.
func (c *comptoir) settleAccounts() {
	for _, id := range c.order {
		a := c.accounts[id]
		if a.leftAside() != "" {
			continue
		}
		it := item[registry.OrganisationFacts]{at: a.at, key: id, name: a.name}
		it.facts = registry.OrganisationFacts{Name: a.name, Website: a.website,
			Identifiers: identify(nil, registry.SchemeComptoir, id)}
		if a.provides {
			it.facts.Roles = append(it.facts.Roles, registry.RoleProvider)
		}
		switch a.kind {
		case "Administration":
			c.authority(&it)
		case "Company":
			it.facts.Type = "company"
		case "Association":
			it.facts.Type = "association"
		}
		if len(it.facts.Roles) == 0 {
			it.facts.Roles = []registry.Role{registry.RolePartner}
		}
		c.harvest.organisations = append(c.harvest.organisations, it)
	}
}

// authority looks a public body up in the official register.
func (c *comptoir) authority(it *item[registry.OrganisationFacts]) {
	match := c.names.find(it.name)
	it.facts.Name = match.name
	if match.body != nil {
		it.body = match.body
		if it.facts.SIREN = string(match.body.SIREN); it.facts.SIREN == "" {
			it.facts.Type, it.facts.TerritoryCode = match.body.Kind.String(), match.body.Code
		}
		it.facts.Roles = append(it.facts.Roles, registry.RoleCollectivity)
		c.said(registry.KindOrganisation, it.at, it.key, it.name, Note, "siren", "matched_by_name", c.names.register.Label(*match.body))
		return
	}
	role := registry.RoleCollectivity
	if stateBody(it.name) {
		role = registry.RolePartner
	}
	it.facts.Roles = append(it.facts.Roles, role)
	if len(match.others) > 0 {
		c.said(registry.KindOrganisation, it.at, it.key, it.name, Warning, "name", "name_ambiguous", strings.Join(match.others, ", "))
		return
	}
	c.said(registry.KindOrganisation, it.at, it.key, it.name, Warning, "name", "name_unknown", "")
}

// stateBody reports whether a name plainly is not that of a local authority.
func stateBody(name string) bool {
	words := text.Words(name)
	plain := []string{"ministere", "universite", "prefecture", "academie", "rectorat", "agence", "institut", "inria",
		"cnrs", "insee", "dinum", "chu", "ch", "hopital", "hopitaux", "ecole", "lycee", "college", "caf",
		"urssaf", "cpam", "cour", "tribunal", "assemblee", "senat", "gendarmerie", "armee"}
	return len(words) > 0 && slices.Contains(plain, words[0])
}
