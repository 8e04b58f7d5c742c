// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// belongingPage lists the bodies a person speaks for, or asked to.
type belongingPage struct {
	pickPage
	Me member.Me
	// Sure is the membership whose end needs to be said twice: its holder is the last referent.
	Sure string
}

func (p *Pages) belonging(c echo.Context, by member.Actor) error {
	return p.drawBelonging(by)(c, p.blank(c))
}

func (p *Pages) drawBelonging(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		me, err := p.cfg.Members.Me(c.Request().Context(), by)
		if err != nil {
			return err
		}
		v := belongingPage{pickPage: pickPage{accountPage: p.sheet(c, f, "belonging"), Question: param(c, "q", maxQuestion),
			Action: "/compte/organismes"}, Me: me}
		v.Asked = v.Question != ""
		if v.Found, err = p.bodies(c.Request().Context(), v.Question); err != nil {
			return err
		}
		if f.problemCode("last_referent") {
			v.Sure = f.Get("id")
		}
		return p.draw(c, f, "belonging", v)
	}
}

// belongs answers POST /compte/organismes, by what its field "do" says.
func (p *Pages) belongs(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "id", "body", "sure", "next")
	if err != nil {
		return err
	}
	ctx, m := c.Request().Context(), p.cfg.Members
	switch f.Get("do") {
	case "act":
		secret, err := m.ActFor(ctx, by, f.Get("id"))
		if err != nil {
			return p.again(c, f, err, p.drawBelonging(by))
		}
		p.cookies.SetSession(c.Response(), secret)
		return p.onward(c, f.Get("next"), "/compte/organismes", "fait", "body_act")
	case "ask":
		if f.Get("body") == "" {
			err = fault.OnField("body", "required")
		} else {
			_, err = m.AskToJoin(ctx, by, f.Get("body"))
		}
	case "leave":
		err = m.LeaveBody(ctx, by, f.Get("id"), f.Set("sure"))
	default:
		err = fault.OnField("do", "unknown_value")
	}
	if err != nil {
		return p.again(c, f, err, p.drawBelonging(by))
	}
	return p.to(c, "/compte/organismes", "fait", "body_"+f.Get("do"))
}

// leavingPage is about one's data: to take away, to leave, to erase.
type leavingPage struct {
	accountPage
	Me    member.Me
	Posts choices
	// Last says that they answer for a body, which may be left without anybody who does.
	Last bool
}

func (p *Pages) leaving(c echo.Context, by member.Actor) error {
	return p.drawLeaving(by)(c, p.blank(c))
}

func (p *Pages) drawLeaving(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		me, err := p.cfg.Members.Me(c.Request().Context(), by)
		if err != nil {
			return err
		}
		f.fill("posts", "keep")
		v := leavingPage{accountPage: p.sheet(c, f, "leaving"), Me: me}
		for _, s := range me.Standings {
			v.Last = v.Last || s.Membership.State == member.Accepted && s.Membership.Leads()
		}
		if v.Posts, err = f.Choices("posts", "radio", "posts", []string{"keep", "remove"}, "required"); err != nil {
			return err
		}
		return p.draw(c, f, "leaving", v)
	}
}

// export answers POST /compte/donnees/export with a ZIP.
func (p *Pages) export(c echo.Context, by member.Actor) error {
	f, err := p.sent(c)
	if err != nil {
		return err
	}
	if moved, err := p.mend(c, p.exportable(c, by)); moved {
		return err
	}
	w := &zipWriter{c: c, name: "maillage-" + p.cfg.Now().UTC().Format("2006-01-02") + ".zip"}
	if err := p.cfg.Members.Export(c.Request().Context(), by, w); err != nil {
		if !w.begun { // nothing was sent: there is still a page to show
			return p.again(c, f, err, p.drawLeaving(by))
		}
		return err
	}
	return nil
}

// exportable asks what Me asks, so that who must sign in is led there before anything is written.
func (p *Pages) exportable(c echo.Context, by member.Actor) error {
	_, err := p.cfg.Members.Me(c.Request().Context(), by)
	return err
}

// left answers POST /compte/donnees.
func (p *Pages) left(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "leave_sure", "erase_sure", "posts")
	if err != nil {
		return err
	}
	ctx, m := c.Request().Context(), p.cfg.Members
	switch do := f.Get("do"); do {
	case "leave", "erase":
		if !f.Set(do + "_sure") {
			err = fault.OnField(do+"_sure", "must_be_ticked")
		} else if do == "leave" {
			err = m.LeaveCollective(ctx, by, true)
		} else if posts := f.Get("posts"); posts != "keep" && posts != "remove" {
			err = fault.OnField("posts", "unknown_value")
		} else {
			err = m.Erase(ctx, by, posts == "remove", true)
		}
	default:
		err = fault.OnField("do", "unknown_value")
	}
	if err != nil {
		return p.again(c, f, err, p.drawLeaving(by))
	}
	if f.Get("do") == "erase" {
		p.cookies.ClearSession(c.Response())
		return p.to(c, "/connexion", "fait", "erased")
	}
	return p.to(c, "/compte/donnees", "fait", "left")
}

// zipWriter sends the headers of an archive with its first bytes, so that a refusal can still be a page.
type zipWriter struct {
	c     echo.Context
	name  string
	begun bool
}

func (w *zipWriter) Write(b []byte) (int, error) {
	if !w.begun {
		w.begun = true
		h := w.c.Response().Header()
		h.Set(echo.HeaderContentType, "application/zip")
		h.Set(echo.HeaderContentDisposition, `attachment; filename="`+w.name+`"`)
	}
	return w.c.Response().Write(b)
}
