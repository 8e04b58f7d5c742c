// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"time"

	"maillage/internal/fault"
	"maillage/internal/password"
)

// guess is one try of a password: the counters it was counted under.
type guess struct {
	email   Email
	account Account
	known   bool // there is such an account
	device  bool // from a device it knows
	names   []string
}

// begin counts a try before anything is verified, so that a hundred at once are a hundred. A device the
// account knows has a counter of its own: strangers do not lock it out.
func (s *Service) guess(ctx context.Context, v Visit, address string) (g guess, err error) {
	e, code := ParseEmail(address)
	if code == "" {
		g.email = e
		g.account, err = s.store.AccountByEmail(ctx, e.Key())
		if err != nil && !fault.Is(err, fault.Missing) {
			return g, err
		}
		g.known = err == nil
	}
	account := s.keys.counter("account", g.email.Key())
	if g.known && v.Device != "" {
		if g.device, err = s.store.KnownDevice(ctx, g.account.ID, hashDevice(v.Device), s.clock()); err != nil {
			return g, err
		}
	}
	if g.device {
		name := s.keys.counter("device", hashDevice(v.Device))
		g.names = []string{name, account}
		if err := s.take(ctx, name, AccountLimit()); err != nil {
			return g, err
		}
		// The row of failures counts wherever they come from: no delay here, the hard stop all the same.
		return g, s.take(ctx, account, Limit{Windows: []Window{{1 << 30, 24 * time.Hour}}})
	}
	from := s.keys.counter("address", network(v.Address))
	g.names = []string{from, account}
	if err := s.take(ctx, from, AddressLimit()); err != nil {
		return g, err
	}
	wait, after, err := s.store.TakeAttempt(ctx, account, AccountLimit(), s.clock())
	switch {
	case err != nil:
		return g, err
	case wait > 0:
		return g, tooMany(wait)
	case after.InARow >= HardStop && g.known && !g.account.PasswordOff:
		return g, s.stop(ctx, g.account.ID)
	}
	return g, nil
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

// verify compares a password at the same cost whatever is wrong. rehash asks to keep it anew.
func (s *Service) verify(ctx context.Context, g guess, pass string) (ok, rehash bool, normal string, err error) {
	normal, bad := password.Normalize(pass)
	if bad != nil {
		normal = ""
	}
	if !g.known || g.account.Password == "" || g.account.State != Active || g.account.PasswordOff || bad != nil {
		return false, false, "", s.cfg.Hasher.Dummy(ctx, normal)
	}
	ok, rehash, err = s.cfg.Hasher.Verify(ctx, g.account.Password, normal)
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
	return s.proved(ctx, v, g.account, "password")
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

// proved opens a session after a first factor, or asks for the second.
func (s *Service) proved(ctx context.Context, v Visit, a Account, method string) (SignedIn, error) {
	_, err := s.store.TOTPOf(ctx, a.ID)
	switch {
	case fault.Is(err, fault.Missing):
		return s.open(ctx, v, a, method, false)
	case err != nil:
		return SignedIn{}, err
	}
	pending, err := s.challenge(ctx, ForSecondFactor, a.ID, []byte(`"`+method+`"`))
	return SignedIn{Account: a, Pending: pending}, err
}

// open opens a session for an account that was proved.
func (s *Service) open(ctx context.Context, v Visit, a Account, method string, strong bool) (SignedIn, error) {
	if a.State != Active {
		return SignedIn{}, fault.New(fault.Anonymous, "sign_in_refused")
	}
	id, err := newID()
	if err != nil {
		return SignedIn{}, err
	}
	secret, now := newSecret(SessionPrefix), s.clock()
	life := MemberSession
	if a.Entrusted() {
		life = OfficeSession
	}
	session := Session{ID: id, Hash: hashToken(secret), Account: a.ID, Strong: strong, Method: method,
		Device: device(v.UserAgent), Network: shownNetwork(v.Address), ProvedAt: now, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(life)}
	in := SignedIn{Account: a, Secret: secret, MustChange: a.MustChange, MustEnrol: a.Entrusted() && !strong}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if session.Membership, err = s.firstStanding(ctx, a.ID); err != nil {
			return err
		}
		if err := s.store.AddSession(ctx, session); err != nil {
			return err
		}
		if err := s.audit(ctx, a.ID.Actor(), "sign_in", "session", id, map[string]string{"method": method}); err != nil {
			return err
		}
		in.Device, err = s.knows(ctx, v, a, session)
		return err
	})
	in.Session = session
	in.Account.Password = ""
	return in, err
}

// knows returns the secret of a device the account did not know, and tells its holder when it knew
// another.
func (s *Service) knows(ctx context.Context, v Visit, a Account, session Session) (string, error) {
	if v.Device != "" {
		known, err := s.store.KnownDevice(ctx, a.ID, hashDevice(v.Device), session.CreatedAt)
		if err != nil || known {
			return "", err
		}
	}
	had, err := s.store.HasDevices(ctx, a.ID)
	if err != nil {
		return "", err
	}
	secret := newSecret("mld_")
	err = s.store.AddDevice(ctx, Device{Hash: hashDevice(secret), Account: a.ID, CreatedAt: session.CreatedAt, UsedAt: session.CreatedAt})
	if err != nil || !had {
		return secret, err
	}
	name := session.Device
	if name == "" {
		name = "?"
	}
	return secret, s.notice(ctx, NoticeDue{Letter: "new_sign_in", Account: a.ID, Values: map[string]string{"device": name}})
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
