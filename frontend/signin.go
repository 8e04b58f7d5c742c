// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"encoding/json"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/web"
)

// signInPage asks who is there.
type signInPage struct {
	accountPage
	Providers []Provider
	Next      string
}

func (p *Pages) signIn(c echo.Context) error { return p.drawSignIn(c, p.blank(c)) }

func (p *Pages) drawSignIn(c echo.Context, f *form) error {
	if _, typed := f.Form["next"]; !typed {
		f.fill("next", param(c, "next", web.NextLimit))
	}
	v := signInPage{p.sheet(c, f, "signin"), p.cfg.Identities.Providers, web.Next(f.Get("next"))}
	v.script(p, "passkey.js", "form.js")
	return p.draw(c, f, "signin", v)
}

// signedIn answers POST /connexion.
func (p *Pages) signedIn(c echo.Context) error {
	f, err := p.sent(c, "email", "password", "next")
	if err != nil {
		return err
	}
	if f.Get("email") == "" {
		f.wrong("email", "required", "")
	}
	if f.Get("password") == "" {
		f.wrong("password", "required", "")
	}
	if len(f.Problems) > 0 {
		return p.drawSignIn(c, f)
	}
	in, err := p.cfg.Members.SignIn(c.Request().Context(), p.visit(c), f.Get("email"), f.Get("password"))
	if err != nil {
		return p.again(c, f, err, p.drawSignIn)
	}
	return p.enter(c, in, f.Get("next"), "/compte")
}

// secondPage asks for the second factor.
type secondPage struct {
	accountPage
	Next string
}

func (p *Pages) second(c echo.Context) error { return p.drawSecond(c, p.blank(c)) }

func (p *Pages) drawSecond(c echo.Context, f *form) error {
	if p.cookies.Step(c.Request(), "second") == "" {
		return p.to(c, "/connexion")
	}
	if _, typed := f.Form["next"]; !typed {
		f.fill("next", param(c, "next", web.NextLimit))
	}
	return p.draw(c, f, "second", secondPage{p.sheet(c, f, "second"), web.Next(f.Get("next"))})
}

// seconded answers POST /connexion/code.
func (p *Pages) seconded(c echo.Context) error {
	f, err := p.sent(c, "code", "next")
	if err != nil {
		return err
	}
	if f.Get("code") == "" {
		f.wrong("code", "required", "")
		return p.drawSecond(c, f)
	}
	in, err := p.cfg.Members.SecondFactor(c.Request().Context(), p.visit(c), p.cookies.Step(c.Request(), "second"), f.Get("code"))
	if fault.Is(err, fault.Missing) {
		return p.expired(c, f, "/connexion")
	}
	if err != nil {
		return p.again(c, f, err, p.drawSecond)
	}
	return p.enter(c, in, f.Get("next"), "/compte")
}

// passkeyOptions answers POST /connexion/cle/options, asked by the script.
func (p *Pages) passkeyOptions(c echo.Context) error {
	options, ceremony, err := p.cfg.Members.BeginPasskeySignIn(c.Request().Context())
	return p.ceremony(c, options, ceremony, err)
}

// passkeySignedIn answers POST /connexion/cle.
func (p *Pages) passkeySignedIn(c echo.Context) error {
	f, err := p.sent(c, "response", "next")
	if err != nil {
		return err
	}
	if !json.Valid([]byte(f.Get("response"))) {
		f.wrong("", "passkey_missing", "")
		return p.drawSignIn(c, f)
	}
	in, err := p.cfg.Members.FinishPasskeySignIn(c.Request().Context(), p.visit(c), p.cookies.Step(c.Request(), "ceremony"),
		json.RawMessage(f.Get("response")))
	if fault.Is(err, fault.Missing) {
		f.wrong("", "passkey_expired", "")
		return p.drawSignIn(c, f)
	}
	if err != nil {
		return p.again(c, f, err, p.drawSignIn)
	}
	return p.enter(c, in, f.Get("next"), "/compte")
}

// signOut answers POST /deconnexion.
func (p *Pages) signOut(c echo.Context) error {
	if _, err := p.sent(c); err != nil {
		return err
	}
	if secret := p.cookies.Session(c.Request()); secret != "" {
		if err := p.cfg.Members.SignOut(c.Request().Context(), secret); err != nil {
			return err
		}
	}
	p.cookies.ClearSession(c.Response())
	return p.to(c, "/connexion", "fait", "signed_out")
}

// provePage asks once more who is there, before something that cannot be undone.
type provePage struct {
	accountPage
	Next string
	// ByKey reports that a passkey alone is proof enough to change what opens the account: it holds an
	// office, has no application for codes, and the password opened this session.
	ByKey bool
}

func (p *Pages) prove(c echo.Context, _ member.Actor) error { return p.drawProve(c, p.blank(c)) }

func (p *Pages) drawProve(c echo.Context, f *form) error {
	if _, typed := f.Form["next"]; !typed {
		f.fill("next", param(c, "next", web.NextLimit))
	}
	by := web.Actor(c.Request().Context())
	me, err := p.cfg.Members.Me(c.Request().Context(), by)
	if err != nil {
		return err
	}
	v := provePage{p.sheet(c, f, "prove"), web.Next(f.Get("next")),
		!by.Strong && me.Account.Entrusted() && !me.TOTP && len(me.Passkeys) > 0}
	v.script(p, "passkey.js", "form.js")
	return p.draw(c, f, "prove", v)
}

// proved answers POST /confirmer-identite.
func (p *Pages) proved(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "password", "next")
	if err != nil {
		return err
	}
	if f.Get("password") == "" {
		f.wrong("password", "required", "")
		return p.drawProve(c, f)
	}
	if err := p.cfg.Members.ProveAgain(c.Request().Context(), by, p.visit(c), f.Get("password")); err != nil {
		return p.again(c, f, err, p.drawProve)
	}
	return p.onward(c, f.Get("next"), "/compte", "fait", "proved")
}
