// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"maillage/internal/registry"
)

// Save writes a batch inside the current transaction of Write.
func (db *DB) Save(ctx context.Context, b *registry.Batch) error {
	t, ok := ctx.Value(txKey{}).(*tx)
	if !ok || !t.locked {
		return errors.New("store: Save outside Write")
	}
	steps := []func() error{
		func() error {
			return saveEntities(ctx, db, registry.KindSoftware, b.Software, softwareHaystack, softwareName)
		},
		func() error {
			return saveEntities(ctx, db, registry.KindOrganisation, b.Organisations, organisationHaystack, organisationName)
		},
		func() error { return db.saveKeys(ctx, b) },
		func() error { return saveRows(ctx, db, "save usages", b.Usages, toUsageRow) },
		func() error { return saveRows(ctx, db, "save offers", b.Offers, toOfferRow) },
		func() error { return saveRows(ctx, db, "save references", b.References, toReferenceRow) },
		func() error { return saveRows(ctx, db, "save proposals", b.Proposals, toProposalRow) },
		func() error { return db.saveAudit(ctx, b.Audit) },
		func() error { return db.saveChanges(ctx, t, b.Changes) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	t.saved += len(b.Software) + len(b.Organisations) + len(b.Usages) + len(b.Offers) + len(b.References)
	return nil
}

func softwareName(f registry.SoftwareFacts) string         { return f.Name }
func organisationName(f registry.OrganisationFacts) string { return f.Name }

// upsert inserts rows, or replaces every column of those whose key is there.
func upsert[R any](ctx context.Context, db *DB, trying string, rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	err := gorm.G[R](db.in(ctx), clause.OnConflict{UpdateAll: true}).CreateInBatches(ctx, &rows, insertBatch)
	return translate(trying, err)
}

// saveRows converts and upserts. A thing written twice in a batch is written as it was last.
func saveRows[T, R any](ctx context.Context, db *DB, trying string, things []T, convert func(T) (R, error)) error {
	rows := make([]R, 0, len(things))
	for _, thing := range things {
		row, err := convert(thing)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return upsert(ctx, db, trying, lastOfEach(rows))
}

// identified rows can be found twice in one batch; PostgreSQL refuses to upsert one row twice in a
// statement.
type identified interface{ rowID() string }

func (r usageRow) rowID() string     { return r.ID }
func (r offerRow) rowID() string     { return r.ID }
func (r referenceRow) rowID() string { return r.ID }
func (r proposalRow) rowID() string  { return r.ID }

func lastOfEach[R any](rows []R) []R {
	last := map[string]int{}
	for i, r := range rows {
		id, ok := any(r).(identified)
		if !ok {
			return rows
		}
		last[id.rowID()] = i
	}
	if len(last) == len(rows) {
		return rows
	}
	out := make([]R, 0, len(last))
	for i, r := range rows {
		if last[any(r).(identified).rowID()] == i { //nolint:errcheck,forcetypeassert // asserted above
			out = append(out, r)
		}
	}
	return out
}

func saveEntities[F registry.Facts](ctx context.Context, db *DB, kind registry.Kind, known []registry.Known[F],
	haystack func(F) string, name func(F) string) error {
	if len(known) == 0 {
		return nil
	}
	var entities []entityRow
	var slugs []slugRow
	var records []recordRow
	for _, k := range known {
		row, err := toEntityRow(kind, k.Entity, k.Facts, name(k.Facts), haystack(k.Facts))
		if err != nil {
			return err
		}
		entities = append(entities, row)
		for i, s := range k.FormerSlugs {
			slugs = append(slugs, slugRow{Kind: string(kind), Slug: string(s), EntityID: string(k.ID), Rank: int64(i)})
		}
		slugs = append(slugs, slugRow{Kind: string(kind), Slug: string(k.Slug), EntityID: string(k.ID), Current: true,
			Rank: int64(len(k.FormerSlugs))})
		for _, r := range k.Records {
			row, err := toRecordRow(kind, r)
			if err != nil {
				return err
			}
			records = append(records, row)
		}
	}
	// A merged entity points to the one that took its records: that one is written first.
	slices.SortStableFunc(entities, func(a, b entityRow) int {
		switch {
		case a.MergedInto == nil && b.MergedInto != nil:
			return -1
		case a.MergedInto != nil && b.MergedInto == nil:
			return 1
		}
		return 0
	})
	if err := upsert(ctx, db, "save "+string(kind), entities); err != nil {
		return err
	}
	if err := upsert(ctx, db, "save slugs", slugs); err != nil {
		return err
	}
	return upsert(ctx, db, "save records", records)
}

func toRecordRow[F registry.Facts](kind registry.Kind, r registry.Record[F]) (recordRow, error) {
	facts, err := encode(r.Facts)
	return recordRow{ID: string(r.ID), EntityID: string(r.Entity), Kind: string(kind), Origin: r.SourceKey.Origin,
		Source: string(r.SourceKey.Source), SourceKey: r.SourceKey.Key, Rev: r.Rev, Facts: facts,
		RetrievedAt: utc(r.RetrievedAt), CreatedAt: utc(r.CreatedAt), UpdatedAt: utc(r.UpdatedAt)}, err
}

// saveKeys replaces the identity keys of the batch's entities.
func (db *DB) saveKeys(ctx context.Context, b *registry.Batch) error {
	kinds := map[registry.ID]registry.Kind{}
	for _, k := range b.Software {
		kinds[k.ID] = registry.KindSoftware
	}
	for _, k := range b.Organisations {
		kinds[k.ID] = registry.KindOrganisation
	}
	ids := make([]string, 0, len(kinds))
	var rows []identityRow
	for id, kind := range kinds {
		ids = append(ids, string(id))
		for _, key := range b.Keys[id] {
			rows = append(rows, identityRow{Kind: string(kind), Scheme: key.Scheme, Value: key.Value, EntityID: string(id)})
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	if _, err := gorm.G[identityRow](db.in(ctx)).Where("entity_id IN ?", ids).Delete(ctx); err != nil {
		return translate("replace identity keys", err)
	}
	return upsert(ctx, db, "save identity keys", rows)
}

// saveChanges numbers the changes after the last one and moves the head of the feed.
func (db *DB) saveChanges(ctx context.Context, t *tx, changes []registry.Change) error {
	if len(changes) == 0 {
		return nil
	}
	rows := make([]changeRow, 0, len(changes))
	for i := range changes {
		t.seq++
		changes[i].Seq = t.seq
		row, err := toChangeRow(changes[i])
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if err := gorm.G[changeRow](db.in(ctx)).CreateInBatches(ctx, &rows, insertBatch); err != nil {
		return translate("save changes", err)
	}
	t.wrote = true
	err := db.in(ctx).Exec("UPDATE feed_heads SET seq = ? WHERE origin = ?", t.seq, registry.OriginLocal).Error
	return translate("move the feed's head", err)
}
