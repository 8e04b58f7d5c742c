// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"slices"
	"strings"
	"time"

	"maillage/internal/publiccode"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// harvest is what one file says, before the registry hears it.
type harvest struct {
	source    registry.Source
	retrieved time.Time // when the source said it; zero when the file does not tell
	// edition tells apart files that say different things of the same things and will never be
	// published again, such as the three of 2022: each is a statement of its own, so that importing
	// one after the other, in any order and again, changes nothing.
	edition       string
	software      []item[registry.SoftwareFacts]
	organisations []item[registry.OrganisationFacts]
	usages        []relation
	offers        []relation
}

// item is one statement about one thing.
type item[F registry.Facts] struct {
	file  string // when the harvest comes from several files
	at    Position
	key   string // the source's own name for the thing
	name  string // for the report
	facts F
	// body is the entry of the official register the thing was found to be; nil for none.
	body *territory.Body
}

// relation is a usage or an offer of a neighbour's catalogue: who and what, and nothing more.
type relation struct {
	at           Position
	key          string
	name         string // for the report
	organisation string // key of an organisation of the harvest
	software     string // key of a software of the harvest
	// known names a software of the registry instead, when the file does not describe it.
	known registry.Identifier
}

// said is a line about one thing of the file.
func (s *source) said(kind registry.Kind, at Position, key, name string, result Result, field, code, detail string) {
	s.report.add(Line{File: s.name, Position: at, Kind: kind, Key: key, Name: name, Result: result,
		Field: field, Code: code, Detail: detail})
}

// addSoftware adds a statement, unless the key was there already.
func (h *harvest) addSoftware(s *source, seen map[string]string, it item[registry.SoftwareFacts]) bool {
	if !s.first(registry.KindSoftware, seen, it.at, it.key, it.name) {
		return false
	}
	h.software = append(h.software, it)
	return true
}

// first reports whether a key is met for the first time, and says so when it is not.
func (s *source) first(kind registry.Kind, seen map[string]string, at Position, key, name string) bool {
	before, again := seen[key]
	switch {
	case !again:
		seen[key] = name
		return true
	case text.Fold(before) != text.Fold(name):
		s.said(kind, at, key, name, Warning, "name", "two_names", before+" / "+name)
	default:
		s.said(kind, at, key, name, Warning, "", "said_twice", "")
	}
	return false
}

// dropShared takes away the identifiers that records with different names have in common: the SILL
// gives the Comptoir's number of GLPI to each of its extensions, and two repositories of one forge
// page are not one software. They would make the registry join what is not one thing. The one whose
// own name a repository or a slug bears keeps it: github.com/glpi-project/glpi is GLPI's.
func (h *harvest) dropShared(s *source) {
	bearers := map[registry.Identifier][]string{}
	bear := func(id registry.Identifier, name string) {
		if folded := text.Fold(name); !slices.Contains(bearers[id], folded) {
			bearers[id] = append(bearers[id], folded)
		}
	}
	for i := range h.software {
		for _, id := range softwareIdentifiers(&h.software[i].facts) {
			bear(id, h.software[i].name)
		}
	}
	for i := range h.software {
		it := &h.software[i]
		for _, id := range softwareIdentifiers(&it.facts) {
			if len(bearers[id]) > 1 && !owns(id, bearers[id], text.Fold(it.name)) {
				s.said(registry.KindSoftware, it.at, it.key, it.name, Warning, id.Scheme, "shared_identifier", id.Value)
				dropIdentifier(&it.facts, id)
			}
		}
	}
	h.dropSharedSites(s)
}

// owns reports whether an identifier bears the name of one of its bearers, and that one is folded.
func owns(id registry.Identifier, bearers []string, folded string) bool {
	if id.Scheme != registry.SchemeRepository && id.Scheme != registry.SchemeFramalibre {
		return false
	}
	name := text.Fold(lastSegment(id.Value))
	return folded == name && slices.Contains(bearers, name)
}

// dropSharedSites does the same for the websites of providers, by whose domain the registry would
// join those that have no SIREN: "Atelier" and "Atelier Formation" may share a site.
func (h *harvest) dropSharedSites(s *source) {
	bearers := map[string][]string{}
	provides := func(f *registry.OrganisationFacts) bool { return slices.Contains(f.Roles, registry.RoleProvider) }
	for i := range h.organisations {
		it := &h.organisations[i]
		d, folded := domain(it.facts.Website), text.Fold(it.name)
		if d != "" && provides(&it.facts) && !slices.Contains(bearers[d], folded) {
			bearers[d] = append(bearers[d], folded)
		}
	}
	for i := range h.organisations {
		it := &h.organisations[i]
		d := domain(it.facts.Website)
		if d != "" && provides(&it.facts) && len(bearers[d]) > 1 && it.facts.SIREN == "" {
			s.said(registry.KindOrganisation, it.at, it.key, it.name, Warning, "website", "shared_identifier", it.facts.Website)
			it.facts.Website = ""
		}
	}
}

// softwareIdentifiers returns the keys by which the registry would join a software.
func softwareIdentifiers(f *registry.SoftwareFacts) []registry.Identifier {
	ids := slices.Clone(f.Identifiers)
	for _, address := range append([]string{f.Repository}, f.RepositoryAliases...) {
		if key, _, err := publiccode.NormaliseRepository(address); err == nil {
			ids = append(ids, registry.Identifier{Scheme: registry.SchemeRepository, Value: key})
		}
	}
	return ids
}

func dropIdentifier(f *registry.SoftwareFacts, id registry.Identifier) {
	f.Identifiers = slices.DeleteFunc(f.Identifiers, func(have registry.Identifier) bool { return have == id })
	if id.Scheme != registry.SchemeRepository {
		return
	}
	same := func(address string) bool {
		key, _, err := publiccode.NormaliseRepository(address)
		return err == nil && key == id.Value
	}
	f.RepositoryAliases = slices.DeleteFunc(f.RepositoryAliases, same)
	if same(f.Repository) {
		f.Repository = ""
	}
}

// identify adds an identifier when there is one.
func identify(ids []registry.Identifier, scheme, value string) []registry.Identifier {
	id := registry.Identifier{Scheme: scheme, Value: value}
	if value == "" || slices.Contains(ids, id) {
		return ids
	}
	return append(ids, id)
}

// lastSegment returns what ends the path of an address: catalogues put their numbers there.
func lastSegment(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	address = strings.TrimRight(address, "/")
	return address[strings.LastIndexByte(address, '/')+1:]
}
