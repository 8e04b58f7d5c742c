// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/oidc"
	"maillage/internal/testkit"
)

const home = "https://collective.example/"

// people are those of the provider.
func people() map[string]map[string]any {
	return map[string]map[string]any{
		"ana": {
			"given_name": "Ana", "family_name": "Legoff", "usual_name": "Le Goff", "email": "ana@rennes.example",
			"email_verified": true, "siret": "21350238800019", "roles": []string{"agent_public", "agent_public_territorial"},
			"uid": "ana", "idp_id": "71144ab3-ee1a-4401-b7b3-79b44f7daeeb",
		},
	}
}

// started starts npm's oidc-provider and returns ours for it.
func started(t *testing.T, profile string, peer testkit.OIDCProvider) *oidc.Provider {
	t.Helper()
	peer.ClientID, peer.ClientSecret, peer.RedirectURL, peer.PostLogoutURL = clientID, secret, callback, home
	peer.People = people()
	cfg := oidc.Config{
		Key: "npm", Profile: profile, Issuer: testkit.StartOIDCProvider(t, peer), ClientID: clientID,
		ClientSecret: secret, RedirectURL: callback, SigningAlg: peer.Alg, SignedUserinfo: peer.SignedUserinfo,
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	p, err := oidc.New(cfg, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func TestARealProviderLogsPeopleInAndOut(t *testing.T) {
	for _, c := range []struct {
		name, profile string
		peer          testkit.OIDCProvider
	}{
		{"PKCE, plain userinfo", "generic", testkit.OIDCProvider{}},
		{"PKCE, userinfo signed by RS256", "keycloak", testkit.OIDCProvider{Alg: "RS256", SignedUserinfo: true}},
		{"ProConnect's rules, RS256", "proconnect", testkit.OIDCProvider{Strict: true, Post: true, SignedUserinfo: true}},
		{"ProConnect's rules, ES256", "proconnect", testkit.OIDCProvider{Strict: true, Post: true, SignedUserinfo: true, Alg: "ES256"}},
		{"ProConnect's rules, HS256", "proconnect", testkit.OIDCProvider{Strict: true, Post: true, SignedUserinfo: true, Alg: "HS256"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, browser := started(t, c.profile, c.peer), testkit.NewBrowser(t, nil)
			address, flow, err := p.Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			back := browser.Go(address, callback, map[string]string{"login": "ana", "password": "whatever"})
			who, err := p.Finish(t.Context(), flow, back)
			if err != nil {
				t.Fatal(err)
			}
			idToken := who.IDToken
			who.IDToken, who.ACR, who.AMR = "", "", nil
			want := oidc.Identity{
				Issuer: p.Issuer(), Subject: "ana", Email: "ana@rennes.example", EmailVerified: true,
				GivenName: "Ana", FamilyName: "Legoff",
			}
			if c.profile == "proconnect" {
				want.FamilyName, want.SIRET, want.IdP = "Le Goff", "21350238800019", "71144ab3-ee1a-4401-b7b3-79b44f7daeeb"
				want.Roles = []string{"agent_public", "agent_public_territorial"}
			}
			if diff := cmp.Diff(want, who); diff != "" {
				t.Error(diff)
			}
			if _, err = p.Finish(t.Context(), flow, back); err == nil {
				t.Error("the provider takes its code twice")
			}
			wantCode(t, err, "oidc_too_late")

			state := oidc.NewState()
			gone := browser.Go(p.LogoutURL(t.Context(), idToken, home, state), home, map[string]string{})
			if gone.Get("state") != state {
				t.Errorf("back from logout with %v", gone)
			}
		})
	}
}

// The provider's own severity is not ours to assume: it refuses what the profile leaves out.
func TestARealProviderRefusesTheOtherProfile(t *testing.T) {
	p := started(t, "proconnect", testkit.OIDCProvider{Post: true, SignedUserinfo: true}) // PKCE is compulsory there
	address, flow, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	back := testkit.NewBrowser(t, nil).Go(address, callback, nil)
	if !strings.Contains(back.Get("error_description"), "PKCE") {
		t.Errorf("back with %v", back)
	}
	_, err = p.Finish(t.Context(), flow, back)
	wantCode(t, err, "oidc_misconfigured")
}

func TestARealProviderThatDoesNotSignIsRefusedUnderProConnect(t *testing.T) {
	p := started(t, "proconnect", testkit.OIDCProvider{Strict: true, Post: true})
	address, flow, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	back := testkit.NewBrowser(t, nil).Go(address, callback, map[string]string{"login": "ana", "password": "x"})
	_, err = p.Finish(t.Context(), flow, back)
	wantCode(t, err, "oidc_identity_refused")
}
