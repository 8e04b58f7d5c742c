// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package passkey

import (
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"
)

// User is the person a passkey is for, as their authenticator is told.
type User struct {
	// Handle tells accounts apart and nothing else: HandleSize random bytes, drawn once for the
	// account by NewHandle. It is never the e-mail, since whoever holds the authenticator may read
	// it (Web Authentication §14.6.1).
	Handle []byte
	// Name is what the person recognises the account by, such as their e-mail.
	Name string
	// DisplayName is what they are called; Name when empty.
	DisplayName string
}

// NewHandle returns a user handle for a new account.
func NewHandle() []byte {
	handle := make([]byte, HandleSize)
	rand.Read(handle) //nolint:errcheck // never fails, crypto/rand says
	return handle
}

// Credential is one passkey as the site keeps it. Nothing in it is secret: the private key never
// leaves the authenticator. ID must be unique among all accounts (Web Authentication §7.1, step 26):
// it is the caller's to refuse one that another account has.
type Credential struct {
	ID        []byte `json:"id"`
	PublicKey []byte `json:"public_key"` // COSE_Key (RFC 9052 §7)
	AAGUID    []byte `json:"aaguid"`     // make and model, 16 bytes; often zero, and never proven
	// SignCount is the authenticator's counter at its last use; 0 for ever when it has none, as the
	// passkeys that several devices share.
	SignCount uint32 `json:"sign_count"`
	// Transports are how the browser reaches the authenticator, for its next question.
	Transports []string `json:"transports,omitempty"`
	// BackupEligible passkeys may be copied to other devices of the person; BackedUp ones have been.
	BackupEligible bool      `json:"backup_eligible"`
	BackedUp       bool      `json:"backed_up"`
	Created        time.Time `json:"created"`
	Label          string    `json:"label,omitempty"` // the caller's: the person's own name for it
}

// transports are those of Web Authentication §5.8.4; a browser may send any word.
var transports = []string{"usb", "nfc", "ble", "smart-card", "hybrid", "internal"}

// person shows a User and their passkeys to the library.
type person struct {
	user        User
	credentials []Credential
}

func (p person) WebAuthnID() []byte   { return p.user.Handle }
func (p person) WebAuthnName() string { return p.user.Name }
func (p person) WebAuthnDisplayName() string {
	if p.user.DisplayName == "" {
		return p.user.Name
	}
	return p.user.DisplayName
}

func (p person) WebAuthnCredentials() []webauthn.Credential {
	all := make([]webauthn.Credential, 0, len(p.credentials))
	for _, c := range p.credentials {
		all = append(all, c.library())
	}
	return all
}

func (c Credential) library() webauthn.Credential {
	lib := webauthn.Credential{
		ID: c.ID, PublicKey: c.PublicKey,
		AttestationFormat: string(protocol.AttestationFormatNone),
		Authenticator:     webauthn.Authenticator{AAGUID: c.AAGUID, SignCount: c.SignCount},
		Flags: webauthn.CredentialFlags{UserPresent: true, UserVerified: true,
			BackupEligible: c.BackupEligible, BackupState: c.BackedUp},
	}
	for _, t := range c.Transports {
		lib.Transport = append(lib.Transport, protocol.AuthenticatorTransport(t))
	}
	return lib
}

func fromLibrary(lib *webauthn.Credential, now time.Time) Credential {
	c := Credential{
		ID: lib.ID, PublicKey: lib.PublicKey, AAGUID: lib.Authenticator.AAGUID,
		SignCount:      lib.Authenticator.SignCount,
		BackupEligible: lib.Flags.BackupEligible, BackedUp: lib.Flags.BackupState,
		Created: now.UTC(),
	}
	for _, t := range lib.Transport {
		if s := string(t); slices.Contains(transports, s) && !slices.Contains(c.Transports, s) {
			c.Transports = append(c.Transports, s)
		}
	}
	return c
}

// Limits of a new passkey. An id has at most 1,023 bytes (Web Authentication §4, Credential ID); an
// RSA key is strong enough, and no stranger makes us compute with a giant.
const (
	maxID   = 1023
	minRSA  = 2048 // bits
	maxRSA  = 4096
	maxKey  = 1 << 10 // bytes of a COSE_Key
	aaguids = 16      // bytes of an AAGUID
)

// checkKey refuses a passkey that could not be used, or not safely, although its form is right.
// Without attestation nothing was signed with the key yet.
func checkKey(id, key, aaguid []byte) error {
	if len(id) == 0 || len(id) > maxID {
		return fmt.Errorf("a credential id of %d bytes", len(id))
	}
	if len(key) > maxKey {
		return fmt.Errorf("a public key of %d bytes", len(key))
	}
	if len(aaguid) != aaguids {
		return fmt.Errorf("an AAGUID of %d bytes", len(aaguid))
	}
	parsed, err := webauthncose.ParsePublicKey(key)
	if err != nil {
		return fmt.Errorf("public key: %w", err)
	}
	switch k := parsed.(type) {
	case webauthncose.EC2PublicKeyData:
		return checkP256(k)
	case webauthncose.OKPPublicKeyData:
		if k.Algorithm != int64(webauthncose.AlgEdDSA) || k.Curve != int64(webauthncose.Ed25519) || len(k.XCoord) != 32 {
			return errors.New("not an Ed25519 key")
		}
	case webauthncose.RSAPublicKeyData:
		bits := new(big.Int).SetBytes(k.Modulus).BitLen()
		if k.Algorithm != int64(webauthncose.AlgRS256) || bits < minRSA || bits > maxRSA {
			return fmt.Errorf("an RSA key of %d bits for algorithm %d", bits, k.Algorithm)
		}
	default:
		return fmt.Errorf("a public key of kind %T", parsed)
	}
	return nil
}

func checkP256(k webauthncose.EC2PublicKeyData) error {
	const size = 32
	if k.Algorithm != int64(webauthncose.AlgES256) || k.Curve != int64(webauthncose.P256) || len(k.XCoord) != size || len(k.YCoord) != size {
		return errors.New("not a P-256 key")
	}
	// SEC 1 §2.3.4, uncompressed; the standard library refuses a point that is not on the curve.
	if _, err := ecdh.P256().NewPublicKey(slices.Concat([]byte{4}, k.XCoord, k.YCoord)); err != nil {
		return fmt.Errorf("P-256 key: %w", err)
	}
	return nil
}
