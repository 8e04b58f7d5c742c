// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"encoding/json"
	"time"
)

// JoinRequest is what a visitor says to join: a body and a professional address.
type JoinRequest struct {
	// Body is a reference that Bodies.Body knows. For a body that no register holds it is empty, and
	// SIREN and BodyName say who it is; Partner that it is a public body or an association (a syndicat,
	// an SDIS, a CDG), else a provider.
	Body     string
	SIREN    string
	BodyName string
	Partner  bool
	Email    string
	Name     string
	Lang     string
}

// Signup is a request to join whose address is not confirmed yet.
type Signup struct {
	// Token is the secret that continues it, shown to the browser that began it.
	Token         string
	Email         string
	Name          string
	Body          Body
	CodeExpiresAt time.Time
	ExpiresAt     time.Time
	// Linked reports that the link of the message was followed: no code is asked then.
	Linked bool
}

// Profile is what a member says of themself.
type Profile struct {
	Name      string
	Function  string
	Interests []string
	Rhythm    Rhythm
	Lang      string
}

// Confirmation confirms an address and completes the account. One of Signup with Code, and Link, is
// given; one of Password, and Ceremony with Passkey.
type Confirmation struct {
	Signup, Code string
	Link         string
	Password     string
	Ceremony     string // of BeginSignupPasskey
	Passkey      json.RawMessage
	Profile      Profile // an empty Name keeps the one given at first
}

// Joined is what became of a confirmation.
type Joined struct {
	SignedIn   SignedIn
	Account    Account
	Membership Membership
	Body       Body
	// Deciders says who decides when the membership waits: the names of nobody, "referent" or "organiser".
	Deciders string
}

// Request is a membership that waits for a decision, with what the decider needs to see.
type Request struct {
	Membership Membership
	Name       string
	Email      string
	Function   string
	Body       Body
}

// Colleague is a member of a body as their colleagues and the organisers see them.
type Colleague struct {
	Membership Membership
	Account    AccountID
	Name       string
	Email      string
	Function   string
	Office     Role
}

// InvitationRequest is what a referent or organiser says to invite somebody. Office invites to an
// office of the collective, without a body or with one; only administrators may.
type InvitationRequest struct {
	Body    string // reference; empty with an Office
	Role    Role   // Agent, Referent or Provider; empty with an Office alone
	Office  Role
	Email   string
	Name    string
	Message string // one paragraph, up to 500 code points
	Lang    string
}

// Invitation is one that was sent and not taken up.
type Invitation struct {
	ID        string
	Email     string
	Name      string
	Body      Body
	Role      Role
	Office    Role
	Message   string
	Inviter   string // their name, for who is invited
	CreatedAt time.Time
	ExpiresAt time.Time
	// HasAccount reports that the address already has an account: they sign in to accept.
	HasAccount bool
}

// Standing is a membership with its body, as its holder sees it.
type Standing struct {
	Membership Membership
	Body       Body
}

// Me is all that a person sees of their own account.
type Me struct {
	Account   Account
	Standings []Standing
	// Acting is the membership the session speaks for; empty when none.
	Acting     string
	TOTP       bool
	Recovery   int // recovery codes left
	Passkeys   []Passkey
	Identities []Identity
	// MustEnrol reports that the office is closed until a second factor is set up.
	MustEnrol bool
	// UsePasskey reports that the office is closed to this session, which the passkey did not open.
	UsePasskey bool
}

// signupData is what a sign-up needs besides the address.
type signupData struct {
	Body     string            `json:"body,omitempty"`
	SIREN    string            `json:"siren,omitempty"`
	BodyName string            `json:"body_name,omitempty"`
	Partner  bool              `json:"partner,omitempty"`
	Name     string            `json:"name,omitempty"`
	Lang     string            `json:"lang,omitempty"`
	Identity *ExternalIdentity `json:"identity,omitempty"`
	Proved   bool              `json:"proved,omitempty"`
}
