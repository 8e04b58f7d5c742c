// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"maillage/internal/fault"
	"maillage/internal/password"
)

// signInRefused is the one answer to whatever is wrong with a sign-in.
func signInRefused() error { return fault.New(fault.Anonymous, "sign_in_refused") }

// SignIn proves an e-mail and a password. It returns fault.Anonymous "sign_in_refused" in the same
// words and time whatever is wrong, and fault.TooMany with how long to wait (see Waiting) over a limit.
// SignedIn.Pending is set when a one-time code must follow.
func (s *Service) SignIn(ctx context.Context, v Visit, email, pass string) (SignedIn, error) {
	a, key, err := s.named(ctx, email)
	if err != nil {
		return SignedIn{}, err
	}
	ok, err := s.provePassword(ctx, v, a, key, pass)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok {
		return SignedIn{}, signInRefused()
	}
	return s.proved(ctx, v, a, opening{Method: "password"})
}

// named finds the account of an address as somebody typed it, and the key its tries are counted under.
// The account is zero when there is none, or when the address is unreadable.
func (s *Service) named(ctx context.Context, typed string) (a Account, key string, err error) {
	email, code := ParseEmail(typed)
	if code != "" {
		return a, strings.ToLower(strings.TrimSpace(typed)), nil
	}
	a, err = s.store.AccountByEmail(ctx, email.Key())
	if fault.Is(err, fault.Missing) {
		return Account{}, email.Key(), nil
	}
	return a, email.Key(), err
}

// provePassword reports whether a password is the account's: counted first, then compared, at the same
// cost when there is no account, no password, or none that may be used.
func (s *Service) provePassword(ctx context.Context, v Visit, a Account, key, pass string) (bool, error) {
	known, err := s.knownDevice(ctx, v, a.ID)
	if err != nil {
		return false, err
	}
	t, err := s.attempt(ctx, v, "account", key, known)
	if err != nil {
		return false, err
	}
	normal, err := password.Normalize(pass)
	if err != nil || a.Password == "" || a.State != Active || a.PasswordOff || t.row > HardStop {
		if err := s.cfg.Hasher.Dummy(ctx, pass); err != nil {
			return false, err
		}
		return false, s.failed(ctx, a.ID, t)
	}
	ok, rehash, err := s.cfg.Hasher.Verify(ctx, a.Password, normal)
	if err != nil {
		return false, err
	}
	if !ok {
		return false, s.failed(ctx, a.ID, t)
	}
	if err := s.succeeded(ctx, t); err != nil {
		return false, err
	}
	if rehash {
		err = s.rehash(ctx, a, normal)
	}
	return err == nil, err
}

// rehash keeps a password by today's cost and pepper, unless it was changed meanwhile.
func (s *Service) rehash(ctx context.Context, a Account, normal string) error {
	hash, err := s.cfg.Hasher.Hash(ctx, normal)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		now, err := s.store.LockAccount(ctx, a.ID)
		if err != nil || now.Password != a.Password {
			return err
		}
		now.Password = hash
		return s.store.SaveAccount(ctx, now)
	})
}

// opening is how a session is opened.
type opening struct {
	Method  string `json:"method"`
	Strong  bool   `json:"strong,omitempty"`
	IDToken string `json:"-"` // a secret: not kept while a second factor is awaited
}

// proved opens the session of an account somebody proved to hold, or asks for the second factor first
// when it has one-time codes and what was proved is not strong: no way in is weaker than another.
func (s *Service) proved(ctx context.Context, v Visit, a Account, o opening) (SignedIn, error) {
	if !o.Strong {
		_, err := s.store.TOTPOf(ctx, a.ID)
		if err == nil {
			return s.awaitFactor(ctx, a, o)
		}
		if !fault.Is(err, fault.Missing) {
			return SignedIn{}, err
		}
	}
	return s.openSession(ctx, v, a.ID, o, nil)
}

func (s *Service) awaitFactor(ctx context.Context, a Account, o opening) (SignedIn, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return SignedIn{}, fmt.Errorf("await second factor: %w", err)
	}
	pending, err := s.remember(ctx, ForSecondFactor, a.ID, raw, CeremonyTTL)
	return SignedIn{Account: shownAccount(a), Pending: pending}, err
}

// shownAccount leaves out what no door needs.
func shownAccount(a Account) Account {
	a.Password, a.Handle = "", nil
	return a
}

// SecondFactor completes a sign-in with a one-time or a recovery code. It returns fault.Anonymous
// "sign_in_expired" when there is nothing to complete any more (five minutes, five tries),
// fault.Invalid on the field "code" for a wrong one, and fault.TooMany over the limits of SignIn,
// counted for the factor alone.
func (s *Service) SecondFactor(ctx context.Context, v Visit, pending, code string) (SignedIn, error) {
	expired := fault.New(fault.Anonymous, "sign_in_expired")
	id, err := s.keys.ReadLink(ForSecondFactor, pending)
	if err != nil {
		return SignedIn{}, expired
	}
	c, err := s.store.ChallengeByID(ctx, id)
	if err != nil && !fault.Is(err, fault.Missing) {
		return SignedIn{}, err
	}
	if err != nil || !c.Open(s.now()) {
		return SignedIn{}, expired
	}
	var o opening
	if err := json.Unmarshal(c.Data, &o); err != nil {
		return SignedIn{}, fmt.Errorf("second factor: %w", err)
	}
	t, err := s.attemptFactor(ctx, v, c.Account)
	if err != nil {
		return SignedIn{}, err
	}
	if c, err = s.store.TryCode(ctx, id, s.clock()); err != nil {
		if fault.Is(err, fault.Missing) {
			err = expired
		}
		return SignedIn{}, err
	}
	in, err := s.openSession(ctx, v, c.Account, o, func(ctx context.Context, o *opening) error {
		if err := s.store.UseChallenge(ctx, id, s.clock()); err != nil {
			return missingAs(err, expired)
		}
		what, err := s.useFactor(ctx, c.Account, code)
		o.Method, o.Strong = o.Method+"+"+what, true
		return err
	})
	return in, s.settled(ctx, c.Account, t, err)
}

// attemptFactor counts a try at the account's second factor. Only who has the password comes here, so
// a try costs the account's other ways in nothing.
func (s *Service) attemptFactor(ctx context.Context, v Visit, id AccountID) (try, error) {
	known, err := s.knownDevice(ctx, v, id)
	if err != nil {
		return try{}, err
	}
	t, err := s.attempt(ctx, v, "factor", string(id), known)
	if err == nil && t.row > HardStop {
		err = fault.OnField("code", "code_wrong") // never looked at
	}
	return t, err
}

// settled ends a try at a second factor: err is what became of it.
func (s *Service) settled(ctx context.Context, id AccountID, t try, err error) error {
	if err == nil {
		return s.succeeded(ctx, t)
	}
	if fault.Is(err, fault.Invalid) {
		if worse := s.failed(ctx, id, t); worse != nil {
			return worse
		}
	}
	return err
}

// missingAs replaces an absence by another error.
func missingAs(err, other error) error {
	if fault.Is(err, fault.Missing) {
		return other
	}
	return err
}

// open opens a session for an account that was proved.
func (s *Service) open(ctx context.Context, v Visit, a Account, method string, strong bool) (SignedIn, error) {
	return s.openSession(ctx, v, a.ID, opening{Method: method, Strong: strong}, nil)
}

// openSession opens a session in one transaction with first, which may still refuse, or complete how it
// was opened. The account is read anew, locked: one that was disabled meanwhile is refused, whoever
// comes first.
func (s *Service) openSession(ctx context.Context, v Visit, id AccountID, o opening, first func(context.Context, *opening) error) (in SignedIn, err error) {
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, id)
		if err != nil || a.State != Active {
			return missingAs(err, signInRefused())
		}
		if first != nil {
			if err := first(ctx, &o); err != nil {
				return err
			}
		}
		in, err = s.newSession(ctx, v, a, o)
		if err != nil {
			return err
		}
		if err := s.store.AddSession(ctx, in.Session); err != nil {
			return err
		}
		if in.Device, err = s.meetDevice(ctx, v, id, in.Session.Device); err != nil {
			return err
		}
		return s.audit(ctx, id.Actor(), "sign_in", "session", in.Session.ID, map[string]string{"method": o.Method})
	})
	if err != nil {
		return SignedIn{}, err
	}
	return in, nil
}

// newSession makes a session of an account, inside a transaction.
func (s *Service) newSession(ctx context.Context, v Visit, a Account, o opening) (in SignedIn, err error) {
	id, err := newID()
	if err != nil {
		return in, err
	}
	now, life := s.clock(), MemberSession
	if a.Entrusted() {
		life = OfficeSession
		enrolled, err := s.enrolled(ctx, a.ID)
		if err != nil {
			return in, err
		}
		in.MustEnrol = !enrolled
	}
	m, err := s.firstMembership(ctx, a.ID)
	if err != nil {
		return in, err
	}
	in.Secret = newSecret(SessionPrefix)
	in.Session = Session{ID: id, Hash: hashToken(in.Secret), Account: a.ID, Membership: m.ID, Strong: o.Strong, Method: o.Method,
		Device: device(v.UserAgent), Network: around(v.Address), IDToken: o.IDToken, ProvedAt: now, CreatedAt: now,
		SeenAt: now, ExpiresAt: now.Add(life)}
	in.Account, in.MustChange = shownAccount(a), a.MustChange && in.Session.byPassword()
	return in, nil
}

// byPassword reports whether a password opened the session.
func (s Session) byPassword() bool { return strings.HasPrefix(s.Method, "password") }

// enrolled reports whether an account has what makes a session strong.
func (s *Service) enrolled(ctx context.Context, id AccountID) (bool, error) {
	_, err := s.store.TOTPOf(ctx, id)
	if !fault.Is(err, fault.Missing) {
		return err == nil, err
	}
	keys, err := s.store.PasskeysOf(ctx, id)
	return len(keys) > 0, err
}

// firstMembership returns the oldest accepted membership of an account; zero when it has none.
func (s *Service) firstMembership(ctx context.Context, id AccountID) (Membership, error) {
	ms, err := s.store.MembershipsOf(ctx, id)
	for _, m := range ms {
		if m.State == Accepted {
			return m, err
		}
	}
	return Membership{}, err
}
