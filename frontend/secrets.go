// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// sessionsPage lists where the account is open.
type sessionsPage struct {
	accountPage
	Sessions []member.Session
	Current  string
}

func (p *Pages) sessions(c echo.Context, by member.Actor) error {
	return p.drawSessions(by)(c, p.blank(c))
}

func (p *Pages) drawSessions(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		list, err := p.cfg.Members.Sessions(c.Request().Context(), by)
		if err != nil {
			return err
		}
		return p.draw(c, f, "sessions", sessionsPage{p.sheet(c, f, "sessions"), list, by.Session})
	}
}

// sessionsEnded answers POST /compte/sessions.
func (p *Pages) sessionsEnded(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "id")
	if err != nil {
		return err
	}
	if f.Get("do") == "others" {
		err = p.cfg.Members.EndOtherSessions(c.Request().Context(), by)
	} else {
		err = p.cfg.Members.EndSession(c.Request().Context(), by, f.Get("id"))
	}
	if err != nil {
		return p.again(c, f, err, p.drawSessions(by))
	}
	return p.to(c, "/compte/sessions", "fait", "session_ended")
}

// secretsPage lists app passwords and API tokens. Made is a new one, in clear this once.
type secretsPage struct {
	accountPage
	Secrets []member.Secret
	Kinds   choices
	Scopes  choices
	Lives   choices
	Made    string
	Kind    member.SecretKind
	Email   string // the user name of an app password
	Now     time.Time
}

// Open reports whether a secret still opens a door.
func (v secretsPage) Open(s member.Secret) bool { return s.Usable(v.Now) }

// lives are how long a new secret may last, by its name in the form.
func lives() map[string]time.Duration {
	const day = 24 * time.Hour
	return map[string]time.Duration{"30": 30 * day, "90": 90 * day, "366": member.AppPasswordTTL}
}

func (p *Pages) secrets(c echo.Context, by member.Actor) error {
	return p.drawSecrets(by, "")(c, p.blank(c))
}

func (p *Pages) drawSecrets(by member.Actor, made string) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		list, err := p.cfg.Members.OwnSecrets(c.Request().Context(), by)
		if err != nil {
			return err
		}
		me, err := p.cfg.Members.Me(c.Request().Context(), by)
		if err != nil {
			return err
		}
		kind := member.SecretKind(f.Get("kind"))
		f.fill("kind", string(member.KindAppPassword))
		f.fill("scope", string(member.ScopeRead))
		f.fill("life", "366")
		v := secretsPage{accountPage: p.sheet(c, f, "secrets"), Secrets: list, Made: made, Kind: kind, Email: me.Account.Email, Now: p.cfg.Now()}
		if v.Kinds, err = f.Choices("kind", "radio", "secret", []string{string(member.KindAppPassword), string(member.KindToken)}, "required"); err != nil {
			return err
		}
		if v.Scopes, err = f.Choices("scope", "radio", "scope", []string{string(member.ScopeRead), "all"}, "hint=scope.hint"); err != nil {
			return err
		}
		if v.Lives, err = f.Choices("life", "radio", "life", []string{"30", "90", "366"}); err != nil {
			return err
		}
		return p.draw(c, f, "secrets", v)
	}
}

// secretsChanged answers POST /compte/secrets: a new one is shown in the answer itself and never again.
func (p *Pages) secretsChanged(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "id", "kind", "name", "scope", "life")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if f.Get("do") == "revoke" {
		if err := p.cfg.Members.RevokeSecret(ctx, by, f.Get("id")); err != nil {
			return p.again(c, f, err, p.drawSecrets(by, ""))
		}
		return p.to(c, "/compte/secrets", "fait", "secret_revoked")
	}
	kind := member.SecretKind(f.Get("kind"))
	scope, ok := map[member.SecretKind]map[string]member.Scope{
		member.KindAppPassword: {"": member.ScopeCalendar, "read": member.ScopeCalendar, "all": member.ScopeCalendar},
		member.KindToken:       {"": member.ScopeRead, "read": member.ScopeRead, "all": member.ScopeAll},
	}[kind][f.Get("scope")]
	ttl, known := lives()[f.Get("life")]
	switch {
	case !ok:
		err = fault.OnField("kind", "unknown_value")
	case !known:
		err = fault.OnField("life", "unknown_value")
	}
	made := ""
	if err == nil {
		_, made, err = p.cfg.Members.CreateSecret(ctx, by, kind, f.Get("name"), scope, ttl)
	}
	if err != nil {
		return p.again(c, f, err, p.drawSecrets(by, ""))
	}
	f.Form["name"] = nil
	return p.drawSecrets(by, made)(c, f)
}
