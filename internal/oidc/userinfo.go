// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// userinfo asks the provider about the person (OpenID Connect Core 1.0, section 5.3). A signed answer is
// verified whether or not the profile demands one; an unsigned one is refused when it does. The subject
// must be the id_token's, without which the answer may be about somebody else (section 5.3.2).
func (p *Provider) userinfo(ctx context.Context, meta *metadata, access, sub string) (person, error) {
	var about person
	if meta.userinfo == "" {
		return about, nil
	}
	body, signed, err := p.askUserinfo(ctx, meta, access)
	if err != nil {
		return about, err
	}
	if signed {
		if body, err = p.signedUserinfo(ctx, meta, body); err != nil {
			return about, err
		}
	} else if p.profile.signed {
		return about, refused(errors.New("userinfo is not signed"))
	}
	if err := json.Unmarshal(body, &about); err != nil {
		return about, refused(fmt.Errorf("userinfo: %w", err))
	}
	if about.Subject == "" || about.Subject != sub {
		return about, refused(errors.New("userinfo is of another subject"))
	}
	return about, nil
}

// askUserinfo returns the answer's body and whether it is a JWT.
func (p *Provider) askUserinfo(ctx context.Context, meta *metadata, access string) ([]byte, bool, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, meta.userinfo, nil)
	if err != nil {
		return nil, false, misconfigured(err)
	}
	r.Header.Set("Authorization", "Bearer "+access)
	r.Header.Set("Accept", "application/jwt, application/json")
	resp, err := p.client.Do(r)
	if err != nil {
		return nil, false, unavailable(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, false, unavailable(err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, false, refused(fmt.Errorf("userinfo: %s", resp.Status))
	}
	switch media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); media {
	case "application/jwt":
		return body, true, nil
	case "application/json":
		return body, false, nil
	default:
		return nil, false, refused(fmt.Errorf("userinfo is %q", media))
	}
}

// signedUserinfo verifies the signature and, when they are there, issuer, audience and expiry: the
// standard makes none of the three compulsory.
func (p *Provider) signedUserinfo(ctx context.Context, meta *metadata, body []byte) ([]byte, error) {
	raw := strings.TrimSpace(string(body))
	token, err := p.verify(ctx, meta, raw, &oidc.Config{
		SupportedSigningAlgs: p.cfg.algorithms(), SkipClientIDCheck: true, SkipExpiryCheck: true, SkipIssuerCheck: true,
	})
	if err != nil {
		return nil, err
	}
	switch {
	case token.Issuer != "" && token.Issuer != p.cfg.Issuer:
		return nil, refused(errors.New("userinfo: iss"))
	case len(token.Audience) > 0 && !slices.Contains(token.Audience, p.cfg.ClientID):
		return nil, refused(errors.New("userinfo: aud"))
	case token.Expiry.Unix() > 0 && token.Expiry.Before(p.now()):
		return nil, refused(errors.New("userinfo: exp"))
	}
	var payload json.RawMessage
	if err := token.Claims(&payload); err != nil {
		return nil, refused(err)
	}
	return payload, nil
}
