// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"maillage/internal/fault"
	"maillage/internal/passkey"
	"maillage/internal/text"
)

// ceremonyData is what a passkey ceremony needs between its two halves.
type ceremonyData struct {
	Kept   json.RawMessage `json:"kept"`
	Signup string          `json:"signup,omitempty"` // the sign-up it is for
	Handle []byte          `json:"handle,omitempty"` // of the account to come
}

// passkeys returns the relying party, or fault.Unavailable where browsers have no passkeys.
func (s *Service) passkeys() (*passkey.Relying, error) {
	if s.cfg.Passkeys == nil {
		return nil, fault.New(fault.Unavailable, "passkeys_unavailable")
	}
	return s.cfg.Passkeys, nil
}

// keepCeremony keeps the first half of a ceremony.
func (s *Service) keepCeremony(ctx context.Context, p Purpose, account AccountID, d ceremonyData) (string, error) {
	data, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("ceremony: %w", err)
	}
	return s.challenge(ctx, p, account, data)
}

// takeCeremony returns the first half, once: it is used whatever the second is worth.
func (s *Service) takeCeremony(ctx context.Context, p Purpose, secret string) (c Challenge, d ceremonyData, err error) {
	if c, err = s.step(ctx, p, secret); err != nil {
		return c, d, fault.New(fault.Invalid, "passkey_expired")
	}
	if err := s.store.UseChallenge(ctx, c.ID, s.clock()); err != nil {
		if fault.Is(err, fault.Missing) {
			err = fault.New(fault.Invalid, "passkey_expired")
		}
		return c, d, err
	}
	return c, d, json.Unmarshal(c.Data, &d)
}

// credentials reads the passkeys an account has.
func (s *Service) credentials(ctx context.Context, id AccountID) ([]passkey.Credential, error) {
	keys, err := s.store.PasskeysOf(ctx, id)
	if err != nil {
		return nil, err
	}
	out := make([]passkey.Credential, 0, len(keys))
	for _, k := range keys {
		var c passkey.Credential
		if err := json.Unmarshal(k.Credential, &c); err != nil {
			return nil, fmt.Errorf("passkey %s: %w", k.ID, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func passkeyUser(a Account) passkey.User {
	return passkey.User{Handle: a.Handle, Name: a.Email, DisplayName: a.Name}
}

// asPasskey returns a credential as it is kept.
func (s *Service) asPasskey(account AccountID, label string, c passkey.Credential) (Passkey, error) {
	c.Label = label
	raw, err := json.Marshal(c)
	if err != nil {
		return Passkey{}, fmt.Errorf("passkey: %w", err)
	}
	return Passkey{ID: base64.RawURLEncoding.EncodeToString(c.ID), Account: account, Label: label, Credential: raw, CreatedAt: s.clock()}, nil
}

// BeginPasskey returns the options for the browser and the ceremony's secret. The session must be fresh.
func (s *Service) BeginPasskey(ctx context.Context, by Actor) (options json.RawMessage, ceremony string, err error) {
	if err := s.freshFactor(ctx, by); err != nil {
		return nil, "", err
	}
	relying, err := s.passkeys()
	if err != nil {
		return nil, "", err
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	if err != nil {
		return nil, "", err
	}
	have, err := s.credentials(ctx, a.ID)
	if err != nil {
		return nil, "", err
	}
	options, kept, err := relying.BeginRegistration(passkeyUser(a), have)
	if err != nil {
		return nil, "", err
	}
	ceremony, err = s.keepCeremony(ctx, ForPasskey, a.ID, ceremonyData{Kept: kept})
	return options, ceremony, err
}

// FinishPasskey keeps the passkey under that label, and makes the session strong.
func (s *Service) FinishPasskey(ctx context.Context, by Actor, ceremony, label string, response json.RawMessage) (in SignedIn, key Passkey, err error) {
	if err := s.freshFactor(ctx, by); err != nil {
		return in, key, err
	}
	relying, err := s.passkeys()
	if err != nil {
		return in, key, err
	}
	label, code := text.CheckName(label, 100)
	if code != "" {
		return in, key, fault.OnField("label", code)
	}
	c, d, err := s.takeCeremony(ctx, ForPasskey, ceremony)
	if err != nil {
		return in, key, err
	}
	if c.Account != by.Account {
		return in, key, fault.New(fault.Invalid, "passkey_expired")
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	if err != nil {
		return in, key, err
	}
	credential, err := relying.FinishRegistration(passkeyUser(a), d.Kept, response)
	if err != nil {
		return in, key, err
	}
	if key, err = s.asPasskey(a.ID, label, credential); err != nil {
		return in, key, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.SavePasskey(ctx, key); err != nil {
			return err
		}
		if err := s.tellFactor(ctx, a.ID, "passkey_added"); err != nil {
			return err
		}
		in, err = s.rotate(ctx, by, func(session *Session) { session.Strong, session.ProvedAt = true, s.clock() })
		return err
	})
	return in, key, err
}

// RemovePasskey takes a passkey off; refused when nothing else opens the account ("last_way_in"), or
// when an office would be left without a second factor.
func (s *Service) RemovePasskey(ctx context.Context, by Actor, _ Visit, id string) error {
	if err := s.freshFactor(ctx, by); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, by.Account)
		if err != nil {
			return err
		}
		if err := s.store.DropPasskey(ctx, a.ID, id); err != nil {
			return err
		}
		if err := s.opens(ctx, a); err != nil {
			return err
		}
		return s.tellFactor(ctx, a.ID, "passkey_removed")
	})
}

// opens returns fault.Conflict when nothing opens an account any more, or its office.
func (s *Service) opens(ctx context.Context, a Account) error {
	keys, err := s.store.PasskeysOf(ctx, a.ID)
	if err != nil || len(keys) > 0 {
		return err
	}
	_, err = s.store.TOTPOf(ctx, a.ID)
	if err != nil && !fault.Is(err, fault.Missing) {
		return err
	}
	if a.Entrusted() && err != nil {
		return fault.New(fault.Conflict, "second_factor_needed")
	}
	ids, err := s.store.IdentitiesOf(ctx, a.ID)
	if err == nil && a.Password == "" && len(ids) == 0 {
		err = fault.New(fault.Conflict, "last_way_in")
	}
	return err
}

// BeginSignupPasskey is BeginPasskey for a sign-up under way, by its browser's secret or its link.
func (s *Service) BeginSignupPasskey(ctx context.Context, signup string) (options json.RawMessage, ceremony string, err error) {
	relying, err := s.passkeys()
	if err != nil {
		return nil, "", err
	}
	c, data, err := s.openSignup(ctx, forSignupBrowser, signup)
	if fault.Is(err, fault.Missing) {
		c, data, err = s.openSignup(ctx, ForSignup, signup)
	}
	if err != nil {
		return nil, "", err
	}
	user := passkey.User{Handle: passkey.NewHandle(), Name: c.Email, DisplayName: data.Name}
	options, kept, err := relying.BeginRegistration(user, nil)
	if err != nil {
		return nil, "", err
	}
	ceremony, err = s.keepCeremony(ctx, ForPasskey, "", ceremonyData{Kept: kept, Signup: c.ID, Handle: user.Handle})
	return options, ceremony, err
}

// signupPasskey finishes a ceremony begun for that sign-up; handle becomes the account's.
func (s *Service) signupPasskey(ctx context.Context, signup Challenge, ceremony string, response json.RawMessage) (handle []byte, key Passkey, err error) {
	relying, err := s.passkeys()
	if err != nil {
		return nil, key, err
	}
	// Read and not used up: a mistyped code must not cost the person another gesture, and the sign-up
	// itself serves once.
	c, err := s.step(ctx, ForPasskey, ceremony)
	if err != nil {
		return nil, key, fault.New(fault.Invalid, "passkey_expired")
	}
	var d ceremonyData
	if err := json.Unmarshal(c.Data, &d); err != nil {
		return nil, key, fmt.Errorf("ceremony: %w", err)
	}
	if d.Signup != signup.ID {
		return nil, key, fault.New(fault.Invalid, "passkey_expired")
	}
	var data signupData
	if err := json.Unmarshal(signup.Data, &data); err != nil {
		return nil, key, fmt.Errorf("sign-up: %w", err)
	}
	credential, err := relying.FinishRegistration(passkey.User{Handle: d.Handle, Name: signup.Email, DisplayName: data.Name}, d.Kept, response)
	if err != nil {
		return nil, key, err
	}
	key, err = s.asPasskey("", "", credential)
	return d.Handle, key, err
}

// BeginPasskeySignIn returns the options for the browser and the ceremony's secret.
func (s *Service) BeginPasskeySignIn(ctx context.Context) (options json.RawMessage, ceremony string, err error) {
	relying, err := s.passkeys()
	if err != nil {
		return nil, "", err
	}
	options, kept, err := relying.BeginLogin()
	if err != nil {
		return nil, "", err
	}
	ceremony, err = s.keepCeremony(ctx, ForPasskeyLogin, "", ceremonyData{Kept: kept})
	return options, ceremony, err
}

// FinishPasskeySignIn opens a strong session. It returns the same whatever is wrong with the account.
func (s *Service) FinishPasskeySignIn(ctx context.Context, v Visit, ceremony string, response json.RawMessage) (SignedIn, error) {
	relying, err := s.passkeys()
	if err != nil {
		return SignedIn{}, err
	}
	name := s.keys.counter("address", network(v.Address))
	if err := s.take(ctx, name, AddressLimit()); err != nil {
		return SignedIn{}, err
	}
	_, d, err := s.takeCeremony(ctx, ForPasskeyLogin, ceremony)
	if err != nil {
		return SignedIn{}, err
	}
	var account Account
	handle, used, err := relying.FinishLogin(d.Kept, response, func(handle, _ []byte) (passkey.User, []passkey.Credential, error) {
		a, err := s.store.AccountByHandle(ctx, handle)
		if err == nil && a.State != Active {
			err = fault.New(fault.Missing, "missing")
		}
		if err != nil {
			return passkey.User{}, nil, err
		}
		account = a
		keys, err := s.credentials(ctx, a.ID)
		return passkeyUser(a), keys, err
	})
	if err != nil {
		return SignedIn{}, err
	}
	if !bytes.Equal(handle, account.Handle) {
		return SignedIn{}, fault.New(fault.Anonymous, "passkey_refused")
	}
	if err := s.usedPasskey(ctx, account.ID, used); err != nil {
		return SignedIn{}, err
	}
	if err := s.store.SucceedAttempt(ctx, name); err != nil {
		return SignedIn{}, err
	}
	return s.open(ctx, v, account, "passkey", true)
}

// usedPasskey keeps a passkey's counter, which only goes forward.
func (s *Service) usedPasskey(ctx context.Context, id AccountID, used passkey.Credential) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.store.LockAccount(ctx, id); err != nil {
			return err
		}
		keys, err := s.store.PasskeysOf(ctx, id)
		if err != nil {
			return err
		}
		want := base64.RawURLEncoding.EncodeToString(used.ID)
		for _, k := range keys {
			if k.ID != want {
				continue
			}
			var stored passkey.Credential
			if err := json.Unmarshal(k.Credential, &stored); err != nil {
				return fmt.Errorf("passkey: %w", err)
			}
			if stored.SignCount > 0 && stored.SignCount >= used.SignCount {
				return fault.New(fault.Anonymous, "passkey_cloned") // another sign-in went by meanwhile
			}
			used.Label = k.Label
			if k.Credential, err = json.Marshal(used); err != nil {
				return fmt.Errorf("passkey: %w", err)
			}
			k.UsedAt = s.clock()
			return s.store.SavePasskey(ctx, k)
		}
		return fault.New(fault.Anonymous, "passkey_refused")
	})
}
