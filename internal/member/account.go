// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import "time"

// AccountID identifies an account for ever, erased or not.
type AccountID string

// Actor returns the identifier under which the account acts.
func (id AccountID) Actor() ActorID { return ActorID("account:" + string(id)) }

// State is where an account stands.
type State string

// The states. A disabled account is out of every door; an erased one holds nothing about anybody.
const (
	Active   State = "active"
	Disabled State = "disabled"
	Erased   State = "erased"
)

// Rhythm is how often a member wants to be written to.
type Rhythm string

// The rhythms.
const (
	EachMessage Rhythm = "each"
	DailyDigest Rhythm = "daily"
	WeekDigest  Rhythm = "weekly"
	NoMail      Rhythm = "none"
)

// Rhythms returns the rhythms, the default first.
func Rhythms() []Rhythm { return []Rhythm{WeekDigest, DailyDigest, EachMessage, NoMail} }

// Account is a person's. What the instance knows of people is here and nowhere else: other tables
// and the trail hold the identifier alone.
type Account struct {
	ID    AccountID
	Email string // as Email.String gives it; empty once erased
	Name  string
	// Function is what they do in their body, in their words; Interests are keys of registry domains.
	Function  string
	Interests []string
	Rhythm    Rhythm
	Lang      string // "fr" or "en"
	// Office is what the collective entrusts: empty, Organiser or Administrator.
	Office Role
	State  State
	// DisabledFor is why, for the organisers.
	DisabledFor string
	// Password is a PHC string; empty when the account has none.
	Password   string
	PasswordAt time.Time
	// MustChange is set on evidence that the password is known to others.
	MustChange bool
	// PasswordOff is set after 100 failures in a row; a reset by e-mail clears it.
	PasswordOff bool
	// Handle is the account's name for passkeys: 32 random bytes that say nothing of it.
	Handle    []byte
	CreatedAt time.Time
	UpdatedAt time.Time
	SeenAt    time.Time // the day of the last visit, no finer
}

// Entrusted reports whether the account holds an office, and so needs a second factor.
func (a Account) Entrusted() bool { return a.Office == Organiser || a.Office == Administrator }

// MembershipState is where a request to speak for a body stands.
type MembershipState string

// The states of a membership.
const (
	Pending  MembershipState = "pending"
	Accepted MembershipState = "accepted"
	Refused  MembershipState = "refused"
	Ended    MembershipState = "ended"
)

// Proof is why a membership was granted.
type Proof string

// The proofs. ByDomain: the e-mail's domain belongs to that body alone. ByProvider: the identity
// provider vouched for the SIRET.
const (
	ByDomain     Proof = "domain"
	ByInvitation Proof = "invitation"
	ByDecision   Proof = "decision"
	ByProvider   Proof = "identity_provider"
)

// Membership is a person's standing in one body. A person may speak for several, one at a time.
type Membership struct {
	ID           string
	Account      AccountID
	Organisation string // registry id
	Role         Role   // Agent, Referent, Provider or ProviderReferent
	State        MembershipState
	Proof        Proof
	// Reason is what the person is told when refused.
	Reason    string
	AskedAt   time.Time
	DecidedBy ActorID
	DecidedAt time.Time
	EndedAt   time.Time
}

// Live reports that the membership is granted or waits.
func (m Membership) Live() bool { return m.State == Pending || m.State == Accepted }

// Leads reports that its holder answers for the body's membership.
func (m Membership) Leads() bool { return m.Role == Referent || m.Role == ProviderReferent }

// lead returns the role that answers for the membership of a body; follow the one that does not.
func (r Role) lead() Role {
	if r == Provider || r == ProviderReferent {
		return ProviderReferent
	}
	return Referent
}

func (r Role) follow() Role {
	if r == Provider || r == ProviderReferent {
		return Provider
	}
	return Agent
}

// Body is what this room needs to know of an organisation.
type Body struct {
	ID   string // registry id; empty when the registry does not hold it yet
	Ref  string // what to give back to Bodies.Admit: the id, or "register:" and the SIREN or code
	Slug string
	Name string
	// Provider reports that its people join as a provider's; Public that it is a public body.
	Provider bool
	Public   bool
	Place    string // commune or département, to tell namesakes apart
	SIREN    string
	Left     bool // it left the collective
}
