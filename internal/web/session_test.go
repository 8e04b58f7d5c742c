// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

const goodSession = member.SessionPrefix + "good"

// sessions knows one session, and how often it was asked.
type sessions struct {
	cookies Cookies
	asked   int
}

func (s *sessions) authenticate(_ context.Context, r *http.Request) (member.Actor, error) {
	s.asked++
	switch s.cookies.Session(r) {
	case goodSession:
		return member.Actor{ID: "account:1", Role: member.Applicant, Account: "1", Via: member.ViaSession}, nil
	case member.SessionPrefix + "later":
		return member.Actor{}, fault.New(fault.Unavailable, "database_unavailable")
	case member.SessionPrefix + "broken":
		return member.Actor{}, errors.New("driver: bad connection")
	}
	return member.Actor{}, fault.New(fault.Anonymous, "session_refused")
}

func signedInKit(https bool) (*echo.Echo, *sessions) {
	s := &sessions{cookies: NewCookies(https)}
	e := New(Config{HTTPS: https, AuthenticateSession: s.authenticate,
		Authenticate: func(context.Context, *http.Request) (member.Actor, error) { return member.Actor{}, nil }})
	who := func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-cache")
		return c.String(http.StatusOK, string(Actor(c.Request().Context()).ID))
	}
	e.GET("/page", who)
	e.GET("/api/v1/x", who)
	e.GET("/assets/x.css", who)
	e.GET("/broken", func(echo.Context) error { return fault.New(fault.Missing, "missing") })
	return e, s
}

func TestASessionCookieSaysWhoAsksOnPagesAndNowhereElse(t *testing.T) {
	for _, https := range []bool{true, false} {
		e, s := signedInKit(https)
		name := s.cookies.name("")
		if want := map[bool]string{true: "__Host-maillage", false: "maillage"}[https]; name != want {
			t.Fatalf("the cookie is %q", name)
		}
		for path, want := range map[string]string{"/page": "account:1", "/api/v1/x": "", "/assets/x.css": ""} {
			s.asked = 0
			w := ask(e, "GET", path, "", with("Cookie", name+"="+goodSession))
			if w.Body.String() != want || s.asked != len(want)/len("account:1") {
				t.Errorf("%s: %q, asked %d times", path, w.Body, s.asked)
			}
			cache := map[bool]string{true: "no-store", false: "no-cache"}[want != ""]
			if got := w.Header().Get("Cache-Control"); got != cache {
				t.Errorf("%s: Cache-Control %q, want %q", path, got, cache)
			}
		}
		if w := ask(e, "GET", "/broken", "", with("Cookie", name+"="+goodSession)); w.Header().Get("Cache-Control") != "no-store" {
			t.Error("an error to somebody signed in may be stored")
		}
	}
}

func TestADeadSessionIsAVisitorsAndIsForgotten(t *testing.T) {
	e, s := signedInKit(true)
	for value, forgotten := range map[string]bool{member.SessionPrefix + "dead": true, member.SessionPrefix + "later": false,
		member.SessionPrefix + "broken": false, "garbage": false} {
		s.asked = 0
		w := ask(e, "GET", "/page", "", with("Cookie", "__Host-maillage="+value))
		if w.Code != http.StatusOK || w.Body.Len() > 0 {
			t.Errorf("%s: %d %q", value, w.Code, w.Body)
		}
		if got := strings.Contains(strings.Join(w.Header().Values("Set-Cookie"), "\n"), "__Host-maillage=; Path=/; Max-Age=0"); got != forgotten {
			t.Errorf("%s: forgotten is %v: %v", value, got, w.Header()["Set-Cookie"])
		}
		if value == "garbage" && s.asked > 0 {
			t.Error("what was never a session is looked up")
		}
	}
}

func TestCookiesHaveTheAttributesThatKeepThemHome(t *testing.T) {
	for _, https := range []bool{true, false} {
		k, w := NewCookies(https), httptest.NewRecorder()
		k.SetSession(w, goodSession)
		k.SetDevice(w, "device")
		k.SetStep(w, httptest.NewRequest(http.MethodGet, "/", nil), "signup", "a&b=c")
		k.SetSession(w, goodSession) // said again: still one cookie
		got := w.Result().Cookies()
		if len(got) != 3 {
			t.Fatalf("%d cookies", len(got))
		}
		ages := map[string]int{"": 30 * 86_400, "-device": 400 * 86_400, "-step": 15 * 60}
		for of, age := range ages {
			found := false
			for _, c := range got {
				if c.Name != k.name(of) {
					continue
				}
				found = true
				if c.Secure != https || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != age {
					t.Errorf("%+v", c)
				}
			}
			if !found {
				t.Errorf("no cookie %s", k.name(of))
			}
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		for _, c := range got {
			r.AddCookie(c)
		}
		if k.Session(r) != goodSession || k.Device(r) != "device" || k.Step(r, "signup") != "a&b=c" || k.Step(r, "other") != "" {
			t.Error("what was set is not read back")
		}
		w = httptest.NewRecorder()
		k.SetStep(w, r, "signup", "", "second", "x")
		if v := w.Result().Cookies()[0].Value; v != "second=x" {
			t.Errorf("the next step is %q", v)
		}
	}
}

func TestASecretIsUsedForNothingBeyondItsScope(t *testing.T) {
	reader := member.Actor{ID: "account:1", Via: member.ViaToken, Scope: member.ScopeRead}
	calendar := member.Actor{ID: "account:1", Via: member.ViaAppPassword, Scope: member.ScopeCalendar}
	for _, c := range []struct {
		name     string
		actor    member.Actor
		method   string
		calendar bool
		refused  bool
	}{
		{"a reader reads", reader, "GET", false, false},
		{"a reader looks", reader, "HEAD", false, false},
		{"a reader writes", reader, "POST", false, true},
		{"a reader deletes", reader, "DELETE", false, true},
		{"a reader writes a calendar", reader, "PUT", true, true},
		{"an app password at its door", calendar, "PUT", true, false},
		{"an app password elsewhere", calendar, "GET", false, true},
		{"a session", member.Actor{ID: "account:1", Via: member.ViaSession}, "POST", false, false},
		{"nobody", member.Actor{}, "POST", false, false},
	} {
		if err := Within(c.actor, c.method, c.calendar); fault.Is(err, fault.Forbidden) != c.refused {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	e := New(Config{Authenticate: func(context.Context, *http.Request) (member.Actor, error) { return reader, nil }})
	e.POST("/api/x", ok)
	e.GET("/api/x", ok)
	for method, want := range map[string]int{"GET": 200, "POST": 403} {
		if w := ask(e, method, "/api/x", "", with("Authorization", "Bearer x")); w.Code != want {
			t.Errorf("%s with a token that reads: %d", method, w.Code)
		}
	}
}
