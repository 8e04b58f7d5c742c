// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// who is what the head of each page says of the reader.
type who struct {
	Name      string
	Body      string // whom they act for
	Ref       string // of that body
	Known     bool   // signed in
	Decides   bool   // memberships wait for them
	Organises bool
	// Offered are the bodies they may act for while they act for none; Here is where to come back to.
	Offered []member.Standing
	Here    string
}

// accountPage is what the pages of accounts have besides what every page has.
type accountPage struct {
	page
	F    *form
	Done string // what was just done
	// Section is the page within /compte, to mark it in their list.
	Section string
}

// sheet begins a page of accounts. Nothing of it may be stored.
func (p *Pages) sheet(c echo.Context, f *form, title string) accountPage {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	a := accountPage{page: p.begin(c), F: f}
	a.Hidden, a.Title = true, a.words.text[title]
	if done := param(c, "fait", 40); len(f.Problems) == 0 {
		a.Done = a.words.text["done."+done]
	}
	if len(f.Problems) > 0 {
		a.Title = a.words.text["form.error"] + " " + a.Title
	}
	if path := c.Request().URL.Path; strings.HasPrefix(path, "/compte") {
		a.Section = path
	}
	return a
}

// Heading returns the title without what it says of errors.
func (a accountPage) Heading() string {
	return strings.TrimPrefix(a.Title, a.words.text["form.error"]+" ")
}

// script has the page load a file of ours.
func (a *accountPage) script(p *Pages, names ...string) {
	for _, n := range names {
		a.Scripts = append(a.Scripts, p.assets.address[n])
	}
}

func (p *Pages) draw(c echo.Context, f *form, name string, data any) error {
	return p.show(c, f.status, name, f.lang, data)
}

// again shows a page again with what is wrong, or sends its reader where it can be mended.
func (p *Pages) again(c echo.Context, f *form, err error, draw func(echo.Context, *form) error) error {
	if moved, err := p.mend(c, err); moved {
		return err
	}
	if !f.fail(err) {
		return err
	}
	if wait := member.Waiting(err); wait > 0 {
		c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	return draw(c, f)
}

// mend sends who must sign in, or prove who they are once more, to do so.
func (p *Pages) mend(c echo.Context, err error) (moved bool, _ error) {
	code := codeOf(err)
	switch {
	case fault.Is(err, fault.Anonymous) && code == "sign_in_needed":
		return true, p.to(c, "/connexion", "next", here(c))
	case fault.Is(err, fault.Forbidden) && code == "sign_in_again":
		return true, p.to(c, "/confirmer-identite", "next", here(c))
	case fault.Is(err, fault.Forbidden) && code == "passkey_needed":
		return true, p.to(c, "/connexion", "fait", "use_passkey", "next", here(c))
	}
	return false, nil
}

// here is where to come back to: the page whose form was sent, or that was asked for.
func here(c echo.Context) string {
	u := c.Request().URL
	query := u.Query()
	query.Del("fait")
	path := u.Path
	for _, part := range []string{"/compte/securite", "/compte/donnees"} { // what is sent to from there only
		if strings.HasPrefix(path, part+"/") {
			path = part
		}
	}
	return web.Next((&url.URL{Path: path, RawQuery: query.Encode()}).String())
}

// to leads the browser to one of our pages, in the language chosen.
func (p *Pages) to(c echo.Context, path string, pairs ...string) error {
	lang, chosen := p.language(c)
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.Redirect(http.StatusSeeOther, page{Lang: lang, chosen: chosen}.To(path, pairs...))
}

// onward leads to the page asked for by next, which is one of ours, else to another.
func (p *Pages) onward(c echo.Context, next, otherwise string, pairs ...string) error {
	next = web.Next(next)
	if next == "" {
		return p.to(c, otherwise, pairs...)
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.Redirect(http.StatusSeeOther, next)
}

// served is a page of somebody signed in.
type served = func(echo.Context, member.Actor) error

// account lets in who has a session, and leads others to sign in.
func (p *Pages) account(serve served) echo.HandlerFunc {
	return func(c echo.Context) error {
		by := web.Actor(c.Request().Context())
		if by.Account == "" || by.Via != member.ViaSession {
			return p.to(c, "/connexion", "next", here(c))
		}
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		err := serve(c, by)
		if moved, out := p.mend(c, err); moved {
			return out
		}
		if fault.Is(err, fault.Forbidden) && codeOf(err) == "not_allowed" {
			return p.closed(c, by, err)
		}
		return err
	}
}

// closed answers a page that is not for the reader: whose office is closed is led to open it.
func (p *Pages) closed(c echo.Context, by member.Actor, err error) error {
	me, failed := p.cfg.Members.Me(c.Request().Context(), by)
	switch {
	case failed != nil:
		return err
	case me.UsePasskey:
		return p.to(c, "/connexion", "fait", "use_passkey", "next", here(c))
	case me.MustEnrol:
		return p.to(c, "/compte/securite", "fait", "must_enrol")
	}
	return err
}

// visit is what the room of members is told of the request.
func (p *Pages) visit(c echo.Context) member.Visit {
	lang, _ := p.language(c)
	address, err := netip.ParseAddr(c.RealIP())
	if err != nil {
		address = netip.Addr{} // nobody's: counted together
	}
	r := c.Request()
	agent := strings.ToValidUTF8(r.UserAgent(), "")
	return member.Visit{Address: address, Device: p.cookies.Device(r), UserAgent: agent[:min(len(agent), 500)], Lang: lang}
}

// enter gives the browser the session just opened and leads it on: to what the account must do
// first, else to next.
func (p *Pages) enter(c echo.Context, in member.SignedIn, next, otherwise string, pairs ...string) error {
	w, r := c.Response(), c.Request()
	if in.Pending != "" {
		p.cookies.SetStep(w, r, "second", in.Pending, "ceremony", "")
		return p.to(c, "/connexion/code", "next", web.Next(next))
	}
	p.cookies.SetStep(w, r, "second", "", "ceremony", "", "signup", "", "identity", "")
	p.keep(c, in)
	switch {
	case in.MustChange:
		return p.to(c, "/compte/mot-de-passe", "fait", "must_change")
	case in.MustEnrol:
		return p.to(c, "/compte/securite", "fait", "must_enrol")
	case in.UsePasskey:
		return p.to(c, "/connexion", "fait", "use_passkey", "next", web.Next(next))
	}
	return p.onward(c, next, otherwise, pairs...)
}

// keep puts a session, and the mark of a known device, into the browser.
func (p *Pages) keep(c echo.Context, in member.SignedIn) {
	if in.Secret != "" {
		p.cookies.SetSession(c.Response(), in.Secret)
	}
	if in.Device != "" {
		p.cookies.SetDevice(c.Response(), in.Device)
	}
}

// reader says who reads the page; nil on an instance without accounts.
func (p *Pages) reader(c echo.Context) *who {
	if p.cfg.Members == nil {
		return nil
	}
	by := web.Actor(c.Request().Context())
	if !by.Authenticated() {
		return &who{}
	}
	w := &who{Name: by.Name, Known: true, Organises: by.Organises(), Decides: by.Organises() || by.Known() && by.Leads}
	if by.Organisation != "" {
		w.Ref = by.Organisation
		if items := p.cfg.Catalogue.ItemsByID(registry.KindOrganisation, by, registry.ID(by.Organisation)); len(items) == 1 {
			w.Body, w.Ref = items[0].Name(), string(items[0].Slug())
		}
		return w
	}
	w.Here = here(c)
	w.Offered, _ = p.cfg.Members.Offered(c.Request().Context(), by) // nobody is refused a page for want of an offer
	return w
}

// codeOf returns the public code of a fault, "" when there is none.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	for e := err; e != nil; {
		if f, ok := e.(*fault.Error); ok {
			return f.Code
		}
		u, ok := e.(interface{ Unwrap() error })
		if !ok {
			return ""
		}
		e = u.Unwrap()
	}
	return ""
}
