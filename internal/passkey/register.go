// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package passkey

import (
	"encoding/json"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"maillage/internal/fault"
)

// BeginRegistration opens a ceremony in which a user gets a new passkey. Options go to the browser,
// in the form PublicKeyCredential.parseCreationOptionsFromJSON reads; authenticators that hold one
// of the existing passkeys will decline. The ceremony goes back to FinishRegistration: the caller
// keeps it on the server, for the session that asked, and takes it away before it is used, so that
// it serves once.
func (r *Relying) BeginRegistration(user User, existing []Credential) (options json.RawMessage, kept []byte, err error) {
	if len(user.Handle) != HandleSize || user.Name == "" {
		return nil, nil, fmt.Errorf("register a passkey: a handle of %d bytes, a name of %d", len(user.Handle), len(user.Name))
	}
	who := person{user, existing}
	creation, session, err := r.lib.BeginRegistration(who,
		webauthn.WithCredentialParameters(algorithms()),
		webauthn.WithExclusions(webauthn.Credentials(who.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return nil, nil, fmt.Errorf("register a passkey: %w", err)
	}
	if options, err = json.Marshal(creation.Response); err != nil {
		return nil, nil, fmt.Errorf("register a passkey: %w", err)
	}
	if kept, err = r.begin(registering, session); err != nil {
		return nil, nil, fmt.Errorf("register a passkey: %w", err)
	}
	return options, kept, nil
}

// FinishRegistration returns the new passkey of the user for whom the ceremony was opened. Response
// is what the browser made, PublicKeyCredential.toJSON(). It returns fault.Invalid: passkey_missing
// when the response is empty, passkey_expired when the ceremony is over Lifetime, passkey_refused for
// everything else (another site, another challenge, a person not verified, a key of a kind we did not
// ask for); and fault.TooLarge over ResponseLimit.
//
// The caller must refuse an ID that any account already has, and gives the Label.
func (r *Relying) FinishRegistration(user User, kept []byte, response json.RawMessage) (Credential, error) {
	if err := sized(response); err != nil {
		return Credential{}, err
	}
	session, err := r.resume(registering, kept, fault.Invalid)
	if err != nil {
		return Credential{}, err
	}
	var made Credential
	err = guarded(fault.Invalid, func() error {
		parsed, err := parseCreation(response)
		if err != nil {
			return err
		}
		if err := r.checkOrigin(parsed.Response.CollectedClientData); err != nil {
			return err
		}
		lib, err := r.lib.CreateCredential(person{user: user}, session, parsed)
		if err != nil {
			return err
		}
		made = fromLibrary(lib, r.now())
		return checkKey(made.ID, made.PublicKey, made.AAGUID)
	})
	if err != nil {
		return Credential{}, err
	}
	return made, nil
}

// parseCreation reads a browser's answer to creation options, without its attestation: we asked for
// none and believe none, and a client that sends one all the same is let in like the others. So no
// certificate of a stranger is ever looked at.
func parseCreation(response []byte) (*protocol.ParsedCredentialCreationData, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return nil, err
	}
	object := &parsed.Response.AttestationObject
	object.Format, object.AttStatement, object.SubStatements = string(protocol.AttestationFormatNone), nil, nil
	return parsed, nil
}
