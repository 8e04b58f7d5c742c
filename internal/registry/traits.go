// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"
	"slices"
	"strings"

	"maillage/internal/fault"
	"maillage/internal/publiccode"
	"maillage/internal/text"
)

// traits is what differs between software and organisations; everything else about entities is
// written once.
type traits[F Facts] struct {
	kind    Kind
	fields  []field[F]
	check   func(*F) fault.Fields
	name    func(*F) string
	cleared func(*F) *[]string
	// keys returns the identity keys, strongest first, and which of them are strong.
	keys func(*F) []Identifier
	// hints returns what makes two things look alike without proving anything: they only propose.
	hints func(*F) []Identifier
	slug  func(*F) Slug
	load  func(Store, context.Context, ...ID) ([]Known[F], error)
	// batch returns where the batch holds entities of this kind.
	batch func(*Batch) *[]Known[F]
}

func softwareTraits() *traits[SoftwareFacts] {
	return &traits[SoftwareFacts]{
		kind:    KindSoftware,
		fields:  softwareFields(),
		check:   checkSoftware,
		name:    func(f *SoftwareFacts) string { return f.Name },
		cleared: func(f *SoftwareFacts) *[]string { return &f.Cleared },
		keys:    softwareKeys,
		hints:   func(f *SoftwareFacts) []Identifier { return lookalikes(f.Name, f.Website) },
		slug:    func(f *SoftwareFacts) Slug { return Slug(text.Slug(f.Name)) },
		load: func(s Store, ctx context.Context, ids ...ID) ([]Known[SoftwareFacts], error) {
			return s.SoftwareByID(ctx, ids...)
		},
		batch: func(b *Batch) *[]Known[SoftwareFacts] { return &b.Software },
	}
}

func organisationTraits() *traits[OrganisationFacts] {
	return &traits[OrganisationFacts]{
		kind:    KindOrganisation,
		fields:  organisationFields(),
		check:   checkOrganisation,
		name:    func(f *OrganisationFacts) string { return f.Name },
		cleared: func(f *OrganisationFacts) *[]string { return &f.Cleared },
		keys:    organisationKeys,
		hints:   func(f *OrganisationFacts) []Identifier { return lookalikes(f.Name, f.Website) },
		slug:    organisationSlug,
		load: func(s Store, ctx context.Context, ids ...ID) ([]Known[OrganisationFacts], error) {
			return s.OrganisationsByID(ctx, ids...)
		},
		batch: func(b *Batch) *[]Known[OrganisationFacts] { return &b.Organisations },
	}
}

// strongSchemes are those of which one thing has one value: two entities that differ on one of them
// are never joined without a person's word.
var strongSchemes = []string{SchemeRepository, SchemeWikidata, SchemePubliccode, SchemeSIREN, SchemeINSEE}

// softwareKeys returns the identity keys in the order in which they are tried: repository and its
// aliases, Wikidata, Comptoir, SILL, Framalibre, CNLL.
func softwareKeys(f *SoftwareFacts) []Identifier {
	var keys []Identifier
	add := func(scheme, value string) {
		k := Identifier{Scheme: scheme, Value: value}
		if value != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, address := range append([]string{f.Repository}, f.RepositoryAliases...) {
		if address == "" {
			continue
		}
		if key, _, err := publiccode.NormaliseRepository(address); err == nil {
			add(SchemeRepository, key)
		}
	}
	for _, scheme := range []string{SchemeWikidata, SchemeComptoir, SchemeSILL, SchemeFramalibre, SchemeCNLL} {
		for _, id := range f.Identifiers {
			if id.Scheme == scheme {
				add(scheme, id.Value)
			}
		}
	}
	return keys
}

// organisationKeys returns the identity keys in the order in which they are tried: SIREN, former
// SIREN, code of the official register, lannuaire, Comptoir, CNLL, and for providers the registrable
// domain of a website that is theirs alone.
func organisationKeys(f *OrganisationFacts) []Identifier {
	var keys []Identifier
	add := func(scheme, value string) {
		k := Identifier{Scheme: scheme, Value: value}
		if value != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	add(SchemeSIREN, f.SIREN)
	for _, s := range f.FormerSIRENs {
		add(SchemeSIREN, s)
	}
	if f.TerritoryCode != "" {
		add(SchemeINSEE, f.Type+":"+f.TerritoryCode)
	}
	for _, scheme := range []string{SchemeLannuaire, SchemeComptoir, SchemeCNLL} {
		for _, id := range f.Identifiers {
			if id.Scheme == scheme {
				add(scheme, id.Value)
			}
		}
	}
	if slices.Contains(f.Roles, RoleProvider) {
		add(SchemeDomain, ownDomain(f.Website))
	}
	return keys
}

// organisationSlug tells homonymous communes apart by their département: 1,441 names are borne by
// several.
func organisationSlug(f *OrganisationFacts) Slug {
	slug := text.Slug(f.Name)
	if f.Type == "commune" && f.Departement != "" {
		slug += "-" + strings.ToLower(f.Departement)
	}
	return Slug(slug)
}

// conflict returns the strong schemes on which a and b have values and none in common. A SIREN is
// left aside when the other side lists it as a former one: both are then among the keys.
func conflict(a, b []Identifier) []string {
	var schemes []string
	for _, scheme := range strongSchemes {
		va, vb := valuesOf(a, scheme), valuesOf(b, scheme)
		if len(va) == 0 || len(vb) == 0 {
			continue
		}
		if !slices.ContainsFunc(va, func(v string) bool { return slices.Contains(vb, v) }) {
			schemes = append(schemes, scheme)
		}
	}
	return schemes
}

func valuesOf(keys []Identifier, scheme string) []string {
	var out []string
	for _, k := range keys {
		if k.Scheme == scheme {
			out = append(out, k.Value)
		}
	}
	return out
}
