// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// profilePage is what a member says of themself.
type profilePage struct {
	accountPage
	profileFields
	Me        member.Me
	Languages choices
}

func (p *Pages) profile(c echo.Context, by member.Actor) error {
	return p.drawProfile(by)(c, p.blank(c))
}

func (p *Pages) drawProfile(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		me, err := p.cfg.Members.Me(c.Request().Context(), by)
		if err != nil {
			return err
		}
		if len(f.fields) == 0 { // not sent: as it is
			f.fill("name", me.Account.Name)
			f.fill("function", me.Account.Function)
			f.fill("interests", me.Account.Interests...)
			f.fill("rhythm", string(me.Account.Rhythm))
			f.fill("lang", me.Account.Lang)
		}
		languages, err := f.Choices("lang", "radio", "lang", p.cfg.Languages)
		if err != nil {
			return err
		}
		return p.draw(c, f, "profile", profilePage{p.sheet(c, f, "profile"), newProfileFields(f), me, languages})
	}
}

// profileSaved answers POST /compte.
func (p *Pages) profileSaved(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "name", "function", "interests[]", "rhythm", "lang")
	if err != nil {
		return err
	}
	said := f.profile()
	said.Lang = f.Get("lang")
	if _, err := p.cfg.Members.UpdateMe(c.Request().Context(), by, said); err != nil {
		return p.again(c, f, err, p.drawProfile(by))
	}
	return p.to(c, "/compte", "fait", "saved")
}

// emailPage changes the address; Pending says that a code was sent to a new one.
type emailPage struct {
	accountPage
	Me      member.Me
	Pending bool
}

func (p *Pages) email(c echo.Context, by member.Actor) error { return p.drawEmail(by)(c, p.blank(c)) }

func (p *Pages) drawEmail(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		me, err := p.cfg.Members.Me(c.Request().Context(), by)
		if err != nil {
			return err
		}
		pending := p.cookies.Step(c.Request(), "email") != ""
		return p.draw(c, f, "email", emailPage{p.sheet(c, f, "email"), me, pending})
	}
}

// emailChanged answers POST /compte/adresse: a new address, or the code sent to it.
func (p *Pages) emailChanged(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "email", "code")
	if err != nil {
		return err
	}
	ctx, w, r := c.Request().Context(), c.Response(), c.Request()
	if f.Get("do") == "confirm" {
		err := p.cfg.Members.ConfirmEmail(ctx, by, p.cookies.Step(r, "email"), f.Get("code"))
		if fault.Is(err, fault.Missing) {
			return p.expired(c, f, "/compte/adresse")
		}
		if err != nil {
			return p.again(c, f, err, p.drawEmail(by))
		}
		p.cookies.SetStep(w, r, "email", "")
		return p.to(c, "/compte/adresse", "fait", "email_changed")
	}
	token, err := p.cfg.Members.ChangeEmail(ctx, by, p.visit(c), f.Get("email"))
	if err != nil {
		return p.again(c, f, err, p.drawEmail(by))
	}
	p.cookies.SetStep(w, r, "email", token)
	return p.to(c, "/compte/adresse", "fait", "email_sent")
}

// emailLinkPage confirms a new address by the link of the message: GET shows a button, POST confirms.
type emailLinkPage struct {
	accountPage
	Action string
}

func (p *Pages) emailLink(c echo.Context, _ member.Actor) error {
	return p.drawEmailLink(c, p.blank(c))
}

func (p *Pages) drawEmailLink(c echo.Context, f *form) error {
	return p.draw(c, f, "email_link", emailLinkPage{p.sheet(c, f, "email.link"), c.Request().URL.RequestURI()})
}

func (p *Pages) emailLinked(c echo.Context, by member.Actor) error {
	f, err := p.sent(c)
	if err != nil {
		return err
	}
	err = p.cfg.Members.ConfirmEmailLink(c.Request().Context(), by, param(c, "t", maxRef))
	if fault.Is(err, fault.Missing) {
		return p.expired(c, f, "/compte/adresse")
	}
	if err != nil {
		return p.again(c, f, err, p.drawEmailLink)
	}
	p.cookies.SetStep(c.Response(), c.Request(), "email", "")
	return p.to(c, "/compte/adresse", "fait", "email_changed")
}
