// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package passkey_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// Flags of authenticator data (Web Authentication §6.1).
const (
	present  = 1 << 0
	verified = 1 << 2
	eligible = 1 << 3
	backedUp = 1 << 4
	attested = 1 << 6
)

// authenticator plays the browser and the authenticator of one passkey, honest until told otherwise.
type authenticator struct {
	t       testing.TB
	key     crypto.Signer
	cose    []byte
	id      []byte
	handle  []byte
	counter uint32

	// What it says, for tests that make it lie.
	origin     string
	rpID       string
	flags      byte
	challenge  string // instead of the one asked
	crossSite  bool
	ceremony   string // instead of the right type
	format     string
	statement  map[string]any
	transports []string
	outputs    map[string]any
}

func newAuthenticator(t testing.TB) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	a := &authenticator{t: t, origin: origin, rpID: host, flags: present | verified, format: "none",
		statement: map[string]any{}, transports: []string{"internal"}, outputs: map[string]any{}, id: make([]byte, 20)}
	rand.Read(a.id)
	a.use(key, map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	return a
}

// use gives it another key, with its COSE form (RFC 9053 §2, §7).
func (a *authenticator) use(key crypto.Signer, cose map[int]any) { a.key, a.cose = key, a.cbor(cose) }

func (a *authenticator) useEd25519() {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	a.use(private, map[int]any{1: 1, 3: -8, -1: 6, -2: []byte(public)})
}

func (a *authenticator) useRSA(bits int) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		a.t.Fatal(err)
	}
	a.use(key, map[int]any{1: 3, 3: -257, -1: key.N.Bytes(), -2: []byte{1, 0, 1}})
}

func (a *authenticator) cbor(v any) []byte {
	mode, err := cbor.CTAP2EncOptions().EncMode()
	if err != nil {
		a.t.Fatal(err)
	}
	body, err := mode.Marshal(v)
	if err != nil {
		a.t.Fatal(err)
	}
	return body
}

// asked is what the authenticator reads of options, of either kind.
type asked struct {
	Challenge string `json:"challenge"`
	User      struct {
		ID string `json:"id"`
	} `json:"user"`
}

func (a *authenticator) read(options json.RawMessage) asked {
	var o asked
	if err := json.Unmarshal(options, &o); err != nil {
		a.t.Fatal(err)
	}
	return o
}

// clientData is what the browser says (§5.8.1).
func (a *authenticator) clientData(ceremony, challenge string) []byte {
	if a.challenge != "" {
		challenge = a.challenge
	}
	if a.ceremony != "" {
		ceremony = a.ceremony
	}
	return a.json(map[string]any{"type": ceremony, "challenge": challenge, "origin": a.origin, "crossOrigin": a.crossSite})
}

func (a *authenticator) json(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		a.t.Fatal(err)
	}
	return body
}

// data is authenticator data (§6.1), with the new credential when it is given.
func (a *authenticator) data(credential []byte) []byte {
	hash := sha256.Sum256([]byte(a.rpID))
	var b bytes.Buffer
	b.Write(hash[:])
	flags := a.flags
	if credential != nil {
		flags |= attested
	}
	b.WriteByte(flags)
	b.Write(binary.BigEndian.AppendUint32(nil, a.counter))
	b.Write(credential)
	return b.Bytes()
}

// create answers creation options with a new passkey.
func (a *authenticator) create(options json.RawMessage) json.RawMessage {
	o := a.read(options)
	handle, err := base64.RawURLEncoding.DecodeString(o.User.ID)
	if err != nil {
		a.t.Fatal(err)
	}
	a.handle = handle
	credential := make([]byte, 16, 200) // the AAGUID, zero
	credential = binary.BigEndian.AppendUint16(credential, uint16(len(a.id)))
	credential = append(append(credential, a.id...), a.cose...)
	object := a.cbor(map[string]any{"fmt": a.format, "attStmt": a.statement, "authData": a.data(credential)})
	return a.json(map[string]any{
		"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "clientExtensionResults": a.outputs,
		"response": map[string]any{"clientDataJSON": b64(a.clientData("webauthn.create", o.Challenge)),
			"attestationObject": b64(object), "transports": a.transports},
	})
}

// get answers request options with a signature.
func (a *authenticator) get(options json.RawMessage) json.RawMessage {
	client, data := a.clientData("webauthn.get", a.read(options).Challenge), a.data(nil)
	hash := sha256.Sum256(client)
	return a.json(map[string]any{
		"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "clientExtensionResults": a.outputs,
		"response": map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data),
			"signature": b64(a.sign(append(data, hash[:]...))), "userHandle": b64(a.handle)},
	})
}

func (a *authenticator) sign(message []byte) []byte {
	var signature []byte
	var err error
	if _, pure := a.key.(ed25519.PrivateKey); pure {
		signature, err = a.key.Sign(rand.Reader, message, crypto.Hash(0))
	} else {
		digest := sha256.Sum256(message)
		signature, err = a.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	}
	if err != nil {
		a.t.Fatal(err)
	}
	return signature
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
