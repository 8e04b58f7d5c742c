// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"time"

	"maillage/internal/fault"
	"maillage/internal/text"
	"maillage/internal/totp"
)

// Limits of members' own secrets.
const (
	MaxSecrets    = 50 // in use at once
	maxSecretName = 100
	appBytes      = 20 // 160 bits: over the 112 from which a plain hash is enough (OWASP ASVS 5.0 6.5.2)
)

// appAlphabet is Douglas Crockford's: nothing of it is read as something else.
const appAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newAppPassword returns 160 random bits as eight groups of four.
func newAppPassword() string {
	raw := make([]byte, appBytes)
	rand.Read(raw) //nolint:errcheck // never fails since Go 1.24
	plain := base32.NewEncoding(appAlphabet).EncodeToString(raw)
	grouped := make([]byte, 0, len(plain)+len(plain)/4)
	for i := range len(plain) {
		if i > 0 && i%4 == 0 {
			grouped = append(grouped, '-')
		}
		grouped = append(grouped, plain[i])
	}
	return string(grouped)
}

// hashAppPassword returns the hash of an app password as people type it: they are written like recovery
// codes and read as tolerantly, whatever the case, hyphens and spaces, O for 0 and I or L for 1.
func hashAppPassword(typed string) string { return totp.HashRecovery(typed) }

// CreateSecret makes an API token (ScopeAll or ScopeRead) or an app password (ScopeCalendar, which is
// also what the empty scope means there), and returns it in clear this once. It speaks for what the
// session that makes it speaks for: the office, when a strong session of its holder made it, and then
// only as long as the account holds one; else the membership. ttl 0 is a year for an app password,
// which is also its most, and no end for a token. The session must be fresh and have standing.
func (s *Service) CreateSecret(ctx context.Context, by Actor, kind SecretKind, name string, scope Scope, ttl time.Duration) (Secret, string, error) {
	if err := s.fresh(by); err != nil {
		return Secret{}, "", err
	}
	if !by.Known() {
		return Secret{}, "", fault.New(fault.Forbidden, "not_allowed")
	}
	secret, err := checkSecret(kind, name, scope, ttl)
	if err != nil {
		return Secret{}, "", err
	}
	if secret.ID, err = newID(); err != nil {
		return Secret{}, "", err
	}
	now := s.clock()
	secret.Account, secret.CreatedAt = by.Account, now
	if ttl = secretLife(kind, ttl); ttl > 0 {
		secret.ExpiresAt = now.Add(ttl)
	}
	plain := newSecret(TokenPrefix)
	secret.Hash = hashToken(plain)
	if kind == KindAppPassword {
		plain = newAppPassword()
		secret.Hash = hashAppPassword(plain)
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.mayAddSecret(ctx, by, &secret); err != nil {
			return err
		}
		if err := s.store.AddSecret(ctx, secret); err != nil {
			return err
		}
		if err := s.audit(ctx, by.ID, "create_secret", "secret", secret.ID, map[string]string{"kind": string(kind), "scope": string(secret.Scope)}); err != nil {
			return err
		}
		return s.notice(ctx, NoticeDue{Letter: "api_secret_created", Account: by.Account,
			Values: map[string]string{"what": string(kind), "name": secret.Name, "when": moment(now)}})
	})
	if err != nil {
		return Secret{}, "", err
	}
	secret.Hash = ""
	return secret, plain, nil
}

// checkSecret checks what a secret is made of.
func checkSecret(kind SecretKind, name string, scope Scope, ttl time.Duration) (Secret, error) {
	var faults fault.Fields
	name, code := text.CheckName(name, maxSecretName)
	if name == "" && code == "" {
		code = "required"
	}
	if code != "" {
		faults.Add("name", code)
	}
	known := true
	switch kind {
	case KindToken:
		known = scope == ScopeAll || scope == ScopeRead
	case KindAppPassword:
		known = scope == ScopeAll || scope == ScopeCalendar
		scope = ScopeCalendar
	default:
		faults.Add("kind", "unknown_value")
	}
	if !known {
		faults.Add("scope", "unknown_value")
	}
	if ttl < 0 || kind == KindAppPassword && ttl > AppPasswordTTL {
		faults.Add("ttl", "out_of_range")
	}
	return Secret{Kind: kind, Name: name, Scope: scope}, faults.Err()
}

func secretLife(kind SecretKind, ttl time.Duration) time.Duration {
	if ttl == 0 && kind == KindAppPassword {
		return AppPasswordTTL
	}
	return ttl
}

// mayAddSecret counts the account's secrets and finds what the new one speaks for, in the transaction
// that adds it, with the account held.
func (s *Service) mayAddSecret(ctx context.Context, by Actor, secret *Secret) error {
	if _, err := s.store.LockAccount(ctx, by.Account); err != nil {
		return err
	}
	all, err := s.store.SecretsOf(ctx, by.Account)
	if err != nil {
		return err
	}
	live := 0
	for _, other := range all {
		if other.Usable(s.now()) {
			live++
		}
	}
	if live >= MaxSecrets {
		return fault.New(fault.Conflict, "too_many_secrets")
	}
	if by.Organises() {
		return nil // the office alone
	}
	ms, err := s.store.MembershipsOf(ctx, by.Account)
	if err != nil {
		return err
	}
	for _, m := range ms {
		if m.State == Accepted && m.Organisation == by.Organisation {
			secret.Membership = m.ID
			return nil
		}
	}
	return fault.New(fault.Forbidden, "not_allowed") // ended meanwhile
}

// OwnSecrets returns one's own, newest first, revoked ones too.
func (s *Service) OwnSecrets(ctx context.Context, by Actor) ([]Secret, error) {
	if err := signedIn(by); err != nil {
		return nil, err
	}
	all, err := s.store.SecretsOf(ctx, by.Account)
	for i := range all {
		all[i].Hash = ""
	}
	return all, err
}

// RevokeSecret ends one of one's own, at once. It returns fault.Missing for another's, as for none.
func (s *Service) RevokeSecret(ctx context.Context, by Actor, id string) error {
	if err := bySession(by); err != nil {
		return err
	}
	defer s.gate.forget()
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.RevokeSecret(ctx, by.Account, id, s.clock()); err != nil {
			return missing(err, "secret_missing")
		}
		return s.audit(ctx, by.ID, "revoke_secret", "secret", id, nil)
	})
}
