// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// Figures of cookies.
const (
	// StepLife is how long a browser keeps what it needs between two screens.
	StepLife = 15 * time.Minute
	// maxCookie bounds a value of ours: a longer one was not made here.
	maxCookie = 2048
)

// Cookies are the instance's, by name. Where the public address is https their names begin with
// "__Host-" (RFC 6265bis §4.1.3.2): the browser then takes them only from this very host, whole and
// over https. A demonstration on a plain-http loopback has them without prefix and without Secure,
// which not every client honours there.
type Cookies struct{ secure bool }

// NewCookies returns the cookies of an instance whose public address is https, or is not.
func NewCookies(https bool) Cookies { return Cookies{https} }

func (k Cookies) name(of string) string {
	if k.secure {
		return "__Host-maillage" + of
	}
	return "maillage" + of
}

// Session returns the secret of the browser's session, empty when it has none that could be ours.
func (k Cookies) Session(r *http.Request) string {
	secret := k.read(r, "")
	if !strings.HasPrefix(secret, member.SessionPrefix) || len(secret) > 200 {
		return ""
	}
	return secret
}

// SetSession gives a session to the browser. It keeps it for as long as the longest may last; the
// session itself says when it ends.
func (k Cookies) SetSession(w http.ResponseWriter, secret string) {
	k.set(w, "", secret, member.MemberSession)
}

// ClearSession takes the session from the browser, and what it needed between screens.
func (k Cookies) ClearSession(w http.ResponseWriter) {
	k.set(w, "", "", 0)
	k.set(w, "-step", "", 0)
}

// Device returns the secret by which an account knows this browser, empty when there is none.
func (k Cookies) Device(r *http.Request) string { return k.read(r, "-device") }

// SetDevice makes the browser a known one.
func (k Cookies) SetDevice(w http.ResponseWriter, secret string) {
	k.set(w, "-device", secret, member.DeviceLife)
}

// Step returns what the browser was given under that name to continue with on its next screen, empty
// when nothing was or it is too late.
func (k Cookies) Step(r *http.Request, name string) string {
	steps, err := url.ParseQuery(k.read(r, "-step"))
	if err != nil {
		return ""
	}
	return steps.Get(name)
}

// SetStep gives the browser secrets to continue with, by pairs of name and secret, besides those it
// holds. An empty secret takes one away.
func (k Cookies) SetStep(w http.ResponseWriter, r *http.Request, pairs ...string) {
	steps, err := url.ParseQuery(k.read(r, "-step"))
	if err != nil {
		steps = url.Values{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		steps.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			steps.Del(pairs[i])
		}
	}
	life := StepLife
	if len(steps) == 0 {
		life = 0
	}
	k.set(w, "-step", steps.Encode(), life)
}

func (k Cookies) read(r *http.Request, of string) string {
	c, err := r.Cookie(k.name(of))
	if err != nil || len(c.Value) > maxCookie {
		return ""
	}
	return c.Value
}

// set writes a cookie; life 0 takes it away. Lax and not Strict: a link in a message must find its
// reader signed in.
func (k Cookies) set(w http.ResponseWriter, of, value string, life time.Duration) {
	c := &http.Cookie{Name: k.name(of), Value: value, Path: "/", MaxAge: int(life.Seconds()), Secure: k.secure, //nolint:gosec // see Cookies
		HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if life == 0 {
		c.MaxAge = -1
	}
	// One answer says one thing of a cookie: the last.
	h := w.Header()
	h["Set-Cookie"] = slices.DeleteFunc(h["Set-Cookie"], func(s string) bool { return strings.HasPrefix(s, c.Name+"=") })
	http.SetCookie(w, c)
}

// recognise finds who asks by the session cookie, on paths of people. A session that is over, or
// that nobody made, is a visitor's, and the browser is told to forget it; so is one that cannot be
// looked up just now, which the browser keeps.
func (k *kit) recognise(c echo.Context, f *facts) {
	r := c.Request()
	if k.cfg.AuthenticateSession == nil || k.static(r.URL.Path) || k.cookies.Session(r) == "" {
		return
	}
	w := c.Response()
	actor, err := k.cfg.AuthenticateSession(f, r)
	switch {
	case err == nil && actor.Authenticated() && actor.Via == member.ViaSession:
		f.actor = &actor
		w.Before(func() { w.Header()[echo.HeaderCacheControl] = noStore })
	case err == nil || fault.Is(err, fault.Anonymous):
		k.cookies.ClearSession(w)
	default:
		k.log.LogAttrs(f, slog.LevelWarn, "session not looked up", slog.String("request_id", RequestID(f)), slog.Any("error", err))
	}
}

// noStore is what every answer to somebody signed in says to caches. It is never written to.
var noStore = []string{"no-store"}

// static reports whether a path is of files that everybody gets alike, for which nobody is recognised.
func (k *kit) static(path string) bool { return strings.HasPrefix(path, "/assets/") }
