// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"

	"maillage/internal/fault"
	"maillage/internal/password"
)

// ForgotPassword has a link sent when the address has an active account; it says the same, at the same
// cost, when it has none.
func (s *Service) ForgotPassword(ctx context.Context, v Visit, address string) error {
	e, code := ParseEmail(address)
	if code != "" {
		return fault.OnField("email", code)
	}
	if err := s.mayMail(ctx, v, e.Key()); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.AccountByEmail(ctx, e.Key())
		if err != nil && !fault.Is(err, fault.Missing) {
			return err
		}
		known := err == nil && a.State == Active
		id, err := newID()
		if err != nil {
			return err
		}
		// A stranger's address is not kept: the same writes are made, about nobody.
		c := Challenge{ID: id, Purpose: ForReset, CreatedAt: s.clock(), ExpiresAt: s.clock().Add(ResetTTL)}
		if known {
			c.Account, c.Email = a.ID, a.Email
			if err := s.store.DropChallenges(ctx, a.ID, ForReset); err != nil {
				return err
			}
		}
		if err := s.store.AddChallenge(ctx, c); err != nil {
			return err
		}
		return s.notice(ctx, NoticeDue{Letter: "reset_password", Challenge: id, Account: c.Account})
	})
}

// ResetLink reports whether a link can still be used, without using it.
func (s *Service) ResetLink(ctx context.Context, link string) error {
	_, err := s.resetting(ctx, link)
	return err
}

func (s *Service) resetting(ctx context.Context, link string) (Challenge, error) {
	c, err := s.step(ctx, ForReset, link)
	if err == nil && c.Account == "" {
		err = fault.New(fault.Missing, "link_unknown")
	}
	return c, missing(err, "link_unknown")
}

// ResetPassword sets a password by a link, once; every session, app password and token ends.
func (s *Service) ResetPassword(ctx context.Context, _ Visit, link, pass string) error {
	c, err := s.resetting(ctx, link)
	if err != nil {
		return err
	}
	a, err := s.store.AccountByID(ctx, c.Account)
	if err != nil || a.State != Active {
		return missing(err, "link_unknown")
	}
	body, err := s.bodyName(ctx, a.ID)
	if err != nil {
		return err
	}
	// Hashed before the transaction: of many posts of one link each pays for its hash, and one wins.
	if err := s.setPassword(ctx, &a, pass, body); err != nil {
		return err
	}
	defer s.gate.forget()
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.UseChallenge(ctx, c.ID, s.clock()); err != nil {
			return missing(err, "link_unknown")
		}
		if err := s.newPassword(ctx, a, a.ID.Actor(), "reset_password", ""); err != nil {
			return err
		}
		return s.expel(ctx, a.ID)
	})
	if err != nil {
		return err
	}
	// The second factor keeps the tries of its day: an e-mail does not replace it.
	for _, name := range []string{s.keys.counter("account", emailKey(a.Email)), s.keys.counter("account_row", emailKey(a.Email)),
		s.keys.counter("factor_row", string(a.ID))} {
		if err := s.store.ForgetAttempts(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// expel ends, besides sessions, what somebody who knew the password may have made.
func (s *Service) expel(ctx context.Context, id AccountID) error {
	if err := s.store.RevokeSecrets(ctx, id, "", s.clock()); err != nil {
		return err
	}
	return s.store.DropDevices(ctx, id)
}

// bodyName returns the name of the body an account speaks for first, which a password must not be made
// of; empty when there is none.
func (s *Service) bodyName(ctx context.Context, id AccountID) (string, error) {
	standing, err := s.firstStanding(ctx, id)
	if err != nil || standing == "" {
		return "", err
	}
	m, err := s.store.MembershipByID(ctx, standing)
	if err != nil {
		return "", err
	}
	body, err := s.cfg.Bodies.Body(ctx, m.Organisation)
	if fault.Is(err, fault.Missing) {
		return "", nil
	}
	return body.Name, err
}

// newPassword writes a password that was hashed before the transaction; every session but one ends.
func (s *Service) newPassword(ctx context.Context, with Account, by ActorID, action, but string) error {
	a, err := s.store.LockAccount(ctx, with.ID)
	if err == nil && a.State != Active {
		err = fault.New(fault.Missing, "link_unknown")
	}
	if err != nil {
		return missing(err, "link_unknown")
	}
	a.Password, a.PasswordAt, a.MustChange, a.PasswordOff = with.Password, with.PasswordAt, false, false
	if err := s.saveAccount(ctx, a, Actor{ID: by}, action, nil); err != nil {
		return err
	}
	if err := s.store.EndSessions(ctx, a.ID, but, s.clock()); err != nil {
		return err
	}
	// What the password before began is over: other links, sign-ins that await a code, a
	// change of address.
	if err := s.store.DropChallenges(ctx, a.ID, ForReset, ForSecondFactor, ForNewEmail); err != nil {
		return err
	}
	return s.notice(ctx, NoticeDue{Letter: "password_changed", Account: a.ID})
}

// ChangePassword sets a password; every other session ends and this one's secret is replaced. current
// may be empty when the account has none and the session is fresh. An account that must change its
// password does it here, and what others who knew it may have made ends too: app passwords, tokens,
// known devices.
func (s *Service) ChangePassword(ctx context.Context, by Actor, v Visit, current, next string) (SignedIn, error) {
	if err := bySession(by); err != nil {
		return SignedIn{}, err
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	if err != nil {
		return SignedIn{}, err
	}
	if a.Password == "" {
		err = s.fresh(by)
	} else {
		err = s.checkOwn(ctx, a, v, current, "current")
	}
	if err != nil {
		return SignedIn{}, err
	}
	if a.Password != "" && same(current, next) {
		return SignedIn{}, fault.OnField("password", "password_same")
	}
	body, err := s.bodyName(ctx, a.ID)
	if err != nil {
		return SignedIn{}, err
	}
	stolen := a.MustChange
	if err := s.setPassword(ctx, &a, next, body); err != nil {
		return SignedIn{}, err
	}
	var in SignedIn
	defer s.gate.forget()
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.newPassword(ctx, a, by.ID, "change_password", by.Session); err != nil {
			return err
		}
		if in, err = s.rotate(ctx, by, func(session *Session) { session.ProvedAt = s.clock() }); err != nil || !stolen {
			return err
		}
		if err := s.expel(ctx, a.ID); err != nil {
			return err
		}
		in.Device, err = s.knows(ctx, v, a.ID, in.Session)
		return err
	})
	in.Account = shownAccount(a)
	return in, err
}

// same reports whether two passwords are one once normalised.
func same(a, b string) bool {
	x, errX := password.Normalize(a)
	y, errY := password.Normalize(b)
	return errX == nil && errY == nil && x == y
}

// checkOwn verifies the password of who is signed in, counted like any other try.
func (s *Service) checkOwn(ctx context.Context, a Account, v Visit, pass, field string) error {
	if pass == "" {
		return fault.OnField(field, "required")
	}
	g, err := s.guess(ctx, v, a.Email)
	if err != nil {
		return err
	}
	ok, _, _, err := s.verify(ctx, g, pass)
	if err != nil {
		return err
	}
	if !ok {
		return fault.OnField(field, "password_wrong")
	}
	return s.succeeded(ctx, g)
}

// rotate gives the session that asks a new secret, and changes it by change when it is given. It must
// be called in a transaction.
func (s *Service) rotate(ctx context.Context, by Actor, change func(*Session)) (SignedIn, error) {
	sessions, err := s.store.SessionsOf(ctx, by.Account)
	if err != nil {
		return SignedIn{}, err
	}
	for _, session := range sessions {
		if session.ID != by.Session {
			continue
		}
		secret := newSecret(SessionPrefix)
		session.Hash = hashToken(secret)
		if change != nil {
			change(&session)
		}
		if err := s.store.ChangeSession(ctx, session); err != nil {
			return SignedIn{}, err
		}
		s.gate.forget()
		return SignedIn{Session: session, Secret: secret}, nil
	}
	return SignedIn{}, fault.New(fault.Anonymous, "sign_in_needed")
}

// ProveAgain renews the proof of the session with the account's password, or with a one-time code when
// it has that factor. An account that has neither signs in again with what it has.
func (s *Service) ProveAgain(ctx context.Context, by Actor, v Visit, pass string) error {
	if err := bySession(by); err != nil {
		return err
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	if err != nil {
		return err
	}
	if sixDigits(pass) { // which no password is
		_, err = s.tryFactor(ctx, a.ID, pass)
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Missing) {
			err = fault.OnField("password", "password_wrong")
		}
	} else {
		err = s.checkOwn(ctx, a, v, pass, "password")
	}
	if err != nil {
		return err
	}
	return s.reproved(ctx, by)
}

// reproved notes that the holder of the session was proved now.
func (s *Service) reproved(ctx context.Context, by Actor) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		sessions, err := s.store.SessionsOf(ctx, by.Account)
		if err != nil {
			return err
		}
		for _, session := range sessions {
			if session.ID == by.Session {
				session.ProvedAt = s.clock()
				s.gate.forget()
				return s.store.ChangeSession(ctx, session)
			}
		}
		return fault.New(fault.Anonymous, "sign_in_needed")
	})
}
