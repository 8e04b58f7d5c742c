// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// authenticator plays a browser and the passkey it holds, both honest. The few bytes of CBOR it says
// are written by hand.
type authenticator struct {
	t       *testing.T
	key     *ecdsa.PrivateKey
	id      []byte
	handle  string
	counter uint32
}

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key := must1(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	id := make([]byte, 16)
	rand.Read(id)
	return &authenticator{t: t, key: key, id: id, counter: 1}
}

// data is authenticator data (Web Authentication §6.1): the person is present and verified.
func (a *authenticator) data(credential []byte) []byte {
	site := sha256.Sum256([]byte("reseau.example"))
	flags := byte(0x05)
	if credential != nil {
		flags |= 0x40
	}
	b := append(site[:], flags)
	return append(binary.BigEndian.AppendUint32(b, a.counter), credential...)
}

func (a *authenticator) client(kind string, options json.RawMessage) []byte {
	a.t.Helper()
	var o struct {
		Challenge string `json:"challenge"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
	}
	must(a.t, json.Unmarshal(options, &o))
	if o.User.ID != "" {
		a.handle = o.User.ID
	}
	return must1(json.Marshal(map[string]any{"type": kind, "challenge": o.Challenge, "origin": "https://reseau.example"}))(a.t)
}

// create answers creation options with the passkey.
func (a *authenticator) create(options json.RawMessage) json.RawMessage {
	a.t.Helper()
	client := a.client("webauthn.create", options)
	point := must1(a.key.PublicKey.Bytes())(a.t)
	var cose bytes.Buffer // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
	cose.Write([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20})
	cose.Write(point[1:33])
	cose.Write([]byte{0x22, 0x58, 0x20})
	cose.Write(point[33:])
	credential := append(make([]byte, 16), 0, byte(len(a.id)))
	data := a.data(append(append(credential, a.id...), cose.Bytes()...))
	object := []byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58")
	object = append(append(object, byte(len(data))), data...)
	return a.answer(map[string]any{"clientDataJSON": text64(client), "attestationObject": text64(object)})
}

// get answers request options with a signature, and counts it.
func (a *authenticator) get(options json.RawMessage) json.RawMessage {
	a.t.Helper()
	a.counter++
	client, data := a.client("webauthn.get", options), a.data(nil)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature := must1(ecdsa.SignASN1(rand.Reader, a.key, digest[:]))(a.t)
	return a.answer(map[string]any{"clientDataJSON": text64(client), "authenticatorData": text64(data),
		"signature": text64(signature), "userHandle": a.handle})
}

func (a *authenticator) answer(response map[string]any) json.RawMessage {
	a.t.Helper()
	return must1(json.Marshal(map[string]any{"id": text64(a.id), "rawId": text64(a.id), "type": "public-key",
		"clientExtensionResults": map[string]any{}, "response": response}))(a.t)
}

func text64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
