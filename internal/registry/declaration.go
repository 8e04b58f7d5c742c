// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"time"
)

// Stage is how far an organisation is with a software: the steps of a real migration.
type Stage string

// The stages, in the order of a migration.
const (
	StageStudy      Stage = "study"
	StagePilot      Stage = "pilot"
	StageVolunteers Stage = "volunteers"
	StageEncouraged Stage = "encouraged"
	StageDefault    Stage = "default"
	StageLeaving    Stage = "leaving"
	StageLeft       Stage = "left"
)

// Stages returns the stages in the order of a migration.
func Stages() []Stage {
	return []Stage{StageStudy, StagePilot, StageVolunteers, StageEncouraged, StageDefault, StageLeaving, StageLeft}
}

// Running reports whether somebody works with the software at that stage.
func (s Stage) Running() bool {
	switch s {
	case StagePilot, StageVolunteers, StageEncouraged, StageDefault, StageLeaving:
		return true
	}
	return false
}

// Hosting is who runs the servers.
type Hosting string

// The ways of hosting.
const (
	HostingOwn      Hosting = "own"
	HostingShared   Hosting = "shared" // by another public body: syndicat, EPCI, département
	HostingProvider Hosting = "provider"
	HostingSaaS     Hosting = "saas"
)

// Hostings returns the ways of hosting.
func Hostings() []Hosting {
	return []Hosting{HostingOwn, HostingShared, HostingProvider, HostingSaaS}
}

// ServiceKind is something a provider sells around a software.
type ServiceKind string

// Services returns the services an offer can hold.
func Services() []ServiceKind {
	return []ServiceKind{"integration", "hosting", "support", "training", "development", "migration", "audit"}
}

// Purchase is the way a public body can buy an offer.
type Purchase string

// Purchases returns the purchase vehicles: none stated, UGAP, another framework agreement, public
// tender, direct order.
func Purchases() []Purchase {
	return []Purchase{"none", "ugap", "framework", "public-tender", "direct"}
}

// ConfirmEvery is how long a usage stands before its declarer is asked again.
const ConfirmEvery = 12 // months

// Declared is the part that usages, offers and references have in common.
type Declared struct {
	ID        ID
	SourceKey SourceKey // Key is empty for what was declared here
	Rev       int64
	CreatedAt time.Time
	UpdatedAt time.Time
	// WithdrawnAt is when the declaration was taken back; zero while it stands.
	WithdrawnAt time.Time
}

// Usage is an organisation's dated declaration that it runs a software.
type Usage struct {
	Declared
	Organisation ID
	Software     ID
	UsageFacts
}

// UsageFacts is what a declarer says of a usage.
type UsageFacts struct {
	Stage   Stage   `json:"stage"`
	Since   Date    `json:"since,omitempty"`
	Version string  `json:"version,omitempty"`
	Scope   string  `json:"scope,omitempty"` // who uses it: "direction des finances", "écoles"
	Seats   int     `json:"seats,omitempty"`
	Hosting Hosting `json:"hosting,omitempty"`
	// Provider is the organisation that runs or supports it; empty when none or not said.
	Provider       ID         `json:"provider,omitempty"`
	Note           string     `json:"note,omitempty"` // plain text
	ContactAllowed bool       `json:"contact_allowed"`
	Visibility     Visibility `json:"visibility"`
	// ConfirmedAt is when the declarer last said it is still so; zero when it never did (imported).
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
}

// ConfirmBy returns when the usage is to be confirmed again; the zero time when it was never
// confirmed.
func (u UsageFacts) ConfirmBy() time.Time {
	if u.ConfirmedAt.IsZero() {
		return time.Time{}
	}
	return u.ConfirmedAt.AddDate(0, ConfirmEvery, 0)
}

// Overdue reports whether the usage was not confirmed for too long, or never, at that time. A usage
// that ended needs no confirmation.
func (u UsageFacts) Overdue(now time.Time) bool {
	return u.Stage != StageLeft && u.ConfirmBy().Before(now)
}

// Area is where an offer is made: the whole of France, or the départements and régions listed.
type Area struct {
	France       bool     `json:"france,omitempty"`
	Departements []string `json:"departements,omitempty"` // INSEE codes
	Regions      []string `json:"regions,omitempty"`      // INSEE codes
}

// Offer is what a provider sells for a software in an area.
type Offer struct {
	Declared
	Provider ID
	Software ID
	OfferFacts
}

// OfferFacts is what a provider says of an offer.
type OfferFacts struct {
	Services []ServiceKind `json:"services"`
	Area     Area          `json:"area"`
	Purchase Purchase      `json:"purchase,omitempty"`
	URL      string        `json:"url,omitempty"`
	Note     Localised     `json:"note,omitempty"`
}

// Reference is an engagement of a provider for an organisation. It counts once both sides said so.
type Reference struct {
	Declared
	Provider     ID
	Organisation ID
	Software     ID
	ReferenceFacts
	// ProviderConfirmedAt and CustomerConfirmedAt are when each side said it is true; zero before.
	ProviderConfirmedAt time.Time
	CustomerConfirmedAt time.Time
	// ContestedAt is when one side said it is not true; it then counts for nothing.
	ContestedAt time.Time
	// ChooseAgain is the customer's answer to "would you choose them again?"; nil when not given.
	ChooseAgain *bool
}

// ReferenceFacts is what either side says of an engagement.
type ReferenceFacts struct {
	Services []ServiceKind `json:"services,omitempty"`
	Since    Date          `json:"since,omitempty"`
	Until    Date          `json:"until,omitempty"`
	Summary  Localised     `json:"summary,omitempty"`
}

// Counts reports whether both sides confirmed the reference and neither contests it.
func (r Reference) Counts() bool {
	return r.WithdrawnAt.IsZero() && r.ContestedAt.IsZero() &&
		!r.ProviderConfirmedAt.IsZero() && !r.CustomerConfirmedAt.IsZero()
}

// State is a reference's state in one word: confirmed, contested, awaiting_customer,
// awaiting_provider, draft.
func (r Reference) State() string {
	switch {
	case !r.ContestedAt.IsZero():
		return "contested"
	case r.Counts():
		return "confirmed"
	case r.CustomerConfirmedAt.IsZero() && !r.ProviderConfirmedAt.IsZero():
		return "awaiting_customer"
	case r.ProviderConfirmedAt.IsZero() && !r.CustomerConfirmedAt.IsZero():
		return "awaiting_provider"
	}
	return "draft"
}
