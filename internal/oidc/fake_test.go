// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"maillage/internal/oidc"
)

const (
	clientID = "maillage"
	secret   = "a secret of more than thirty-two bytes"
	callback = "https://collective.example/login/fake/callback"
	access   = "the-access-token"
	person   = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
)

type claims = map[string]any

// fakeIdP is a provider that says whatever a test has it say. What it says by default is right.
type fakeIdP struct {
	mu       sync.Mutex // held while it answers
	t        *testing.T
	server   *httptest.Server
	issuer   string
	rsa      *rsa.PrivateKey
	stranger *rsa.PrivateKey // published by nobody
	ec       *ecdsa.PrivateKey
	at       time.Time // the clock of both sides

	alg      string                // of both tokens: RS256, ES256, HS256
	nonce    string                // of the flow under way
	metadata func(claims)          // changes the discovery document
	idToken  func(claims)          // changes the id_token's claims
	userinfo func(claims)          // changes the userinfo's claims
	seal     func(claims) string   // signs the id_token, when the test does it itself
	answer   http.HandlerFunc      // replaces the userinfo's answer
	token    http.HandlerFunc      // replaces the token's answer
	signed   bool                  // userinfo is application/jwt
	asked    map[string]int        // requests, by path
	form     url.Values            // of the last token request
	basic    string                // its client, by Basic
	infoSeal func(c claims) string // signs the userinfo, when the test does it itself
}

func newFake(t *testing.T) *fakeIdP {
	t.Helper()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return (&fakeIdP{rsa: rsaKey(t), stranger: rsaKey(t), ec: ec}).again(t)
}

// again is another provider, with the same keys: they take time to make.
func (f *fakeIdP) again(t *testing.T) *fakeIdP {
	t.Helper()
	f = &fakeIdP{
		t: t, alg: "RS256", at: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), asked: map[string]int{},
		rsa: f.rsa, stranger: f.stranger, ec: f.ec, signed: true,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", f.serveMetadata)
	mux.HandleFunc("GET /jwks", f.serveKeys)
	mux.HandleFunc("POST /token", f.serveToken)
	mux.HandleFunc("GET /userinfo", f.serveUserinfo)
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.asked[r.URL.Path]++
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.server.Close)
	f.issuer = f.server.URL
	return f
}

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// dies has it cut each connection, or answer again. A cut connection orders nothing between it and the
// test, hence the lock.
func (f *fakeIdP) dies(dead bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.metadata = nil
	if dead {
		f.metadata = func(claims) { panic(http.ErrAbortHandler) }
	}
}

// config is that of a profile at this provider.
func (f *fakeIdP) config(profile string) oidc.Config {
	return oidc.Config{
		Key: "fake", Title: "Fake", Profile: profile, Issuer: f.issuer, ClientID: clientID, ClientSecret: secret,
		RedirectURL: callback, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
}

func (f *fakeIdP) provider(cfg oidc.Config) *oidc.Provider {
	f.t.Helper()
	p, err := oidc.New(cfg, func() time.Time { return f.at })
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(p.Close)
	return p
}

// login goes through a whole login and returns what Finish does. edit changes the answer's parameters.
func (f *fakeIdP) login(p *oidc.Provider, edit func(url.Values)) (oidc.Identity, error) {
	f.t.Helper()
	_, flow, err := p.Start(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	f.nonce = flow.Nonce
	query := url.Values{"code": {"the-code"}, "state": {flow.State}}
	if edit != nil {
		edit(query)
	}
	return p.Finish(f.t.Context(), flow, query)
}

func (f *fakeIdP) serveMetadata(w http.ResponseWriter, _ *http.Request) {
	doc := claims{
		"issuer": f.issuer, "authorization_endpoint": f.issuer + "/authorize", "token_endpoint": f.issuer + "/token",
		"userinfo_endpoint": f.issuer + "/userinfo", "jwks_uri": f.issuer + "/jwks",
		"end_session_endpoint":                  f.issuer + "/session/end",
		"id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"},
	}
	if f.metadata != nil {
		f.metadata(doc)
	}
	f.write(w, "application/json", doc)
}

func (f *fakeIdP) serveKeys(w http.ResponseWriter, _ *http.Request) {
	point, err := f.ec.PublicKey.Bytes() // 4, x, y
	if err != nil {
		f.t.Error(err)
	}
	f.write(w, "application/json", claims{"keys": []claims{
		{"kty": "RSA", "kid": "rsa", "use": "sig", "n": b64(f.rsa.N.Bytes()), "e": b64(big.NewInt(int64(f.rsa.E)).Bytes())},
		{"kty": "EC", "kid": "ec", "use": "sig", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])},
	}})
}

func (f *fakeIdP) serveToken(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		f.t.Error(err)
	}
	f.form = maps.Clone(r.PostForm)
	f.basic, _, _ = r.BasicAuth()
	if f.token != nil {
		f.token(w, r)
		return
	}
	sum := sha256.Sum256([]byte(access))
	c := claims{
		"iss": f.issuer, "sub": person, "aud": clientID, "exp": f.at.Add(time.Minute).Unix(), "iat": f.at.Unix(),
		"nonce": f.nonce, "at_hash": b64(sum[:16]), "acr": "eidas1", "amr": []string{"pwd"},
	}
	if f.idToken != nil {
		f.idToken(c)
	}
	seal := f.seal
	if seal == nil {
		seal = f.seals
	}
	f.write(w, "application/json", claims{
		"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": seal(c),
	})
}

func (f *fakeIdP) serveUserinfo(w http.ResponseWriter, r *http.Request) {
	if got := r.Header.Get("Authorization"); got != "Bearer "+access {
		f.t.Errorf("userinfo is asked with %q", got)
	}
	if f.answer != nil {
		f.answer(w, r)
		return
	}
	c := claims{
		"sub": person, "given_name": "Ana", "usual_name": "Le Goff", "family_name": "Legoff", "email": "ana@rennes.example",
		"siret": "21350238800019", "uid": "ana", "idp_id": "71144ab3-ee1a-4401-b7b3-79b44f7daeeb",
		"roles": []string{"agent_public", "agent_public_territorial"},
	}
	if f.userinfo != nil {
		f.userinfo(c)
	}
	if !f.signed {
		f.write(w, "application/json", c)
		return
	}
	seal := f.infoSeal
	if seal == nil {
		seal = f.seals
	}
	w.Header().Set("Content-Type", "application/jwt")
	if _, err := w.Write([]byte(seal(c))); err != nil {
		f.t.Error(err)
	}
}

func (f *fakeIdP) write(w http.ResponseWriter, media string, v any) {
	w.Header().Set("Content-Type", media)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		f.t.Error(err)
	}
}

// seals signs claims as the provider does.
func (f *fakeIdP) seals(c claims) string {
	switch f.alg {
	case "ES256":
		return f.jwt(c, "ES256", "ec", func(in []byte) []byte {
			r, s, err := ecdsa.Sign(rand.Reader, f.ec, digest(in))
			if err != nil {
				f.t.Error(err)
			}
			return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		})
	case "HS256":
		return f.jwt(c, "HS256", "", mac([]byte(secret)))
	default:
		return f.jwt(c, "RS256", "rsa", f.rs256(f.rsa))
	}
}

func (f *fakeIdP) rs256(key *rsa.PrivateKey) func([]byte) []byte {
	return func(in []byte) []byte {
		out, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest(in))
		if err != nil {
			f.t.Error(err)
		}
		return out
	}
}

// jwt is the compact form of claims under a header and a signature.
func (f *fakeIdP) jwt(c claims, alg, kid string, sign func([]byte) []byte) string {
	f.t.Helper()
	header := claims{"alg": alg, "typ": "JWT"}
	if kid != "" {
		header["kid"] = kid
	}
	parts := make([]string, 2)
	for i, v := range []claims{header, c} {
		b, err := json.Marshal(v)
		if err != nil {
			f.t.Error(err)
		}
		parts[i] = b64(b)
	}
	in := parts[0] + "." + parts[1]
	return in + "." + b64(sign([]byte(in)))
}

// publicPEM is the provider's public key in the form that careless programmes take for a secret.
func (f *fakeIdP) publicPEM() []byte {
	der, err := x509.MarshalPKIXPublicKey(&f.rsa.PublicKey)
	if err != nil {
		f.t.Error(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func mac(key []byte) func([]byte) []byte {
	return func(in []byte) []byte {
		h := hmac.New(sha256.New, key)
		_, _ = h.Write(in) // a hash never fails
		return h.Sum(nil)
	}
}

func digest(in []byte) []byte {
	sum := sha256.Sum256(in)
	return sum[:]
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
