// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// Patch is a partial statement: the fields named in Set take their value from Facts, those named in
// Clear are stated to be empty.
type Patch[F Facts] struct {
	Facts F
	Set   []string
	Clear []string
}

// register creates an entity from a curator's statement. It returns fault.Conflict when another
// entity already bears one of its identity keys.
func register[F Facts](ctx context.Context, w *session, t *traits[F], facts F) (Known[F], error) {
	var none Known[F]
	faults := t.check(&facts)
	if t.name(&facts) == "" {
		faults.Add("name", "required")
	}
	if err := faults.Err(); err != nil {
		return none, err
	}
	if err := unclaimed(ctx, w, t, &facts, ""); err != nil {
		return none, err
	}
	entity, err := newEntity(ctx, w, t, &facts, map[Slug]ID{})
	if err != nil {
		return none, err
	}
	curated, err := w.newRecord(entity.ID, SourceKey{Origin: OriginLocal, Source: SourceCurator, Key: string(entity.ID)})
	if err != nil {
		return none, err
	}
	k := Known[F]{Entity: entity, Records: []Record[F]{asRecord(curated, facts)}}
	if err := settle(w, t, &k, "register", SourceCurator); err != nil {
		return none, err
	}
	w.facts = append(w.facts, EntityRegistered{Kind: t.kind, ID: k.ID})
	return k, nil
}

// unclaimed returns fault.Conflict when an entity other than self bears one of the strong identity
// keys of facts.
func unclaimed[F Facts](ctx context.Context, w *session, t *traits[F], facts *F, self ID) error {
	var strong []Identifier
	for _, k := range t.keys(facts) {
		if slices.Contains(strongSchemes, k.Scheme) {
			strong = append(strong, k)
		}
	}
	if len(strong) == 0 {
		return nil
	}
	found, err := w.store.ByKeys(ctx, t.kind, strong)
	if err != nil {
		return err
	}
	for _, k := range strong {
		for _, id := range found[k] {
			if id != self {
				return &fault.Error{Kind: fault.Conflict, Code: "already_registered",
					Fields: []fault.Field{{Name: fieldOfScheme(k.Scheme), Code: "already_registered", Detail: string(id)}}}
			}
		}
	}
	return nil
}

func fieldOfScheme(scheme string) string {
	switch scheme {
	case SchemeRepository:
		return "repository"
	case SchemeSIREN:
		return "siren"
	case SchemeINSEE:
		return "territory_code"
	}
	return "identifiers"
}

// newEntity gives a thing its id and its slug. reserved holds slugs given earlier in the same batch.
func newEntity[F Facts](ctx context.Context, w *session, t *traits[F], facts *F, reserved map[Slug]ID) (Entity, error) {
	id, err := newID()
	if err != nil {
		return Entity{}, err
	}
	slug, err := freeSlug(ctx, w, t.kind, t.slug(facts), reserved)
	if err != nil {
		return Entity{}, err
	}
	reserved[slug] = id
	return Entity{ID: id, Slug: slug, CreatedAt: w.at, UpdatedAt: w.at}, nil
}

// freeSlug returns the wanted slug, or the first of wanted-2, wanted-3… that nobody bears or bore.
func freeSlug(ctx context.Context, w *session, kind Kind, wanted Slug, reserved map[Slug]ID) (Slug, error) {
	if wanted == "" {
		wanted = Slug(kind)
	}
	candidates := []Slug{wanted} // nearly always free: asked for alone first
	for n := 2; n < 10_000; {
		taken, err := w.store.SlugsTaken(ctx, kind, candidates)
		if err != nil {
			return "", err
		}
		for _, c := range candidates {
			_, theirs := taken[c]
			_, ours := reserved[c]
			if !theirs && !ours {
				return c, nil
			}
		}
		candidates = candidates[:0]
		for last := n + 20; n < last; n++ {
			candidates = append(candidates, wanted+Slug("-"+strconv.Itoa(n)))
		}
	}
	return "", fmt.Errorf("no free slug like %q", wanted)
}

// recordHead is a Record without its facts.
type recordHead = Record[SoftwareFacts]

func (w *session) newRecord(entity ID, key SourceKey) (recordHead, error) {
	id, err := newID()
	if err != nil {
		return recordHead{}, err
	}
	return recordHead{ID: id, Entity: entity, SourceKey: key, Rev: 1, RetrievedAt: w.at, CreatedAt: w.at, UpdatedAt: w.at}, nil
}

func asRecord[F Facts](h recordHead, facts F) Record[F] {
	return Record[F]{ID: h.ID, Entity: h.Entity, SourceKey: h.SourceKey, Rev: h.Rev, Facts: facts,
		RetrievedAt: h.RetrievedAt, CreatedAt: h.CreatedAt, UpdatedAt: h.UpdatedAt}
}

// settle works out what is shown of k after its records changed, and adds everything to the batch.
func settle[F Facts](w *session, t *traits[F], k *Known[F], action string, source Source) error {
	shown, from := t.resolve(k.Records)
	fields, before, after, err := t.diff(k.Facts, shown)
	if err != nil {
		return err
	}
	k.Facts, k.Provenance = shown, from
	k.Rev++
	k.UpdatedAt = w.at
	put(w, t, *k)
	if err := w.audit(action, t.kind, k.ID, source, before, after); err != nil {
		return err
	}
	w.change(Change{Kind: t.kind, ID: k.ID, Rev: k.Rev, Op: OpPut, PublicOp: OpPut})
	if k.Rev > 1 {
		w.facts = append(w.facts, EntityRevised{Kind: t.kind, ID: k.ID, Rev: k.Rev, Fields: fields})
	}
	return nil
}

// put adds k to the batch, or replaces its earlier state there.
func put[F Facts](w *session, t *traits[F], k Known[F]) {
	var keys []Identifier
	for i := range k.Records {
		for _, key := range append(t.keys(&k.Records[i].Facts), t.hints(&k.Records[i].Facts)...) {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	w.batch.Keys[k.ID] = keys
	entities := t.batch(&w.batch)
	if i := slices.IndexFunc(*entities, func(e Known[F]) bool { return e.ID == k.ID }); i >= 0 {
		(*entities)[i] = k
		return
	}
	*entities = append(*entities, k)
}

// known loads one live entity by id or slug.
func known[F Facts](ctx context.Context, s *Service, t *traits[F], ref string) (Known[F], error) {
	var none Known[F]
	id, err := s.store.Resolve(ctx, t.kind, ref)
	if err != nil {
		return none, err
	}
	found, err := t.load(s.store, ctx, id)
	if err != nil {
		return none, err
	}
	if len(found) == 0 || !found[0].Live() {
		return none, fault.New(fault.Missing, string(t.kind)+"_missing")
	}
	return found[0], nil
}

// revise applies a curator's patch to an entity. rev is the version the curator saw, 0 for any.
func revise[F Facts](ctx context.Context, w *session, t *traits[F], k Known[F], p Patch[F], rev int64) (Known[F], error) {
	if err := fresh(rev, k.Rev); err != nil {
		return k, err
	}
	faults := t.check(&p.Facts)
	if slices.Contains(p.Clear, "name") || slices.Contains(p.Set, "name") && t.name(&p.Facts) == "" {
		faults.Add("name", "required")
	}
	if err := faults.Err(); err != nil {
		return k, err
	}
	if err := unclaimed(ctx, w, t, &p.Facts, k.ID); err != nil {
		return k, err
	}
	i, err := curatedRecord(w, &k)
	if err != nil {
		return k, err
	}
	r := &k.Records[i]
	apply(t, &r.Facts, p)
	r.Rev++
	r.UpdatedAt, r.RetrievedAt = w.at, w.at
	if slices.Contains(p.Set, "name") {
		if err := reslug(ctx, w, t, &k, &r.Facts); err != nil {
			return k, err
		}
	}
	return k, settle(w, t, &k, "revise", SourceCurator)
}

// curatedRecord returns the place of the curator's record among k's, creating it when there is none.
func curatedRecord[F Facts](w *session, k *Known[F]) (int, error) {
	if i := slices.IndexFunc(k.Records, func(r Record[F]) bool { return r.SourceKey.Source == SourceCurator }); i >= 0 {
		return i, nil
	}
	head, err := w.newRecord(k.ID, SourceKey{Origin: OriginLocal, Source: SourceCurator, Key: string(k.ID)})
	if err != nil {
		return 0, err
	}
	var nothing F
	k.Records = append(k.Records, asRecord(head, nothing))
	return len(k.Records) - 1, nil
}

// apply writes a patch into a record's facts: a field that is set stands for the whole field.
func apply[F Facts](t *traits[F], facts *F, p Patch[F]) {
	cleared := t.cleared(facts)
	for _, f := range t.fields {
		switch {
		case slices.Contains(p.Clear, f.name), slices.Contains(p.Set, f.name) && !f.said(&p.Facts):
			f.clear(facts)
			if !slices.Contains(*cleared, f.name) {
				*cleared = append(*cleared, f.name)
			}
		case slices.Contains(p.Set, f.name):
			f.clear(facts)
			f.take(facts, &p.Facts)
			// A curator's list is the whole list: what other sources would add is held back.
			*cleared = slices.DeleteFunc(*cleared, func(n string) bool { return n == f.name })
			if f.whole {
				*cleared = append(*cleared, f.name)
			}
		}
	}
	slices.Sort(*cleared)
}

// reslug gives k the slug of its new name; the old one goes on resolving.
func reslug[F Facts](ctx context.Context, w *session, t *traits[F], k *Known[F], facts *F) error {
	wanted := t.slug(facts)
	if wanted == k.Slug || wanted == "" {
		return nil
	}
	slug := wanted
	if !slices.Contains(k.FormerSlugs, wanted) {
		var err error
		if slug, err = freeSlug(ctx, w, t.kind, wanted, map[Slug]ID{}); err != nil {
			return err
		}
	}
	k.FormerSlugs = append(slices.DeleteFunc(k.FormerSlugs, func(s Slug) bool { return s == slug }), k.Slug)
	k.Slug = slug
	return nil
}

// withdraw takes an entity out of the registry. Its records stay, for the audit trail and for
// undoing.
func withdraw[F Facts](w *session, t *traits[F], k Known[F], rev int64) error {
	if err := fresh(rev, k.Rev); err != nil {
		return err
	}
	k.Rev++
	k.UpdatedAt, k.WithdrawnAt = w.at, w.at
	put(w, t, k)
	w.change(Change{Kind: t.kind, ID: k.ID, Rev: k.Rev, Op: OpDelete, PublicOp: OpDelete})
	w.facts = append(w.facts, EntityRevised{Kind: t.kind, ID: k.ID, Rev: k.Rev, Withdrawn: true})
	return w.audit("withdraw", t.kind, k.ID, SourceCurator, nil, nil)
}

// mayCurate is the rule for describing software and bodies: members describe software, an
// organisation is described by its own people, organisers describe all.
func mayCurate(by member.Actor, kind Kind, entity ID) error {
	switch {
	case by.Organises():
		return nil
	case kind == KindSoftware && by.Known():
		return nil
	case kind == KindOrganisation && entity != "" && by.SpeaksFor(string(entity)):
		return nil
	}
	return forbidden(by)
}
