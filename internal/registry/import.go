// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"
	"slices"
	"strings"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/text"
)

// ImportBatch is how many records one import transaction takes: enough for speed, few enough that an
// interrupted import keeps nearly all of its work.
const ImportBatch = 200

// Import is one statement of a source about one entity.
type Import[F Facts] struct {
	Key   SourceKey
	Facts F
	// RetrievedAt is when the source said it; the present instant when zero.
	RetrievedAt time.Time
}

// Result is what became of one imported statement.
type Result string

// The results.
const (
	Created   Result = "created"   // a new entity
	Joined    Result = "joined"    // a new source for an entity that was known
	Updated   Result = "updated"   // the source changed its mind
	Unchanged Result = "unchanged" // the source says what it said before
	Refused   Result = "refused"   // nothing usable; see Err
)

// Outcome tells what became of one imported statement.
type Outcome struct {
	Result Result
	ID     ID
	// Warnings are the fields that were left out because their values are wrong.
	Warnings []fault.Field
	// Proposed are the reasons for which a match was proposed to the curators.
	Proposed []ProposalReason
	Err      error
}

// ImportSoftware takes in statements of a source about software, up to ImportBatch in a transaction.
// Organisers may. Outcomes come in the order of the statements; a bad statement never stops the
// others. Running it twice changes nothing the second time.
func (s *Service) ImportSoftware(ctx context.Context, by member.Actor, items []Import[SoftwareFacts]) ([]Outcome, error) {
	return importAll(ctx, s, by, s.software, items)
}

// ImportOrganisations is ImportSoftware for organisations.
func (s *Service) ImportOrganisations(ctx context.Context, by member.Actor, items []Import[OrganisationFacts]) ([]Outcome, error) {
	return importAll(ctx, s, by, s.organisations, items)
}

func importAll[F Facts](ctx context.Context, s *Service, by member.Actor, t *traits[F], items []Import[F]) ([]Outcome, error) {
	if !by.Organises() {
		return nil, forbidden(by)
	}
	var outcomes []Outcome
	for chunk := range slices.Chunk(items, ImportBatch) {
		var done []Outcome
		err := s.write(ctx, by, func(ctx context.Context, w *session) error {
			imp, err := newImporter(ctx, w, t, chunk)
			if err != nil {
				return err
			}
			done = make([]Outcome, 0, len(chunk))
			for i := range imp.items {
				o, err := imp.take(ctx, &imp.items[i])
				if err != nil {
					return err
				}
				done = append(done, o)
			}
			imp.announce()
			return nil
		})
		if err != nil {
			return outcomes, err
		}
		outcomes = append(outcomes, done...)
	}
	return outcomes, nil
}

// importer is one batch of an import. What the batch may touch is read at the start, in a few
// queries whatever its size, and kept in step as statements are taken.
type importer[F Facts] struct {
	*session
	t        *traits[F]
	items    []Import[F]
	warnings [][]fault.Field
	entities map[ID]Known[F]
	bySource map[SourceKey]ID
	byKey    map[Identifier][]ID
	byName   map[string][]ID
	slugs    map[Slug]ID
	settled  map[[2]ID]bool // pairs already proposed or decided
	created  []ID
	next     int
}

func newImporter[F Facts](ctx context.Context, w *session, t *traits[F], items []Import[F]) (*importer[F], error) {
	imp := &importer[F]{session: w, t: t, items: slices.Clone(items), entities: map[ID]Known[F]{},
		slugs: map[Slug]ID{}, settled: map[[2]ID]bool{}}
	var sources []SourceKey
	var keys []Identifier
	var names []string
	for i := range imp.items {
		it := &imp.items[i]
		imp.warnings = append(imp.warnings, cleanImport(t, &it.Facts))
		sources = append(sources, it.Key)
		keys = append(keys, t.keys(&it.Facts)...)
		names = append(names, text.Fold(t.name(&it.Facts)))
	}
	var err error
	if imp.bySource, err = w.store.BySource(ctx, t.kind, sources); err != nil {
		return nil, err
	}
	if imp.byKey, err = w.store.ByKeys(ctx, t.kind, keys); err != nil {
		return nil, err
	}
	if imp.byName, err = w.store.ByName(ctx, t.kind, names); err != nil {
		return nil, err
	}
	return imp, imp.load(ctx)
}

// load reads every entity the batch may touch.
func (imp *importer[F]) load(ctx context.Context) error {
	seen := map[ID]bool{}
	for _, id := range imp.bySource {
		seen[id] = true
	}
	for _, ids := range imp.byKey {
		for _, id := range ids {
			seen[id] = true
		}
	}
	for _, ids := range imp.byName {
		for _, id := range ids {
			seen[id] = true
		}
	}
	ids := make([]ID, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	found, err := imp.t.load(imp.store, ctx, ids...)
	if err != nil {
		return err
	}
	for _, k := range found {
		imp.entities[k.ID] = k
	}
	proposals, err := imp.store.ProposalsAmong(ctx, ids...)
	if err != nil {
		return err
	}
	for _, p := range proposals {
		imp.settled[pair(p.Left, p.Right)] = true
	}
	return nil
}

// cleanImport empties the fields that are wrong, so that one bad value does not lose the rest.
func cleanImport[F Facts](t *traits[F], facts *F) []fault.Field {
	faults := t.check(facts)
	for _, bad := range faults {
		name, _, _ := strings.Cut(bad.Name, ".")
		if name == "licence_label" {
			name = "licence"
		}
		for _, f := range t.fields {
			if f.name == name {
				f.clear(facts)
			}
		}
	}
	return faults
}

// take finds the entity a statement is about and records it there.
func (imp *importer[F]) take(ctx context.Context, it *Import[F]) (Outcome, error) {
	o := Outcome{Warnings: imp.warnings[imp.next]}
	imp.next++
	if it.RetrievedAt.IsZero() {
		it.RetrievedAt = imp.at
	}
	if id, again := imp.bySource[it.Key]; again {
		return imp.update(id, it, o)
	}
	if imp.t.name(&it.Facts) == "" {
		o.Result = Refused
		o.Err = &fault.Error{Kind: fault.Invalid, Code: "invalid", Fields: append([]fault.Field{{Name: "name", Code: "required"}}, o.Warnings...)}
		return o, nil
	}
	keys := imp.t.keys(&it.Facts)
	var conflicts []proposed
	for _, key := range keys {
		for _, id := range imp.byKey[key] {
			k := imp.entities[id]
			if schemes := conflict(keys, imp.keysOf(k)); len(schemes) > 0 {
				conflicts = append(conflicts, proposed{id, ReasonKeyConflict, key.Scheme + " " + key.Value + " ≠ " + strings.Join(schemes, ", ")})
				continue
			}
			return imp.join(id, it, o)
		}
	}
	return imp.create(ctx, it, conflicts, o)
}

type proposed struct {
	with   ID
	reason ProposalReason
	detail string
}

func (imp *importer[F]) keysOf(k Known[F]) []Identifier {
	var keys []Identifier
	for i := range k.Records {
		keys = append(keys, imp.t.keys(&k.Records[i].Facts)...)
	}
	return keys
}

// update replaces what the source said before.
func (imp *importer[F]) update(id ID, it *Import[F], o Outcome) (Outcome, error) {
	k, ok := imp.entities[id]
	o.ID = id
	if !ok {
		o.Result, o.Err = Refused, fault.New(fault.Conflict, "entity_withdrawn")
		return o, nil
	}
	i := slices.IndexFunc(k.Records, func(r Record[F]) bool { return r.SourceKey == it.Key })
	if i < 0 {
		o.Result, o.Err = Refused, fault.New(fault.Conflict, "entity_withdrawn")
		return o, nil
	}
	names, _, _, err := imp.t.diff(k.Records[i].Facts, it.Facts)
	if err != nil {
		return o, err
	}
	if len(names) == 0 || !k.WithdrawnAt.IsZero() {
		// What was withdrawn here stays withdrawn, whatever the source goes on saying.
		o.Result = Unchanged
		return o, nil
	}
	k.Records = slices.Clone(k.Records)
	r := &k.Records[i]
	r.Facts, r.RetrievedAt, r.UpdatedAt = it.Facts, it.RetrievedAt, imp.at
	r.Rev++
	o.Result = Updated
	return o, imp.keep(&k, it.Key.Source)
}

// join adds a source to an entity that was known.
func (imp *importer[F]) join(id ID, it *Import[F], o Outcome) (Outcome, error) {
	k := imp.entities[id]
	head, err := imp.newRecord(id, it.Key)
	if err != nil {
		return o, err
	}
	head.RetrievedAt = it.RetrievedAt
	k.Records = append(slices.Clone(k.Records), asRecord(head, it.Facts))
	o.ID, o.Result = id, Joined
	return o, imp.keep(&k, it.Key.Source)
}

// create makes a new entity of a statement, and proposes to the curators what it may be the same as.
func (imp *importer[F]) create(ctx context.Context, it *Import[F], matches []proposed, o Outcome) (Outcome, error) {
	entity, err := newEntity(ctx, imp.session, imp.t, &it.Facts, imp.slugs)
	if err != nil {
		return o, err
	}
	head, err := imp.newRecord(entity.ID, it.Key)
	if err != nil {
		return o, err
	}
	head.RetrievedAt = it.RetrievedAt
	k := Known[F]{Entity: entity, Records: []Record[F]{asRecord(head, it.Facts)}}
	folded := text.Fold(imp.t.name(&it.Facts))
	// Homonymous communes are told apart by their codes: for them a name proposes nothing.
	if len(valuesOf(imp.t.keys(&it.Facts), SchemeINSEE)) == 0 {
		for _, id := range imp.byName[folded] {
			if imp.different(imp.t.keys(&it.Facts), id) {
				continue
			}
			matches = append(matches, proposed{id, ReasonSameName, imp.t.name(&it.Facts)})
		}
	}
	for _, m := range matches {
		made, err := imp.propose(imp.t.kind, m.with, k.ID, m.reason, m.detail, imp.settled)
		if err != nil {
			return o, err
		}
		if made {
			o.Proposed = append(o.Proposed, m.reason)
		}
	}
	imp.byName[folded] = append(imp.byName[folded], k.ID)
	imp.created = append(imp.created, k.ID)
	o.ID, o.Result = k.ID, Created
	return o, imp.keep(&k, it.Key.Source)
}

// different reports whether the official numbers say that two bodies are two, whatever their names.
func (imp *importer[F]) different(keys []Identifier, id ID) bool {
	k, loaded := imp.entities[id]
	return loaded && slices.Contains(conflict(keys, imp.keysOf(k)), SchemeSIREN)
}

// keep settles an entity and keeps the batch's own view in step.
func (imp *importer[F]) keep(k *Known[F], source Source) error {
	if err := settle(imp.session, imp.t, k, "import", source); err != nil {
		return err
	}
	imp.entities[k.ID] = *k
	for i := range k.Records {
		imp.bySource[k.Records[i].SourceKey] = k.ID
	}
	for _, key := range imp.batch.Keys[k.ID] {
		if !slices.Contains(imp.byKey[key], k.ID) {
			imp.byKey[key] = append(imp.byKey[key], k.ID)
		}
	}
	return nil
}

// announce records one fact for the new entities of the batch.
func (imp *importer[F]) announce() {
	if len(imp.created) > 0 {
		imp.facts = append(imp.facts, EntitiesImported{Kind: imp.t.kind, Source: imp.items[0].Key.Source, IDs: imp.created})
	}
}

// pair returns two ids in one order, whichever way they come.
func pair(a, b ID) [2]ID {
	if a > b {
		a, b = b, a
	}
	return [2]ID{a, b}
}
