// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package passkey_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/fault"
	"maillage/internal/passkey"
)

const (
	host   = "catalogue.example"
	origin = "https://catalogue.example"
)

// site is a relying party with one account, as a caller would keep it.
type site struct {
	t testing.TB
	*passkey.Relying
	now     time.Time
	user    passkey.User
	keys    []passkey.Credential
	lookups int
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{t: t, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
		user: passkey.User{Handle: passkey.NewHandle(), Name: "ana@mairie.example", DisplayName: "Ana"}}
	cfg, err := passkey.ForSite("Alpes Numérique Libre", origin+"/")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Now = func() time.Time { return s.now }
	if s.Relying, err = passkey.New(cfg); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) find(handle, id []byte) (passkey.User, []passkey.Credential, error) {
	s.lookups++
	if !bytes.Equal(handle, s.user.Handle) {
		return passkey.User{}, nil, fault.New(fault.Missing, "not_found")
	}
	return s.user, s.keys, nil
}

func (s *site) beginRegistration() (json.RawMessage, []byte) {
	s.t.Helper()
	options, kept, err := s.BeginRegistration(s.user, s.keys)
	if err != nil {
		s.t.Fatal(err)
	}
	return options, kept
}

func (s *site) beginLogin() (json.RawMessage, []byte) {
	s.t.Helper()
	options, kept, err := s.BeginLogin()
	if err != nil {
		s.t.Fatal(err)
	}
	return options, kept
}

// register registers the authenticator's passkey, which must succeed.
func (s *site) register(a *authenticator) passkey.Credential {
	s.t.Helper()
	options, kept := s.beginRegistration()
	made, err := s.FinishRegistration(s.user, kept, a.create(options))
	if err != nil {
		s.t.Fatal(err)
	}
	s.keys = append(s.keys, made)
	return made
}

// wantRefusal checks the kind and the code, and that nothing of the library is public.
func wantRefusal(t testing.TB, err error, kind fault.Kind, code string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != kind || e.Code != code || len(e.Fields) > 0 {
		t.Errorf("got %v, want %s (%v)", err, code, kind)
	}
}

func TestTheOptionsAskForADiscoverablePasskeyOfAVerifiedPerson(t *testing.T) {
	s := newSite(t)
	known := s.register(newAuthenticator(t))
	options, _ := s.beginRegistration()
	var got map[string]any
	if err := json.Unmarshal(options, &got); err != nil {
		t.Fatal(err)
	}
	if challenge, _ := got["challenge"].(string); len(challenge) < 43 {
		t.Errorf("challenge %q: want 32 bytes", challenge)
	}
	delete(got, "challenge")
	want := map[string]any{
		"rp":   map[string]any{"id": host, "name": "Alpes Numérique Libre"},
		"user": map[string]any{"id": b64(s.user.Handle), "name": "ana@mairie.example", "displayName": "Ana"},
		"pubKeyCredParams": []any{map[string]any{"type": "public-key", "alg": -7.0},
			map[string]any{"type": "public-key", "alg": -8.0}, map[string]any{"type": "public-key", "alg": -257.0}},
		"timeout": 300000.0, "attestation": "none",
		"authenticatorSelection": map[string]any{"residentKey": "required", "requireResidentKey": true, "userVerification": "required"},
		"excludeCredentials":     []any{map[string]any{"type": "public-key", "id": b64(known.ID), "transports": []any{"internal"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("creation options (-want +got):\n%s", diff)
	}
	options, _ = s.beginLogin()
	got = nil
	if err := json.Unmarshal(options, &got); err != nil {
		t.Fatal(err)
	}
	delete(got, "challenge")
	want = map[string]any{"rpId": host, "timeout": 300000.0, "userVerification": "required"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request options (-want +got):\n%s", diff)
	}
}

func TestAPasskeyIsRegisteredAndLogsIn(t *testing.T) {
	for name, use := range map[string]func(*authenticator){
		"ES256": func(*authenticator) {},
		"EdDSA": (*authenticator).useEd25519,
		"RS256": func(a *authenticator) { a.useRSA(2048) },
	} {
		t.Run(name, func(t *testing.T) {
			s, a := newSite(t), newAuthenticator(t)
			use(a)
			a.flags |= eligible
			made := s.register(a)
			want := passkey.Credential{ID: a.id, PublicKey: a.cose, AAGUID: make([]byte, 16), Transports: []string{"internal"},
				BackupEligible: true, Created: s.now}
			if diff := cmp.Diff(want, made); diff != "" {
				t.Errorf("credential (-want +got):\n%s", diff)
			}
			a.flags |= backedUp
			a.counter = 7
			options, kept := s.beginLogin()
			handle, used, err := s.FinishLogin(kept, a.get(options), s.find)
			if err != nil {
				t.Fatal(err)
			}
			want.SignCount, want.BackedUp = 7, true
			if diff := cmp.Diff(want, used); diff != "" || !bytes.Equal(handle, s.user.Handle) {
				t.Errorf("handle %x, passkey used (-want +got):\n%s", handle, diff)
			}
		})
	}
}

func TestACredentialIsTheSameAfterJSON(t *testing.T) {
	s, a := newSite(t), newAuthenticator(t)
	made := s.register(a)
	made.Label = "Téléphone"
	body, err := json.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	var back passkey.Credential
	if err := json.Unmarshal(body, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made, back); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.keys = []passkey.Credential{back}
	options, kept := s.beginLogin()
	if _, used, err := s.FinishLogin(kept, a.get(options), s.find); err != nil || used.Label != "Téléphone" {
		t.Errorf("%q, %v", used.Label, err)
	}
}

func TestASiteWithoutPasskeysIsToldWhy(t *testing.T) {
	for _, base := range []string{"http://catalogue.example", "https://192.0.2.1", "https://[2001:db8::1]", "https://intranet", "catalogue.example",
		"ftp://catalogue.example", "", "https://région.example", "http://localhost.example"} {
		cfg, err := passkey.ForSite("Maillage", base)
		if err == nil {
			t.Errorf("%q is accepted: %+v", base, cfg)
		}
	}
	for base, want := range map[string]string{
		"https://Catalogue.example/":              "https://catalogue.example",
		"https://catalogue.example:443":           "https://catalogue.example",
		"https://catalogue.example:8443/maillage": "https://catalogue.example:8443",
		"http://localhost:8080":                   "http://localhost:8080",
		"https://xn--rgion-bsa.example":           "https://xn--rgion-bsa.example",
	} {
		cfg, err := passkey.ForSite("Maillage", base)
		if err != nil || cfg.Origins[0] != want {
			t.Errorf("%q: %v, %v", base, cfg.Origins, err)
		}
		if _, err := passkey.New(cfg); err != nil {
			t.Errorf("%q: %v", base, err)
		}
	}
	for _, cfg := range []passkey.Config{
		{ID: host, Name: "Maillage"},
		{ID: host, Origins: []string{origin}},
		{ID: host, Name: "Maillage", Origins: []string{"https://notcatalogue.example"}},
		{ID: host, Name: "Maillage", Origins: []string{origin + "/"}},
		{ID: host, Name: "Maillage", Origins: []string{"https://user@catalogue.example"}},
	} {
		if _, err := passkey.New(cfg); err == nil {
			t.Errorf("accepted: %+v", cfg)
		}
	}
}

func TestAnEmailIsNoHandle(t *testing.T) {
	s := newSite(t)
	for _, user := range []passkey.User{
		{Handle: []byte("ana@mairie.example"), Name: "ana@mairie.example"}, {Name: "ana"}, {Handle: passkey.NewHandle()},
	} {
		if _, _, err := s.BeginRegistration(user, nil); err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%+v: %v", user, err)
		}
	}
	if a, b := passkey.NewHandle(), passkey.NewHandle(); len(a) != passkey.HandleSize || bytes.Equal(a, b) {
		t.Errorf("handles %x, %x", a, b)
	}
}

func TestOnlyKnownTransportsAreKept(t *testing.T) {
	s, a := newSite(t), newAuthenticator(t)
	a.transports = []string{"hybrid", "carrier-pigeon", "internal", "hybrid", strings.Repeat("x", 5000)}
	if got := s.register(a).Transports; !cmp.Equal(got, []string{"hybrid", "internal"}) {
		t.Errorf("%q", got)
	}
}

// The output of an extension nobody asked for, and an attestation nobody asked for, come from real
// clients: their owners get in.
func TestAChattyClientIsLetIn(t *testing.T) {
	s, a := newSite(t), newAuthenticator(t)
	a.outputs = map[string]any{"credProps": map[string]any{"rk": true}, "example.extension": []int{1}}
	a.format, a.statement = "packed", map[string]any{"alg": -7, "sig": []byte("a signature nobody reads"), "x5c": [][]byte{{1, 2, 3}}}
	s.register(a)
	options, kept := s.beginLogin()
	if _, _, err := s.FinishLogin(kept, a.get(options), s.find); err != nil {
		t.Error(err)
	}
}
