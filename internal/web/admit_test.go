// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"maillage/internal/member"
)

func TestASecretDoesNoMoreThanItWasMadeFor(t *testing.T) {
	scopes := map[string]member.Scope{"all": member.ScopeAll, "read": member.ScopeRead, "calendar": member.ScopeCalendar}
	e := New(Config{Authenticate: func(_ context.Context, r *http.Request) (member.Actor, error) {
		return member.Actor{ID: "account:1", Role: member.Applicant, Scope: scopes[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]}, nil
	}})
	e.GET("/api/x", ok)
	e.POST("/api/x", ok)
	for _, c := range []struct {
		secret, method string
		want           int
	}{{"all", "GET", 200}, {"all", "POST", 200}, {"read", "GET", 200}, {"read", "HEAD", 200}, {"read", "POST", 403},
		{"read", "DELETE", 403}, {"calendar", "GET", 403}, {"calendar", "POST", 403}} {
		if w := ask(e, c.method, "/api/x", "", with("Authorization", "Bearer "+c.secret)); w.Code != c.want {
			t.Errorf("%s with a secret for %s: %d, want %d", c.method, c.secret, w.Code, c.want)
		}
	}
}

func TestAnAccountWithoutStandingIsSomebodyAndNobodyIsNot(t *testing.T) {
	by := member.Actor{ID: "account:1", Role: member.Applicant}
	e := New(Config{Authenticate: func(context.Context, *http.Request) (member.Actor, error) { return by, nil }})
	e.GET("/api/who", func(c echo.Context) error { return c.String(200, string(Actor(c.Request().Context()).ID)) })
	if w := ask(e, "GET", "/api/who", "", with("Authorization", "Bearer mls_x")); w.Code != 200 || w.Body.String() != "account:1" {
		t.Errorf("an applicant: %d %s", w.Code, w.Body)
	}
	by = member.Actor{}
	if w := ask(e, "GET", "/api/who", "", with("Authorization", "Bearer mls_x")); w.Code != 401 {
		t.Errorf("nobody: %d %s", w.Code, w.Body)
	}
}

func TestASecretInAPathIsNotLogged(t *testing.T) {
	var log strings.Builder
	e := New(Config{Logger: textLog(&log, slog.LevelDebug)})
	e.GET("/api/s/:"+SecretParam, ok)
	ask(e, "GET", "/api/s/mes-six-mots-a-moi", "")
	ask(e, "POST", "/api/s/mes-six-mots-a-moi", "")
	if got := log.String(); strings.Contains(got, "mots") || !strings.Contains(got, "/api/s/:"+SecretParam) {
		t.Errorf("log: %s", got)
	}
}

func TestTheAddressOfAClientIsTheOneItsLimitsSee(t *testing.T) {
	e := New(Config{})
	e.GET("/api/x", func(c echo.Context) error { return c.String(200, ClientAddress(c).String()) })
	for _, c := range []struct{ from, forwarded, want string }{{"192.0.2.9:1", "203.0.113.7", "192.0.2.9"},
		{"127.0.0.1:1", "203.0.113.7", "203.0.113.7"}, {"nowhere", "", "invalid IP"}} {
		mutate := []func(*http.Request){from(c.from)}
		if c.forwarded != "" {
			mutate = append(mutate, with("X-Forwarded-For", c.forwarded))
		}
		if got := ask(e, "GET", "/api/x", "", mutate...).Body.String(); got != c.want {
			t.Errorf("from %s for %q: %s, want %s", c.from, c.forwarded, got, c.want)
		}
	}
}
