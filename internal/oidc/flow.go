// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"time"

	"golang.org/x/oauth2"
)

// MaxFlow is how long a person may take at the provider's.
const MaxFlow = 10 * time.Minute

// Flow is one login under way. The caller keeps it on the server, tied to the browser that began it,
// and takes it out before it calls Finish: it serves once. None of it is to be shown but State, which
// the address holds.
type Flow struct {
	State    string    // 43 characters, 256 random bits
	Nonce    string    // 43 characters, 256 random bits
	Verifier string    // PKCE's; empty when the provider is not sent any
	At       time.Time // when it began
}

// Start begins a login: it returns the address to send the browser to, and the Flow to keep. Its errors
// are "oidc_unavailable" and "oidc_misconfigured" (Unavailable).
func (p *Provider) Start(ctx context.Context) (string, Flow, error) {
	meta, err := p.discover(ctx)
	if err != nil {
		return "", Flow{}, err
	}
	flow := Flow{State: random(), Nonce: random(), At: p.now()}
	options := []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("nonce", flow.Nonce)}
	if p.profile.pkce {
		flow.Verifier = oauth2.GenerateVerifier()
		options = append(options, oauth2.S256ChallengeOption(flow.Verifier))
	}
	wishes, err := p.cfg.claimsParameter(p.profile)
	if err != nil {
		return "", Flow{}, misconfigured(err)
	}
	if wishes != "" {
		options = append(options, oauth2.SetAuthURLParam("claims", wishes))
	}
	return p.oauth(meta).AuthCodeURL(flow.State, options...), flow, nil
}

// LogoutURL returns where to send the browser so that the provider's own session ends too (OpenID
// Connect RP-Initiated Logout 1.0), or nothing when the provider has no such address or does not answer.
// postLogout is our address to come back to, exactly as registered; state comes back with the person,
// and ProConnect wants 32 characters of it at least (NewState makes one).
func (p *Provider) LogoutURL(ctx context.Context, idToken, postLogout, state string) string {
	meta, err := p.discover(ctx)
	if err != nil || meta.logout == "" {
		return "" // our own session is ended by now; nothing better can be done
	}
	u, err := url.Parse(meta.logout)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("id_token_hint", idToken)
	q.Set("post_logout_redirect_uri", postLogout)
	q.Set("state", state)
	u.RawQuery = q.Encode()
	return u.String()
}

// NewState returns 256 random bits in 43 characters.
func NewState() string { return random() }

func (p *Provider) oauth(meta *metadata) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, RedirectURL: p.cfg.RedirectURL,
		Scopes: p.profile.scopes, Endpoint: meta.oauth,
	}
}

// random is 256 bits in base64url. crypto/rand never fails.
func random() string {
	var b [32]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
