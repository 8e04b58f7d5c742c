// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"database/sql"
	"strings"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
)

// live limits a query to entities that are in the registry.
const live = " AND merged_into IS NULL AND withdrawn_at IS NULL"

// Position returns the number of the last committed change.
func (db *DB) Position(ctx context.Context) (int64, error) {
	var seq int64
	err := db.in(ctx).Raw("SELECT seq FROM feed_heads WHERE origin = ?", registry.OriginLocal).Row().Scan(&seq)
	return seq, translate("read the feed's head", err)
}

// Changes returns changes after that number, in order.
func (db *DB) Changes(ctx context.Context, after int64, limit int) ([]registry.Change, error) {
	return find(ctx, db, "read changes", (*changeRow).change, "seq", limit, "origin = ? AND seq > ?", registry.OriginLocal, after)
}

// PublicChanges returns the changes everybody may see after that number, in order.
func (db *DB) PublicChanges(ctx context.Context, after int64, limit int) ([]registry.Change, error) {
	return find(ctx, db, "read changes", (*changeRow).change, "seq", limit,
		"origin = ? AND seq > ? AND public_op <> ''", registry.OriginLocal, after)
}

// AuditOf returns the audit trail of a thing, newest first, before that id (empty for the newest).
func (db *DB) AuditOf(ctx context.Context, object, before registry.ID, limit int) ([]registry.AuditEntry, error) {
	if before == "" {
		return find(ctx, db, "read audit", (*auditRow).entry, "id DESC", limit, "object_id = ?", string(object))
	}
	return find(ctx, db, "read audit", (*auditRow).entry, "id DESC", limit, "object_id = ? AND id < ?", string(object), string(before))
}

// shownRows reads entities without what each source says: reading provenance and haystack for 57,000
// of them at start would cost more than all the rest.
func shownRows[T any](ctx context.Context, db *DB, scan func(*sql.Rows) (T, error), where string, args ...any) ([]T, error) {
	return scanned(ctx, db, "read entities", scan, "SELECT "+db.plainly(shownColumns)+" FROM entities WHERE "+where, args...)
}

func shownPage[T any](ctx context.Context, db *DB, kind registry.Kind, scan func(*sql.Rows) (T, error), after registry.ID, limit int) ([]T, error) {
	where, args := db.after("entities", after)
	return shownRows(ctx, db, scan, where+" AND "+db.kindIs()+live+" ORDER BY "+db.pageOrder()+" LIMIT ?", append(args, string(kind), limit)...)
}

// after is the condition of a page that goes on after that thing. On SQLite pages follow the order in
// which rows lie in the file: reading everything at start is then one pass over it, five times as
// quick as by id. Ids rise with time, so the two orders are nearly one.
func (db *DB) after(table string, id registry.ID) (string, []any) {
	switch {
	case id == "" && db.postgres:
		return "id > ''", nil
	case id == "":
		return "rowid > 0", nil
	case db.postgres:
		return "id > ?", []any{string(id)}
	}
	return "rowid > (SELECT rowid FROM " + table + " WHERE id = ?)", []any{string(id)}
}

// kindIs is the condition on the kind of an entity that is otherwise found. On SQLite the unary plus
// keeps the planner from going through the names' index, which begins with the kind, when the id or
// the place in the file is what leads to the row.
func (db *DB) kindIs() string {
	if db.postgres {
		return "kind = ?"
	}
	return "+kind = ?"
}

func (db *DB) pageOrder() string {
	if db.postgres {
		return "id"
	}
	return "rowid"
}

// standingPage reads a page of declarations that stand.
func standingPage[R, T any](ctx context.Context, db *DB, trying, table string, convert func(*R) (T, error), after registry.ID, limit int) ([]T, error) {
	where, args := db.after(table, after)
	return find(ctx, db, trying, convert, db.pageOrder(), limit, where+standing, args...)
}

func shownByID[T any](ctx context.Context, db *DB, kind registry.Kind, scan func(*sql.Rows) (T, error), ids []registry.ID) ([]T, error) {
	var out []T
	err := inBatches(ids, func(ids []registry.ID) error {
		found, err := shownRows(ctx, db, scan, "id IN ? AND "+db.kindIs()+live, ids, string(kind))
		out = append(out, found...)
		return err
	})
	return out, err
}

// SoftwarePage returns live software in the order of pages.
func (db *DB) SoftwarePage(ctx context.Context, after registry.ID, limit int) ([]registry.Software, error) {
	return shownPage(ctx, db, registry.KindSoftware, scanSoftware, after, limit)
}

// OrganisationPage returns live organisations in the order of pages.
func (db *DB) OrganisationPage(ctx context.Context, after registry.ID, limit int) ([]registry.Organisation, error) {
	return shownPage(ctx, db, registry.KindOrganisation, scanOrganisation, after, limit)
}

// SoftwareShown returns those of the ids that are live.
func (db *DB) SoftwareShown(ctx context.Context, ids ...registry.ID) ([]registry.Software, error) {
	return shownByID(ctx, db, registry.KindSoftware, scanSoftware, ids)
}

// OrganisationsShown returns those of the ids that are live.
func (db *DB) OrganisationsShown(ctx context.Context, ids ...registry.ID) ([]registry.Organisation, error) {
	return shownByID(ctx, db, registry.KindOrganisation, scanOrganisation, ids)
}

// UsagePage returns standing usages in the order of pages.
func (db *DB) UsagePage(ctx context.Context, after registry.ID, limit int) ([]registry.Usage, error) {
	where, args := db.after("usages", after)
	return scanned(ctx, db, "read usages", scanUsage, "SELECT "+db.plainly(usageColumns)+" FROM usages WHERE "+where+standing+
		" ORDER BY "+db.pageOrder()+" LIMIT ?", append(args, limit)...)
}

// OfferPage returns standing offers in the order of pages.
func (db *DB) OfferPage(ctx context.Context, after registry.ID, limit int) ([]registry.Offer, error) {
	return standingPage(ctx, db, "read offers", "offers", (*offerRow).offer, after, limit)
}

// ReferencePage returns standing references in the order of pages.
func (db *DB) ReferencePage(ctx context.Context, after registry.ID, limit int) ([]registry.Reference, error) {
	return standingPage(ctx, db, "read references", "provider_references", (*referenceRow).reference, after, limit)
}

// UsagesShown returns those of the ids that stand.
func (db *DB) UsagesShown(ctx context.Context, ids ...registry.ID) ([]registry.Usage, error) {
	return byID(ctx, db, "read usages", (*usageRow).usage, standing, ids)
}

// OffersShown returns those of the ids that stand.
func (db *DB) OffersShown(ctx context.Context, ids ...registry.ID) ([]registry.Offer, error) {
	return byID(ctx, db, "read offers", (*offerRow).offer, standing, ids)
}

// ReferencesShown returns those of the ids that stand.
func (db *DB) ReferencesShown(ctx context.Context, ids ...registry.ID) ([]registry.Reference, error) {
	return byID(ctx, db, "read references", (*referenceRow).reference, standing, ids)
}

// FormerSlugs returns the names that lead to another entity's page: former slugs, and the slugs and
// ids of merged entities.
func (db *DB) FormerSlugs(ctx context.Context) ([]catalogue.Redirect, error) {
	var rows []struct{ Kind, Name, Target string }
	err := db.in(ctx).Raw(`
		SELECT kind AS kind, slug AS name, entity_id AS target FROM entity_slugs WHERE NOT current
		UNION ALL SELECT s.kind, s.slug, s.entity_id FROM entity_slugs s WHERE s.entity_id IN (SELECT id FROM entities WHERE merged_into IS NOT NULL)
		UNION ALL SELECT kind, id, id FROM entities WHERE merged_into IS NOT NULL`).Scan(&rows).Error
	if err != nil {
		return nil, translate("read former slugs", err)
	}
	var merged []struct{ ID, MergedInto string }
	err = db.in(ctx).Raw("SELECT id, merged_into FROM entities WHERE merged_into IS NOT NULL").Scan(&merged).Error
	if err != nil {
		return nil, translate("read former slugs", err)
	}
	into := make(map[string]string, len(merged))
	for _, m := range merged {
		into[m.ID] = m.MergedInto
	}
	out := make([]catalogue.Redirect, 0, len(rows))
	for _, r := range rows {
		for range 10 { // as in Resolve
			next, is := into[r.Target]
			if !is {
				break
			}
			r.Target = next
		}
		out = append(out, catalogue.Redirect{Kind: registry.Kind(r.Kind), From: r.Name, To: registry.ID(r.Target)})
	}
	return out, nil
}

// SearchPlain is the search of last resort: live entities of these kinds whose folded text holds
// every word, best known names first.
func (db *DB) SearchPlain(ctx context.Context, words []string, kinds []registry.Kind, limit int) ([]registry.ID, error) {
	where, args := "kind IN ?"+live, []any{kinds}
	for _, w := range words {
		where += ` AND haystack LIKE ? ESCAPE '\'`
		args = append(args, "%"+escapeLike(w)+"%")
	}
	var ids []registry.ID
	err := db.in(ctx).Raw("SELECT id FROM entities WHERE "+where+" ORDER BY name_folded, id LIMIT ?", append(args, limit)...).Scan(&ids).Error
	return ids, translate("plain search", err)
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)

func escapeLike(s string) string { return likeEscaper.Replace(s) }
