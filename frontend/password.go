// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// forgotPage asks where to send a link; Sent says that it was, whether there is an account or not.
type forgotPage struct {
	accountPage
	Sent bool
}

func (p *Pages) forgot(c echo.Context) error { return p.drawForgot(c, p.blank(c)) }

func (p *Pages) drawForgot(c echo.Context, f *form) error {
	return p.draw(c, f, "forgot", forgotPage{accountPage: p.sheet(c, f, "forgot")})
}

// forgotten answers POST /mot-de-passe/oublie.
func (p *Pages) forgotten(c echo.Context) error {
	f, err := p.sent(c, "email")
	if err != nil {
		return err
	}
	if err := p.cfg.Members.ForgotPassword(c.Request().Context(), p.visit(c), f.Get("email")); err != nil {
		return p.again(c, f, err, p.drawForgot)
	}
	return p.draw(c, f, "forgot", forgotPage{p.sheet(c, f, "forgot.sent"), true})
}

// resetPage sets a password by a link.
type resetPage struct {
	accountPage
	Action string
}

// reset answers GET /mot-de-passe/nouveau. It uses nothing up: programmes that read mail follow links.
func (p *Pages) reset(c echo.Context) error {
	err := p.cfg.Members.ResetLink(c.Request().Context(), param(c, "t", maxRef))
	if fault.Is(err, fault.Missing) {
		return p.expired(c, p.blank(c), "/mot-de-passe/oublie")
	}
	if err != nil {
		return err
	}
	return p.drawReset(c, p.blank(c))
}

func (p *Pages) drawReset(c echo.Context, f *form) error {
	v := resetPage{p.sheet(c, f, "reset"), c.Request().URL.RequestURI()}
	v.script(p, "form.js")
	return p.draw(c, f, "reset", v)
}

// resetDone answers POST /mot-de-passe/nouveau.
func (p *Pages) resetDone(c echo.Context) error {
	f, err := p.sent(c, "password")
	if err != nil {
		return err
	}
	if f.Get("password") == "" {
		f.wrong("password", "required", "")
		return p.drawReset(c, f)
	}
	err = p.cfg.Members.ResetPassword(c.Request().Context(), p.visit(c), param(c, "t", maxRef), f.Get("password"))
	if fault.Is(err, fault.Missing) {
		return p.expired(c, f, "/mot-de-passe/oublie")
	}
	if err != nil {
		return p.again(c, f, err, p.drawReset)
	}
	p.cookies.ClearSession(c.Response())
	return p.to(c, "/connexion", "fait", "password_reset")
}

// changePage changes a password; the account may have none yet.
type changePage struct {
	accountPage
	Has bool
}

func (p *Pages) changePassword(c echo.Context, by member.Actor) error {
	return p.drawChange(by)(c, p.blank(c))
}

func (p *Pages) drawChange(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		me, err := p.cfg.Members.Me(c.Request().Context(), by)
		if err != nil {
			return err
		}
		v := changePage{p.sheet(c, f, "password"), !me.Account.PasswordAt.IsZero()}
		v.script(p, "form.js")
		return p.draw(c, f, "password", v)
	}
}

// passwordChanged answers POST /compte/mot-de-passe.
func (p *Pages) passwordChanged(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "current", "password")
	if err != nil {
		return err
	}
	if f.Get("password") == "" {
		f.wrong("password", "required", "")
		return p.drawChange(by)(c, f)
	}
	in, err := p.cfg.Members.ChangePassword(c.Request().Context(), by, p.visit(c), f.Get("current"), f.Get("password"))
	if err != nil {
		return p.again(c, f, err, p.drawChange(by))
	}
	p.keep(c, in)
	return p.to(c, "/compte/mot-de-passe", "fait", "password_changed")
}
