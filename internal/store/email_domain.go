// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"maillage/internal/registry"
)

// OrganisationsOfDomain returns the organisations in use whose e-mail domains hold that one. It reads
// through every organisation's facts: it is asked once per person who joins.
func (db *DB) OrganisationsOfDomain(ctx context.Context, domain string) ([]registry.ID, error) {
	rows, err := gorm.G[entityRow](db.in(ctx)).Select("id", "facts").
		Where("kind = ? AND withdrawn_at IS NULL AND merged_into IS NULL AND facts LIKE ?",
			string(registry.KindOrganisation), `%"email_domains":%"`+domain+`"%`).Find(ctx)
	if err != nil {
		return nil, translate("find the owners of a domain", err)
	}
	var out []registry.ID
	for _, r := range rows {
		var f registry.OrganisationFacts
		if err := decodeInto(r.ID, r.Facts, &f); err != nil {
			return nil, err
		}
		if slices.Contains(f.EmailDomains, domain) {
			out = append(out, registry.ID(r.ID))
		}
	}
	return out, nil
}
