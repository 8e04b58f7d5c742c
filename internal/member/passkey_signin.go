// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"errors"

	"maillage/internal/fault"
	"maillage/internal/passkey"
)

// BeginPasskeySignIn returns the options for the browser and the ceremony's secret.
func (s *Service) BeginPasskeySignIn(ctx context.Context) (options json.RawMessage, secret string, err error) {
	relying, err := s.passkeys()
	if err != nil {
		return nil, "", err
	}
	options, kept, err := relying.BeginLogin()
	if err != nil {
		return nil, "", err
	}
	secret, err = s.keepCeremony(ctx, ForPasskeyLogin, "", ceremony{Kept: kept})
	return options, secret, err
}

// FinishPasskeySignIn opens a strong session. Each ceremony serves once. It returns fault.Anonymous as
// passkey.Relying.FinishLogin does, in the same way for an account that is disabled, and fault.TooMany
// for a network that failed too often.
func (s *Service) FinishPasskeySignIn(ctx context.Context, v Visit, secret string, response json.RawMessage) (SignedIn, error) {
	relying, err := s.passkeys()
	if err != nil {
		return SignedIn{}, err
	}
	address := s.keys.counter("address", network(v.Address))
	if err := s.take(ctx, address, AddressLimit()); err != nil {
		return SignedIn{}, err
	}
	id, c, err := s.readCeremony(ctx, ForPasskeyLogin, "", secret, fault.Anonymous)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.store.UseChallenge(ctx, id, s.clock()); err != nil {
		return SignedIn{}, missingAs(err, fault.New(fault.Anonymous, "passkey_expired"))
	}
	var owner Account
	var before passkey.Credential
	_, used, err := relying.FinishLogin(c.Kept, response, func(handle, credential []byte) (passkey.User, []passkey.Credential, error) {
		owner, before, err = s.owner(ctx, handle, credential)
		return passkeyUser(owner), []passkey.Credential{before}, err
	})
	if err != nil {
		return SignedIn{}, s.clonedOrNot(ctx, owner, err)
	}
	in, err := s.openSession(ctx, v, owner.ID, opening{Method: "passkey", Strong: true}, func(ctx context.Context, _ *opening) error {
		return s.usePasskey(ctx, owner.ID, before, used)
	})
	if err != nil {
		return SignedIn{}, refusedAs(err, "passkey_refused")
	}
	return in, s.store.SucceedAttempt(ctx, address)
}

// owner finds the active account of a handle and that passkey of it.
func (s *Service) owner(ctx context.Context, handle, credential []byte) (Account, passkey.Credential, error) {
	unknown := fault.New(fault.Missing, "passkey_refused")
	a, err := s.store.AccountByHandle(ctx, handle)
	if err != nil || a.State != Active {
		return a, passkey.Credential{}, missingAs(orMissing(err), unknown)
	}
	all, err := s.credentials(ctx, a.ID)
	if err != nil {
		return a, passkey.Credential{}, err
	}
	for _, c := range all {
		if string(c.ID) == string(credential) {
			return a, c, nil
		}
	}
	return a, passkey.Credential{}, unknown
}

// clonedOrNot notes in the trail a passkey that seems to exist twice; it is refused like the others.
func (s *Service) clonedOrNot(ctx context.Context, owner Account, err error) error {
	if codeOf(err) != "passkey_cloned" || owner.ID == "" {
		return err
	}
	noted := s.store.InTx(ctx, func(ctx context.Context) error {
		return s.audit(ctx, System("sign_in").ID, "passkey_cloned", "account", string(owner.ID), nil)
	})
	return errors.Join(err, noted)
}

// usePasskey writes a passkey's counter, inside a transaction that holds the account. When another
// sign-in has moved it meanwhile, one of two copies was used, or one answer twice.
func (s *Service) usePasskey(ctx context.Context, id AccountID, before, used passkey.Credential) error {
	keys, err := s.store.PasskeysOf(ctx, id)
	if err != nil {
		return err
	}
	for _, k := range keys {
		var c passkey.Credential
		if err := json.Unmarshal(k.Credential, &c); err != nil || string(c.ID) != string(used.ID) {
			continue
		}
		if c.SignCount != before.SignCount && c.SignCount >= used.SignCount {
			return fault.New(fault.Anonymous, "passkey_cloned")
		}
		used.Label = c.Label
		if k.Credential, err = json.Marshal(used); err != nil {
			return err
		}
		k.UsedAt = s.clock()
		return s.store.SavePasskey(ctx, k)
	}
	return fault.New(fault.Anonymous, "passkey_refused") // removed meanwhile
}

// refusedAs says a refusal in the words of the way in.
func refusedAs(err error, code string) error {
	if codeOf(err) == "sign_in_refused" {
		return fault.New(fault.Anonymous, code)
	}
	return err
}
