// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package member knows the people and programmes that act on the instance: who is asking, in which
// role, for which organisation, and by which token.
package member

import (
	"slices"
	"time"
)

// Role is what an Actor may be on this instance. Roles are not ordered: a provider is not a little
// organiser. Permission is decided in each use case from the Actor.
type Role string

// The roles. Visitor is anyone, including the nameless.
const (
	Visitor       Role = "visitor"
	Agent         Role = "agent"    // member of a body, speaks for it in its own declarations
	Referent      Role = "referent" // agent who also answers for the body's membership
	Provider      Role = "provider" // speaks for a provider
	Organiser     Role = "organiser"
	Administrator Role = "administrator"
	// Applicant has an account and no standing yet, or no more: it sees what visitors see and keeps its
	// own account.
	Applicant Role = "applicant"
	// ProviderReferent is the standing of a provider's member who also answers for its membership. Its
	// actors have the role Provider, and lead.
	ProviderReferent Role = "provider_referent"
)

// Roles returns the roles a service token can carry, in the order they are documented.
func Roles() []Role { return []Role{Agent, Referent, Provider, Organiser, Administrator} }

// ParseRole reads a role's name. It returns false for an unknown one, and for visitor, which nobody
// is given.
func ParseRole(s string) (Role, bool) {
	r := Role(s)
	return r, slices.Contains(Roles(), r)
}

// ActorID identifies who acts: an account, a token, or a programme of the instance itself.
type ActorID string

// Actor is who asks. The zero value is the nameless visitor.
type Actor struct {
	ID   ActorID
	Name string // for the audit trail; never shown to visitors
	Role Role
	// Organisation is the ID of the registry organisation the actor speaks for; empty for organisers
	// and administrators, who speak for the collective.
	Organisation string
	// Leads reports that the actor answers for the membership of its organisation.
	Leads bool
	// Account is the account that acts; empty for service tokens and the instance itself.
	Account AccountID
	// Via is what opened the door.
	Via Via
	// Session is the session in use when Via is ViaSession, Secret the API token or app password.
	Session, Secret string
	// Strong reports that a second factor, a passkey or a provider that says so proved who it is.
	Strong bool
	// ProvedAt is when a password, passkey or provider last proved who is at the session.
	ProvedAt time.Time
	// Scope bounds what a secret may do; the zero value is everything its holder may.
	Scope Scope
}

// Via is how an actor came in.
type Via string

// The ways in. The zero value is the instance itself, or nobody.
const (
	ViaSession     Via = "session"
	ViaToken       Via = "api_token"
	ViaAppPassword Via = "app_password"
	ViaService     Via = "service_token"
)

// Scope is what a secret may be used for.
type Scope string

// The scopes. Calendar is for app passwords: the calendar door and no other.
const (
	ScopeAll      Scope = ""
	ScopeRead     Scope = "read"
	ScopeCalendar Scope = "calendar"
)

// System is the instance itself: start-up, importers run by the administrator, timers.
func System(name string) Actor {
	return Actor{ID: ActorID("system:" + name), Name: name, Role: Administrator}
}

// Authenticated reports whether it is known who is asking, whatever standing they have.
func (a Actor) Authenticated() bool { return a.ID != "" }

// Known reports whether somebody with standing in the collective is asking.
func (a Actor) Known() bool {
	return a.ID != "" && a.Role != "" && a.Role != Visitor && a.Role != Applicant
}

// Organises reports whether the actor keeps the collective's house.
func (a Actor) Organises() bool { return a.Role == Organiser || a.Role == Administrator }

// SpeaksFor reports whether the actor may declare things in the name of that organisation.
func (a Actor) SpeaksFor(organisation string) bool {
	if a.Organises() {
		return true
	}
	return a.Known() && organisation != "" && a.Organisation == organisation
}

// LeadsIn reports whether the actor may decide who speaks for that organisation.
func (a Actor) LeadsIn(organisation string) bool {
	if a.Organises() {
		return true
	}
	return a.Known() && a.Leads && organisation != "" && a.Organisation == organisation
}

// Belongs reports whether the actor is from a public body of the collective: what providers may not
// see, it may.
func (a Actor) Belongs() bool {
	return a.Organises() || a.Role == Agent || a.Role == Referent
}
