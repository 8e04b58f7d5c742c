// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"maillage/internal/fault"
	"maillage/internal/passkey"
	"maillage/internal/text"
)

// Limits of passkeys.
const (
	maxPasskeys = 20
	maxLabel    = 100 // code points
)

// ceremony is what a passkey ceremony keeps between its two halves.
type ceremony struct {
	Kept []byte `json:"kept"`
	// Session is the one a registration was begun by; Signup the sign-up, and Handle what is drawn for
	// the account to be.
	Session string `json:"session,omitempty"`
	Signup  string `json:"signup,omitempty"`
	Handle  []byte `json:"handle,omitempty"`
}

// passkeys returns the site's half of the ceremonies, or fault.Missing where browsers have none.
func (s *Service) passkeys() (*passkey.Relying, error) {
	if s.cfg.Passkeys == nil {
		return nil, fault.New(fault.Missing, "passkeys_off")
	}
	return s.cfg.Passkeys, nil
}

func (s *Service) keepCeremony(ctx context.Context, p Purpose, account AccountID, c ceremony) (string, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("keep ceremony: %w", err)
	}
	return s.remember(ctx, p, account, raw, CeremonyTTL)
}

// readCeremony returns what a ceremony kept. It returns fault kind "passkey_expired" when it is over,
// was finished, or is somebody else's.
func (s *Service) readCeremony(ctx context.Context, p Purpose, account AccountID, secret string, kind fault.Kind) (id string, c ceremony, err error) {
	kept, err := s.challenge(ctx, p, account, secret)
	if err != nil {
		return "", c, missingAs(err, fault.New(kind, "passkey_expired"))
	}
	if err := json.Unmarshal(kept.Data, &c); err != nil {
		return "", c, fmt.Errorf("read ceremony: %w", err)
	}
	return kept.ID, c, nil
}

// BeginPasskey returns the options for the browser and the ceremony's secret. The session must be
// fresh, and strong where a second factor is asked for.
func (s *Service) BeginPasskey(ctx context.Context, by Actor) (options json.RawMessage, secret string, err error) {
	a, err := s.freshFactor(ctx, by)
	if err != nil {
		return nil, "", err
	}
	relying, err := s.passkeys()
	if err != nil {
		return nil, "", err
	}
	existing, err := s.credentials(ctx, a.ID)
	if err != nil {
		return nil, "", err
	}
	if len(existing) >= maxPasskeys {
		return nil, "", fault.New(fault.Conflict, "too_many_passkeys")
	}
	options, kept, err := relying.BeginRegistration(passkeyUser(a), existing)
	if err != nil {
		return nil, "", err
	}
	secret, err = s.keepCeremony(ctx, ForPasskey, a.ID, ceremony{Kept: kept, Session: by.Session})
	return options, secret, err
}

func passkeyUser(a Account) passkey.User {
	return passkey.User{Handle: a.Handle, Name: a.Email, DisplayName: a.Name}
}

// credentials returns an account's passkeys as the ceremonies know them.
func (s *Service) credentials(ctx context.Context, id AccountID) ([]passkey.Credential, error) {
	keys, err := s.store.PasskeysOf(ctx, id)
	if err != nil {
		return nil, err
	}
	all := make([]passkey.Credential, 0, len(keys))
	for _, k := range keys {
		var c passkey.Credential
		if err := json.Unmarshal(k.Credential, &c); err != nil {
			return nil, fmt.Errorf("passkey %s: %w", k.ID, err)
		}
		all = append(all, c)
	}
	return all, nil
}

// kept returns a passkey as it is stored.
func kept(id AccountID, c passkey.Credential) (Passkey, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return Passkey{}, fmt.Errorf("keep passkey: %w", err)
	}
	return Passkey{ID: base64.RawURLEncoding.EncodeToString(c.ID), Account: id, Label: c.Label, Credential: raw, CreatedAt: c.Created}, nil
}

// FinishPasskey keeps the passkey under that label; an empty one is named after the browser. It does not
// strengthen the session: signing in with the passkey does. It returns fault.Invalid as
// passkey.Relying.FinishRegistration does, and fault.Conflict for a passkey that an account has.
func (s *Service) FinishPasskey(ctx context.Context, by Actor, v Visit, secret, label string, response json.RawMessage) (Passkey, error) {
	a, err := s.freshFactor(ctx, by)
	if err != nil {
		return Passkey{}, err
	}
	relying, err := s.passkeys()
	if err != nil {
		return Passkey{}, err
	}
	if label, err = checkLabel(label, v); err != nil {
		return Passkey{}, err
	}
	id, c, err := s.readCeremony(ctx, ForPasskey, a.ID, secret, fault.Invalid)
	if err != nil {
		return Passkey{}, err
	}
	if c.Session != by.Session {
		return Passkey{}, fault.New(fault.Invalid, "passkey_expired")
	}
	if err := s.store.UseChallenge(ctx, id, s.clock()); err != nil {
		return Passkey{}, missingAs(err, fault.New(fault.Invalid, "passkey_expired"))
	}
	made, err := relying.FinishRegistration(passkeyUser(a), c.Kept, response)
	if err != nil {
		return Passkey{}, err
	}
	made.Label = label
	key, err := kept(a.ID, made)
	if err != nil {
		return Passkey{}, err
	}
	return key, s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.SavePasskey(ctx, key); err != nil {
			return err
		}
		return s.tell(ctx, a.ID, "passkey_added", nil)
	})
}

func checkLabel(given string, v Visit) (string, error) {
	clean, code := text.CheckName(given, maxLabel)
	if code != "" {
		return "", fault.OnField("label", code)
	}
	if clean == "" {
		clean = device(v.UserAgent)
	}
	return clean, nil
}

// RemovePasskey takes a passkey off. It returns fault.Conflict "last_way_in" when nothing else opens the
// account, and "factor_needed" when it is the last factor of an office.
func (s *Service) RemovePasskey(ctx context.Context, by Actor, v Visit, id string) error {
	if _, err := s.freshFactor(ctx, by); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, by.Account)
		if err != nil {
			return err
		}
		if err := s.store.DropPasskey(ctx, a.ID, id); err != nil {
			return missing(err, "no_such_passkey")
		}
		if err := s.stillOpens(ctx, a); err != nil {
			return err
		}
		return s.tell(ctx, a.ID, "passkey_removed", nil)
	})
}

// stillOpens refuses, inside the transaction that took something off, to leave an account without a way
// in or an office without a factor.
func (s *Service) stillOpens(ctx context.Context, a Account) error {
	ways, err := s.waysIn(ctx, a)
	if err != nil {
		return err
	}
	if ways == 0 {
		return fault.New(fault.Conflict, "last_way_in")
	}
	if !a.Entrusted() {
		return nil
	}
	enrolled, err := s.enrolled(ctx, a.ID)
	if err == nil && !enrolled {
		err = fault.New(fault.Conflict, "factor_needed")
	}
	return err
}

// BeginSignupPasskey is BeginPasskey for a sign-up under way, by the secret of its browser.
func (s *Service) BeginSignupPasskey(ctx context.Context, signup string) (options json.RawMessage, secret string, err error) {
	relying, err := s.passkeys()
	if err != nil {
		return nil, "", err
	}
	c, data, err := s.openSignup(ctx, forSignupBrowser, signup)
	if err != nil {
		return nil, "", err
	}
	handle := passkey.NewHandle()
	options, kept, err := relying.BeginRegistration(passkey.User{Handle: handle, Name: c.Email, DisplayName: data.Name}, nil)
	if err != nil {
		return nil, "", err
	}
	secret, err = s.keepCeremony(ctx, ForPasskey, "", ceremony{Kept: kept, Signup: c.ID, Handle: handle})
	return options, secret, err
}

// signupPasskey finishes a ceremony begun for that sign-up; handle becomes the account's. The ceremony
// is not used up: a mistyped code must not cost the person another gesture, and the sign-up itself
// serves once.
func (s *Service) signupPasskey(ctx context.Context, signup, secret string, response json.RawMessage) (handle []byte, key Passkey, err error) {
	relying, err := s.passkeys()
	if err != nil {
		return nil, key, err
	}
	_, c, err := s.readCeremony(ctx, ForPasskey, "", secret, fault.Invalid)
	if err != nil {
		return nil, key, err
	}
	if c.Signup != signup {
		return nil, key, fault.New(fault.Invalid, "passkey_expired")
	}
	made, err := relying.FinishRegistration(passkey.User{Handle: c.Handle, Name: "-"}, c.Kept, response)
	if err != nil {
		return nil, key, err
	}
	key, err = kept("", made)
	return c.Handle, key, err
}
