// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"maillage/internal/registry"
)

// The All pages return everything of a kind by ascending id after that id, up to limit: what is live
// and what is not. They are for exports.

// AllSoftware returns software with everything that is said of them.
func (db *DB) AllSoftware(ctx context.Context, after registry.ID, limit int) ([]registry.Known[registry.SoftwareFacts], error) {
	return allEntities[registry.SoftwareFacts](ctx, db, registry.KindSoftware, after, limit)
}

// AllOrganisations returns organisations with everything that is said of them.
func (db *DB) AllOrganisations(ctx context.Context, after registry.ID, limit int) ([]registry.Known[registry.OrganisationFacts], error) {
	return allEntities[registry.OrganisationFacts](ctx, db, registry.KindOrganisation, after, limit)
}

func allEntities[F registry.Facts](ctx context.Context, db *DB, kind registry.Kind, after registry.ID, limit int) ([]registry.Known[F], error) {
	rows, err := gorm.G[entityRow](db.in(ctx)).Where("id > ? AND "+db.kindIs(), string(after), string(kind)).Order("id").Limit(limit).Find(ctx)
	if err != nil {
		return nil, translate("read "+string(kind), err)
	}
	return complete[F](ctx, db, rows)
}

// AllUsages returns usages.
func (db *DB) AllUsages(ctx context.Context, after registry.ID, limit int) ([]registry.Usage, error) {
	return find(ctx, db, "read usages", (*usageRow).usage, "id", limit, "id > ?", string(after))
}

// AllOffers returns offers.
func (db *DB) AllOffers(ctx context.Context, after registry.ID, limit int) ([]registry.Offer, error) {
	return find(ctx, db, "read offers", (*offerRow).offer, "id", limit, "id > ?", string(after))
}

// AllReferences returns references.
func (db *DB) AllReferences(ctx context.Context, after registry.ID, limit int) ([]registry.Reference, error) {
	return find(ctx, db, "read references", (*referenceRow).reference, "id", limit, "id > ?", string(after))
}

// AllProposals returns proposed matches.
func (db *DB) AllProposals(ctx context.Context, after registry.ID, limit int) ([]registry.Proposal, error) {
	return find(ctx, db, "read proposals", (*proposalRow).proposal, "id", limit, "id > ?", string(after))
}

// AllAudit returns the audit trail.
func (db *DB) AllAudit(ctx context.Context, after registry.ID, limit int) ([]registry.AuditEntry, error) {
	return find(ctx, db, "read audit", (*auditRow).entry, "id", limit, "id > ?", string(after))
}

// Restore writes a batch as it is, in a transaction of its own: ids, versions and times are kept. It
// also tells the readers of the change feed that each thing changed. Lines of the audit trail are
// chained anew, as they arrive, after those that are here.
func (db *DB) Restore(ctx context.Context, b *registry.Batch) error {
	return db.Write(ctx, func(ctx context.Context) error {
		var err error
		if b.Audit, err = db.newAudit(ctx, b.Audit); err != nil {
			return err
		}
		for _, k := range b.Software {
			b.Changes = append(b.Changes, restored(registry.KindSoftware, k.ID, k.Rev, k.Live(), true, k.UpdatedAt))
		}
		for _, k := range b.Organisations {
			b.Changes = append(b.Changes, restored(registry.KindOrganisation, k.ID, k.Rev, k.Live(), true, k.UpdatedAt))
		}
		for _, u := range b.Usages {
			c := restored(registry.KindUsage, u.ID, u.Rev, u.WithdrawnAt.IsZero(), u.Visibility == registry.Public, u.UpdatedAt)
			c.Related = []registry.ID{u.Organisation, u.Software}
			b.Changes = append(b.Changes, c)
		}
		for _, o := range b.Offers {
			c := restored(registry.KindOffer, o.ID, o.Rev, o.WithdrawnAt.IsZero(), true, o.UpdatedAt)
			c.Related = []registry.ID{o.Provider, o.Software}
			b.Changes = append(b.Changes, c)
		}
		for _, r := range b.References {
			c := restored(registry.KindReference, r.ID, r.Rev, r.WithdrawnAt.IsZero(), r.Counts(), r.UpdatedAt)
			c.Related = []registry.ID{r.Provider, r.Organisation, r.Software}
			b.Changes = append(b.Changes, c)
		}
		return db.Save(ctx, b)
	})
}

func restored(kind registry.Kind, id registry.ID, rev int64, standing, public bool, at time.Time) registry.Change {
	c := registry.Change{Kind: kind, ID: id, Rev: rev, Op: registry.OpPut, At: at}
	if !standing {
		c.Op = registry.OpDelete
	}
	if public {
		c.PublicOp = c.Op
	}
	return c
}
