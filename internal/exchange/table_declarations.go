// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"context"
	"slices"
	"strings"

	"maillage/internal/fault"
	"maillage/internal/publiccode"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// all settles the rows of a table of declarations, batch by batch.
func (d declarations) all(ctx context.Context, s *source, rows []row, opts Options) error {
	names := &resolver{Importers: d.Importers, opts: opts, known: map[registry.Kind]map[string]answer{
		registry.KindSoftware: {}, registry.KindOrganisation: {}}}
	seen := map[string]bool{}
	done := 0
	for chunk := range slices.Chunk(rows, registry.ImportBatch) {
		if err := names.prepare(ctx, chunk); err != nil {
			return err
		}
		b := &declared{source: s, names: names, kind: d.kind, seen: seen}
		for _, r := range chunk {
			if err := b.add(ctx, r); err != nil {
				return err
			}
		}
		if err := b.settle(ctx, d.service, opts); err != nil {
			return err
		}
		if done += len(chunk); opts.Progress != nil {
			opts.Progress(done, len(rows))
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// declared is one batch of declarations.
type declared struct {
	*source
	names      *resolver
	kind       registry.Kind
	seen       map[string]bool
	rows       []row
	keys       []string
	usages     []registry.ImportUsage
	offers     []registry.ImportOffer
	references []registry.ImportReference
}

// side finds the thing a column names; "" and a line of the report when it is not found.
func (b *declared) side(ctx context.Context, r row, kind registry.Kind, name string, needed bool) (registry.ID, bool, error) {
	ref := r.cell(name)
	if ref == "" {
		if needed {
			b.refuse(r, name, "required", "")
		}
		return "", !needed, nil
	}
	a, err := b.names.resolve(ctx, kind, ref)
	if err != nil {
		return "", false, err
	}
	if a.code == "" {
		return a.id, true, nil
	}
	if !needed {
		b.said(b.kind, r.at, "", ref, Warning, r.header(name), a.code, ref)
		return "", true, nil
	}
	b.refuse(r, name, a.code, ref)
	return "", false, nil
}

func (b *declared) refuse(r row, name, code, detail string) {
	b.said(b.kind, r.at, "", b.name(r), Refused, r.header(name), code, detail)
}

// sides returns the columns that say between whom a declaration is.
func sides(kind registry.Kind) []string {
	switch kind {
	case registry.KindUsage:
		return []string{"organisation", "logiciel"}
	case registry.KindOffer:
		return []string{"prestataire", "logiciel"}
	}
	return []string{"prestataire", "organisation", "logiciel"}
}

// name is what a report calls a row.
func (b *declared) name(r row) string {
	var parts []string
	for _, column := range sides(b.kind) {
		if v := oneLine(r.cell(column)); v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, " – ")
}

// add turns a row into a declaration of the batch.
func (b *declared) add(ctx context.Context, r row) error {
	found := map[string]registry.ID{}
	for _, side := range []struct {
		column string
		kind   registry.Kind
		needed bool
	}{
		{"organisation", registry.KindOrganisation, b.kind != registry.KindOffer},
		{"logiciel", registry.KindSoftware, true},
		{"prestataire", registry.KindOrganisation, b.kind != registry.KindUsage},
	} {
		id, ok, err := b.side(ctx, r, side.kind, side.column, side.needed)
		if err != nil || !ok {
			return err
		}
		found[side.column] = id
	}
	// A declaration is known by its two or three sides, however the row names them.
	key := string(found["organisation"]) + ":" + string(found["logiciel"])
	if b.kind != registry.KindUsage {
		key = string(found["prestataire"]) + ":" + key
	}
	if own := r.cell("identifiant"); own != "" {
		key = "id:" + own
	}
	if b.seen[key] {
		b.said(b.kind, r.at, key, b.name(r), Warning, "", "said_twice", "")
		return nil
	}
	b.seen[key] = true
	b.rows, b.keys = append(b.rows, r), append(b.keys, key)
	source := sourceKey(registry.SourceCSV, key)
	switch b.kind {
	case registry.KindUsage:
		b.usages = append(b.usages, registry.ImportUsage{Key: source, Organisation: found["organisation"],
			Software: found["logiciel"], Facts: usageFacts(r, found["prestataire"])})
	case registry.KindOffer:
		b.offers = append(b.offers, registry.ImportOffer{Key: source, Provider: found["prestataire"],
			Software: found["logiciel"], Facts: b.offerFacts(r)})
	case registry.KindReference:
		b.references = append(b.references, registry.ImportReference{Key: source, Provider: found["prestataire"],
			Organisation: found["organisation"], Software: found["logiciel"], Facts: referenceFacts(r)})
	}
	return nil
}

func usageFacts(r row, provider registry.ID) registry.UsageFacts {
	const kind = registry.KindUsage
	f := registry.UsageFacts{Stage: term(r, kind, "stade", stageWords()), Since: r.day(kind, "depuis"), Version: r.cell("version"),
		Scope: oneLine(r.cell("perimetre")), Seats: r.whole(kind, "postes"), Hosting: term(r, kind, "hebergement", hostingWords()),
		Provider: provider, Note: r.cell("note"), ContactAllowed: r.yes(kind, "contact_autorise"),
		Visibility: term(r, kind, "visibilite", visibilityWords())}
	if f.Stage == "" && r.cell("stade") == "" {
		f.Stage = registry.StageDefault
	}
	if f.Visibility == "" && r.cell("visibilite") != "" {
		f.Visibility = registry.Members // a wish to hide that we cannot read is not a wish to show
	}
	return f
}

func (b *declared) offerFacts(r row) registry.OfferFacts {
	const kind = registry.KindOffer
	f := registry.OfferFacts{Services: terms(r, kind, "services", serviceWords()),
		Area:     registry.Area{France: r.yes(kind, "france"), Departements: r.list("departements"), Regions: r.list("regions")},
		Purchase: term(r, kind, "achat", purchaseWords()), URL: address(r.cell("url"))}
	if n := r.cell("note"); n != "" {
		f.Note = registry.Localised{"fr": n}
	}
	if r.cell("services") == "" {
		f.Services = unsaidServices()
		b.said(kind, r.at, "", b.name(r), Warning, r.header("services"), "services_unknown", "")
	}
	if r.cell("france") == "" && len(f.Area.Departements)+len(f.Area.Regions) == 0 {
		f.Area.France = true
	}
	return f
}

func referenceFacts(r row) registry.ReferenceFacts {
	const kind = registry.KindReference
	f := registry.ReferenceFacts{Services: terms(r, kind, "services", serviceWords()), Since: r.day(kind, "depuis"),
		Until: r.day(kind, "jusqu_a")}
	if s := r.cell("resume"); s != "" {
		f.Summary = registry.Localised{"fr": s}
	}
	return f
}

// settle hands the batch over and reports.
func (b *declared) settle(ctx context.Context, service *registry.Service, opts Options) error {
	var outcomes []registry.Outcome
	var err error
	switch b.kind {
	case registry.KindUsage:
		outcomes, err = service.ImportUsages(ctx, opts.By, b.usages)
	case registry.KindOffer:
		outcomes, err = service.ImportOffers(ctx, opts.By, b.offers)
	case registry.KindReference:
		outcomes, err = service.ImportReferences(ctx, opts.By, b.references)
	}
	for i, o := range outcomes {
		b.outcome(b.kind, b.rows[i].at, b.keys[i], b.name(b.rows[i]), o)
	}
	return err
}

// resolver finds software and organisations by what people write for them.
type resolver struct {
	*Importers
	opts  Options
	known map[registry.Kind]map[string]answer
}

// answer is what a name led to: a thing, or the code of why not.
type answer struct {
	id   registry.ID
	code string
}

// prepare looks up at once everything a batch names by a number or an address, and takes in the
// bodies of the official register that are named for the first time.
func (v *resolver) prepare(ctx context.Context, rows []row) error {
	if err := v.lookUp(ctx, registry.KindSoftware, v.wanted(registry.KindSoftware, rows, "logiciel"), softwareIdentifier); err != nil {
		return err
	}
	refs := v.wanted(registry.KindOrganisation, rows, "organisation", "prestataire")
	if err := v.lookUp(ctx, registry.KindOrganisation, refs, organisationIdentifier); err != nil {
		return err
	}
	var batch []registry.Import[registry.OrganisationFacts]
	var named []string
	for _, ref := range refs {
		if _, known := v.known[registry.KindOrganisation][ref]; known {
			continue
		}
		if body, ok := v.body(ref); ok {
			batch, named = append(batch, v.service.OfficialImport(body)), append(named, ref)
		}
	}
	if len(batch) == 0 {
		return nil
	}
	outcomes, err := v.service.ImportOrganisations(ctx, v.opts.By, batch)
	for i, o := range outcomes {
		if o.ID != "" && o.Err == nil {
			v.known[registry.KindOrganisation][named[i]] = answer{id: o.ID}
		}
	}
	return err
}

// wanted returns what columns name that is not known yet.
func (v *resolver) wanted(kind registry.Kind, rows []row, columns ...string) []string {
	var refs []string
	seen := map[string]bool{}
	for _, r := range rows {
		for _, c := range columns {
			ref := r.cell(c)
			if _, known := v.known[kind][ref]; ref != "" && !known && !seen[ref] {
				seen[ref] = true
				refs = append(refs, ref)
			}
		}
	}
	return refs
}

func (v *resolver) lookUp(ctx context.Context, kind registry.Kind, refs []string, identifier func(string) (registry.Identifier, bool)) error {
	by := map[string]registry.Identifier{}
	var ids []registry.Identifier
	for _, ref := range refs {
		if id, ok := identifier(ref); ok {
			by[ref] = id
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := v.service.Find(ctx, kind, ids)
	if err != nil {
		return err
	}
	for ref, id := range by {
		switch things := found[id]; len(things) {
		case 0:
		case 1:
			v.known[kind][ref] = answer{id: things[0]}
		default:
			v.known[kind][ref] = answer{code: string(kind) + "_ambiguous"}
		}
	}
	return nil
}

// softwareIdentifier reads a repository's address or a Wikidata identifier.
func softwareIdentifier(ref string) (registry.Identifier, bool) {
	if id := wikidata(ref); id != "" {
		return registry.Identifier{Scheme: registry.SchemeWikidata, Value: id}, true
	}
	if strings.Contains(ref, "/") || strings.Contains(ref, "@") {
		if key, _, err := publiccode.NormaliseRepository(ref); err == nil {
			return registry.Identifier{Scheme: registry.SchemeRepository, Value: key}, true
		}
	}
	return registry.Identifier{}, false
}

// organisationIdentifier reads a SIREN, a SIRET or the INSEE code of a commune.
func organisationIdentifier(ref string) (registry.Identifier, bool) {
	if siren, ok := sirenOf(ref); ok {
		return registry.Identifier{Scheme: registry.SchemeSIREN, Value: string(siren)}, true
	}
	if inseeCode(ref) {
		return registry.Identifier{Scheme: registry.SchemeINSEE, Value: "commune:" + ref}, true
	}
	return registry.Identifier{}, false
}

func inseeCode(s string) bool {
	return len(s) == 5 && strings.Trim(s[:1]+s[2:], "0123456789") == "" && strings.Contains("0123456789AB", s[1:2])
}

// body finds a body of the official register by its number.
func (v *resolver) body(ref string) (territory.Body, bool) {
	if siren, ok := sirenOf(ref); ok {
		return v.names.register.BySIREN(siren)
	}
	if inseeCode(ref) {
		return v.names.register.ByCode(territory.Commune, ref)
	}
	return territory.Body{}, false
}

// resolve returns what a reference leads to: by number or address, else by slug or id, else by name
// when one thing only bears it.
func (v *resolver) resolve(ctx context.Context, kind registry.Kind, ref string) (answer, error) {
	if a, ok := v.known[kind][ref]; ok {
		return a, nil
	}
	a, err := v.bySlugOrName(ctx, kind, ref)
	if err == nil {
		v.known[kind][ref] = a
	}
	return a, err
}

func (v *resolver) bySlugOrName(ctx context.Context, kind registry.Kind, ref string) (answer, error) {
	id, err := v.bySlug(ctx, kind, ref)
	if err == nil || !fault.Is(err, fault.Missing) {
		return answer{id: id}, err
	}
	folded := text.Fold(ref)
	if folded == "" {
		return answer{code: string(kind) + "_missing"}, nil
	}
	found, err := v.service.FindByName(ctx, kind, []string{folded})
	if err != nil {
		return answer{}, err
	}
	switch things := found[folded]; len(things) {
	case 0:
		return answer{code: string(kind) + "_missing"}, nil
	case 1:
		return answer{id: things[0]}, nil
	}
	return answer{code: string(kind) + "_ambiguous"}, nil
}

func (v *resolver) bySlug(ctx context.Context, kind registry.Kind, ref string) (registry.ID, error) {
	if kind == registry.KindSoftware {
		k, err := v.service.Software(ctx, ref)
		return k.ID, err
	}
	k, err := v.service.Organisation(ctx, ref)
	return k.ID, err
}
