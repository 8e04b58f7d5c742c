// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"maillage/internal/fault"
)

// maxCode bounds the code a provider gives, in bytes.
const maxCode = 4096

// Finish reads what the person came back with. The flow must have been taken out of where it was kept:
// a second use of it is the caller's to refuse, and the provider's, which takes a code once.
//
// Its errors are faults:
//   - "oidc_answer_refused" (Invalid): the answer is not that of this login, or of this provider;
//   - "oidc_too_late" (Invalid): more than MaxFlow has passed, or the code has expired or served;
//   - "oidc_declined" (Forbidden): the person, or the provider on its own rules, said no;
//   - "oidc_again" (Invalid): the provider asks the person to begin anew;
//   - "oidc_identity_refused" (Forbidden): what the provider says cannot be verified;
//   - "oidc_level_refused" (Forbidden): the authentication is below the level asked for;
//   - "oidc_unavailable", "oidc_misconfigured" (Unavailable).
func (p *Provider) Finish(ctx context.Context, flow Flow, query url.Values) (Identity, error) {
	if err := p.answered(flow, query); err != nil {
		return Identity{}, err
	}
	meta, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	if err := p.code(meta, query); err != nil {
		return Identity{}, err
	}
	token, err := p.exchange(ctx, meta, flow, query.Get("code"))
	if err != nil {
		return Identity{}, err
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Identity{}, refused(errors.New("no id_token"))
	}
	claims, err := p.idToken(ctx, meta, raw, token.AccessToken, flow.Nonce)
	if err != nil {
		return Identity{}, err
	}
	if !p.level(claims.ACR) {
		return Identity{}, fault.Wrap(fault.Forbidden, "oidc_level_refused", fmt.Errorf("acr %q", claims.ACR))
	}
	about, err := p.userinfo(ctx, meta, token.AccessToken, claims.Subject)
	if err != nil {
		return Identity{}, err
	}
	return p.identity(raw, claims, about), nil
}

// answered checks that the answer belongs to this login, before anything of it is believed: one value
// of each, our state, our time, our provider (RFC 9207, section 2.4).
func (p *Provider) answered(flow Flow, query url.Values) error {
	for _, name := range []string{"state", "code", "iss", "error"} {
		if len(query[name]) > 1 {
			return notOurs(errors.New(name + " is there twice"))
		}
	}
	if flow.State == "" || flow.Nonce == "" || !same(flow.State, query.Get("state")) {
		return notOurs(errors.New("state"))
	}
	if age := p.now().Sub(flow.At); age > MaxFlow || age < -skew {
		return fault.Wrap(fault.Invalid, "oidc_too_late", fmt.Errorf("begun %v ago", age))
	}
	if query.Has("iss") && query.Get("iss") != p.cfg.Issuer {
		return notOurs(fmt.Errorf("the answer is of %q", query.Get("iss")))
	}
	return nil
}

// code checks that the answer holds a code, and translates the error that it holds instead (RFC 6749,
// section 4.1.2.1; OpenID Connect Core 1.0, section 3.1.2.6).
func (p *Provider) code(meta *metadata, query url.Values) error {
	if meta.issParam && !query.Has("iss") {
		return notOurs(errors.New("iss is promised, and absent"))
	}
	cause := fmt.Errorf("the provider says %q: %.200q", query.Get("error"), query.Get("error_description"))
	switch query.Get("error") {
	case "":
	case "access_denied":
		return fault.Wrap(fault.Forbidden, "oidc_declined", cause)
	case "login_required", "interaction_required", "consent_required", "account_selection_required":
		return fault.Wrap(fault.Invalid, "oidc_again", cause)
	case "unmet_authentication_requirements":
		return fault.Wrap(fault.Forbidden, "oidc_level_refused", cause)
	case "server_error", "temporarily_unavailable":
		return unavailable(cause)
	default:
		return misconfigured(cause)
	}
	if code := query.Get("code"); code == "" || len(code) > maxCode {
		return notOurs(errors.New("no code"))
	}
	return nil
}

// exchange gives the code for tokens (RFC 6749, section 4.1.3).
func (p *Provider) exchange(ctx context.Context, meta *metadata, flow Flow, code string) (*oauth2.Token, error) {
	var options []oauth2.AuthCodeOption
	if p.profile.pkce {
		options = append(options, oauth2.VerifierOption(flow.Verifier))
	}
	token, err := p.oauth(meta).Exchange(oidc.ClientContext(ctx, p.client), code, options...)
	if answer, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		if answer.ErrorCode == "invalid_grant" {
			return nil, fault.Wrap(fault.Invalid, "oidc_too_late", err)
		}
		return nil, misconfigured(err)
	}
	if err != nil {
		return nil, unavailable(err)
	}
	if token.Type() != "Bearer" {
		return nil, refused(fmt.Errorf("token type %q", token.Type()))
	}
	return token, nil
}

func notOurs(cause error) error { return fault.Wrap(fault.Invalid, "oidc_answer_refused", cause) }

func refused(cause error) error { return fault.Wrap(fault.Forbidden, "oidc_identity_refused", cause) }

// same compares two secrets in a time that says nothing of where they differ.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
