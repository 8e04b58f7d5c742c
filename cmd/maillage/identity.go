// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"maillage/frontend"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/oidc"
)

// provider is one entry of the file of identity providers.
type provider struct {
	Key          string   `yaml:"key"`
	Title        string   `yaml:"title"`
	Profile      string   `yaml:"profile"`
	Issuer       string   `yaml:"issuer"`
	ClientID     string   `yaml:"client_id"`
	SecretFile   string   `yaml:"client_secret_file"`
	Scopes       []string `yaml:"scopes"`
	SigningAlg   string   `yaml:"signing_alg"`
	SignedUser   bool     `yaml:"signed_userinfo"`
	PKCE         string   `yaml:"pkce"`
	TokenAuth    string   `yaml:"token_auth"`
	ACRValues    []string `yaml:"acr_values"`
	ProvesBodies bool     `yaml:"proves_bodies"`
}

// identities are the providers people may sign in by.
type identities struct {
	byKey  map[string]*oidc.Provider
	proves map[string]bool
	shown  []frontend.Provider
}

// openIdentities reads the file of providers; none is contacted. Everything wrong with one is said.
func openIdentities(cfg Config) (*identities, error) {
	all := &identities{byKey: map[string]*oidc.Provider{}, proves: map[string]bool{}}
	if cfg.ProvidersFile == "" {
		return all, nil
	}
	f, err := os.Open(cfg.ProvidersFile)
	if err != nil {
		return nil, fmt.Errorf("identity providers: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	var list []provider
	in := yaml.NewDecoder(f)
	in.KnownFields(true)
	if err := in.Decode(&list); err != nil {
		return nil, fmt.Errorf("identity providers: %s: %w", cfg.ProvidersFile, err)
	}
	for _, p := range list {
		secret, err := readSecret(p.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("identity providers: %s: %w", p.Key, err)
		}
		made, err := oidc.New(oidc.Config{Key: p.Key, Title: p.Title, Profile: p.Profile, Issuer: p.Issuer, ClientID: p.ClientID,
			ClientSecret: secret, RedirectURL: cfg.BaseURL + "/connexion/retour/" + p.Key, Scopes: p.Scopes, SigningAlg: p.SigningAlg,
			SignedUserinfo: p.SignedUser, PKCE: p.PKCE, TokenAuth: p.TokenAuth, ACRValues: p.ACRValues,
			AllowPrivate: cfg.IdentityNetworks}, time.Now)
		if err != nil {
			return nil, fmt.Errorf("identity providers: %s: %w", p.Key, err)
		}
		if all.byKey[p.Key] != nil {
			return nil, fmt.Errorf("identity providers: %q is there twice", p.Key)
		}
		all.byKey[p.Key] = made
		all.proves[p.Key] = p.ProvesBodies || p.Profile == "proconnect"
		all.shown = append(all.shown, frontend.Provider{Key: made.Key(), Title: made.Title()})
	}
	return all, nil
}

// door gives the providers to the pages.
func (i *identities) door() frontend.Identities {
	return frontend.Identities{Providers: i.shown, Start: i.start, Finish: i.finish}
}

func (i *identities) start(ctx context.Context, key string) (string, json.RawMessage, error) {
	p := i.byKey[key]
	if p == nil {
		return "", nil, fault.New(fault.Missing, "missing")
	}
	to, flow, err := p.Start(ctx)
	if err != nil {
		return "", nil, err
	}
	kept, err := json.Marshal(flow)
	return to, kept, err
}

func (i *identities) finish(ctx context.Context, key string, kept json.RawMessage, query url.Values) (member.ExternalIdentity, error) {
	p := i.byKey[key]
	if p == nil {
		return member.ExternalIdentity{}, fault.New(fault.Missing, "missing")
	}
	var flow oidc.Flow
	if err := json.Unmarshal(kept, &flow); err != nil {
		return member.ExternalIdentity{}, fmt.Errorf("identity: %w", err)
	}
	id, err := p.Finish(ctx, flow, query)
	if err != nil {
		return member.ExternalIdentity{}, err
	}
	return member.ExternalIdentity{Provider: key, Issuer: id.Issuer, Subject: id.Subject, Email: id.Email,
		Name: strings.TrimSpace(id.GivenName + " " + id.FamilyName), SIRET: id.SIRET, IDToken: id.IDToken,
		PublicAgent: i.proves[key] && publicAgent(id.Roles), Strong: strong(id.AMR)}, nil
}

// publicAgent reports whether a provider vouches for an agent of the public service: ProConnect's
// roles agent_public, agent_public_etat, agent_public_territorial.
func publicAgent(roles []string) bool {
	return slices.ContainsFunc(roles, func(r string) bool { return r == "agent_public" || strings.HasPrefix(r, "agent_public_") })
}

// strong reads the authentication methods of RFC 8176: several factors, a hardware key, a one-time code.
func strong(amr []string) bool {
	return slices.ContainsFunc(amr, func(m string) bool { return m == "mfa" || m == "hwk" || m == "otp" || m == "swk" })
}

// close ends the providers' connections.
func (i *identities) close() {
	for _, p := range i.byKey {
		p.Close()
	}
}
