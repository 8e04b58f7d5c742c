// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

//go:build lemonldap

// Run by deploy/dev/lemonldap.sh --check, which starts the provider.

package oidc_test

import (
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/oidc"
	"maillage/internal/testkit"
)

// lemonldap is ours for the LemonLDAP::NG that the script started.
func lemonldap(t *testing.T, change func(*oidc.Config)) *oidc.Provider {
	t.Helper()
	cfg := oidc.Config{
		Key: "sso", Profile: "lemonldap", Issuer: os.Getenv("LEMONLDAP_ISSUER"), ClientID: os.Getenv("CLIENT_ID"),
		ClientSecret: os.Getenv("CLIENT_SECRET"), RedirectURL: os.Getenv("REDIRECT_URL"),
		SignedUserinfo: os.Getenv("LEMONLDAP_SIGNED") != "",
		AllowPrivate:   []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	if change != nil {
		change(&cfg)
	}
	p, err := oidc.New(cfg, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func TestLemonLDAPLogsPeopleInAndOut(t *testing.T) {
	p, browser := lemonldap(t, nil), testkit.NewBrowser(t, nil)
	address, flow, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	home := os.Getenv("REDIRECT_URL")
	back := browser.Go(address, home, map[string]string{"user": "rtyler", "password": "rtyler"})
	who, err := p.Finish(t.Context(), flow, back)
	if err != nil {
		t.Fatal(err)
	}
	idToken := who.IDToken
	who.IDToken = ""
	want := oidc.Identity{
		Issuer: p.Issuer(), Subject: "rtyler", Email: "rtyler@badwolf.org", GivenName: "Rose", FamilyName: "Tyler",
		SIRET: "21350238800019", ACR: "eidas1",
	}
	if diff := cmp.Diff(want, who); diff != "" {
		t.Error(diff)
	}
	_, err = p.Finish(t.Context(), flow, back)
	wantCode(t, err, "oidc_too_late")

	state := oidc.NewState()
	after := os.Getenv("POST_LOGOUT_URL")
	if gone := browser.Go(p.LogoutURL(t.Context(), idToken, after, state), after, nil); gone.Get("state") != state {
		t.Errorf("back from logout with %v", gone)
	}
}

func TestLemonLDAPRefusesWhoDoesNotProveTheChallenge(t *testing.T) {
	p := lemonldap(t, nil)
	address, flow, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	back := testkit.NewBrowser(t, nil).Go(address, os.Getenv("REDIRECT_URL"), map[string]string{"user": "dwho", "password": "dwho"})
	flow.Verifier = oidc.NewState()
	_, err = p.Finish(t.Context(), flow, back)
	wantCode(t, err, "oidc_too_late") // invalid_grant (RFC 7636, section 4.6)
}

func TestLemonLDAPRefusesAWrongSecret(t *testing.T) {
	p := lemonldap(t, func(c *oidc.Config) { c.ClientSecret = "wrong" })
	address, flow, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	back := testkit.NewBrowser(t, nil).Go(address, os.Getenv("REDIRECT_URL"), map[string]string{"user": "dwho", "password": "dwho"})
	_, err = p.Finish(t.Context(), flow, back)
	wantCode(t, err, "oidc_misconfigured")
}

func TestLemonLDAPBelowTheLevelAskedForIsRefused(t *testing.T) {
	p := lemonldap(t, func(c *oidc.Config) { c.ACRValues = []string{"eidas2"} })
	address, flow, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	back := testkit.NewBrowser(t, nil).Go(address, os.Getenv("REDIRECT_URL"), map[string]string{"user": "dwho", "password": "dwho"})
	_, err = p.Finish(t.Context(), flow, back)
	wantCode(t, err, "oidc_level_refused")
}
