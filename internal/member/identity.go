// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"maillage/internal/fault"
)

// ExternalIdentity is who an identity provider says it is.
type ExternalIdentity struct {
	Provider string `json:"provider"`
	Issuer   string `json:"issuer"`
	Subject  string `json:"subject"`
	Email    string `json:"email,omitempty"`
	Name     string `json:"name,omitempty"`
	SIRET    string `json:"siret,omitempty"`
	// PublicAgent reports that the provider vouches that they work for the body of the SIRET.
	PublicAgent bool   `json:"public_agent,omitempty"`
	Strong      bool   `json:"strong,omitempty"` // the provider says it used a second factor
	IDToken     string `json:"-"`
}

// identityFlow is what a round trip to a provider needs.
type identityFlow struct {
	Provider string          `json:"provider"`
	Flow     json.RawMessage `json:"flow"`
}

// BeginIdentity keeps what an identity provider's round trip needs, for one return within minutes, and
// returns its secret for a cookie. by is set when a signed-in account links the provider.
func (s *Service) BeginIdentity(ctx context.Context, by Actor, provider string, flow json.RawMessage) (string, error) {
	data, err := json.Marshal(identityFlow{provider, flow})
	if err != nil {
		return "", fmt.Errorf("begin identity: %w", err)
	}
	return s.challenge(ctx, ForIdentity, by.Account, data)
}

// TakeIdentity returns what BeginIdentity kept, once.
func (s *Service) TakeIdentity(ctx context.Context, secret string) (provider string, flow json.RawMessage, by AccountID, err error) {
	c, err := s.step(ctx, ForIdentity, secret)
	if err != nil {
		return "", nil, "", err
	}
	if err := s.store.UseChallenge(ctx, c.ID, s.clock()); err != nil {
		return "", nil, "", missing(err, "step_over")
	}
	var f identityFlow
	if err := json.Unmarshal(c.Data, &f); err != nil {
		return "", nil, "", fmt.Errorf("take identity: %w", err)
	}
	if err := s.store.DropChallenge(ctx, c.ID); err != nil { // it holds what only the round trip needed
		return "", nil, "", err
	}
	return f.Provider, f.Flow, c.Account, nil
}

// SignOutToken returns what an identity provider wants back to sign out there too: its key and the
// id_token of the session that asks; both are empty when another way opened it.
func (s *Service) SignOutToken(ctx context.Context, by Actor) (provider, idToken string, err error) {
	if err := bySession(by); err != nil {
		return "", "", err
	}
	sessions, err := s.store.SessionsOf(ctx, by.Account)
	for _, session := range sessions {
		if session.ID == by.Session && session.IDToken != "" {
			method, _, _ := strings.Cut(session.Method, "+")
			return strings.TrimPrefix(method, "oidc:"), session.IDToken, err
		}
	}
	return "", "", err
}

// SignInWith opens a session for an account linked to that identity. When there is none it returns a
// sign-up already begun, never an account found by e-mail.
func (s *Service) SignInWith(ctx context.Context, v Visit, i ExternalIdentity) (SignedIn, *Signup, error) {
	if i.Issuer == "" || i.Subject == "" {
		return SignedIn{}, nil, fault.New(fault.Anonymous, "sign_in_refused")
	}
	linked, err := s.store.IdentityBy(ctx, i.Issuer, i.Subject)
	if fault.Is(err, fault.Missing) {
		signup, err := s.signUpWith(ctx, v, i)
		return SignedIn{}, signup, err
	}
	if err != nil {
		return SignedIn{}, nil, err
	}
	a, err := s.store.AccountByID(ctx, linked.Account)
	if err != nil && !fault.Is(err, fault.Missing) {
		return SignedIn{}, nil, err
	}
	if err != nil || a.State != Active {
		return SignedIn{}, nil, fault.New(fault.Anonymous, "sign_in_refused")
	}
	o := opening{method: "oidc:" + i.Provider, strong: i.Strong, idToken: i.IDToken}
	if i.Strong {
		in, err := s.openAs(ctx, v, a, o)
		return in, nil, err
	}
	in, err := s.proved(ctx, v, a, o)
	return in, nil, err
}

// signUpWith begins a sign-up with what a provider says. The body is proved when the provider vouches
// that the person works for it; the address is confirmed by a code all the same.
func (s *Service) signUpWith(ctx context.Context, v Visit, i ExternalIdentity) (*Signup, error) {
	email, code := ParseEmail(i.Email)
	if code != "" {
		return nil, fault.New(fault.Conflict, "identity_without_email")
	}
	data := signupData{Lang: lang(v.Lang), Identity: &i}
	if name, code := requiredName(i.Name); code == "" {
		data.Name = name
	}
	var body Body
	if len(i.SIRET) == 14 {
		found, err := s.cfg.Bodies.BySIREN(ctx, i.SIRET[:9])
		switch {
		case err == nil:
			body, data.Body = found, found.Ref
			data.Proved = i.PublicAgent && found.Public
		case !fault.Is(err, fault.Missing):
			return nil, err
		}
	}
	if data.Body == "" {
		return nil, fault.New(fault.Conflict, "identity_without_body")
	}
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

// LinkIdentity ties an identity to the account that asks: a fresh session.
func (s *Service) LinkIdentity(ctx context.Context, by Actor, i ExternalIdentity) error {
	if err := s.freshFactor(ctx, by); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		err := s.store.AddIdentity(ctx, Identity{Issuer: i.Issuer, Subject: i.Subject, Account: by.Account, Provider: i.Provider, CreatedAt: s.clock()})
		if err != nil {
			return err
		}
		return s.tellFactor(ctx, by.Account, "identity_linked")
	})
}

// UnlinkIdentity unties it. It returns fault.Conflict "last_way_in" when nothing else opens the account.
func (s *Service) UnlinkIdentity(ctx context.Context, by Actor, issuer, subject string) error {
	if err := s.freshFactor(ctx, by); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, by.Account)
		if err != nil {
			return err
		}
		if err := s.store.DropIdentity(ctx, a.ID, issuer, subject); err != nil {
			return err
		}
		if err := s.opens(ctx, a); err != nil {
			return err
		}
		return s.tellFactor(ctx, a.ID, "identity_unlinked")
	})
}

// UnlinkIdentityNamed is UnlinkIdentity of the identity of that ID among those of whoever asks, or
// fault.Missing "identity_missing".
func (s *Service) UnlinkIdentityNamed(ctx context.Context, by Actor, id string) error {
	if err := s.freshFactor(ctx, by); err != nil {
		return err
	}
	all, err := s.store.IdentitiesOf(ctx, by.Account)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(i Identity) bool { return i.ID() == id })
	if i < 0 {
		return fault.New(fault.Missing, "identity_missing")
	}
	return s.UnlinkIdentity(ctx, by, all[i].Issuer, all[i].Subject)
}
