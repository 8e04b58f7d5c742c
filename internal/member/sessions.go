// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"strings"
	"unicode"

	"maillage/internal/fault"
)

// noBody is the membership of a session whose holder chose to speak for no body. An empty one is of a
// person who had none yet: the first that is granted is taken.
const noBody = "none"

// ProveAgain renews ProvedAt of the session with the account's password or, when it has one-time codes,
// with one of those. It returns fault.Invalid on the field "password" for a wrong one, and
// fault.TooMany as SignIn does. An account with neither signs in again with what it has.
func (s *Service) ProveAgain(ctx context.Context, by Actor, v Visit, pass string) error {
	if err := bySession(by); err != nil {
		return err
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	if err != nil {
		return err
	}
	ok := false
	if sixDigits(pass) {
		ok, err = s.proveCode(ctx, v, a, pass)
	} else {
		ok, err = s.provePassword(ctx, v, a, emailKeyOf(a), pass)
	}
	if err != nil {
		return err
	}
	if !ok {
		return fault.OnField("password", "password_wrong")
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		session, err := s.own(ctx, by)
		if err != nil {
			return err
		}
		session.ProvedAt = s.clock()
		s.gate.forget()
		return s.store.ChangeSession(ctx, session)
	})
}

// sixDigits reports whether what was typed has the form of a one-time code, which no password has.
func sixDigits(typed string) bool {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, typed)
	return len(digits) == 6 && strings.Trim(digits, "0123456789") == ""
}

// proveCode reports whether a one-time code is the account's, counted as at sign-in.
func (s *Service) proveCode(ctx context.Context, v Visit, a Account, code string) (bool, error) {
	t, err := s.attemptFactor(ctx, v, a.ID)
	if err == nil {
		err = s.store.InTx(ctx, func(ctx context.Context) error {
			_, err := s.useFactor(ctx, a.ID, code)
			return err
		})
		err = s.settled(ctx, a.ID, t, err)
	}
	if fault.Is(err, fault.Invalid) {
		return false, nil
	}
	return err == nil, err
}

// emailKeyOf is the key an account's tries are counted under.
func emailKeyOf(a Account) string {
	email, _ := ParseEmail(a.Email)
	return email.Key()
}

// own returns the session that asks.
func (s *Service) own(ctx context.Context, by Actor) (Session, error) {
	all, err := s.store.SessionsOf(ctx, by.Account)
	for _, session := range all {
		if session.ID == by.Session {
			return session, err
		}
	}
	if err == nil {
		err = fault.New(fault.Anonymous, "sign_in_needed")
	}
	return Session{}, err
}

// rotate changes the session that asks, gives it a new secret, and returns that: whoever held the old
// one is out. Inside a transaction.
func (s *Service) rotate(ctx context.Context, by Actor, change func(*Session)) (string, Session, error) {
	session, err := s.own(ctx, by)
	if err != nil {
		return "", session, err
	}
	change(&session)
	secret := newSecret(SessionPrefix)
	session.Hash = hashToken(secret)
	s.gate.forget()
	return secret, session, s.store.ChangeSession(ctx, session)
}

// SignOut ends the session of that secret; a secret worth nothing is no error.
func (s *Service) SignOut(ctx context.Context, secret string) error {
	session, err := s.store.SessionByHash(ctx, hashToken(secret))
	if err != nil || !session.EndedAt.IsZero() {
		return missingAs(err, nil)
	}
	s.gate.forget()
	return s.store.InTx(ctx, func(ctx context.Context) error {
		err := s.store.EndSession(ctx, session.Account, session.ID, s.clock())
		if err != nil {
			return missingAs(err, nil)
		}
		return s.audit(ctx, session.Account.Actor(), "sign_out", "session", session.ID, nil)
	})
}

// SignOutToken returns what an identity provider wants back to sign out there too: its key and the
// id_token of the session that asks, both empty when another way opened it.
func (s *Service) SignOutToken(ctx context.Context, by Actor) (provider, idToken string, err error) {
	if err := bySession(by); err != nil {
		return "", "", err
	}
	session, err := s.own(ctx, by)
	if err != nil || session.IDToken == "" {
		return "", "", err
	}
	method, _, _ := strings.Cut(session.Method, "+")
	return strings.TrimPrefix(method, "oidc:"), session.IDToken, nil
}

// Sessions returns one's open sessions, newest first.
func (s *Service) Sessions(ctx context.Context, by Actor) ([]Session, error) {
	if err := signedIn(by); err != nil {
		return nil, err
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	if err != nil {
		return nil, err
	}
	all, err := s.store.SessionsOf(ctx, by.Account)
	open := make([]Session, 0, len(all))
	for _, session := range all {
		if session.opens(s.now(), a) {
			session.Hash, session.IDToken = "", ""
			open = append(open, session)
		}
	}
	return open, err
}

// EndSession ends one of one's sessions. It returns fault.Missing for another's, as for none.
func (s *Service) EndSession(ctx context.Context, by Actor, id string) error {
	if err := bySession(by); err != nil {
		return err
	}
	defer s.gate.forget()
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.EndSession(ctx, by.Account, id, s.clock()); err != nil {
			return missing(err, "session_missing")
		}
		return s.audit(ctx, by.ID, "end_session", "session", id, nil)
	})
}

// EndOtherSessions ends every session but the one that asks.
func (s *Service) EndOtherSessions(ctx context.Context, by Actor) error {
	if err := bySession(by); err != nil {
		return err
	}
	defer s.gate.forget()
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.EndSessions(ctx, by.Account, by.Session, s.clock()); err != nil {
			return err
		}
		return s.audit(ctx, by.ID, "end_other_sessions", "account", string(by.Account), nil)
	})
}

// ActFor makes the session speak for another of one's accepted memberships; empty for none. It rotates
// the session's secret and returns the new one. A membership of somebody else is fault.Missing, as one
// that is not there or not granted.
func (s *Service) ActFor(ctx context.Context, by Actor, membership string) (secret string, err error) {
	if err := bySession(by); err != nil {
		return "", err
	}
	defer s.gate.forget()
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		chosen := noBody
		if membership != "" {
			m, err := s.store.MembershipByID(ctx, membership)
			if err != nil || m.Account != by.Account || m.State != Accepted {
				return missing(orMissing(err), "membership_missing")
			}
			chosen = m.ID
		}
		if secret, _, err = s.rotate(ctx, by, func(session *Session) { session.Membership = chosen }); err != nil {
			return err
		}
		return s.audit(ctx, by.ID, "act_for", "session", by.Session, map[string]string{"membership": chosen})
	})
	return secret, err
}

// orMissing is fault.Missing when there is no error.
func orMissing(err error) error {
	if err == nil {
		return fault.New(fault.Missing, "missing")
	}
	return err
}
