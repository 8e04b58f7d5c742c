// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"encoding/json"
	"fmt"
	"time"

	"maillage/internal/registry"
)

// declaredColumns are what the three tables of declarations have in common.
type declaredColumns struct {
	Origin      string
	Source      string
	SourceKey   string
	Rev         int64
	WithdrawnAt *time.Time
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
}

func toDeclaredColumns(d registry.Declared) declaredColumns {
	return declaredColumns{Origin: d.SourceKey.Origin, Source: string(d.SourceKey.Source), SourceKey: d.SourceKey.Key,
		Rev: d.Rev, WithdrawnAt: optionalTime(d.WithdrawnAt), CreatedAt: utc(d.CreatedAt), UpdatedAt: utc(d.UpdatedAt)}
}

func (c declaredColumns) declared(id string) registry.Declared {
	return registry.Declared{ID: registry.ID(id), Rev: c.Rev, WithdrawnAt: timeValue(c.WithdrawnAt),
		SourceKey: registry.SourceKey{Origin: c.Origin, Source: registry.Source(c.Source), Key: c.SourceKey},
		CreatedAt: utc(c.CreatedAt), UpdatedAt: utc(c.UpdatedAt)}
}

type usageRow struct {
	ID             string `gorm:"primaryKey"`
	OrganisationID string
	SoftwareID     string
	ProviderID     *string
	Stage          string
	Since          string
	Version        string
	Scope          string
	Seats          int64
	Hosting        string
	Note           string
	ContactAllowed bool
	Visibility     string
	ConfirmedAt    *time.Time
	Declared       declaredColumns `gorm:"embedded"`
}

func (usageRow) TableName() string { return "usages" }

func toUsageRow(u registry.Usage) (usageRow, error) {
	return usageRow{ID: string(u.ID), OrganisationID: string(u.Organisation), SoftwareID: string(u.Software),
		ProviderID: optional(string(u.Provider)), Stage: string(u.Stage), Since: string(u.Since), Version: u.Version,
		Scope: u.Scope, Seats: int64(u.Seats), Hosting: string(u.Hosting), Note: u.Note, ContactAllowed: u.ContactAllowed,
		Visibility: string(u.Visibility), ConfirmedAt: optionalTime(u.ConfirmedAt), Declared: toDeclaredColumns(u.Declared)}, nil
}

func (r *usageRow) usage() (registry.Usage, error) {
	return registry.Usage{Declared: r.Declared.declared(r.ID), Organisation: registry.ID(r.OrganisationID), Software: registry.ID(r.SoftwareID),
		UsageFacts: registry.UsageFacts{Stage: registry.Stage(r.Stage), Since: registry.Date(r.Since), Version: r.Version,
			Scope: r.Scope, Seats: int(r.Seats), Hosting: registry.Hosting(r.Hosting), Provider: registry.ID(value(r.ProviderID)),
			Note: r.Note, ContactAllowed: r.ContactAllowed, Visibility: registry.Visibility(r.Visibility),
			ConfirmedAt: timeValue(r.ConfirmedAt)}}, nil
}

type offerRow struct {
	ID         string `gorm:"primaryKey"`
	ProviderID string
	SoftwareID string
	Services   string
	Area       string
	Purchase   string
	URL        string
	Note       string
	Declared   declaredColumns `gorm:"embedded"`
}

func (offerRow) TableName() string { return "offers" }

func toOfferRow(o registry.Offer) (offerRow, error) {
	row := offerRow{ID: string(o.ID), ProviderID: string(o.Provider), SoftwareID: string(o.Software),
		Purchase: string(o.Purchase), URL: o.URL, Declared: toDeclaredColumns(o.Declared)}
	var err error
	if row.Services, err = encode(o.Services); err != nil {
		return row, err
	}
	if row.Area, err = encode(o.Area); err != nil {
		return row, err
	}
	row.Note, err = encode(o.Note)
	return row, err
}

func (r *offerRow) offer() (registry.Offer, error) {
	o := registry.Offer{Declared: r.Declared.declared(r.ID), Provider: registry.ID(r.ProviderID), Software: registry.ID(r.SoftwareID),
		OfferFacts: registry.OfferFacts{Purchase: registry.Purchase(r.Purchase), URL: r.URL}}
	if err := decodeInto(r.ID, r.Services, &o.Services); err != nil {
		return o, err
	}
	if err := decodeInto(r.ID, r.Area, &o.Area); err != nil {
		return o, err
	}
	return o, decodeInto(r.ID, r.Note, &o.Note)
}

type referenceRow struct {
	ID                  string `gorm:"primaryKey"`
	ProviderID          string
	OrganisationID      string
	SoftwareID          string
	Services            string
	Since               string
	Until               string
	Summary             string
	ProviderConfirmedAt *time.Time
	CustomerConfirmedAt *time.Time
	ContestedAt         *time.Time
	ChooseAgain         *bool
	Declared            declaredColumns `gorm:"embedded"`
}

func (referenceRow) TableName() string { return "provider_references" }

func toReferenceRow(r registry.Reference) (referenceRow, error) {
	row := referenceRow{ID: string(r.ID), ProviderID: string(r.Provider), OrganisationID: string(r.Organisation),
		SoftwareID: string(r.Software), Since: string(r.Since), Until: string(r.Until),
		ProviderConfirmedAt: optionalTime(r.ProviderConfirmedAt), CustomerConfirmedAt: optionalTime(r.CustomerConfirmedAt),
		ContestedAt: optionalTime(r.ContestedAt), ChooseAgain: r.ChooseAgain, Declared: toDeclaredColumns(r.Declared)}
	var err error
	if row.Services, err = encode(r.Services); err != nil {
		return row, err
	}
	row.Summary, err = encode(r.Summary)
	return row, err
}

func (r *referenceRow) reference() (registry.Reference, error) {
	out := registry.Reference{Declared: r.Declared.declared(r.ID), Provider: registry.ID(r.ProviderID),
		Organisation: registry.ID(r.OrganisationID), Software: registry.ID(r.SoftwareID),
		ReferenceFacts:      registry.ReferenceFacts{Since: registry.Date(r.Since), Until: registry.Date(r.Until)},
		ProviderConfirmedAt: timeValue(r.ProviderConfirmedAt), CustomerConfirmedAt: timeValue(r.CustomerConfirmedAt),
		ContestedAt: timeValue(r.ContestedAt), ChooseAgain: r.ChooseAgain}
	if err := decodeInto(r.ID, r.Services, &out.Services); err != nil {
		return out, err
	}
	return out, decodeInto(r.ID, r.Summary, &out.Summary)
}

// encode writes a nested value as JSON text; nothing is the empty string.
func encode(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write a row: %w", err)
	}
	if s := string(b); s != "null" {
		return s, nil
	}
	return "", nil
}

func decodeInto(id, body string, v any) error {
	if body == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(body), v); err != nil {
		return fmt.Errorf("read row %s: %w", id, err)
	}
	return nil
}
