// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"maillage/internal/fault"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// IdentityTTL is how long the round trip to an identity provider may take.
const IdentityTTL = 10 * time.Minute

// ExternalIdentity is who an identity provider says it is.
type ExternalIdentity struct {
	Provider string `json:"provider"` // its key in the configuration
	Issuer   string `json:"issuer"`
	Subject  string `json:"subject"`
	Email    string `json:"email,omitempty"`
	Name     string `json:"name,omitempty"`
	SIRET    string `json:"siret,omitempty"`
	// PublicAgent reports that the provider vouches that they work for the body of the SIRET.
	PublicAgent bool `json:"public_agent,omitempty"`
	// Strong reports that the provider says it used a second factor.
	Strong  bool   `json:"strong,omitempty"`
	IDToken string `json:"-"` // a secret: kept with a session, never with a sign-up
}

// method is how a session it opens was opened.
func (i ExternalIdentity) method() string { return "oidc:" + i.Provider }

// trip is what a round trip to an identity provider keeps.
type trip struct {
	Provider string          `json:"provider"`
	Flow     json.RawMessage `json:"flow"`
}

// BeginIdentity keeps what an identity provider's round trip needs, for one return within ten minutes,
// and returns its secret for a cookie. by is set when a signed-in account links the provider: its
// session must be fresh.
func (s *Service) BeginIdentity(ctx context.Context, by Actor, provider string, flow json.RawMessage) (string, error) {
	if by.Authenticated() {
		if _, err := s.freshFactor(ctx, by); err != nil {
			return "", err
		}
	}
	raw, err := json.Marshal(trip{provider, flow})
	if err != nil {
		return "", fmt.Errorf("begin identity: %w", err)
	}
	return s.remember(ctx, ForIdentity, by.Account, raw, IdentityTTL)
}

// TakeIdentity returns what BeginIdentity kept, once; nothing is left of it. by is the account that
// links the provider, empty for a sign-in: the door compares it with who is signed in. It returns
// fault.Anonymous "sign_in_expired" for a secret that is over, was used, or is none.
func (s *Service) TakeIdentity(ctx context.Context, secret string) (provider string, flow json.RawMessage, by AccountID, err error) {
	expired := fault.New(fault.Anonymous, "sign_in_expired")
	id, err := s.keys.ReadLink(ForIdentity, secret)
	if err != nil {
		return "", nil, "", expired
	}
	var t trip
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.UseChallenge(ctx, id, s.clock()); err != nil {
			return missingAs(err, expired)
		}
		c, err := s.store.ChallengeByID(ctx, id)
		if err != nil {
			return err
		}
		by = c.Account
		if err := json.Unmarshal(c.Data, &t); err != nil {
			return fmt.Errorf("take identity: %w", err)
		}
		return s.store.DropChallenge(ctx, id)
	})
	if err != nil {
		return "", nil, "", err
	}
	return t.Provider, t.Flow, by, nil
}

// SignInWith opens a session for an account linked to that identity. When there is none it begins a
// sign-up with what the provider says and returns it, Proved when the provider vouches for the body:
// the address is confirmed by a code as for anyone, since a provider's word on it is not always a
// check. It never finds an account by e-mail. Signup.Body is empty when the body is not known: see
// SignupBody. It returns fault.Invalid on the field "email" when the provider gives no address.
func (s *Service) SignInWith(ctx context.Context, v Visit, i ExternalIdentity) (SignedIn, *Signup, error) {
	if i.Issuer == "" || i.Subject == "" {
		return SignedIn{}, nil, signInRefused()
	}
	known, err := s.store.IdentityBy(ctx, i.Issuer, i.Subject)
	if fault.Is(err, fault.Missing) {
		signup, err := s.signUpWith(ctx, v, i)
		return SignedIn{}, signup, err
	}
	if err != nil {
		return SignedIn{}, nil, err
	}
	a, err := s.store.AccountByID(ctx, known.Account)
	if err != nil || a.State != Active {
		return SignedIn{}, nil, missingAs(orMissing(err), signInRefused())
	}
	in, err := s.proved(ctx, v, a, opening{Method: i.method(), Strong: i.Strong, IDToken: i.IDToken})
	return in, nil, err
}

// signUpWith begins a sign-up for a person whom nobody knows yet.
func (s *Service) signUpWith(ctx context.Context, v Visit, i ExternalIdentity) (*Signup, error) {
	email, code := ParseEmail(i.Email)
	if code != "" {
		return nil, fault.OnField("email", code)
	}
	name, code := text.CheckName(i.Name, maxName)
	if code != "" {
		name = "" // they type it themselves
	}
	i.IDToken = ""
	data := signupData{Name: name, Lang: lang(v.Lang), Identity: &i}
	body, err := s.bodyOf(ctx, i)
	if err != nil {
		return nil, err
	}
	data.Body, data.Proved = body.Ref, body.Ref != "" && i.PublicAgent
	if err := s.mayMail(ctx, v, email.Key()); err != nil {
		return nil, err
	}
	c, err := s.begin(ctx, email, data)
	if err != nil {
		return nil, err
	}
	signup, err := s.signup(c, data, body, false)
	return &signup, err
}

// bodyOf finds the body of an identity's SIRET; zero when it gives none, or one that nobody knows.
func (s *Service) bodyOf(ctx context.Context, i ExternalIdentity) (Body, error) {
	siret, err := territory.ParseSIRET(i.SIRET)
	if err != nil {
		return Body{}, nil //nolint:nilerr // no SIRET, or not one: the person says where they work
	}
	body, err := s.cfg.Bodies.BySIREN(ctx, string(siret.SIREN()))
	if err != nil || body.Left {
		return Body{}, missingAs(err, nil)
	}
	return body, nil
}

// SignupBody sets the body of a sign-up begun by SignInWith, by the secret of its browser: who comes by
// an identity provider says it only when that did not. Body, SIREN and BodyName of r are read. What the
// provider vouched for is then no proof any more.
func (s *Service) SignupBody(ctx context.Context, token string, r JoinRequest) (Signup, error) {
	c, data, err := s.openSignup(ctx, forSignupBrowser, token)
	if err != nil {
		return Signup{}, err
	}
	if data.Identity == nil {
		return Signup{}, fault.New(fault.Missing, "link_unknown")
	}
	data.Body, data.SIREN, data.BodyName, data.Partner, data.Proved = r.Body, "", "", false, false
	var faults fault.Fields
	body, err := s.joining(ctx, r, &data, &faults)
	if err == nil {
		err = faults.Err()
	}
	if err != nil {
		return Signup{}, err
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return Signup{}, fmt.Errorf("sign-up body: %w", err)
	}
	if err := s.store.SetChallenge(ctx, c.ID, raw); err != nil {
		return Signup{}, err
	}
	return s.signup(c, data, body, false)
}

// LinkIdentity ties an identity to the account that asks, by a session that is fresh, and strong where a
// second factor is asked for. It returns fault.Conflict "identity_taken" when it is an account's already.
func (s *Service) LinkIdentity(ctx context.Context, by Actor, i ExternalIdentity) error {
	if _, err := s.freshFactor(ctx, by); err != nil {
		return err
	}
	if i.Issuer == "" || i.Subject == "" {
		return signInRefused()
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, by.Account)
		if err != nil || a.State != Active {
			return missingAs(orMissing(err), signInRefused())
		}
		err = s.store.AddIdentity(ctx, Identity{Issuer: i.Issuer, Subject: i.Subject, Account: a.ID, Provider: i.Provider, CreatedAt: s.clock()})
		if err != nil {
			return err
		}
		return s.tell(ctx, a.ID, "identity_linked", map[string]string{"provider": i.Provider})
	})
}

// UnlinkIdentity unties it. It returns fault.Conflict "last_way_in" when nothing else opens the account,
// and fault.Missing for another's, as for none.
func (s *Service) UnlinkIdentity(ctx context.Context, by Actor, issuer, subject string) error {
	if _, err := s.freshFactor(ctx, by); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, by.Account)
		if err != nil {
			return err
		}
		if err := s.store.DropIdentity(ctx, a.ID, issuer, subject); err != nil {
			return missing(err, "identity_missing")
		}
		ways, err := s.waysIn(ctx, a)
		if err != nil {
			return err
		}
		if ways == 0 {
			return fault.New(fault.Conflict, "last_way_in")
		}
		return s.tell(ctx, a.ID, "identity_unlinked", nil)
	})
}
