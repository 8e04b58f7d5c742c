// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/oidc"
)

// authorize starts a login and returns what the provider would be asked.
func authorize(t *testing.T, p *oidc.Provider) (url.Values, oidc.Flow) {
	t.Helper()
	address, flow, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if len(flow.State) < 32 || len(flow.Nonce) < 32 || flow.State == flow.Nonce {
		t.Errorf("state %q, nonce %q", flow.State, flow.Nonce)
	}
	return u.Query(), flow
}

// ProConnect answers Y000400 to a parameter that is not on its list: these, and no other.
func TestProConnectIsSentTheseParametersAndNoOther(t *testing.T) {
	f := newFake(t)
	got, flow := authorize(t, f.provider(f.config("proconnect")))
	want := url.Values{
		"response_type": {"code"},
		"client_id":     {clientID},
		"redirect_uri":  {callback},
		"scope":         {"openid given_name usual_name email uid siret idp_id roles"},
		"state":         {flow.State},
		"nonce":         {flow.Nonce},
		"claims":        {`{"id_token":{"amr":{"essential":true}}}`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if flow.Verifier != "" {
		t.Error("a verifier without its challenge")
	}
	cfg := f.config("proconnect")
	cfg.Scopes, cfg.ACRValues = []string{"email", "siret"}, []string{"eidas2", "eidas3"}
	got, flow = authorize(t, f.provider(cfg))
	want["state"], want["nonce"], want["scope"] = []string{flow.State}, []string{flow.Nonce}, []string{"openid email siret"}
	want["claims"] = []string{`{"id_token":{"acr":{"essential":true,"values":["eidas2","eidas3"]},"amr":{"essential":true}}}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheOthersAreSentAChallenge(t *testing.T) {
	whole := newFake(t)
	for _, profile := range []string{"lemonldap", "keycloak", "generic"} {
		f := whole.again(t)
		got, flow := authorize(t, f.provider(f.config(profile)))
		want := url.Values{
			"response_type": {"code"}, "client_id": {clientID}, "redirect_uri": {callback},
			"scope": {"openid profile email"}, "state": {flow.State}, "nonce": {flow.Nonce},
			"code_challenge": {b64(digest([]byte(flow.Verifier)))}, "code_challenge_method": {"S256"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", profile, diff)
		}
	}
	f := whole.again(t)
	cfg := f.config("generic")
	cfg.PKCE = "off"
	if got, _ := authorize(t, f.provider(cfg)); got.Has("code_challenge") {
		t.Error("PKCE is off, and sent")
	}
}

func TestNoTwoLoginsShareASecret(t *testing.T) {
	f := newFake(t)
	p := f.provider(f.config("generic"))
	seen := map[string]bool{}
	for range 100 {
		_, flow := authorize(t, p)
		for _, s := range []string{flow.State, flow.Nonce, flow.Verifier} {
			if seen[s] {
				t.Fatal("the same secret twice")
			}
			seen[s] = true
		}
	}
}

func TestEachProfileTellsWhoCameBack(t *testing.T) {
	whole := newFake(t)
	territorial := []string{"agent_public", "agent_public_territorial"}
	for _, c := range []struct {
		profile, alg string
		signed       bool
		family, idp  string
		basic        string
	}{
		{"proconnect", "RS256", true, "Le Goff", "71144ab3-ee1a-4401-b7b3-79b44f7daeeb", ""},
		{"proconnect", "ES256", true, "Le Goff", "71144ab3-ee1a-4401-b7b3-79b44f7daeeb", ""},
		{"proconnect", "HS256", true, "Le Goff", "71144ab3-ee1a-4401-b7b3-79b44f7daeeb", ""},
		{"lemonldap", "RS256", false, "Legoff", "71144ab3-ee1a-4401-b7b3-79b44f7daeeb", clientID},
		{"lemonldap", "ES256", true, "Legoff", "71144ab3-ee1a-4401-b7b3-79b44f7daeeb", clientID},
		{"keycloak", "RS256", false, "Legoff", "agents", clientID},
		{"generic", "ES256", false, "Legoff", "71144ab3-ee1a-4401-b7b3-79b44f7daeeb", clientID},
	} {
		t.Run(c.profile+" "+c.alg, func(t *testing.T) {
			f := whole.again(t)
			f.alg, f.signed = c.alg, c.signed
			f.userinfo = func(u claims) { u["identity_provider"] = "agents" }
			cfg := f.config(c.profile)
			cfg.SigningAlg = c.alg
			who, err := f.login(f.provider(cfg), nil)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(who.IDToken, ".") != 2 {
				t.Errorf("id_token %q", who.IDToken)
			}
			who.IDToken = ""
			want := oidc.Identity{
				Issuer: f.issuer, Subject: person, Email: "ana@rennes.example", GivenName: "Ana", FamilyName: c.family,
				SIRET: "21350238800019", Roles: territorial, IdP: c.idp, ACR: "eidas1", AMR: []string{"pwd"},
			}
			if diff := cmp.Diff(want, who); diff != "" {
				t.Error(diff)
			}
			if f.basic != c.basic || f.form.Has("client_secret") != (c.basic == "") {
				t.Errorf("client %q by Basic, form %v", f.basic, f.form)
			}
			if f.form.Has("code_verifier") == (c.profile == "proconnect") {
				t.Errorf("verifier: %q", f.form.Get("code_verifier"))
			}
		})
	}
}

func TestAnAuthenticationBelowTheLevelIsRefused(t *testing.T) {
	f := newFake(t)
	cfg := f.config("proconnect")
	cfg.ACRValues = []string{"eidas2", "eidas3"}
	p := f.provider(cfg)
	_, err := f.login(p, nil) // eidas1
	wantCode(t, err, "oidc_level_refused")
	f.idToken = func(c claims) { c["acr"] = "eidas2" }
	if _, err := f.login(p, nil); err != nil {
		t.Error(err)
	}
}

// The right azp, a clock a little ahead, no at_hash: all of it is within the standard.
func TestWhatTheStandardAllowsIsAccepted(t *testing.T) {
	f := newFake(t)
	f.idToken = func(c claims) {
		c["aud"], c["azp"], c["iat"] = []string{"another", clientID}, clientID, f.at.Unix()+30
		delete(c, "at_hash")
	}
	f.userinfo = func(c claims) {
		c["aud"], c["iss"], c["exp"] = clientID, f.issuer, f.at.Unix()+60
	}
	if _, err := f.login(f.provider(f.config("proconnect")), nil); err != nil {
		t.Error(err)
	}
}

func TestAnUnsignedUserinfoIsRefusedWhereverASignedOneIsAskedFor(t *testing.T) {
	f := newFake(t)
	f.signed = false
	cfg := f.config("generic")
	cfg.SignedUserinfo = true
	_, err := f.login(f.provider(cfg), nil)
	wantCode(t, err, "oidc_identity_refused")
}

// Without a userinfo the id_token says all there is.
func TestAProviderMayHaveNoUserinfo(t *testing.T) {
	f := newFake(t)
	f.metadata = func(doc claims) { delete(doc, "userinfo_endpoint") }
	f.idToken = func(c claims) {
		c["email"], c["email_verified"], c["given_name"], c["roles"] = "ana@rennes.example", "true", "Ana", "a b"
	}
	who, err := f.login(f.provider(f.config("generic")), nil)
	if err != nil || who.Email != "ana@rennes.example" || !who.EmailVerified || len(who.Roles) != 2 {
		t.Errorf("%+v, %v", who, err)
	}
	_, _, err = f.provider(f.config("proconnect")).Start(t.Context())
	wantCode(t, err, "oidc_misconfigured")
}

// The word "verified" of one document says nothing of the address of the other.
func TestAnAddressIsVerifiedByTheDocumentThatHoldsIt(t *testing.T) {
	f := newFake(t)
	f.idToken = func(c claims) { c["email"], c["email_verified"] = "ana@rennes.example", true }
	f.userinfo = func(c claims) { c["email"] = "mayor@rennes.example" }
	who, err := f.login(f.provider(f.config("proconnect")), nil)
	if err != nil || who.Email != "mayor@rennes.example" || who.EmailVerified {
		t.Errorf("%+v, %v", who, err)
	}
	f.userinfo = func(c claims) { c["email_verified"] = true }
	if who, err = f.login(f.provider(f.config("proconnect")), nil); err != nil || !who.EmailVerified {
		t.Errorf("%+v, %v", who, err)
	}
}
