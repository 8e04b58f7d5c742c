// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"maillage/internal/fault"
)

// skew is how far ahead of ours a provider's clock may be.
const skew = time.Minute

// maxSubject is the length of a subject (OpenID Connect Core 1.0, section 2).
const maxSubject = 255

// idClaims are the claims of an id_token that are about the login rather than the person.
type idClaims struct {
	Subject  string   `json:"sub"`
	IssuedAt float64  `json:"iat"`
	Nonce    string   `json:"nonce"`
	Party    string   `json:"azp"`
	Hash     string   `json:"at_hash"`
	ACR      string   `json:"acr"`
	AMR      textList `json:"amr"`

	person person
}

// idToken verifies an id_token as section 3.1.3.7 of OpenID Connect Core 1.0 says: its signature by an
// algorithm of our list, issuer, audience, authorized party, times, nonce, and the access token it
// came with.
func (p *Provider) idToken(ctx context.Context, meta *metadata, raw, access, nonce string) (idClaims, error) {
	var c idClaims
	token, err := p.verify(ctx, meta, raw, &oidc.Config{
		ClientID: p.cfg.ClientID, SupportedSigningAlgs: p.cfg.algorithms(), Now: p.now,
	})
	if err != nil {
		return c, err
	}
	if err := token.Claims(&c); err != nil {
		return c, refused(err)
	}
	if err := token.Claims(&c.person); err != nil {
		return c, refused(err)
	}
	sum := sha256.Sum256([]byte(access)) // each algorithm of the list hashes with SHA-256
	hash := base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	for _, check := range []struct {
		fine bool
		what string
	}{
		{subject(c.Subject), "sub"},
		{same(c.Nonce, nonce), "nonce"},
		{c.IssuedAt > 0, "iat is absent"},
		{c.IssuedAt <= float64(p.now().Add(skew).Unix()), "iat is in the future"},
		{c.Party == p.cfg.ClientID || c.Party == "" && len(token.Audience) == 1, "azp"},
		{c.Hash == "" || same(c.Hash, hash), "at_hash"},
	} {
		if !check.fine {
			return c, refused(errors.New("id_token: " + check.what))
		}
	}
	return c, nil
}

// verify has go-oidc verify a JWT. What it would take in its other form (JSON serialization) is refused
// first, and a provider that could not be reached is told from a signature that is wrong.
func (p *Provider) verify(ctx context.Context, meta *metadata, raw string, cfg *oidc.Config) (*oidc.IDToken, error) {
	if strings.Count(raw, ".") != 2 || strings.ContainsAny(raw, "{ \t\r\n") {
		return nil, refused(errors.New("not a JWT in three parts"))
	}
	keys := &witness{KeySet: meta.keys}
	token, err := oidc.NewVerifier(p.cfg.Issuer, keys, cfg).Verify(oidc.ClientContext(ctx, p.client), raw)
	if f, ok := errors.AsType[*fault.Error](keys.err); ok {
		return nil, f
	}
	if err != nil {
		return nil, refused(err)
	}
	return token, nil
}

// witness remembers why a signature was not verified: go-oidc keeps the text only.
type witness struct {
	oidc.KeySet
	err error
}

// VerifySignature implements oidc.KeySet.
func (w *witness) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := w.KeySet.VerifySignature(ctx, jwt)
	w.err = err
	return payload, err
}

// hmacKey verifies HS256 with the client's secret (OpenID Connect Core 1.0, section 10.1), which
// go-oidc does not do. The allow-list holds nothing else when it is used.
type hmacKey string

// VerifySignature implements oidc.KeySet. The algorithm was compared with the list by then.
func (k hmacKey) VerifySignature(_ context.Context, jwt string) ([]byte, error) {
	dot := strings.LastIndexByte(jwt, '.')
	if dot < 0 {
		return nil, errors.New("not a JWT")
	}
	signature, err := base64.RawURLEncoding.DecodeString(jwt[dot+1:])
	if err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	mac := hmac.New(sha256.New, []byte(k))
	_, _ = mac.Write([]byte(jwt[:dot])) // a hash never fails
	if !hmac.Equal(signature, mac.Sum(nil)) {
		return nil, errors.New("the signature is wrong")
	}
	_, payload, _ := strings.Cut(jwt[:dot], ".")
	return base64.RawURLEncoding.DecodeString(payload)
}

// level reports whether the authentication is of a level asked for; any is when none was.
func (p *Provider) level(acr string) bool {
	return len(p.cfg.ACRValues) == 0 || slices.Contains(p.cfg.ACRValues, acr)
}

// subject reports whether a subject may be one: it names an account, and goes into a database.
func subject(s string) bool {
	return s != "" && len(s) <= maxSubject && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// textList is a list of strings that some providers write as one string.
type textList []string

// UnmarshalJSON implements json.Unmarshaler.
func (l *textList) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*l = strings.FieldsFunc(one, func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
		return nil
	}
	return json.Unmarshal(b, (*[]string)(l))
}
