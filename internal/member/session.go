// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"
)

// Figures of sessions; shown by `maillage doctor`.
const (
	MemberSession  = 30 * 24 * time.Hour
	MemberIdle     = 14 * 24 * time.Hour
	OfficeSession  = 12 * time.Hour // organisers and administrators
	OfficeIdle     = 30 * time.Minute
	FreshFor       = 15 * time.Minute // until a sensitive action asks who it is again
	DeviceLife     = 400 * 24 * time.Hour
	SessionPrefix  = "mls_" // begins every session secret
	AppPasswordTTL = 366 * 24 * time.Hour
)

// Session is a signed-in browser or programme. The secret is kept by it; the database holds a hash.
type Session struct {
	ID         string // public: what the list of sessions names
	Hash       string // hexadecimal SHA-256 of the secret
	Account    AccountID
	Membership string // the body spoken for; empty when none
	// Strong: a second factor, a passkey, or a provider that says it used one.
	Strong    bool
	Method    string // "password", "password+totp", "password+recovery", "passkey", "oidc:KEY"
	Device    string // "Firefox sous Linux", worked out from the User-Agent
	Network   string // the address without its last part: 192.0.2.0/24, 2001:db8:1::/48
	IDToken   string // of an identity provider, to sign out there too
	ProvedAt  time.Time
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	EndedAt   time.Time
}

// Usable reports whether the session opens a door now. office is whether its account holds one.
func (s Session) Usable(now time.Time, office bool) bool {
	idle := MemberIdle
	if office {
		idle = OfficeIdle
	}
	return s.EndedAt.IsZero() && now.Before(s.ExpiresAt) && now.Sub(s.SeenAt) < idle
}

// newSecret returns 256 random bits after a prefix by which scanners know it.
func newSecret(prefix string) string {
	raw := make([]byte, tokenBytes)
	rand.Read(raw) //nolint:errcheck // never fails since Go 1.24
	return prefix + base64.RawURLEncoding.EncodeToString(raw)
}

// Known devices are told from others by a cookie of their own, so that a stranger's guesses do not
// lock a member out of the machine they always use.
type Device struct {
	Hash      string
	Account   AccountID
	CreatedAt time.Time
	UsedAt    time.Time
}

// TOTP is a second factor of one-time codes.
type TOTP struct {
	Account   AccountID
	Sealed    string // by totp.Seal
	LastStep  int64  // the last step whose code was taken
	CreatedAt time.Time
}

// Passkey is a WebAuthn credential of an account.
type Passkey struct {
	ID         string // base64url of the credential's own id
	Account    AccountID
	Label      string
	Credential []byte // passkey.Credential as JSON
	CreatedAt  time.Time
	UsedAt     time.Time
}

// Identity ties an account to a person known by an identity provider: its issuer and subject, never
// an e-mail.
type Identity struct {
	Issuer    string
	Subject   string
	Account   AccountID
	Provider  string // key of the provider in the configuration
	CreatedAt time.Time
}

// ID names the tie in addresses, where an issuer and a subject would be written into logs: 32
// hexadecimal digits that follow from both.
func (i Identity) ID() string {
	sum := sha256.Sum256([]byte(i.Issuer + "\x00" + i.Subject))
	return hex.EncodeToString(sum[:16])
}

// SecretKind is what a member's own secret is for.
type SecretKind string

// The kinds. An app password opens the calendar door by Basic authentication, an API token the API.
const (
	KindToken       SecretKind = "api_token"
	KindAppPassword SecretKind = "app_password"
)

// Secret is a member's own API token or app password, as it is kept.
type Secret struct {
	ID      string
	Account AccountID
	// Membership is the body the secret speaks for; empty for the account's office alone.
	Membership string
	Kind       SecretKind
	Name       string
	Scope      Scope
	// Office reports that a strong session made it, so that it opens its holder's office.
	Office     bool
	Hash       string
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedAt time.Time
	RevokedAt  time.Time
}

// Usable reports whether the secret opens a door at that time.
func (s Secret) Usable(now time.Time) bool {
	return s.RevokedAt.IsZero() && (s.ExpiresAt.IsZero() || now.Before(s.ExpiresAt))
}
