// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"encoding/json"
	"slices"

	"golang.org/x/oauth2"
)

// profile is what differs from one family of providers to the next.
type profile struct {
	scopes []string
	// pkce sends a S256 challenge (RFC 7636). ProConnect refuses every parameter it does not list
	// (error Y000400), and this one is not on its list.
	pkce bool
	// post sends the client's secret in the form rather than in a Basic header.
	post bool
	// signed demands a userinfo, and a signed one.
	signed bool
	// askAMR asks for the amr claim, which ProConnect leaves out unless it is asked for.
	askAMR bool
	// familyName, idp: what the claims are called.
	familyName, idp string
}

// profiles returns the families by name. Sources: "Implémentation du protocole OIDC" and "Données
// fournies" of ProConnect's documentation; OpenID Connect Core 1.0 section 5.1 for the others.
func profiles() map[string]profile {
	standard := profile{
		scopes: []string{"openid", "profile", "email"}, pkce: true, familyName: "family_name", idp: "idp_id",
	}
	return map[string]profile{
		"proconnect": {
			scopes: []string{"openid", "given_name", "usual_name", "email", "uid", "siret", "idp_id", "roles"},
			post:   true, signed: true, askAMR: true, familyName: "usual_name", idp: "idp_id",
		},
		"lemonldap": standard,
		"keycloak": {
			scopes: standard.scopes, pkce: true, familyName: "family_name", idp: "identity_provider",
		},
		"generic": standard,
	}
}

func profileNames() []string { return []string{"proconnect", "lemonldap", "keycloak", "generic"} }

// settled is the profile once the administrator's own words are applied.
func (c Config) settled() profile {
	p := profiles()[c.Profile]
	if len(c.Scopes) > 0 {
		p.scopes = slices.Clone(c.Scopes)
		if !slices.Contains(p.scopes, "openid") {
			p.scopes = slices.Insert(p.scopes, 0, "openid")
		}
	}
	if c.PKCE != "" {
		p.pkce = c.PKCE == "on"
	}
	if c.TokenAuth != "" {
		p.post = c.TokenAuth == "post"
	}
	p.signed = p.signed || c.SignedUserinfo
	return p
}

func (p profile) authStyle() oauth2.AuthStyle {
	if p.post {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// algorithms is the allow-list of signatures. HS256 never stands beside the others: a public key taken
// for a shared secret is how tokens were forged (RFC 8725, section 2.1).
func (c Config) algorithms() []string {
	if c.SigningAlg != "" {
		return []string{c.SigningAlg}
	}
	return []string{"RS256", "PS256", "ES256"}
}

// claimsParameter is the value of "claims" (OpenID Connect Core 1.0, section 5.5), empty when nothing
// is asked for.
func (c Config) claimsParameter(p profile) (string, error) {
	type wish struct {
		Essential bool     `json:"essential"`
		Values    []string `json:"values,omitempty"`
	}
	wishes := map[string]wish{}
	if p.askAMR {
		wishes["amr"] = wish{Essential: true}
	}
	if len(c.ACRValues) > 0 {
		wishes["acr"] = wish{Essential: true, Values: c.ACRValues}
	}
	if len(wishes) == 0 {
		return "", nil
	}
	b, err := json.Marshal(map[string]any{"id_token": wishes})
	return string(b), err
}
