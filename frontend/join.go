// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/web"
)

// Longest question of the picker and longest reference to a body, in code points.
const (
	maxQuestion = 100
	maxRef      = 100
)

// pickPage is the first screen: which body.
type pickPage struct {
	accountPage
	Question string
	Found    []body
	Asked    bool
	// Action is where the choice goes; New whether a body that is not listed may be named.
	Action  string
	New     bool
	Natures choices
}

// joinPick answers GET /rejoindre.
func (p *Pages) joinPick(c echo.Context) error { return p.drawPick(c, p.blank(c)) }

func (p *Pages) drawPick(c echo.Context, f *form) error {
	v := pickPage{accountPage: p.sheet(c, f, "join.pick"), Question: param(c, "q", maxQuestion), Action: "/rejoindre", New: true}
	f.fill("kind", "provider")
	var err error
	if v.Natures, err = f.Choices("kind", "radio", "nature", []string{"provider", "partner"}, "required"); err != nil {
		return err
	}
	v.Asked = v.Question != ""
	v.Found, err = p.bodies(c.Request().Context(), v.Question)
	if err != nil {
		return err
	}
	return p.draw(c, f, "pick", v)
}

// joinPicked answers POST /rejoindre: a body of the list, or the SIREN and name of one that is not in it.
func (p *Pages) joinPicked(c echo.Context) error {
	f, err := p.sent(c, "body", "siren", "body_name", "kind")
	if err != nil {
		return err
	}
	if ref := f.Get("body"); ref != "" {
		if _, ok := p.bodyOf(ref); ok {
			return p.to(c, "/rejoindre/adresse", "organisme", ref)
		}
		f.wrong("body", "unknown_body", "")
		return p.drawPick(c, f)
	}
	if f.Get("siren") == "" && f.Get("body_name") == "" {
		f.wrong("body", "required", "")
		return p.drawPick(c, f)
	}
	siren, err := territory.ParseSIREN(f.Get("siren"))
	if err != nil {
		f.wrong("siren", codeOf(err), "")
	} else if b, ok := p.cfg.Register.BySIREN(siren); ok { // it is listed after all
		return p.to(c, "/rejoindre/adresse", "organisme", registry.RegisterRef(b))
	}
	if f.Get("body_name") == "" {
		f.wrong("body_name", "required", "")
	}
	if len(f.Problems) > 0 {
		return p.drawPick(c, f)
	}
	return p.to(c, "/rejoindre/adresse", "siren", string(siren), "nom", f.Get("body_name"), "nature", f.Get("kind"))
}

// addressPage is the second screen: who, at which address.
type addressPage struct {
	accountPage
	Body   string
	Action string
}

func (p *Pages) joinAddress(c echo.Context) error { return p.drawAddress(c, p.blank(c)) }

func (p *Pages) drawAddress(c echo.Context, f *form) error {
	name := param(c, "nom", 200)
	if ref := param(c, "organisme", maxRef); ref != "" {
		name, _ = p.bodyOf(ref)
	}
	if name == "" {
		return p.to(c, "/rejoindre")
	}
	v := addressPage{p.sheet(c, f, "join.address"), name, c.Request().URL.RequestURI()}
	return p.draw(c, f, "address", v)
}

// joinAddressed answers POST /rejoindre/adresse. The body is in the address, as the first screen left it.
func (p *Pages) joinAddressed(c echo.Context) error {
	f, err := p.sent(c, "email", "name")
	if err != nil {
		return err
	}
	r := member.JoinRequest{Body: param(c, "organisme", maxRef), SIREN: param(c, "siren", 20), BodyName: param(c, "nom", 200),
		Partner: param(c, "nature", 20) == "partner", Email: f.Get("email"), Name: f.Get("name"), Lang: f.lang}
	signup, err := p.cfg.Members.Join(c.Request().Context(), p.visit(c), r)
	if err != nil {
		return p.again(c, f, err, p.drawAddress)
	}
	p.cookies.SetStep(c.Response(), c.Request(), "signup", signup.Token)
	return p.to(c, "/rejoindre/confirmer")
}

// confirmPage is the third screen: the code, what opens the account, and a few wishes.
type confirmPage struct {
	accountPage
	profileFields
	Signup member.Signup
	Action string
	// Provider is the identity provider the person came by, which opens the account too.
	Provider string
}

// signupOf returns the sign-up of the link in the address, else the one begun in this browser.
func (p *Pages) signupOf(c echo.Context) (member.Signup, error) {
	ctx := c.Request().Context()
	if c.Request().URL.Path == "/rejoindre/lien" {
		return p.cfg.Members.SignupByLink(ctx, param(c, "t", maxRef))
	}
	token := p.cookies.Step(c.Request(), "signup")
	if token == "" {
		return member.Signup{}, fault.New(fault.Missing, "link_unknown")
	}
	return p.cfg.Members.SignupBy(ctx, token)
}

// joinConfirm answers GET /rejoindre/confirmer and /rejoindre/lien: it confirms nothing.
func (p *Pages) joinConfirm(c echo.Context) error { return p.drawConfirm(c, p.blank(c)) }

func (p *Pages) drawConfirm(c echo.Context, f *form) error {
	signup, err := p.signupOf(c)
	if fault.Is(err, fault.Missing) {
		return p.expired(c, f, "/rejoindre")
	}
	if err != nil {
		return err
	}
	if signup.Token != "" { // the passkey's ceremony and the next screen go on with it
		p.cookies.SetStep(c.Response(), c.Request(), "signup", signup.Token)
	}
	f.fill("name", signup.Name)
	f.fill("rhythm", string(member.Rhythms()[0]))
	v := confirmPage{accountPage: p.sheet(c, f, "join.confirm"), profileFields: newProfileFields(f), Signup: signup}
	v.Provider = p.cfg.Identities.title(param(c, "par", 40))
	if v.Action = v.To("/rejoindre/confirmer", "par", param(c, "par", 40)); signup.Linked {
		v.Action = c.Request().URL.RequestURI()
	}
	v.script(p, "passkey.js", "form.js")
	return p.draw(c, f, "confirm", v)
}

// joinConfirmed answers the POST of both.
func (p *Pages) joinConfirmed(c echo.Context) error {
	f, err := p.sent(c, "code", "password", "name", "function", "interests[]", "rhythm", "response")
	if err != nil {
		return err
	}
	k := member.Confirmation{Code: f.Get("code"), Password: f.Get("password"), Profile: f.profile()}
	if c.Request().URL.Path == "/rejoindre/lien" {
		k.Link, k.Code = param(c, "t", maxRef), ""
	} else {
		k.Signup = p.cookies.Step(c.Request(), "signup")
	}
	if response := f.Get("response"); response != "" {
		if !json.Valid([]byte(response)) {
			return fault.New(fault.Malformed, "malformed")
		}
		k.Passkey, k.Ceremony = json.RawMessage(response), p.cookies.Step(c.Request(), "ceremony")
	}
	joined, err := p.cfg.Members.ConfirmSignup(c.Request().Context(), p.visit(c), k)
	if fault.Is(err, fault.Missing) {
		return p.expired(c, f, "/rejoindre")
	}
	if err != nil {
		return p.again(c, f, err, p.drawConfirm)
	}
	return p.welcome(c, joined)
}

// welcome leads somebody who has just joined to the last screen.
func (p *Pages) welcome(c echo.Context, j member.Joined) error {
	decide := ""
	if j.Membership.State == member.Pending {
		decide = j.Deciders
	}
	return p.enter(c, j.SignedIn, "", "/bienvenue", "decide", decide)
}

// joinResend answers POST /rejoindre/renvoyer.
func (p *Pages) joinResend(c echo.Context) error {
	f, err := p.sent(c)
	if err != nil {
		return err
	}
	signup, err := p.cfg.Members.ResendCode(c.Request().Context(), p.visit(c), p.cookies.Step(c.Request(), "signup"))
	if fault.Is(err, fault.Missing) {
		return p.expired(c, f, "/rejoindre")
	}
	if err != nil {
		return p.again(c, f, err, p.drawConfirm)
	}
	p.cookies.SetStep(c.Response(), c.Request(), "signup", signup.Token)
	return p.to(c, "/rejoindre/confirmer", "fait", "resent")
}

// joinPasskey answers POST /rejoindre/cle: the options for the browser, as JSON.
func (p *Pages) joinPasskey(c echo.Context) error {
	options, ceremony, err := p.cfg.Members.BeginSignupPasskey(c.Request().Context(), p.cookies.Step(c.Request(), "signup"))
	return p.ceremony(c, options, ceremony, err)
}

// ceremony gives a script the options of a passkey, and keeps the ceremony's secret in the browser.
func (p *Pages) ceremony(c echo.Context, options json.RawMessage, ceremony string, err error) error {
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "no-store")
	if err == nil {
		p.cookies.SetStep(c.Response(), c.Request(), "ceremony", ceremony)
		return c.JSONBlob(http.StatusOK, options)
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	// The script shows the sentence of a problem document to the person.
	lang, _ := p.language(c)
	return c.JSON(web.Status(f.Kind), map[string]string{"code": f.Code, "detail": p.tongues[lang].words.fine(p.said.Sentence(lang, f.Code, ""))})
}

// expired says that a link or a step is worth nothing any more, and where to begin again.
func (p *Pages) expired(c echo.Context, f *form, again string) error {
	f.status, f.Problems = http.StatusNotFound, nil
	v := struct {
		accountPage
		Again string
	}{p.sheet(c, f, "expired"), again}
	return p.draw(c, f, "expired", v)
}

// welcomePage is the last screen.
type welcomePage struct {
	accountPage
	Decide string // "referent" or "organiser" when the membership waits
	Me     member.Me
	Body   string
	Sells  bool // they are of a provider
}

// joined answers GET /bienvenue.
func (p *Pages) joined(c echo.Context, by member.Actor) error {
	me, err := p.cfg.Members.Me(c.Request().Context(), by)
	if err != nil {
		return err
	}
	f := p.blank(c)
	v := welcomePage{accountPage: p.sheet(c, f, "welcome"), Me: me, Sells: !declares(by)}
	for _, s := range me.Standings {
		if s.Membership.Live() {
			v.Body = s.Body.Name
			if s.Membership.State == member.Pending {
				v.Decide = "organiser"
			}
		}
	}
	if v.Decide != "" && param(c, "decide", 20) == "referent" {
		v.Decide = "referent"
	}
	if v.Decide != "" {
		v.Title = v.words.text["welcome.waiting"]
	}
	return p.draw(c, f, "welcome", v)
}

// profileFields are what a member says of themself.
type profileFields struct {
	Interests choices
	Rhythms   choices
}

func newProfileFields(f *form) profileFields {
	interests, err := f.Choices("interests", "checkbox", "domain", registry.DomainKeys(), "optional")
	var rhythms []string
	for _, r := range member.Rhythms() {
		rhythms = append(rhythms, string(r))
	}
	rhythm, err2 := f.Choices("rhythm", "radio", "rhythm", rhythms, "hint=rhythm.hint")
	if err = errors.Join(err, err2); err != nil {
		panic("frontend: " + err.Error()) // a sentence is missing: a mistake of the build
	}
	return profileFields{interests, rhythm}
}

// profile reads them.
func (f *form) profile() member.Profile {
	return member.Profile{Name: f.Get("name"), Function: f.Get("function"), Interests: f.All("interests"),
		Rhythm: member.Rhythm(f.Get("rhythm")), Lang: f.lang}
}
