// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"maillage/internal/fault"
)

// How long what a provider says of itself is believed, and how long a provider that did not answer is
// left alone: people who press the button meanwhile are told at once.
const (
	metadataAge = 24 * time.Hour
	retryAfter  = 10 * time.Second
)

// Provider is one place where people may prove who they are. It may be used by several goroutines.
type Provider struct {
	cfg     Config
	profile profile
	client  *http.Client
	now     func() time.Time
	one     chan struct{} // holds one token: whoever has it may go and ask

	mu       sync.Mutex
	meta     *metadata
	read     time.Time // when meta was read
	failed   time.Time // when the last attempt failed; zero when it did not
	failure  error
	keys     oidc.KeySet // kept while jwksURL is the same, so that its cache is
	keysFrom string
}

// metadata is what we use of the discovery document.
type metadata struct {
	oauth    oauth2.Endpoint
	userinfo string
	logout   string
	issParam bool
	keys     oidc.KeySet
}

// New returns a Provider, and contacts nobody: the provider is discovered when first needed. It returns
// an Invalid fault that names each wrong field of the Config.
func New(cfg Config, now func() time.Time) (*Provider, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Title == "" {
		cfg.Title = cfg.Key
	}
	return &Provider{
		cfg: cfg, profile: cfg.settled(), client: newClient(cfg), now: now, one: make(chan struct{}, 1),
	}, nil
}

// Key is the provider's name in addresses; Title is what people read; Issuer is its identifier.
func (p *Provider) Key() string { return p.cfg.Key }

// Title returns the words of the button.
func (p *Provider) Title() string { return p.cfg.Title }

// Issuer returns the identifier that, with the subject, names an Identity.
func (p *Provider) Issuer() string { return p.cfg.Issuer }

// Profile returns the name of the provider's family, such as "proconnect".
func (p *Provider) Profile() string { return p.cfg.Profile }

// Close frees the connections kept for later.
func (p *Provider) Close() { p.client.CloseIdleConnections() }

// discover returns the provider's metadata, read again once a day. When that fails the former is kept;
// when there is none the error is "oidc_unavailable" or "oidc_misconfigured" (Unavailable), and the
// provider is asked again after retryAfter. One request asks and the others wait for it.
func (p *Provider) discover(ctx context.Context) (*metadata, error) {
	if meta, err, fresh := p.known(); fresh {
		return meta, err
	}
	select {
	case p.one <- struct{}{}:
		defer func() { <-p.one }()
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
	if meta, err, fresh := p.known(); fresh { // somebody asked while we waited
		return meta, err
	}
	// Those who wait behind would pay for one impatient person; the client has its own timeout.
	found, err := p.fetch(context.WithoutCancel(ctx))
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.failed, p.failure = p.now(), err
		if p.meta != nil {
			return p.meta, nil
		}
		return nil, err
	}
	p.meta, p.read, p.failed, p.failure = found, p.now(), time.Time{}, nil
	return found, nil
}

// known returns what is remembered, and whether it is recent enough to be the answer.
func (p *Provider) known() (*metadata, error, bool) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	recent := !p.failed.IsZero() && now.Sub(p.failed) < retryAfter
	switch {
	case p.meta != nil && (now.Sub(p.read) < metadataAge || recent):
		return p.meta, nil, true
	case recent:
		return nil, p.failure, true
	}
	return nil, nil, false
}

// fetch reads the discovery document and refuses one that leads elsewhere than a provider may.
func (p *Provider) fetch(ctx context.Context) (*metadata, error) {
	ctx = oidc.ClientContext(ctx, p.client)
	found, err := oidc.NewProvider(ctx, p.cfg.Issuer)
	if err != nil {
		if _, other := errors.AsType[*oidc.IssuerMismatchError](err); other {
			return nil, misconfigured(err)
		}
		return nil, unavailable(err)
	}
	var more struct {
		JWKS     string `json:"jwks_uri"`
		Logout   string `json:"end_session_endpoint"`
		IssParam bool   `json:"authorization_response_iss_parameter_supported"`
	}
	if err := found.Claims(&more); err != nil {
		return nil, unavailable(err)
	}
	m := &metadata{
		oauth: found.Endpoint(), userinfo: found.UserInfoEndpoint(), logout: more.Logout, issParam: more.IssParam,
	}
	m.oauth.AuthStyle = p.profile.authStyle()
	for _, address := range []string{m.oauth.AuthURL, m.oauth.TokenURL} {
		if !p.cfg.fit(address, true) {
			return nil, misconfigured(errors.New("an endpoint is absent, or not https: " + address))
		}
	}
	if m.userinfo != "" && !p.cfg.fit(m.userinfo, true) || m.userinfo == "" && p.profile.signed {
		return nil, misconfigured(errors.New("userinfo is absent, or not https"))
	}
	if !p.cfg.fit(m.logout, true) {
		m.logout = ""
	}
	m.keys, err = p.keySet(more.JWKS)
	return m, err
}

// keySet returns what verifies signatures: the client's secret when HS256 is registered, else the
// provider's public keys, which go-oidc reads, remembers, and reads again for a key it does not know.
func (p *Provider) keySet(address string) (oidc.KeySet, error) {
	if p.cfg.SigningAlg == "HS256" {
		return hmacKey(p.cfg.ClientSecret), nil
	}
	if !p.cfg.fit(address, true) {
		return nil, misconfigured(errors.New("jwks_uri is absent, or not https"))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys == nil || p.keysFrom != address {
		// It keeps the context for good: not that of a request.
		ctx := oidc.ClientContext(context.Background(), p.client)
		p.keys, p.keysFrom = oidc.NewRemoteKeySet(ctx, address), address
	}
	return p.keys, nil
}

// misconfigured is a fault of the registration: trying again changes nothing, the administrator must.
func misconfigured(cause error) error {
	return fault.Wrap(fault.Unavailable, "oidc_misconfigured", cause)
}
