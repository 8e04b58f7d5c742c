// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"maillage/internal/registry"
)

// usageBody is what a declarer says. Organisation and Software are for a new usage alone: a usage of
// another software is another usage.
type usageBody struct {
	Organisation refValue `json:"organisation"`
	Software     refValue `json:"software"`
	usageChange
}

// usageChange is what may be revised of a usage.
type usageChange struct {
	Stage          registry.Stage      `json:"stage"`
	Since          registry.Date       `json:"since"`
	Version        string              `json:"version"`
	Scope          string              `json:"scope"`
	Seats          int                 `json:"seats"`
	Hosting        registry.Hosting    `json:"hosting"`
	Provider       refValue            `json:"provider"`
	Note           string              `json:"note"`
	ContactAllowed bool                `json:"contact_allowed"`
	Visibility     registry.Visibility `json:"visibility"`
}

func (b *usageChange) facts() registry.UsageFacts {
	return registry.UsageFacts{Stage: b.Stage, Since: b.Since, Version: b.Version, Scope: b.Scope, Seats: b.Seats,
		Hosting: b.Hosting, Note: b.Note, ContactAllowed: b.ContactAllowed, Visibility: b.Visibility}
}

func usageChangeOf(d *usageDTO) usageChange {
	b := usageChange{Stage: registry.Stage(d.Stage), Since: registry.Date(d.Since), Version: d.Version, Scope: d.Scope,
		Seats: d.Seats, Hosting: registry.Hosting(d.Hosting), Note: d.Note, ContactAllowed: d.ContactAllowed,
		Visibility: registry.Visibility(d.Visibility)}
	if d.Provider != nil {
		b.Provider = refValue(d.Provider.ID)
	}
	return b
}

// offerBody is what a provider says of a new offer.
type offerBody struct {
	Provider refValue `json:"provider"`
	Software refValue `json:"software"`
	offerChange
}

// offerChange is what may be revised of an offer.
type offerChange struct {
	Services []registry.ServiceKind `json:"services"`
	Area     areaBody               `json:"area"`
	Purchase registry.Purchase      `json:"purchase"`
	URL      string                 `json:"url"`
	Note     map[string]string      `json:"note"`
}

type areaBody struct {
	France       bool        `json:"france"`
	Departements []codeValue `json:"departements"`
	Regions      []codeValue `json:"regions"`
}

func (b *offerChange) facts() registry.OfferFacts {
	f := registry.OfferFacts{Services: b.Services, Purchase: b.Purchase, URL: b.URL, Note: b.Note,
		Area: registry.Area{France: b.Area.France}}
	for _, d := range b.Area.Departements {
		f.Area.Departements = append(f.Area.Departements, string(d))
	}
	for _, r := range b.Area.Regions {
		f.Area.Regions = append(f.Area.Regions, string(r))
	}
	return f
}

func offerChangeOf(d *offerDTO) offerChange {
	b := offerChange{Services: d.Services, Purchase: registry.Purchase(d.Purchase), URL: d.URL, Note: copyOf(d.Note),
		Area: areaBody{France: d.Area.France}}
	for _, p := range d.Area.Departements {
		b.Area.Departements = append(b.Area.Departements, codeValue(p.Code))
	}
	for _, p := range d.Area.Regions {
		b.Area.Regions = append(b.Area.Regions, codeValue(p.Code))
	}
	return b
}

// referenceBody is what either side says of a new engagement.
type referenceBody struct {
	Provider     refValue `json:"provider"`
	Organisation refValue `json:"organisation"`
	Software     refValue `json:"software"`
	referenceChange
}

// referenceChange is what may be revised of a reference.
type referenceChange struct {
	Services []registry.ServiceKind `json:"services"`
	Since    registry.Date          `json:"since"`
	Until    registry.Date          `json:"until"`
	Summary  map[string]string      `json:"summary"`
}

func (b *referenceChange) facts() registry.ReferenceFacts {
	return registry.ReferenceFacts{Services: b.Services, Since: b.Since, Until: b.Until, Summary: b.Summary}
}

func referenceChangeOf(d *referenceDTO) referenceChange {
	return referenceChange{Services: d.Services, Since: registry.Date(d.Since), Until: registry.Date(d.Until),
		Summary: copyOf(d.Summary)}
}

// confirmBody is the customer's answer to "would you choose them again?"; the body may be left out.
type confirmBody struct {
	ChooseAgain *bool `json:"choose_again"`
}
