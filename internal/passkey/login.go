// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package passkey

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"maillage/internal/fault"
)

// Find returns the user with that handle and their passkeys. For a user or a passkey that is unknown
// it returns fault.Missing, which the browser is told as any other refusal; other errors come out of
// FinishLogin as they are.
type Find func(userHandle, credentialID []byte) (User, []Credential, error)

// BeginLogin opens a ceremony in which somebody, not known yet, proves that they hold a passkey.
// Options go to the browser, in the form PublicKeyCredential.parseRequestOptionsFromJSON reads; the
// ceremony goes back to FinishLogin, as BeginRegistration says.
func (r *Relying) BeginLogin() (options json.RawMessage, kept []byte, err error) {
	assertion, session, err := r.lib.BeginDiscoverableLogin()
	if err != nil {
		return nil, nil, fmt.Errorf("log in with a passkey: %w", err)
	}
	if options, err = json.Marshal(assertion.Response); err != nil {
		return nil, nil, fmt.Errorf("log in with a passkey: %w", err)
	}
	if kept, err = r.begin(loggingIn, session); err != nil {
		return nil, nil, fmt.Errorf("log in with a passkey: %w", err)
	}
	return options, kept, nil
}

// FinishLogin returns the handle of the user who was proven, and the passkey they used with its
// counter and backup state brought up to date: the caller stores it. Response is what the browser
// made, PublicKeyCredential.toJSON().
//
// It returns fault.Anonymous: passkey_expired when the ceremony is over Lifetime, passkey_refused for
// everything that does not prove, passkey_cloned when the counter did not move forward (Web
// Authentication §6.1.1), in which case the handle and the stored passkey come with the error so that
// the caller may warn; fault.Invalid passkey_missing when the response is empty, and fault.TooLarge
// over ResponseLimit.
func (r *Relying) FinishLogin(kept []byte, response json.RawMessage, find Find) (handle []byte, used Credential, err error) {
	if err := sized(response); err != nil {
		return nil, Credential{}, err
	}
	session, err := r.resume(loggingIn, kept, fault.Anonymous)
	if err != nil {
		return nil, Credential{}, err
	}
	var parsed *protocol.ParsedCredentialAssertionData
	err = guarded(fault.Anonymous, func() error {
		if parsed, err = protocol.ParseCredentialRequestResponseBytes(response); err != nil {
			return err
		}
		if len(parsed.Response.UserHandle) != HandleSize {
			return errors.New("a user handle that is not ours")
		}
		return r.checkOrigin(parsed.Response.CollectedClientData)
	})
	if err != nil {
		return nil, Credential{}, err
	}
	user, credentials, err := find(parsed.Response.UserHandle, parsed.RawID)
	if fault.Is(err, fault.Missing) {
		return nil, Credential{}, refused(fault.Anonymous, err)
	}
	if err != nil {
		return nil, Credential{}, fmt.Errorf("find the owner of a passkey: %w", err)
	}
	used, err = r.prove(person{user, credentials}, session, parsed)
	if err != nil {
		if used.ID != nil {
			return user.Handle, used, err
		}
		return nil, Credential{}, err
	}
	return user.Handle, used, nil
}

// prove verifies the signature and everything it covers. It returns a passkey with the error only
// when its counter did not move forward.
func (r *Relying) prove(who person, session webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData) (Credential, error) {
	var proven *webauthn.Credential
	err := guarded(fault.Anonymous, func() (err error) {
		_, proven, err = r.lib.ValidatePasskeyLogin(
			func(_, _ []byte) (webauthn.User, error) { return who, nil }, session, parsed)
		return err
	})
	if err != nil {
		return Credential{}, err
	}
	for _, c := range who.credentials {
		if !bytes.Equal(c.ID, proven.ID) {
			continue
		}
		if proven.Authenticator.CloneWarning {
			return c, fault.New(fault.Anonymous, "passkey_cloned")
		}
		c.SignCount, c.BackedUp = proven.Authenticator.SignCount, proven.Flags.BackupState
		return c, nil
	}
	return Credential{}, refused(fault.Anonymous, errors.New("the library proved a passkey nobody has"))
}
