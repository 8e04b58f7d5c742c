// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package oidc lets people prove who they are at somebody else's: ProConnect, a LemonLDAP::NG, a
// Keycloak, any OpenID Connect provider. It is the relying party of the authorization code flow
// (OpenID Connect Core 1.0, section 3.1) and knows nothing of accounts: it says who came back, and
// whoever keeps the accounts decides what that opens.
package oidc

import (
	"crypto/x509"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"maillage/internal/fault"
)

// MinHMACSecret is the shortest client secret, in bytes, that may verify HS256 signatures: a key is
// as long as the hash at least (RFC 7518, section 3.2).
const MinHMACSecret = 32

// Config describes one provider, as it was registered there.
type Config struct {
	// Key names the provider in addresses and in the database: lower case letters, digits, hyphens.
	Key string
	// Title is what people read on the button; the key when empty.
	Title string
	// Profile is "proconnect", "lemonldap", "keycloak" or "generic"; see profile.go for what it decides.
	Profile string
	// Issuer is the provider's identifier, exactly as its discovery document says it.
	Issuer       string
	ClientID     string
	ClientSecret string
	// RedirectURL is our own address the person comes back to, exactly as registered.
	RedirectURL string
	// Scopes replace those of the profile; "openid" is added when it is not there.
	Scopes []string
	// SigningAlg is the algorithm registered for the id_token and for a signed userinfo: "RS256",
	// "PS256", "ES256" or "HS256". When empty the first three are accepted and HS256 is not.
	SigningAlg string
	// SignedUserinfo refuses a userinfo that is not signed, whatever the profile says. ProConnect's
	// always has to be.
	SignedUserinfo bool
	// PKCE overrides the profile: "on" or "off".
	PKCE string
	// TokenAuth overrides how the profile shows the client's secret: "basic" or "post".
	TokenAuth string
	// ACRValues are the authentication levels asked for, the preferred one first. When some are given,
	// an id_token that states none of them is refused.
	ACRValues []string
	// AllowPrivate opens networks that are otherwise refused, on any port: an internal provider's. Plain
	// http is accepted on the loopback alone, and only when it is listed here.
	AllowPrivate []netip.Prefix
	// RootCAs are the authorities believed; the system's when nil.
	RootCAs *x509.CertPool
}

// check returns an Invalid fault naming each field at fault, or nil.
func (c Config) check() error {
	var f fault.Fields
	for _, field := range []struct{ name, value string }{
		{"client_id", c.ClientID}, {"client_secret", c.ClientSecret}, {"issuer", c.Issuer},
		{"key", c.Key}, {"redirect_url", c.RedirectURL},
	} {
		if field.value == "" {
			f.Add(field.name, "required")
		}
	}
	if strings.Trim(c.Key, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		f.Add("key", "invalid_value")
	}
	choice := func(name, value string, among ...string) {
		if !slices.Contains(among, value) {
			f.AddDetail(name, "not_a_choice", strings.Trim(strings.Join(among, ", "), ", "))
		}
	}
	choice("profile", c.Profile, profileNames()...)
	choice("signing_alg", c.SigningAlg, "", "RS256", "PS256", "ES256", "HS256")
	choice("pkce", c.PKCE, "", "on", "off")
	choice("token_auth", c.TokenAuth, "", "basic", "post")
	if c.SigningAlg == "HS256" && c.ClientSecret != "" && len(c.ClientSecret) < MinHMACSecret {
		f.AddDetail("client_secret", "oidc_secret_short", fmt.Sprint(MinHMACSecret))
	}
	if c.Issuer != "" && !c.fit(c.Issuer, false) {
		f.Add("issuer", "not_a_url")
	}
	// Ours is never contacted from here: a desk's own http address will do.
	if u, err := url.Parse(c.RedirectURL); c.RedirectURL != "" && (err != nil || u.Host == "" || u.Fragment != "") {
		f.Add("redirect_url", "not_a_url")
	}
	return f.Err()
}

// fit reports whether an address may be the provider's: https, or http on an allowed loopback; without
// credentials nor fragment, and without a query unless that is permitted.
func (c Config) fit(address string, query bool) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "" && !query {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && c.loopback(u.Hostname())
}

// loopback reports whether the host is this machine's own, and open.
func (c Config) loopback(host string) bool {
	if !slices.ContainsFunc(c.AllowPrivate, func(p netip.Prefix) bool { return p.Addr().IsLoopback() }) {
		return false
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && a.IsLoopback()
}
