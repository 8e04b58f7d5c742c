// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"maillage/internal/fault"
)

// ConfirmSignup confirms the address, makes the account, and grants the membership or puts it before
// who decides. Everything wrong with the form is said before the code is tried, so that a mistyped
// password costs none of the code's five tries; a password is hashed once the code was right.
func (s *Service) ConfirmSignup(ctx context.Context, v Visit, c Confirmation) (Joined, error) {
	purpose, secret := forSignupBrowser, c.Signup
	if c.Link != "" {
		purpose, secret = ForSignup, c.Link
	}
	challenge, data, err := s.openSignup(ctx, purpose, secret)
	if err != nil {
		return Joined{}, err
	}
	if c.Link != "" {
		// The link proves the address and nothing of the browser that began: whoever gave somebody else's
		// address must not have their own identity tied to the account its holder makes.
		data.Identity, data.Proved = nil, false
	}
	if c.Profile.Name == "" {
		c.Profile.Name = data.Name
	}
	a := newAccount(challenge.Email, s.clock())
	var faults fault.Fields
	checkProfile(&c.Profile, &faults)
	if c.Link == "" && strings.TrimSpace(c.Code) == "" {
		faults.Add("code", "required")
	}
	if err := faults.Err(); err != nil {
		return Joined{}, err
	}
	a.take(c.Profile)
	body, err := s.shown(ctx, challenge, data, false)
	if err != nil {
		return Joined{}, err
	}
	key, password, err := s.firstKey(ctx, &a, challenge, data, c, body.Body.Name)
	if err != nil {
		return Joined{}, err
	}
	if c.Link == "" {
		if err := s.tryCode(ctx, challenge.ID, c.Code); err != nil {
			return Joined{}, err
		}
	}
	if password != "" {
		if err := s.hashPassword(ctx, &a, password); err != nil {
			return Joined{}, err
		}
	}
	return s.confirmed(ctx, v, challenge, data, a, key)
}

// firstKey checks what will open the account: a passkey (to be saved with the account), a password (to
// be hashed once the address is proved), or the identity it came with.
func (s *Service) firstKey(ctx context.Context, a *Account, challenge Challenge, data signupData, c Confirmation, body string) (*Passkey, string, error) {
	if len(c.Passkey) > 0 {
		handle, key, err := s.signupPasskey(ctx, challenge, c.Ceremony, c.Passkey)
		if err != nil {
			return nil, "", err
		}
		a.Handle = handle
		key.Account = a.ID
		return &key, "", nil
	}
	if c.Password == "" && data.Identity != nil {
		return nil, "", nil
	}
	if c.Password == "" {
		return nil, "", fault.OnField("password", "required")
	}
	normal, err := s.cfg.Policy.Check(c.Password, s.passwordContext(a.Email, a.Name, body))
	return nil, normal, err
}

// tryCode compares a code, counting the try first: for this code, and for all the codes of the
// challenge. Beyond SignupTries no code is looked at; the link of the message still serves.
func (s *Service) tryCode(ctx context.Context, id, code string) error {
	c, err := s.store.TryCode(ctx, id, s.clock())
	if fault.Is(err, fault.Missing) {
		return fault.OnField("code", "code_expired")
	}
	if err != nil {
		return err
	}
	wait, _, err := s.store.TakeAttempt(ctx, s.keys.counter("code", id), Limit{Windows: []Window{{SignupTries, ConfirmTTL}}}, s.clock())
	if err != nil {
		return err
	}
	if wait > 0 {
		return fault.OnField("code", "codes_spent")
	}
	if !s.keys.CodeMatches(c, code) {
		return fault.OnField("code", "code_wrong")
	}
	return nil
}

// confirmed writes account and membership, once, and opens the session.
func (s *Service) confirmed(ctx context.Context, v Visit, c Challenge, data signupData, a Account, key *Passkey) (j Joined, err error) {
	err = s.store.Write(ctx, func(ctx context.Context) error {
		if err := s.store.UseChallenge(ctx, c.ID, s.clock()); err != nil {
			return err
		}
		if j.Body, err = s.admit(ctx, data); err != nil {
			return err
		}
		if err := s.addAccount(ctx, a, key, data.Identity); err != nil {
			return err
		}
		proof := Proof("")
		email, _ := ParseEmail(a.Email)
		switch {
		case data.Proved:
			proof = ByProvider
		default:
			proved, err := s.proves(ctx, email, j.Body)
			if err != nil {
				return err
			}
			if proved {
				proof = ByDomain
			}
		}
		j.Membership, err = s.ask(ctx, a.ID, j.Body, proof)
		return err
	})
	if fault.Is(err, fault.Conflict) && strings.Contains(codeOf(err), "email_taken") {
		return Joined{}, fault.New(fault.Missing, "link_unknown") // somebody confirmed it meanwhile
	}
	if err != nil {
		return Joined{}, err
	}
	j.Account = a
	if j.Membership.State == Pending {
		if j.Deciders, err = s.deciders(ctx, j.Body.ID); err != nil {
			return Joined{}, err
		}
	}
	method, strong := "password", false
	switch {
	case key != nil:
		method, strong = "passkey", true
	case data.Identity != nil:
		method, strong = "oidc:"+data.Identity.Provider, data.Identity.Strong
	}
	j.SignedIn, err = s.open(ctx, v, a, method, strong)
	return j, err
}

// admit brings the body of a sign-up into the registry.
func (s *Service) admit(ctx context.Context, data signupData) (Body, error) {
	if data.Body == "" {
		return s.cfg.Bodies.AdmitNew(ctx, data.SIREN, data.BodyName, data.Partner)
	}
	return s.cfg.Bodies.Admit(ctx, data.Body)
}

// proves reports whether an address is worth a membership: its domain was said, by somebody else than
// the body, to be that body's, and is nobody else's. Webmail never proves anything.
func (s *Service) proves(ctx context.Context, e Email, body Body) (bool, error) {
	if webmail(e.Domain) || body.Left {
		return false, nil
	}
	of, err := s.cfg.Bodies.OfDomain(ctx, e.Domain)
	return err == nil && len(of) == 1 && of[0] == body.ID, err
}

// addAccount writes a new account and what opens it.
func (s *Service) addAccount(ctx context.Context, a Account, key *Passkey, i *ExternalIdentity) error {
	if err := s.store.SaveAccount(ctx, a); err != nil {
		return err
	}
	// Strangers may have failed at this address a hundred times before it was anybody's.
	for _, name := range []string{"account", "account_row"} {
		if err := s.store.ForgetAttempts(ctx, s.keys.counter(name, emailKey(a.Email))); err != nil {
			return err
		}
	}
	if key != nil {
		if err := s.store.SavePasskey(ctx, *key); err != nil {
			return err
		}
	}
	if i != nil {
		err := s.store.AddIdentity(ctx, Identity{Issuer: i.Issuer, Subject: i.Subject, Account: a.ID,
			Provider: i.Provider, CreatedAt: s.clock()})
		if err != nil {
			return err
		}
	}
	if err := s.audit(ctx, a.ID.Actor(), "sign_up", "account", string(a.ID), nil); err != nil {
		return err
	}
	return s.store.Record(ctx, AccountChanged{Account: a.ID, State: a.State, Office: a.Office})
}

// newAccount returns an account for an address, with an identifier and a passkey handle of its own.
func newAccount(email string, at time.Time) Account {
	id, err := newID()
	if err != nil {
		panic(err) // the system's source of chance is gone: nothing safe can follow
	}
	handle := make([]byte, 32)
	rand.Read(handle) //nolint:errcheck // never fails since Go 1.24
	return Account{ID: AccountID(id), Email: email, State: Active, Handle: handle, CreatedAt: at, UpdatedAt: at, SeenAt: day(at)}
}

// take puts a checked profile into the account.
func (a *Account) take(p Profile) {
	a.Name, a.Function, a.Interests, a.Rhythm, a.Lang = p.Name, p.Function, p.Interests, p.Rhythm, p.Lang
}
