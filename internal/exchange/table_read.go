// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"context"
	"errors"

	"maillage/internal/publiccode"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// Table returns the importer of tables of that kind, those Template gives to fill in. A usage names
// its organisation by SIREN, INSEE code or slug, and its software by slug, repository or Wikidata
// identifier; a name will do when one thing only bears it. Table panics for a kind that is none of
// TableKinds.
func (i *Importers) Table(kind registry.Kind) Importer {
	switch kind {
	case registry.KindSoftware:
		return harvester{i, readSoftwareTable}
	case registry.KindOrganisation:
		return harvester{i, readOrganisationTable}
	case registry.KindUsage, registry.KindOffer, registry.KindReference:
		return declarations{i, kind}
	}
	panic("exchange: no table of " + string(kind))
}

func readSoftwareTable(s *source) (*harvest, error) {
	const kind = registry.KindSoftware
	h := &harvest{source: registry.SourceCSV}
	t, err := s.table(columnsOf(kind), []string{"nom"})
	if err != nil {
		return h, err
	}
	seen := map[string]string{}
	err = t.each(func(r row) {
		name := oneLine(r.cell("nom"))
		it := item[registry.SoftwareFacts]{at: r.at, name: name, key: softwareKey(r, name)}
		f := &it.facts
		*f = registry.SoftwareFacts{Name: name, Website: address(r.cell("site")), Repository: repository(r.cell("depot")),
			Documentation: address(r.cell("documentation")), Categories: r.list("categories"), Domains: r.list("domaines"),
			Platforms: terms(r, kind, "plateformes", platformWords()), Keywords: addTerms(nil, r.list("mots_cles")...),
			Replaces: addTerms(nil, r.list("remplace")...), Alternatives: addTerms(nil, r.list("alternatives")...),
			ReleaseVersion: r.cell("version"), ReleaseDate: r.day(kind, "date_version"),
			Status: term(r, kind, "etat", statusWords())}
		describe(f, registry.Localised{"fr": r.cell("resume"), "en": r.cell("resume_en")})
		if d := r.cell("description"); d != "" {
			put(&f.Description, "fr", d)
		}
		for _, scheme := range []string{registry.SchemeWikidata, registry.SchemeSILL, registry.SchemeComptoir,
			registry.SchemeFramalibre, registry.SchemeCNLL} {
			f.Identifiers = identify(f.Identifiers, scheme, r.cell(scheme))
		}
		s.licence(f, r.cell("licence"), r.at, it.key, name)
		if name == "" {
			s.said(kind, r.at, it.key, "", Refused, r.header("nom"), "required", "")
			return
		}
		h.addSoftware(s, seen, it)
	})
	return h, err
}

// softwareKey names a row of the table for the next time it is imported.
func softwareKey(r row, name string) string {
	if key := r.cell("identifiant"); key != "" {
		return "id:" + key
	}
	if key, _, err := publiccode.NormaliseRepository(r.cell("depot")); err == nil {
		return "repo:" + key
	}
	if id := wikidata(r.cell("wikidata")); id != "" {
		return "wikidata:" + id
	}
	return "name:" + text.Fold(name)
}

func readOrganisationTable(s *source) (*harvest, error) {
	const kind = registry.KindOrganisation
	h := &harvest{source: registry.SourceCSV}
	t, err := s.table(columnsOf(kind), []string{"nom|siren|code_insee"})
	if err != nil {
		return h, err
	}
	seen := map[string]string{}
	err = t.each(func(r row) {
		it := item[registry.OrganisationFacts]{at: r.at, name: oneLine(r.cell("nom"))}
		f := &it.facts
		*f = registry.OrganisationFacts{Name: it.name, Roles: terms(r, kind, "roles", roleWords()), Type: r.cell("type"),
			LegalCategory: r.cell("categorie_juridique"), PostalCode: r.cell("code_postal"), Website: address(r.cell("site")),
			EmailDomains: r.list("domaines_courriel"), LabelLevel: term(r, kind, "label_niveau", labelWords()),
			LabelYear:   r.whole(kind, "label_annee"),
			Identifiers: identify(nil, registry.SchemeComptoir, r.cell("comptoir"))}
		if t := r.cell("resume"); t != "" {
			f.Summary = registry.Localised{"fr": t}
		}
		if !s.official(r, &it) {
			return
		}
		if it.name == "" {
			s.said(kind, r.at, it.key, "", Refused, r.header("nom"), "required", "")
			return
		}
		if s.first(kind, seen, it.at, it.key, it.name) {
			h.organisations = append(h.organisations, it)
		}
	})
	return h, err
}

// official gives a row its key, and its body in the official register if it is one. It is false when
// a number is wrong: the row might then be about another body.
func (s *source) official(r row, it *item[registry.OrganisationFacts]) bool {
	const kind = registry.KindOrganisation
	f := &it.facts
	it.key = "name:" + text.Fold(it.name)
	var body territory.Body
	var is bool
	if cell := r.cell("code_insee"); cell != "" {
		if body, is = s.names.register.ByCode(territory.Commune, cell); !is {
			s.said(kind, r.at, cell, it.name, Refused, r.header("code_insee"), "unknown_value", cell)
			return false
		}
		it.key = "insee:" + body.Code
	}
	if cell := r.cell("siren"); cell != "" {
		siren, ok := sirenOf(cell)
		if !ok {
			s.said(kind, r.at, cell, it.name, Refused, r.header("siren"), "not_a_siren", cell)
			return false
		}
		f.SIREN, it.key = string(siren), "siren:"+string(siren)
		if other, ok := s.names.register.BySIREN(siren); ok {
			body, is = other, true
		}
	}
	if is {
		it.body = &body
		if f.SIREN = string(body.SIREN); f.SIREN == "" {
			f.Type, f.TerritoryCode = body.Kind.String(), body.Code
		}
		if it.name == "" {
			it.name = body.WithArticle()
		}
	}
	if key := r.cell("identifiant"); key != "" {
		it.key = "id:" + key
	}
	return true
}

// sirenOf reads a SIREN, or the SIREN of a SIRET.
func sirenOf(s string) (territory.SIREN, bool) {
	if siren, err := territory.ParseSIREN(s); err == nil {
		return siren, true
	}
	if siret, err := territory.ParseSIRET(s); err == nil {
		return siret.SIREN(), true
	}
	return "", false
}

// declarations is the importer of tables of usages, offers or references.
type declarations struct {
	*Importers
	kind registry.Kind
}

// Run implements Importer.
func (d declarations) Run(ctx context.Context, in File, opts Options) error {
	s, broken, err := open(in, opts.Report, d.names)
	if err != nil {
		return err
	}
	t, err := s.table(columnsOf(d.kind), sides(d.kind))
	if err != nil {
		return errors.Join(err, broken)
	}
	var rows []row
	readErr := t.each(func(r row) { rows = append(rows, r) })
	err = d.run(ctx, opts, func(ctx context.Context) error { return d.all(ctx, s, rows, opts) })
	return errors.Join(err, readErr, broken)
}
