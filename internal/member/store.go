// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"time"

	"maillage/internal/event"
)

// Store is what this room needs of the database. Methods join the transaction of their context unless
// they say otherwise; an absent thing is fault.Missing when one is asked for, and left out of lists.
type Store interface {
	// InTx runs fn in a transaction; a nested call joins.
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// Write is InTx with one writer at a time, on every replica: for decisions that depend on what
	// others decide, such as who is the first of a body.
	Write(ctx context.Context, fn func(ctx context.Context) error) error
	Accounts
	Memberships
	Challenges
	Counters
	Sessions
	Factors
	Secrets
	Erasures
	Holdings
	// Audit adds lines to the trail, in the current transaction.
	Audit(ctx context.Context, entries ...TrailEntry) error
	event.Log
}

// Accounts are people.
type Accounts interface {
	AccountByID(ctx context.Context, id AccountID) (Account, error)
	// AccountByEmail finds by Email.Key.
	AccountByEmail(ctx context.Context, key string) (Account, error)
	// AccountByHandle finds by passkey handle.
	AccountByHandle(ctx context.Context, handle []byte) (Account, error)
	// LockAccount is AccountByID in a transaction; nobody else changes the account before it ends.
	LockAccount(ctx context.Context, id AccountID) (Account, error)
	// SaveAccount inserts or replaces by id. It returns fault.Conflict when the e-mail is another's.
	SaveAccount(ctx context.Context, a Account) error
	// SawAccount notes a day of visit, without a lock.
	SawAccount(ctx context.Context, id AccountID, day time.Time) error
	// ListAccounts returns accounts that are not erased whose name or e-mail holds q (folded; all when
	// empty), ordered by id, after that id, up to limit.
	ListAccounts(ctx context.Context, q string, after AccountID, limit int) ([]Account, error)
	// AccountsByID returns those that exist, in any order.
	AccountsByID(ctx context.Context, ids ...AccountID) ([]Account, error)
	// OfficeHolders returns the active accounts that hold an office.
	OfficeHolders(ctx context.Context) ([]Account, error)
}

// Memberships are people's standing in bodies.
type Memberships interface {
	MembershipByID(ctx context.Context, id string) (Membership, error)
	// MembershipsOf returns those of an account, oldest first, ended ones too.
	MembershipsOf(ctx context.Context, account AccountID) ([]Membership, error)
	// MembersOf returns those of a body in these states, oldest first.
	MembersOf(ctx context.Context, organisation string, states ...MembershipState) ([]Membership, error)
	// PendingMemberships returns what waits for a decision, oldest first, after that id, up to limit.
	PendingMemberships(ctx context.Context, after string, limit int) ([]Membership, error)
	// SaveMembership inserts or replaces by id. It returns fault.Conflict when the account already has
	// a live membership (pending or accepted) of that body.
	SaveMembership(ctx context.Context, m Membership) error
}

// Challenges are one-time secrets.
type Challenges interface {
	AddChallenge(ctx context.Context, c Challenge) error
	ChallengeByID(ctx context.Context, id string) (Challenge, error)
	// TryCode counts a try at the current code and returns the challenge. It returns fault.Missing when
	// the challenge is not open, the code's life is over, or its five tries are used: atomically, so that
	// parallel guesses are counted one by one, and like Counters in a transaction of its own.
	TryCode(ctx context.Context, id string, now time.Time) (Challenge, error)
	// UseChallenge marks it used. Of many at once, one succeeds; the others get fault.Missing.
	UseChallenge(ctx context.Context, id string, now time.Time) error
	// RenewCode gives the challenge its next code, valid until then.
	RenewCode(ctx context.Context, id string, until time.Time) (Challenge, error)
	// SetChallenge replaces its Data.
	SetChallenge(ctx context.Context, id string, data []byte) error
	// ChallengesOf returns the open ones of an account, or of an address when account is empty.
	ChallengesOf(ctx context.Context, p Purpose, account AccountID, emailKey string, now time.Time) ([]Challenge, error)
	// InvitationsOf returns the open invitations into a body, newest first; every body's when empty.
	InvitationsOf(ctx context.Context, organisation string, now time.Time) ([]Challenge, error)
	// DropChallenges removes those of an account for these purposes.
	DropChallenges(ctx context.Context, account AccountID, purposes ...Purpose) error
	DropChallenge(ctx context.Context, id string) error
}

// Counters count tries. A try is counted in a transaction of its own, committed before the try is made:
// within another transaction, which could undo it, TakeAttempt and SucceedAttempt are an error.
type Counters interface {
	// TakeAttempt counts a try under that name and returns 0, or returns how long to wait and counts
	// nothing. It also returns the counter as it is afterwards.
	TakeAttempt(ctx context.Context, name string, limit Limit, now time.Time) (time.Duration, Attempts, error)
	// SucceedAttempt takes the last try back and ends the row of failures.
	SucceedAttempt(ctx context.Context, name string) error
	// ForgetAttempts drops a counter, in the current transaction.
	ForgetAttempts(ctx context.Context, name string) error
}

// Sessions are signed-in browsers and known devices.
type Sessions interface {
	AddSession(ctx context.Context, s Session) error
	SessionByHash(ctx context.Context, hash string) (Session, error)
	// SessionsOf returns those that are not ended, newest first.
	SessionsOf(ctx context.Context, account AccountID) ([]Session, error)
	// ChangeSession replaces Membership, Strong, Method, ProvedAt, ExpiresAt and Hash by id.
	ChangeSession(ctx context.Context, s Session) error
	TouchSession(ctx context.Context, id string, at time.Time) error
	// EndSession ends that session of that account, or returns fault.Missing.
	EndSession(ctx context.Context, account AccountID, id string, at time.Time) error
	// EndSessions ends all of an account but that one (empty for none).
	EndSessions(ctx context.Context, account AccountID, but string, at time.Time) error
	AddDevice(ctx context.Context, d Device) error
	// KnownDevice reports whether that device is one of the account, and notes its use.
	KnownDevice(ctx context.Context, account AccountID, hash string, at time.Time) (bool, error)
	// HasDevices reports whether the account has any.
	HasDevices(ctx context.Context, account AccountID) (bool, error)
	DropDevices(ctx context.Context, account AccountID) error
}

// Factors prove who somebody is.
type Factors interface {
	// TOTPOf returns fault.Missing when there is none.
	TOTPOf(ctx context.Context, account AccountID) (TOTP, error)
	SaveTOTP(ctx context.Context, t TOTP) error
	DropTOTP(ctx context.Context, account AccountID) error
	// UseTOTPStep takes a step if it is later than the last one taken: true for one of many at once.
	UseTOTPStep(ctx context.Context, account AccountID, step int64) (bool, error)
	// SetRecoveryCodes replaces the hashes; none removes them all.
	SetRecoveryCodes(ctx context.Context, account AccountID, hashes []string, at time.Time) error
	// UseRecoveryCode takes a code: true for one of many at once.
	UseRecoveryCode(ctx context.Context, account AccountID, hash string, at time.Time) (bool, error)
	// RecoveryCodesLeft counts the unused.
	RecoveryCodesLeft(ctx context.Context, account AccountID) (int, error)
	PasskeysOf(ctx context.Context, account AccountID) ([]Passkey, error)
	// SavePasskey inserts or replaces by ID. It returns fault.Conflict when the ID is another account's.
	SavePasskey(ctx context.Context, p Passkey) error
	// DropPasskey removes that passkey of that account, or returns fault.Missing.
	DropPasskey(ctx context.Context, account AccountID, id string) error
	// IdentityBy returns fault.Missing when nobody is known by that issuer and subject.
	IdentityBy(ctx context.Context, issuer, subject string) (Identity, error)
	IdentitiesOf(ctx context.Context, account AccountID) ([]Identity, error)
	// AddIdentity returns fault.Conflict when the issuer and subject are taken.
	AddIdentity(ctx context.Context, i Identity) error
	DropIdentity(ctx context.Context, account AccountID, issuer, subject string) error
}

// Secrets are members' own API tokens and app passwords.
type Secrets interface {
	AddSecret(ctx context.Context, s Secret) error
	SecretByHash(ctx context.Context, hash string) (Secret, error)
	// SecretsOf returns those of an account, newest first, revoked ones too.
	SecretsOf(ctx context.Context, account AccountID) ([]Secret, error)
	// RevokeSecret returns fault.Missing when the account has no such secret in use.
	RevokeSecret(ctx context.Context, account AccountID, id string, at time.Time) error
	// RevokeSecrets ends all of an account, or of one membership when it is given.
	RevokeSecrets(ctx context.Context, account AccountID, membership string, at time.Time) error
	TouchSecret(ctx context.Context, id string, at time.Time) error
}

// Erasure is a line of the ledger that outlives a restored backup.
type Erasure struct {
	Account AccountID `json:"account"`
	At      time.Time `json:"at"`
	// Posts reports that what the person wrote was removed too.
	Posts bool `json:"posts"`
}

// Erasures remove people.
type Erasures interface {
	// ErasePerson leaves of an account its identifier and nothing else, in every table, and writes the
	// ledger. Done twice it changes nothing.
	ErasePerson(ctx context.Context, e Erasure) error
	Erasures(ctx context.Context) ([]Erasure, error)
}
