// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"maillage/internal/fault"
	"maillage/internal/registry"
)

// queryBatch is how many values one IN list carries: under both engines' limits of parameters.
const queryBatch = 1000

// inBatches calls fn with slices of values short enough for one statement.
func inBatches[V any](values []V, fn func([]V) error) error {
	for len(values) > 0 {
		n := min(len(values), queryBatch)
		if err := fn(values[:n]); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// storable reports whether a text could be in the database at all: PostgreSQL refuses to look for what
// is not UTF-8 or holds a NUL, and SQLite finds nothing.
func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// storableOnly returns the values that are worth looking for.
func storableOnly[S ~string](values []S) []S {
	return slices.DeleteFunc(slices.Clone(values), func(v S) bool { return !storable(string(v)) })
}

// Resolve returns the id of the entity with that id, slug or former slug, following merges.
func (db *DB) Resolve(ctx context.Context, kind registry.Kind, ref string) (registry.ID, error) {
	missing := fault.New(fault.Missing, string(kind)+"_missing")
	if !storable(ref) {
		return "", missing
	}
	row, err := gorm.G[entityRow](db.in(ctx)).Select("id", "merged_into", "withdrawn_at").
		Where("id = ? AND "+db.kindIs(), ref, string(kind)).Take(ctx)
	if fault.Is(translate("", err), fault.Missing) {
		row, err = gorm.G[entityRow](db.in(ctx)).Select("id", "merged_into", "withdrawn_at").
			Where("id = (SELECT entity_id FROM entity_slugs WHERE kind = ? AND slug = ?)", string(kind), ref).Take(ctx)
	}
	// A merge may have been merged in turn; a handful of steps is already a lot.
	for range 10 {
		if err != nil {
			if fault.Is(translate("", err), fault.Missing) {
				return "", missing
			}
			return "", translate("resolve "+string(kind), err)
		}
		if row.MergedInto == nil {
			break
		}
		row, err = gorm.G[entityRow](db.in(ctx)).Select("id", "merged_into", "withdrawn_at").
			Where("id = ?", *row.MergedInto).Take(ctx)
	}
	if row.MergedInto != nil || row.WithdrawnAt != nil {
		return "", missing
	}
	return registry.ID(row.ID), nil
}

// SoftwareByID returns software with everything that is said of them, live or not.
func (db *DB) SoftwareByID(ctx context.Context, ids ...registry.ID) ([]registry.Known[registry.SoftwareFacts], error) {
	return known[registry.SoftwareFacts](ctx, db, registry.KindSoftware, ids)
}

// OrganisationsByID returns organisations with everything that is said of them, live or not.
func (db *DB) OrganisationsByID(ctx context.Context, ids ...registry.ID) ([]registry.Known[registry.OrganisationFacts], error) {
	return known[registry.OrganisationFacts](ctx, db, registry.KindOrganisation, ids)
}

func known[F registry.Facts](ctx context.Context, db *DB, kind registry.Kind, ids []registry.ID) ([]registry.Known[F], error) {
	var out []registry.Known[F]
	err := inBatches(ids, func(ids []registry.ID) error {
		rows, err := gorm.G[entityRow](db.in(ctx)).Where("id IN ? AND "+db.kindIs(), ids, string(kind)).Order("id").Find(ctx)
		if err != nil {
			return translate("read "+string(kind), err)
		}
		found, err := complete[F](ctx, db, rows)
		out = append(out, found...)
		return err
	})
	return out, err
}

// complete adds to rows of entities their slugs and records, in two queries whatever their number.
func complete[F registry.Facts](ctx context.Context, db *DB, rows []entityRow) ([]registry.Known[F], error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]string, len(rows))
	place := map[string]int{}
	out := make([]registry.Known[F], len(rows))
	for i := range rows {
		e, err := rows[i].entity(true)
		if err != nil {
			return nil, err
		}
		out[i].Entity = e
		if out[i].Facts, err = decodeFacts[F](rows[i].ID, rows[i].Facts); err != nil {
			return nil, err
		}
		ids[i], place[rows[i].ID] = rows[i].ID, i
	}
	slugs, err := gorm.G[slugRow](db.in(ctx)).Where("entity_id IN ?", ids).Order("rank").Find(ctx)
	if err != nil {
		return nil, translate("read slugs", err)
	}
	for _, s := range slugs {
		k := &out[place[s.EntityID]]
		if registry.Slug(s.Slug) != k.Slug {
			k.FormerSlugs = append(k.FormerSlugs, registry.Slug(s.Slug))
		}
	}
	records, err := gorm.G[recordRow](db.in(ctx)).Where("entity_id IN ?", ids).Order("id").Find(ctx)
	if err != nil {
		return nil, translate("read records", err)
	}
	for _, r := range records {
		facts, err := decodeFacts[F](r.ID, r.Facts)
		if err != nil {
			return nil, err
		}
		k := &out[place[r.EntityID]]
		k.Records = append(k.Records, registry.Record[F]{ID: registry.ID(r.ID), Entity: registry.ID(r.EntityID),
			SourceKey: registry.SourceKey{Origin: r.Origin, Source: registry.Source(r.Source), Key: r.SourceKey},
			Rev:       r.Rev, Facts: facts, RetrievedAt: utc(r.RetrievedAt), CreatedAt: utc(r.CreatedAt), UpdatedAt: utc(r.UpdatedAt)})
	}
	return out, nil
}

// BySource finds what a source spoke of.
func (db *DB) BySource(ctx context.Context, kind registry.Kind, keys []registry.SourceKey) (map[registry.SourceKey]registry.ID, error) {
	table, id, where := "records", "entity_id", "kind = ? AND "
	args := []any{string(kind)}
	switch kind {
	case registry.KindUsage:
		table, id, where, args = "usages", "id", "", nil
	case registry.KindOffer:
		table, id, where, args = "offers", "id", "", nil
	case registry.KindReference:
		table, id, where, args = "provider_references", "id", "", nil
	}
	type group struct {
		origin string
		source registry.Source
	}
	values := map[group][]string{}
	for _, k := range keys {
		g := group{k.Origin, k.Source}
		values[g] = append(values[g], k.Key)
	}
	out := map[registry.SourceKey]registry.ID{}
	for g, list := range values {
		err := inBatches(storableOnly(list), func(list []string) error {
			var rows []struct{ ID, SourceKey string }
			err := db.in(ctx).Raw("SELECT "+id+" AS id, source_key FROM "+table+" WHERE "+where+
				"origin = ? AND source = ? AND source_key IN ?", append(args, g.origin, string(g.source), list)...).Scan(&rows).Error
			for _, r := range rows {
				out[registry.SourceKey{Origin: g.origin, Source: g.source, Key: r.SourceKey}] = registry.ID(r.ID)
			}
			return translate("find by source", err)
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ByKeys finds live entities by identity key.
func (db *DB) ByKeys(ctx context.Context, kind registry.Kind, keys []registry.Identifier) (map[registry.Identifier][]registry.ID, error) {
	values := make([]string, 0, len(keys))
	wanted := map[registry.Identifier]bool{}
	for _, k := range keys {
		if !wanted[k] {
			wanted[k] = true
			values = append(values, k.Value)
		}
	}
	out := map[registry.Identifier][]registry.ID{}
	err := inBatches(storableOnly(values), func(values []string) error {
		rows, err := gorm.G[identityRow](db.in(ctx)).
			Where("kind = ? AND value IN ? AND EXISTS (SELECT 1 FROM entities e WHERE e.id = entity_ids.entity_id AND e.merged_into IS NULL AND e.withdrawn_at IS NULL)",
				string(kind), values).Order("entity_id").Find(ctx)
		for _, r := range rows {
			if k := (registry.Identifier{Scheme: r.Scheme, Value: r.Value}); wanted[k] {
				out[k] = append(out[k], registry.ID(r.EntityID))
			}
		}
		return translate("find by identity key", err)
	})
	return out, err
}

// ByName finds live entities by folded name.
func (db *DB) ByName(ctx context.Context, kind registry.Kind, folded []string) (map[string][]registry.ID, error) {
	out := map[string][]registry.ID{}
	err := inBatches(storableOnly(folded), func(folded []string) error {
		rows, err := gorm.G[entityRow](db.in(ctx)).Select("id", "name_folded").
			Where("kind = ? AND name_folded IN ? AND name_folded <> '' AND merged_into IS NULL AND withdrawn_at IS NULL",
				string(kind), folded).Order("id").Find(ctx)
		for _, r := range rows {
			out[r.NameFolded] = append(out[r.NameFolded], registry.ID(r.ID))
		}
		return translate("find by name", err)
	})
	return out, err
}

// SlugsTaken returns which of these slugs are or were borne.
func (db *DB) SlugsTaken(ctx context.Context, kind registry.Kind, slugs []registry.Slug) (map[registry.Slug]registry.ID, error) {
	out := map[registry.Slug]registry.ID{}
	err := inBatches(storableOnly(slugs), func(slugs []registry.Slug) error {
		rows, err := gorm.G[slugRow](db.in(ctx)).Where("kind = ? AND slug IN ?", string(kind), slugs).Find(ctx)
		for _, r := range rows {
			out[registry.Slug(r.Slug)] = registry.ID(r.EntityID)
		}
		return translate("find slugs", err)
	})
	return out, err
}
