// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"maillage/internal/registry"
	"maillage/internal/text"
)

type entityRow struct {
	ID          string `gorm:"primaryKey"`
	Kind        string
	Slug        string
	Rev         int64
	Name        string
	NameFolded  string
	Haystack    string
	Facts       string
	Provenance  string
	MergedInto  *string
	WithdrawnAt *time.Time
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
}

func (entityRow) TableName() string { return "entities" }

type slugRow struct {
	Kind     string `gorm:"primaryKey"`
	Slug     string `gorm:"primaryKey"`
	EntityID string
	Current  bool
	// Rank orders the former slugs of an entity, oldest first.
	Rank int64
}

func (slugRow) TableName() string { return "entity_slugs" }

type recordRow struct {
	ID          string `gorm:"primaryKey"`
	EntityID    string
	Kind        string
	Origin      string
	Source      string
	SourceKey   string
	Rev         int64
	Facts       string
	RetrievedAt time.Time
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
}

func (recordRow) TableName() string { return "records" }

type identityRow struct {
	Kind     string `gorm:"primaryKey"`
	Value    string `gorm:"primaryKey"`
	Scheme   string `gorm:"primaryKey"`
	EntityID string `gorm:"primaryKey"`
}

func (identityRow) TableName() string { return "entity_ids" }

// toEntityRow writes an entity as its row.
func toEntityRow[F registry.Facts](kind registry.Kind, e registry.Entity, facts F, name, haystack string) (entityRow, error) {
	body, err := json.Marshal(facts)
	if err != nil {
		return entityRow{}, fmt.Errorf("write %s: %w", kind, err)
	}
	provenance, err := json.Marshal(e.Provenance)
	if err != nil {
		return entityRow{}, fmt.Errorf("write %s: %w", kind, err)
	}
	return entityRow{ID: string(e.ID), Kind: string(kind), Slug: string(e.Slug), Rev: e.Rev, Name: name,
		NameFolded: text.Fold(name), Haystack: haystack, Facts: string(body), Provenance: string(provenance),
		MergedInto: optional(string(e.MergedInto)), WithdrawnAt: optionalTime(e.WithdrawnAt),
		CreatedAt: utc(e.CreatedAt), UpdatedAt: utc(e.UpdatedAt)}, nil
}

// entity reads the row back, without its former slugs.
func (r *entityRow) entity(provenance bool) (registry.Entity, error) {
	e := registry.Entity{ID: registry.ID(r.ID), Slug: registry.Slug(r.Slug), Rev: r.Rev,
		MergedInto: registry.ID(value(r.MergedInto)), WithdrawnAt: timeValue(r.WithdrawnAt),
		CreatedAt: utc(r.CreatedAt), UpdatedAt: utc(r.UpdatedAt)}
	if provenance && r.Provenance != "" {
		if err := json.Unmarshal([]byte(r.Provenance), &e.Provenance); err != nil {
			return e, fmt.Errorf("read %s %s: %w", r.Kind, r.ID, err)
		}
	}
	return e, nil
}

func decodeFacts[F registry.Facts](id, body string) (F, error) {
	var f F
	if err := json.Unmarshal([]byte(body), &f); err != nil {
		return f, fmt.Errorf("read facts of %s: %w", id, err)
	}
	return f, nil
}

func softwareHaystack(f registry.SoftwareFacts) string {
	parts := []string{f.Name, f.Summary["fr"], f.Summary["en"]}
	parts = append(parts, f.Keywords...)
	parts = append(parts, f.Replaces...)
	return text.Fold(strings.Join(parts, " "))
}

func organisationHaystack(f registry.OrganisationFacts) string {
	return text.Fold(strings.Join([]string{f.Name, f.SIREN, f.PostalCode, f.TerritoryCode, f.Summary["fr"]}, " "))
}

// optional returns nil for the empty string: NULL in the row.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// utc returns an instant as both databases keep it.
func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	u := utc(t)
	return &u
}

func timeValue(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return utc(*t)
}
