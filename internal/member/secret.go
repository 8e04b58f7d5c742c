// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"

	"maillage/internal/fault"
)

// maxSecrets is how many live secrets an account may have.
const maxSecrets = 50

// appPasswordBytes is how much chance an app password holds: 160 bits, in 32 characters.
const appPasswordBytes = 20

// appAlphabet is base32 in lower case (RFC 4648 §6 without padding).
var appAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newAppPassword returns an app password in groups of four.
func newAppPassword() string {
	raw := make([]byte, appPasswordBytes)
	rand.Read(raw) //nolint:errcheck // never fails since Go 1.24
	plain := appAlphabet.EncodeToString(raw)
	groups := make([]string, 0, len(plain)/4)
	for i := 0; i < len(plain); i += 4 {
		groups = append(groups, plain[i:i+4])
	}
	return strings.Join(groups, "-")
}

// plainAppPassword forgives hyphens, spaces and capitals.
func plainAppPassword(typed string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(typed))
}

// CreateSecret makes an API token (Scope all or read) or an app password (for calendars), for the
// membership the session speaks for, and returns it in clear this once. ttl 0 is a year for an app
// password and no end for a token. The session must be fresh; a token opens its holder's office when
// the office makes it, which takes a strong session, and only for as long as they hold one.
func (s *Service) CreateSecret(ctx context.Context, by Actor, kind SecretKind, name string, scope Scope, ttl time.Duration) (Secret, string, error) {
	if err := s.fresh(by); err != nil {
		return Secret{}, "", err
	}
	secret := Secret{Account: by.Account, Kind: kind, Scope: scope, Office: by.Organises(), CreatedAt: s.clock()}
	var faults fault.Fields
	var code string
	if secret.Name, code = requiredName(name); code != "" {
		faults.Add("name", code)
	}
	plain := newSecret(TokenPrefix)
	switch {
	case kind == KindAppPassword && (scope == ScopeAll || scope == ScopeCalendar):
		plain, secret.Scope, secret.Office = newAppPassword(), ScopeCalendar, false
		if ttl == 0 {
			ttl = AppPasswordTTL
		}
	case kind == KindToken && (scope == ScopeAll || scope == ScopeRead):
	case kind == KindToken || kind == KindAppPassword:
		faults.Add("scope", "unknown_value")
	default:
		faults.Add("kind", "unknown_value")
	}
	if ttl < 0 || ttl > 10*AppPasswordTTL || kind == KindAppPassword && ttl > AppPasswordTTL {
		faults.Add("ttl", "out_of_range")
	}
	if err := faults.Err(); err != nil {
		return Secret{}, "", err
	}
	if ttl > 0 {
		secret.ExpiresAt = s.clock().Add(ttl)
	}
	secret.Hash = hashToken(plainIf(kind, plain))
	var err error
	if secret.ID, err = newID(); err != nil {
		return Secret{}, "", err
	}
	return secret, plain, s.keepSecret(ctx, by, &secret)
}

func plainIf(kind SecretKind, plain string) string {
	if kind == KindAppPassword {
		return plainAppPassword(plain)
	}
	return plain
}

func (s *Service) keepSecret(ctx context.Context, by Actor, secret *Secret) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.store.LockAccount(ctx, by.Account); err != nil {
			return err
		}
		have, err := s.store.SecretsOf(ctx, by.Account)
		if err != nil {
			return err
		}
		live := 0
		for _, h := range have {
			if h.Usable(s.now()) {
				live++
			}
		}
		if live >= maxSecrets {
			return fault.New(fault.Conflict, "too_many_secrets")
		}
		if secret.Membership, err = s.actingFor(ctx, by); err != nil {
			return err
		}
		if err := s.store.AddSecret(ctx, *secret); err != nil {
			return err
		}
		if err := s.audit(ctx, by.ID, "create_secret", "secret", secret.ID, map[string]string{"kind": string(secret.Kind)}); err != nil {
			return err
		}
		return s.notice(ctx, NoticeDue{Letter: "api_secret_created", Account: by.Account,
			Values: map[string]string{"what": string(secret.Kind), "secret": secret.ID}})
	})
}

// actingFor returns the membership a session speaks for; empty for none.
func (s *Service) actingFor(ctx context.Context, by Actor) (string, error) {
	if by.Organisation == "" {
		return "", nil
	}
	ms, err := s.store.MembershipsOf(ctx, by.Account)
	for _, m := range ms {
		if m.State == Accepted && m.Organisation == by.Organisation {
			return m.ID, err
		}
	}
	return "", err
}

// OwnSecrets returns one's own, newest first, revoked ones too.
func (s *Service) OwnSecrets(ctx context.Context, by Actor) ([]Secret, error) {
	if err := signedIn(by); err != nil {
		return nil, err
	}
	all, err := s.store.SecretsOf(ctx, by.Account)
	for i := range all {
		all[i].Hash = "" // of use to nobody
	}
	return all, err
}

// RevokeSecret ends one of one's own.
func (s *Service) RevokeSecret(ctx context.Context, by Actor, id string) error {
	if err := signedIn(by); err != nil {
		return err
	}
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.RevokeSecret(ctx, by.Account, id, s.clock()); err != nil {
			return err
		}
		return s.audit(ctx, by.ID, "revoke_secret", "secret", id, nil)
	})
	s.gate.forget()
	return err
}

// SignOut ends the session of that secret; a secret worth nothing is no error.
func (s *Service) SignOut(ctx context.Context, secret string) error {
	session, err := s.store.SessionByHash(ctx, hashToken(secret))
	if err == nil {
		err = s.store.EndSession(ctx, session.Account, session.ID, s.clock())
	}
	s.gate.forget()
	if fault.Is(err, fault.Missing) {
		return nil
	}
	return err
}

// Sessions returns one's open sessions, newest first.
func (s *Service) Sessions(ctx context.Context, by Actor) ([]Session, error) {
	if err := signedIn(by); err != nil {
		return nil, err
	}
	all, err := s.store.SessionsOf(ctx, by.Account)
	if err != nil {
		return nil, err
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	open := all[:0]
	for _, session := range all {
		if session.opens(s.now(), a) {
			session.Hash, session.IDToken = "", ""
			open = append(open, session)
		}
	}
	return open, err
}

// EndSession ends one of one's sessions, or returns fault.Missing.
func (s *Service) EndSession(ctx context.Context, by Actor, id string) error {
	if err := bySession(by); err != nil {
		return err
	}
	err := s.store.EndSession(ctx, by.Account, id, s.clock())
	s.gate.forget()
	return err
}

// EndOtherSessions ends every session but the one that asks.
func (s *Service) EndOtherSessions(ctx context.Context, by Actor) error {
	if err := bySession(by); err != nil {
		return err
	}
	err := s.store.EndSessions(ctx, by.Account, by.Session, s.clock())
	s.gate.forget()
	return err
}

// ActFor makes the session speak for another of one's memberships; empty for none. It replaces the
// session's secret and returns the new one. It returns fault.Missing for a membership that is not
// one's own or not granted.
func (s *Service) ActFor(ctx context.Context, by Actor, membership string) (secret string, err error) {
	if err := bySession(by); err != nil {
		return "", err
	}
	if membership != "" {
		m, err := s.store.MembershipByID(ctx, membership)
		if err == nil && (m.Account != by.Account || m.State != Accepted) {
			err = fault.New(fault.Missing, "membership_missing")
		}
		if err != nil {
			return "", missing(err, "membership_missing")
		}
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		in, err := s.rotate(ctx, by, func(session *Session) { session.Membership = membership })
		secret = in.Secret
		return err
	})
	s.gate.forget()
	return secret, err
}
