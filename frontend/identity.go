// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/web"
)

// leavePage sends the browser to an identity provider. It is a page and not a redirect because
// Content-Security-Policy's form-action, which names this site alone, also rules where a form's
// answer redirects, and providers redirect on to others.
type leavePage struct {
	accountPage
	Provider string
	Redirect string
}

// toProvider answers POST /connexion/fournisseur/{key}; with the field "link" it ties the provider to
// the account signed in.
func (p *Pages) toProvider(c echo.Context) error {
	key := c.Param("key")
	title := p.cfg.Identities.title(key)
	if title == "" || p.cfg.Identities.Start == nil {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	f, err := p.sent(c, "link")
	if err != nil {
		return err
	}
	by := member.Actor{}
	if f.Set("link") {
		if by = web.Actor(c.Request().Context()); by.Account == "" {
			return p.to(c, "/connexion", "next", "/compte/securite")
		}
	}
	redirect, flow, err := p.cfg.Identities.Start(c.Request().Context(), key)
	if err != nil {
		return p.again(c, f, err, p.drawSignIn)
	}
	secret, err := p.cfg.Members.BeginIdentity(c.Request().Context(), by, key, flow)
	if err != nil {
		return p.again(c, f, err, p.drawSignIn)
	}
	p.cookies.SetStep(c.Response(), c.Request(), "identity", secret)
	v := leavePage{p.sheet(c, f, "leave"), title, redirect}
	v.Refresh = redirect
	return p.draw(c, f, "leave", v)
}

// fromProvider answers GET /connexion/retour/{key}, the provider's answer.
func (p *Pages) fromProvider(c echo.Context) error {
	ctx, f, key := c.Request().Context(), p.blank(c), c.Param("key")
	if p.cfg.Identities.title(key) == "" || p.cfg.Identities.Finish == nil {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	provider, flow, by, err := p.cfg.Members.TakeIdentity(ctx, p.cookies.Step(c.Request(), "identity"))
	if fault.Is(err, fault.Missing) || err == nil && provider != key {
		f.wrong("", "oidc_too_late", "")
		return p.drawSignIn(c, f)
	}
	if err != nil {
		return p.again(c, f, err, p.drawSignIn)
	}
	p.cookies.SetStep(c.Response(), c.Request(), "identity", "")
	identity, err := p.cfg.Identities.Finish(ctx, key, flow, c.QueryParams())
	if err != nil {
		return p.again(c, f, err, p.drawSignIn)
	}
	if by != "" {
		return p.linkProvider(c, f, by, identity)
	}
	in, signup, err := p.cfg.Members.SignInWith(ctx, p.visit(c), identity)
	if err != nil {
		return p.again(c, f, err, p.drawSignIn)
	}
	if signup != nil {
		p.cookies.SetStep(c.Response(), c.Request(), "signup", signup.Token)
		return p.to(c, "/rejoindre/confirmer", "par", key)
	}
	return p.enter(c, in, "", "/compte")
}

// linkProvider ties the identity to the account that began the round trip, which must be the one that
// is signed in at its end.
func (p *Pages) linkProvider(c echo.Context, f *form, began member.AccountID, identity member.ExternalIdentity) error {
	by := web.Actor(c.Request().Context())
	if by.Account != began {
		f.wrong("", "oidc_answer_refused", "")
		return p.drawSignIn(c, f)
	}
	err := p.cfg.Members.LinkIdentity(c.Request().Context(), by, identity)
	if codeOf(err) == "sign_in_again" { // the answer of the provider serves once
		return p.to(c, "/confirmer-identite", "next", "/compte/securite")
	}
	if err != nil {
		return p.again(c, f, err, p.drawSignIn)
	}
	return p.to(c, "/compte/securite", "fait", "linked")
}
