// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package passkey runs the two ceremonies of Web Authentication Level 3: a person registers a
// passkey, a person proves that they hold one. It knows nothing of accounts, rows or requests: the
// caller keeps the credentials, and keeps each ceremony between its two halves.
//
// What it insists on: the passkey is discoverable, so that nobody types a name; the authenticator
// verifies the person (PIN, fingerprint, face), so that a passkey is two factors in one gesture; a
// ceremony lives five minutes. What it does not ask for: attestation, since every make of
// authenticator is welcome.
package passkey

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Limits of what is spoken with a browser.
const (
	Lifetime      = 5 * time.Minute // between the two halves of a ceremony
	ResponseLimit = 64 << 10        // bytes of a browser's response
	HandleSize    = 32              // bytes of a user handle, all random
)

// Config names the site to which passkeys belong.
type Config struct {
	// ID is the relying party id, the host name of the site. A passkey works for this name and no
	// other: when it changes, every passkey is lost.
	ID string
	// Name is shown by the browser beside the passkey.
	Name string
	// Origins are the exact origins pages are served from: scheme, host, and port unless it is the
	// scheme's own.
	Origins []string
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// ForSite returns the Config of a site at a base URL, such as "https://catalogue.example.fr". It
// returns an error when no passkey can be had at such an address: an IP address, a name without a dot,
// plain http elsewhere than on localhost.
func ForSite(name, baseURL string) (Config, error) {
	u, err := url.Parse(baseURL)
	if err != nil {
		return Config{}, fmt.Errorf("passkeys of a site: %w", err)
	}
	host := strings.ToLower(u.Hostname())
	origin := u.Scheme + "://" + host
	if port := u.Port(); port != "" && (u.Scheme != "https" || port != "443") && (u.Scheme != "http" || port != "80") {
		origin += ":" + port
	}
	cfg := Config{ID: host, Name: name, Origins: []string{origin}}
	return cfg, cfg.check()
}

func (cfg Config) check() error {
	if err := protocol.ValidateRPID(cfg.ID); err != nil {
		return fmt.Errorf("passkeys of %q: %w", cfg.ID, err)
	}
	if strings.ContainsFunc(cfg.ID, func(r rune) bool { return r > '~' || 'A' <= r && r <= 'Z' }) {
		return fmt.Errorf("passkeys of %q: a host name is written in small letters of ASCII (xn--…)", cfg.ID)
	}
	if cfg.Name == "" || len(cfg.Origins) == 0 {
		return errors.New("passkeys: the site has no name or no origin")
	}
	for _, origin := range cfg.Origins {
		u, err := url.Parse(origin)
		if err != nil {
			return fmt.Errorf("passkeys from %q: %w", origin, err)
		}
		host := u.Hostname()
		local := u.Scheme == "http" && (host == "localhost" || strings.HasSuffix(host, ".localhost"))
		if u.Scheme != "https" && !local {
			return fmt.Errorf("passkeys from %q: browsers want https, or http on localhost", origin)
		}
		// Web Authentication §5.1.3: the id is the origin's host, or a domain above it.
		if host != cfg.ID && !strings.HasSuffix(host, "."+cfg.ID) {
			return fmt.Errorf("passkeys from %q: not a page of %s", origin, cfg.ID)
		}
		if origin != u.Scheme+"://"+u.Host {
			return fmt.Errorf("passkeys from %q: an origin is a scheme, a host and a port", origin)
		}
	}
	return nil
}

// Relying is the site's half of the ceremonies. It is safe for concurrent use and keeps nothing.
type Relying struct {
	lib     *webauthn.WebAuthn
	origins []string
	now     func() time.Time
}

// New returns the relying party of a site, or an error that tells an administrator why browsers
// would give it no passkey.
func New(cfg Config) (*Relying, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	// The library's own clock is not used: ceremonies expire by ours.
	timeout := webauthn.TimeoutConfig{Timeout: Lifetime, TimeoutUVD: Lifetime}
	required := true
	lib, err := webauthn.New(&webauthn.Config{
		RPID:                  cfg.ID,
		RPDisplayName:         cfg.Name,
		RPOrigins:             slices.Clone(cfg.Origins),
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey:        protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: &required,
			UserVerification:   protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: timeout, Registration: timeout},
		// We read the output of no extension. Some password managers send one unasked, and their
		// owners are not to be locked out for it.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return &Relying{lib: lib, origins: slices.Clone(cfg.Origins), now: cfg.Now}, nil
}

// algorithms are those a passkey may sign with, the preferred one first: ES256 is what phones do,
// RS256 what older Windows does.
func algorithms() []protocol.CredentialParameter {
	var all []protocol.CredentialParameter
	for _, a := range []webauthncose.COSEAlgorithmIdentifier{webauthncose.AlgES256, webauthncose.AlgEdDSA, webauthncose.AlgRS256} {
		all = append(all, protocol.CredentialParameter{Type: protocol.PublicKeyCredentialType, Algorithm: a})
	}
	return all
}
