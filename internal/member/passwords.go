// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"

	"maillage/internal/fault"
	"maillage/internal/password"
)

// ForgotPassword has a link sent when the address has an account that is open; it says the same, after
// as much work, when it has none. It returns fault.TooMany for an address written to three times in an
// hour or a network that asked ten times, whoever lives there.
func (s *Service) ForgotPassword(ctx context.Context, v Visit, address string) error {
	email, code := ParseEmail(address)
	if code != "" {
		return fault.OnField("email", code)
	}
	if err := s.mayMail(ctx, v, email.Key()); err != nil {
		return err
	}
	a, err := s.store.AccountByEmail(ctx, email.Key())
	if err != nil && !fault.Is(err, fault.Missing) {
		return err
	}
	id, err := newID()
	if err != nil {
		return err
	}
	now := s.clock()
	c := Challenge{ID: id, Purpose: ForReset, Account: a.ID, CreatedAt: now, ExpiresAt: now.Add(ResetTTL)}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.AddChallenge(ctx, c); err != nil {
			return err
		}
		if a.State != Active {
			// A stranger's: two writes like for an account, of which nothing is left.
			return s.store.DropChallenge(ctx, id)
		}
		return s.notice(ctx, NoticeDue{Letter: "reset_password", Account: a.ID, Challenge: id})
	})
}

// ResetLink reports whether a link can still be used, without using it: nil, or fault.Missing.
func (s *Service) ResetLink(ctx context.Context, link string) error {
	_, _, err := s.openReset(ctx, link)
	return err
}

func (s *Service) openReset(ctx context.Context, link string) (c Challenge, a Account, err error) {
	gone := fault.New(fault.Missing, "link_unknown")
	id, err := s.keys.ReadLink(ForReset, link)
	if err != nil {
		return c, a, err
	}
	if c, err = s.store.ChallengeByID(ctx, id); err != nil {
		return c, a, missingAs(err, gone)
	}
	if c.Purpose != ForReset || !c.Open(s.now()) {
		return c, a, gone
	}
	if a, err = s.store.AccountByID(ctx, c.Account); err != nil {
		return c, a, missingAs(err, gone)
	}
	if a.State != Active {
		return c, a, gone
	}
	return c, a, nil
}

// ResetPassword sets a password by a link, once; every session, app password, token and known device
// ends, and what was counted against the password is forgotten. The second factor stays, with what was
// counted against it: an e-mail does not replace it. Nobody is signed in. It returns fault.Missing for
// a link that is over or was used, and fault.Invalid on the field "password".
func (s *Service) ResetPassword(ctx context.Context, v Visit, link, pass string) error {
	c, a, err := s.openReset(ctx, link)
	if err != nil {
		return err
	}
	body, err := s.bodyName(ctx, a.ID)
	if err != nil {
		return err
	}
	// Hashed before the transaction: of many posts of one link, each pays for its hash and one wins.
	if err := s.setPassword(ctx, &a, pass, body); err != nil {
		return err
	}
	defer s.gate.forget()
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.UseChallenge(ctx, c.ID, s.clock()); err != nil {
			return missing(err, "link_unknown")
		}
		if err := s.savePassword(ctx, a, Actor{ID: a.ID.Actor()}, "reset_password"); err != nil {
			return err
		}
		if err := s.expel(ctx, a.ID, ""); err != nil {
			return err
		}
		return s.forgetRow(ctx, a)
	})
}

// savePassword writes the password of a, and nothing else of it, inside a transaction, and tells its
// holder. A disabled account keeps its own: fault.Missing.
func (s *Service) savePassword(ctx context.Context, a Account, by Actor, action string) error {
	now, err := s.store.LockAccount(ctx, a.ID)
	if err != nil || now.State != Active {
		return missing(orMissing(err), "link_unknown")
	}
	now.Password, now.PasswordAt, now.MustChange, now.PasswordOff = a.Password, a.PasswordAt, a.MustChange, a.PasswordOff
	if err := s.saveAccount(ctx, now, by, action, nil); err != nil {
		return err
	}
	// What an older password began is over.
	if err := s.store.DropChallenges(ctx, a.ID, ForReset, ForSecondFactor); err != nil {
		return err
	}
	return s.notice(ctx, NoticeDue{Letter: "password_changed", Account: a.ID, Values: map[string]string{"when": moment(s.clock())}})
}

// expel ends all that was opened by who had the password, but that session.
func (s *Service) expel(ctx context.Context, id AccountID, but string) error {
	if err := s.store.EndSessions(ctx, id, but, s.clock()); err != nil {
		return err
	}
	if err := s.store.RevokeSecrets(ctx, id, "", s.clock()); err != nil {
		return err
	}
	return s.store.DropDevices(ctx, id)
}

// forgetRow forgets what was counted against an account's password, and the row of failures at its
// second factor, which turned the password off; the factor's tries of the day are kept.
func (s *Service) forgetRow(ctx context.Context, a Account) error {
	key := emailKeyOf(a)
	for _, name := range []string{s.keys.counter("account", key), s.keys.counter("account_row", key), s.keys.counter("factor_row", string(a.ID))} {
		if err := s.store.ForgetAttempts(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// ChangePassword sets a password; every other session ends, and the one that asks gets a new secret.
// When the password had to be changed because others knew it, what they may have made ends too: app
// passwords, tokens, known devices. current may be empty when the account has no password and the
// session is fresh. It returns fault.Invalid on the field "current" when that is wrong, or "password".
func (s *Service) ChangePassword(ctx context.Context, by Actor, v Visit, current, next string) (in SignedIn, err error) {
	if err := bySession(by); err != nil {
		return in, err
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	if err != nil {
		return in, err
	}
	if err := s.proveCurrent(ctx, by, v, a, current); err != nil {
		return in, err
	}
	if a.Password != "" && same(current, next) {
		return in, fault.OnField("password", "password_same")
	}
	body, err := s.bodyName(ctx, a.ID)
	if err != nil {
		return in, err
	}
	known := a.MustChange
	if err := s.setPassword(ctx, &a, next, body); err != nil {
		return in, err
	}
	defer s.gate.forget()
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.savePassword(ctx, a, by, "change_password"); err != nil {
			return err
		}
		if err := s.store.EndSessions(ctx, a.ID, by.Session, s.clock()); err != nil {
			return err
		}
		in.Secret, in.Session, err = s.rotate(ctx, by, func(session *Session) { session.ProvedAt = s.clock() })
		if err != nil || !known {
			return err
		}
		if err := s.expel(ctx, a.ID, by.Session); err != nil {
			return err
		}
		in.Device, err = s.meetDevice(ctx, v, a.ID, in.Session.Device)
		return err
	})
	in.Account = shownAccount(a)
	return in, err
}

// proveCurrent verifies the password that is to be replaced.
func (s *Service) proveCurrent(ctx context.Context, by Actor, v Visit, a Account, current string) error {
	if a.Password == "" {
		return s.fresh(by)
	}
	ok, err := s.provePassword(ctx, v, a, emailKeyOf(a), current)
	if err != nil {
		return err
	}
	if !ok {
		return fault.OnField("current", "password_wrong")
	}
	return nil
}

// same reports whether two passwords are the same once normalised.
func same(a, b string) bool {
	x, errA := password.Normalize(a)
	y, errB := password.Normalize(b)
	return errA == nil && errB == nil && x == y
}

// bodyName returns the name of the body an account speaks for first, for what a password must not be
// made of; empty when there is none.
func (s *Service) bodyName(ctx context.Context, id AccountID) (string, error) {
	m, err := s.firstMembership(ctx, id)
	if err != nil || m.ID == "" {
		return "", err
	}
	body, err := s.cfg.Bodies.Body(ctx, m.Organisation)
	return body.Name, missingAs(err, nil)
}
