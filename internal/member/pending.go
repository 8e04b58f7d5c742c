// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"time"

	"maillage/internal/fault"
)

// Use cases whose bodies are being written. Each moves to its own file.

var errPending = fault.New(fault.Unavailable, "unavailable")

// ---- sign in (signin.go) ----

// SignIn proves an e-mail and a password. It returns fault.Anonymous "sign_in_refused" in the same
// words and time whatever is wrong, and fault.TooMany with how long to wait (see Waiting) over a limit.
func (s *Service) SignIn(ctx context.Context, v Visit, email, pass string) (SignedIn, error) {
	return SignedIn{}, errPending
}

// SecondFactor completes a sign-in with a one-time or a recovery code.
func (s *Service) SecondFactor(ctx context.Context, v Visit, pending, code string) (SignedIn, error) {
	return SignedIn{}, errPending
}

// BeginPasskeySignIn returns the options for the browser and the ceremony's secret.
func (s *Service) BeginPasskeySignIn(ctx context.Context) (options json.RawMessage, ceremony string, err error) {
	return nil, "", errPending
}

// FinishPasskeySignIn opens a strong session.
func (s *Service) FinishPasskeySignIn(ctx context.Context, v Visit, ceremony string, response json.RawMessage) (SignedIn, error) {
	return SignedIn{}, errPending
}

// ExternalIdentity is who an identity provider says it is.
type ExternalIdentity struct {
	Provider, Issuer, Subject string
	Email, Name, SIRET        string
	// PublicAgent reports that the provider vouches that they work for the body of the SIRET.
	PublicAgent bool
	Strong      bool // the provider says it used a second factor
	IDToken     string
}

// BeginIdentity keeps what an identity provider's round trip needs, for one return within minutes, and
// returns its secret for a cookie. by is set when a signed-in account links the provider.
func (s *Service) BeginIdentity(ctx context.Context, by Actor, provider string, flow json.RawMessage) (string, error) {
	return "", errPending
}

// TakeIdentity returns what BeginIdentity kept, once.
func (s *Service) TakeIdentity(ctx context.Context, secret string) (provider string, flow json.RawMessage, by AccountID, err error) {
	return "", nil, "", errPending
}

// SignInWith opens a session for an account linked to that identity. When there is none it returns a
// sign-up already begun (Signup.Linked when the body was proved), never an account found by e-mail.
func (s *Service) SignInWith(ctx context.Context, v Visit, i ExternalIdentity) (SignedIn, *Signup, error) {
	return SignedIn{}, nil, errPending
}

// LinkIdentity ties an identity to the account that asks: a fresh session.
func (s *Service) LinkIdentity(ctx context.Context, by Actor, i ExternalIdentity) error {
	return errPending
}

// UnlinkIdentity unties it. It returns fault.Conflict "last_way_in" when nothing else opens the account.
func (s *Service) UnlinkIdentity(ctx context.Context, by Actor, issuer, subject string) error {
	return errPending
}

// ProveAgain renews ProvedAt of the session with the account's password or, when it has TOTP, also a code.
func (s *Service) ProveAgain(ctx context.Context, by Actor, v Visit, pass string) error {
	return errPending
}

// SignOut ends the session of that secret; a secret worth nothing is no error.
func (s *Service) SignOut(ctx context.Context, secret string) error { return errPending }

// Sessions returns one's open sessions, newest first.
func (s *Service) Sessions(ctx context.Context, by Actor) ([]Session, error) { return nil, errPending }

// EndSession ends one of one's sessions; EndOtherSessions all but the one that asks.
func (s *Service) EndSession(ctx context.Context, by Actor, id string) error { return errPending }

// EndOtherSessions ends every session but the one that asks.
func (s *Service) EndOtherSessions(ctx context.Context, by Actor) error { return errPending }

// ActFor makes the session speak for another of one's memberships; empty for none. It rotates the
// session's secret and returns the new one.
func (s *Service) ActFor(ctx context.Context, by Actor, membership string) (string, error) {
	return "", errPending
}

// ---- passwords (passwords.go) ----

// ForgotPassword has a link sent when the address has an account; it says the same when it has none.
func (s *Service) ForgotPassword(ctx context.Context, v Visit, email string) error { return errPending }

// ResetLink reports whether a link can still be used, without using it.
func (s *Service) ResetLink(ctx context.Context, link string) error { return errPending }

// ResetPassword sets a password by a link, once; every session, app password and token ends.
func (s *Service) ResetPassword(ctx context.Context, v Visit, link, pass string) error {
	return errPending
}

// ChangePassword sets a password; every other session ends. current may be empty when the account has
// none and the session is fresh.
func (s *Service) ChangePassword(ctx context.Context, by Actor, v Visit, current, next string) (SignedIn, error) {
	return SignedIn{}, errPending
}

// ---- factors (factor.go) ----

// TOTPSetup is a second factor about to be set up.
type TOTPSetup struct {
	Token  string // gives ConfirmTOTP the secret back, sealed
	Secret string // in groups, to type
	URI    string // otpauth://
	QR     []byte // PNG
}

// BeginTOTP returns a new secret to put into an app.
func (s *Service) BeginTOTP(ctx context.Context, by Actor) (TOTPSetup, error) {
	return TOTPSetup{}, errPending
}

// ConfirmTOTP sets the factor up once a code of it is given, strengthens the session, and returns the
// recovery codes, shown this once.
func (s *Service) ConfirmTOTP(ctx context.Context, by Actor, v Visit, token, code string) ([]string, error) {
	return nil, errPending
}

// RemoveTOTP takes the factor off; refused to an office that has no passkey.
func (s *Service) RemoveTOTP(ctx context.Context, by Actor, v Visit) error { return errPending }

// NewRecoveryCodes replaces them.
func (s *Service) NewRecoveryCodes(ctx context.Context, by Actor) ([]string, error) {
	return nil, errPending
}

// BeginPasskey returns the options for the browser and the ceremony's secret.
func (s *Service) BeginPasskey(ctx context.Context, by Actor) (options json.RawMessage, ceremony string, err error) {
	return nil, "", errPending
}

// FinishPasskey keeps the passkey under that label.
func (s *Service) FinishPasskey(ctx context.Context, by Actor, v Visit, ceremony, label string, response json.RawMessage) (Passkey, error) {
	return Passkey{}, errPending
}

// RemovePasskey takes a passkey off; refused when nothing else opens the account.
func (s *Service) RemovePasskey(ctx context.Context, by Actor, v Visit, id string) error {
	return errPending
}

// BeginSignupPasskey is BeginPasskey for a sign-up under way.
func (s *Service) BeginSignupPasskey(ctx context.Context, signup string) (options json.RawMessage, ceremony string, err error) {
	return nil, "", errPending
}

// ---- secrets and the gate (secret.go, gate.go) ----

// CreateSecret makes an API token (Scope all or read) or an app password (Scope calendar), for the
// membership the session speaks for, and returns it in clear this once. ttl 0 is a year for an app
// password and no end for a token.
func (s *Service) CreateSecret(ctx context.Context, by Actor, kind SecretKind, name string, scope Scope, ttl time.Duration) (Secret, string, error) {
	return Secret{}, "", errPending
}

// OwnSecrets returns one's own, newest first, revoked ones too.
func (s *Service) OwnSecrets(ctx context.Context, by Actor) ([]Secret, error) { return nil, errPending }

// RevokeSecret ends one of one's own.
func (s *Service) RevokeSecret(ctx context.Context, by Actor, id string) error { return errPending }

// Door is a way into the instance; each takes its own credentials and no other.
type Door string

// The doors.
const (
	DoorSite     Door = "site"     // session cookie
	DoorAPI      Door = "api"      // Bearer: session secret, API token, service token
	DoorCalendar Door = "calendar" // Basic: e-mail and app password
)

// Credential is what a request brings.
type Credential struct {
	User   string // of Basic
	Secret string
}

// Authenticate is the one door-keeper: it returns who acts, worked out anew from the account and its
// memberships (believed for at most a second). It returns fault.Anonymous in the same way for whatever
// is unknown, expired, revoked, of another door, or of an account that is not active.
func (s *Service) Authenticate(ctx context.Context, door Door, c Credential) (Actor, error) {
	return Actor{}, errPending
}

type gate struct{}

func newGate() gate { return gate{} }

// Waiting returns how long a fault.TooMany of this room asks to wait; 0 when err is another.
func Waiting(err error) time.Duration { return 0 }
