// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"encoding/base64"
	"encoding/json"
	"html/template"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// securityPage shows what opens the account.
type securityPage struct {
	accountPage
	Me        member.Me
	Providers []Provider // those not linked yet
	// Setup is a second factor about to be set up, QR its picture.
	Setup *member.TOTPSetup
	QR    template.URL
	// Codes are recovery codes, shown this once.
	Codes []string
}

// Named returns the name of a provider that may have been taken out of the configuration since.
func (v securityPage) Named(key string) string { return v.words.label("provider", key) }

func (p *Pages) security(c echo.Context, by member.Actor) error {
	return p.drawSecurity(by, nil, nil)(c, p.blank(c))
}

func (p *Pages) drawSecurity(by member.Actor, setup *member.TOTPSetup, codes []string) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		me, err := p.cfg.Members.Me(c.Request().Context(), by)
		if err != nil {
			return err
		}
		v := securityPage{accountPage: p.sheet(c, f, "security"), Me: me, Setup: setup, Codes: codes}
		if setup != nil {
			v.QR = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(setup.QR)) //nolint:gosec // our own picture
		}
		linked := map[string]bool{}
		for i := range me.Identities {
			linked[me.Identities[i].Provider] = true
			if title := p.cfg.Identities.title(me.Identities[i].Provider); title != "" {
				v.Me.Identities[i].Provider = title
			}
		}
		for _, x := range p.cfg.Identities.Providers {
			if !linked[x.Key] {
				v.Providers = append(v.Providers, x)
			}
		}
		v.script(p, "passkey.js")
		return p.draw(c, f, "security", v)
	}
}

// secured answers POST /compte/securite, by what its field "do" says.
func (p *Pages) secured(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "id", "code", "token", "issuer", "subject")
	if err != nil {
		return err
	}
	ctx, m, v := c.Request().Context(), p.cfg.Members, p.visit(c)
	switch do := f.Get("do"); do {
	case "totp_begin":
		setup, err := m.BeginTOTP(ctx, by)
		if err != nil {
			return p.again(c, f, err, p.drawSecurity(by, nil, nil))
		}
		return p.drawSecurity(by, &setup, nil)(c, f)
	case "totp_confirm":
		return p.totpConfirmed(c, by, f)
	case "recovery":
		codes, err := m.NewRecoveryCodes(ctx, by)
		if err != nil {
			return p.again(c, f, err, p.drawSecurity(by, nil, nil))
		}
		return p.drawSecurity(by, nil, codes)(c, f)
	case "totp_remove":
		err = m.RemoveTOTP(ctx, by, v)
	case "passkey_remove":
		err = m.RemovePasskey(ctx, by, v, f.Get("id"))
	case "unlink":
		err = m.UnlinkIdentity(ctx, by, f.Get("issuer"), f.Get("subject"))
	default:
		err = fault.OnField("do", "unknown_value")
	}
	if err != nil {
		return p.again(c, f, err, p.drawSecurity(by, nil, nil))
	}
	return p.to(c, "/compte/securite", "fait", f.Get("do"))
}

// totpConfirmed takes a code of the app. When it is wrong the same picture and secret are shown again:
// it may be in the app already, or not yet.
func (p *Pages) totpConfirmed(c echo.Context, by member.Actor, f *form) error {
	ctx, token := c.Request().Context(), f.Get("token")
	in, codes, err := p.cfg.Members.ConfirmTOTP(ctx, by, token, f.Get("code"))
	var setup *member.TOTPSetup
	if fault.Is(err, fault.Invalid) {
		begun, gone := p.cfg.Members.TOTPBegun(ctx, by, token)
		if setup = &begun; gone != nil {
			err = gone
		}
	}
	if fault.Is(err, fault.Missing) {
		return p.expired(c, f, "/compte/securite")
	}
	if err != nil {
		return p.again(c, f, err, p.drawSecurity(by, setup, nil))
	}
	p.keep(c, in)
	return p.drawSecurity(by, nil, codes)(c, f)
}

// keyOptions answers POST /compte/securite/cle/options, asked by the script.
func (p *Pages) keyOptions(c echo.Context, by member.Actor) error {
	options, ceremony, err := p.cfg.Members.BeginPasskey(c.Request().Context(), by)
	return p.ceremony(c, options, ceremony, err)
}

// keyAdded answers POST /compte/securite/cle.
func (p *Pages) keyAdded(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "response", "label")
	if err != nil {
		return err
	}
	if !json.Valid([]byte(f.Get("response"))) {
		f.wrong("", "passkey_missing", "")
		return p.drawSecurity(by, nil, nil)(c, f)
	}
	in, _, err := p.cfg.Members.FinishPasskey(c.Request().Context(), by, p.cookies.Step(c.Request(), "ceremony"),
		f.Get("label"), json.RawMessage(f.Get("response")))
	if fault.Is(err, fault.Missing) {
		f.wrong("", "passkey_expired", "")
		return p.drawSecurity(by, nil, nil)(c, f)
	}
	if err != nil {
		return p.again(c, f, err, p.drawSecurity(by, nil, nil))
	}
	p.cookies.SetStep(c.Response(), c.Request(), "ceremony", "")
	p.keep(c, in)
	return p.to(c, "/compte/securite", "fait", "passkey_added")
}
