// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"strings"

	"maillage/internal/fault"
	"maillage/internal/password"
)

// guess is one try of a password: the counters it was counted under.
type guess struct {
	account Account
	known   bool // there is such an account
	names   []string
	row     int // failures in a row for the account, from anywhere, this one included
}

// guess counts a try before anything is verified, so that a hundred at once are a hundred. An account
// that is not there is counted like the others, and so is an unreadable address. A device the account
// knows has a counter of its own: strangers do not lock it out. The row of failures is one for all.
func (s *Service) guess(ctx context.Context, v Visit, address string) (g guess, err error) {
	key := strings.ToLower(strings.TrimSpace(address))
	if e, code := ParseEmail(address); code == "" {
		key = e.Key()
		g.account, err = s.store.AccountByEmail(ctx, key)
		if err != nil && !fault.Is(err, fault.Missing) {
			return g, err
		}
		g.known = err == nil
	}
	device := ""
	if g.known {
		if device, err = s.knownDevice(ctx, v, g.account.ID); err != nil {
			return g, err
		}
	}
	if device != "" {
		err = s.count(ctx, &g, s.keys.counter("device", device), AccountLimit())
	} else if err = s.count(ctx, &g, s.keys.counter("address", network(v.Address)), AddressLimit()); err == nil {
		err = s.count(ctx, &g, s.keys.counter("account", key), AccountLimit())
	}
	if err != nil {
		return g, err
	}
	row := s.keys.counter("account_row", key)
	g.names = append(g.names, row)
	g.row, err = s.countRow(ctx, row)
	return g, err
}

// count takes a try under a name, to be taken back when it succeeds.
func (s *Service) count(ctx context.Context, g *guess, name string, l Limit) error {
	g.names = append(g.names, name)
	return s.take(ctx, name, l)
}

// countRow counts a failure in a row that no time interrupts, and returns how long the row is.
func (s *Service) countRow(ctx context.Context, name string) (int, error) {
	_, after, err := s.store.TakeAttempt(ctx, name, Limit{}, s.clock())
	return after.InARow, err
}

// failed leaves a try counted, and turns the password off after HardStop of them in a row.
func (s *Service) failed(ctx context.Context, id AccountID, row int) error {
	if id == "" || row < HardStop {
		return nil
	}
	return s.stop(ctx, id)
}

// stop turns an account's password off after HardStop failures in a row.
func (s *Service) stop(ctx context.Context, id AccountID) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, id)
		if err != nil || a.PasswordOff {
			return err
		}
		a.PasswordOff = true
		if err := s.saveAccount(ctx, a, System("throttle"), "password_off", nil); err != nil {
			return err
		}
		return s.notice(ctx, NoticeDue{Letter: "account_locked", Account: id})
	})
}

// succeeded takes the try back from its counters.
func (s *Service) succeeded(ctx context.Context, g guess) error {
	for _, name := range g.names {
		if err := s.store.SucceedAttempt(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// verify compares a password at the same cost whatever is wrong, and leaves a failure counted. rehash
// asks to keep it anew.
func (s *Service) verify(ctx context.Context, g guess, pass string) (ok, rehash bool, normal string, err error) {
	normal, bad := password.Normalize(pass)
	if bad != nil {
		normal = ""
	}
	if !g.known || g.account.Password == "" || g.account.State != Active || g.account.PasswordOff || g.row > HardStop || bad != nil {
		err = s.cfg.Hasher.Dummy(ctx, normal)
	} else {
		ok, rehash, err = s.cfg.Hasher.Verify(ctx, g.account.Password, normal)
	}
	if err == nil && !ok {
		err = s.failed(ctx, g.account.ID, g.row)
	}
	return ok, rehash, normal, err
}

// SignIn proves an e-mail and a password. It returns fault.Anonymous "sign_in_refused" in the same
// words and time whatever is wrong, and fault.TooMany with how long to wait (see Waiting) over a limit.
// With one-time codes set up it returns Pending, for SecondFactor.
func (s *Service) SignIn(ctx context.Context, v Visit, email, pass string) (SignedIn, error) {
	g, err := s.guess(ctx, v, email)
	if err != nil {
		return SignedIn{}, err
	}
	ok, rehash, normal, err := s.verify(ctx, g, pass)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok {
		return SignedIn{}, fault.New(fault.Anonymous, "sign_in_refused")
	}
	if err := s.succeeded(ctx, g); err != nil {
		return SignedIn{}, err
	}
	if rehash {
		if err := s.rehash(ctx, g.account, normal); err != nil {
			return SignedIn{}, err
		}
	}
	return s.proved(ctx, v, g.account, opening{method: "password"})
}

// rehash keeps a password under today's parameters, unless it was changed meanwhile.
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
	method  string
	strong  bool
	idToken string // of an identity provider; a secret, not kept while a second factor is awaited
}

// proved opens a session after a first factor, or asks for the second.
func (s *Service) proved(ctx context.Context, v Visit, a Account, o opening) (SignedIn, error) {
	_, err := s.store.TOTPOf(ctx, a.ID)
	switch {
	case fault.Is(err, fault.Missing):
		return s.openAs(ctx, v, a, o)
	case err != nil:
		return SignedIn{}, err
	}
	pending, err := s.challenge(ctx, ForSecondFactor, a.ID, []byte(`"`+o.method+`"`))
	return SignedIn{Account: shownAccount(a), Pending: pending}, err
}

// shownAccount leaves out what no door needs.
func shownAccount(a Account) Account {
	a.Password, a.Handle = "", nil
	return a
}

// open opens a session for an account that was proved.
func (s *Service) open(ctx context.Context, v Visit, a Account, method string, strong bool) (SignedIn, error) {
	return s.openAs(ctx, v, a, opening{method: method, strong: strong})
}

// openAs is open. The account is read anew and held: when it was disabled or its password replaced
// since it was read for the proof, the session must not outlive what ended all the others.
func (s *Service) openAs(ctx context.Context, v Visit, proved Account, o opening) (in SignedIn, err error) {
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, proved.ID)
		if err != nil && !fault.Is(err, fault.Missing) {
			return err
		}
		if err != nil || a.State != Active || !a.PasswordAt.Equal(proved.PasswordAt) {
			return fault.New(fault.Anonymous, "sign_in_refused")
		}
		if in, err = s.newSession(ctx, v, a, o); err != nil {
			return err
		}
		if err := s.store.AddSession(ctx, in.Session); err != nil {
			return err
		}
		if err := s.audit(ctx, a.ID.Actor(), "sign_in", "session", in.Session.ID, map[string]string{"method": o.method}); err != nil {
			return err
		}
		in.Device, err = s.knows(ctx, v, a.ID, in.Session)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return in, nil
}

// newSession makes a session of an account.
func (s *Service) newSession(ctx context.Context, v Visit, a Account, o opening) (SignedIn, error) {
	id, err := newID()
	if err != nil {
		return SignedIn{}, err
	}
	in := SignedIn{Account: shownAccount(a), Secret: newSecret(SessionPrefix), MustChange: a.MustChange}
	now, life := s.clock(), MemberSession
	if a.Entrusted() {
		life = OfficeSession
		has, err := s.enrolled(ctx, a.ID)
		if err != nil {
			return SignedIn{}, err
		}
		in.MustEnrol, in.UsePasskey = !has && !o.strong, has && !o.strong
	}
	in.Session = Session{ID: id, Hash: hashToken(in.Secret), Account: a.ID, Strong: o.strong, Method: o.method, IDToken: o.idToken,
		Device: device(v.UserAgent), Network: shownNetwork(v.Address), ProvedAt: now, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(life)}
	in.Session.Membership, err = s.firstStanding(ctx, a.ID)
	return in, err
}

// enrolled reports whether an account has what makes a session strong.
func (s *Service) enrolled(ctx context.Context, id AccountID) (bool, error) {
	_, err := s.store.TOTPOf(ctx, id)
	if !fault.Is(err, fault.Missing) {
		return err == nil, err
	}
	keys, err := s.store.PasskeysOf(ctx, id)
	return len(keys) > 0, err
}

// firstStanding returns the membership a new session speaks for.
func (s *Service) firstStanding(ctx context.Context, id AccountID) (string, error) {
	ms, err := s.store.MembershipsOf(ctx, id)
	for _, m := range ms {
		if m.State == Accepted {
			return m.ID, err
		}
	}
	return "", err
}

// challenge keeps a step of a few minutes and returns its secret.
func (s *Service) challenge(ctx context.Context, p Purpose, account AccountID, data []byte) (string, error) {
	id, err := newID()
	if err != nil {
		return "", err
	}
	now, ttl := s.clock(), CeremonyTTL
	if p == ForIdentity {
		ttl = CodeTTL
	}
	c := Challenge{ID: id, Purpose: p, Account: account, Data: data, Serial: 1, CodeExpiresAt: now.Add(ttl), CreatedAt: now, ExpiresAt: now.Add(ttl)}
	if err := s.store.AddChallenge(ctx, c); err != nil {
		return "", err
	}
	return s.keys.Link(p, id)
}

// step finds an open challenge by its secret, or fault.Missing "step_over".
func (s *Service) step(ctx context.Context, p Purpose, secret string) (Challenge, error) {
	id, err := s.keys.ReadLink(p, secret)
	if err != nil {
		return Challenge{}, missing(err, "step_over")
	}
	c, err := s.store.ChallengeByID(ctx, id)
	if err == nil && (c.Purpose != p || !c.Open(s.now())) {
		err = fault.New(fault.Missing, "step_over")
	}
	return c, missing(err, "step_over")
}
