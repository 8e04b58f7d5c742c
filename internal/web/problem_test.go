// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
)

func failing(cfg Config, err error) *echo.Echo {
	e := New(cfg)
	h := func(echo.Context) error { return err }
	e.GET("/api/x", h)
	e.GET("/page", h)
	return e
}

func TestEachKindHasItsOwnStatus(t *testing.T) {
	for kind, want := range map[fault.Kind]int{
		fault.Invalid: 422, fault.Missing: 404, fault.Conflict: 409, fault.Forbidden: 403, fault.Anonymous: 401,
		fault.TooMany: 429, fault.Unavailable: 503, fault.Internal: 500, fault.TooLarge: 413, fault.Stale: 412,
		fault.Malformed: 400, 99: 500,
	} {
		w := ask(failing(Config{}, fmt.Errorf("do: %w", fault.New(kind, "code_of_a_room"))), "GET", "/api/x", "")
		p := problemOf(t, w)
		if w.Code != want || p.Status != want || p.Title == "" || p.Detail == "" || p.Code != "code_of_a_room" {
			t.Errorf("%v: status %d, %+v; want %d", kind, w.Code, p, want)
		}
		if want == 401 && w.Header().Get("WWW-Authenticate") == "" {
			t.Error("401 without a challenge")
		}
	}
}

func TestAProblemIsInFrenchFirstAndNamesEachField(t *testing.T) {
	err := &fault.Error{Kind: fault.Invalid, Code: "invalid", Cause: errors.New("pq: secret"),
		Fields: []fault.Field{{Name: "summary.fr", Code: "too_long", Detail: "200"}}}
	e := failing(Config{}, err)
	w := ask(e, "GET", "/api/x", "", from("127.0.0.1:1"), with("X-Request-Id", "r-1"))
	want := Problem{Type: "/problems/invalid", Title: "Données refusées", Status: 422, Code: "invalid", RequestID: "r-1",
		Detail: "Certaines valeurs ne peuvent pas être acceptées : elles sont indiquées une à une.",
		Errors: []ProblemField{{"summary.fr", "too_long", "Ce texte est trop long : 200 caractères au plus."}}}
	if d := cmp.Diff(want, problemOf(t, w)); d != "" {
		t.Error(d)
	}
	if w.Header().Get("Content-Language") != "fr" || w.Header().Get("Vary") != "Accept-Language" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", w.Header())
	}
	w = ask(e, "GET", "/api/x", "", with("Accept-Language", "en-GB,en;q=0.9,fr;q=0.5"))
	if p := problemOf(t, w); p.Title != "Values refused" || p.Errors[0].Detail != "This text is too long: at most 200 characters." {
		t.Errorf("in English: %+v", p)
	}
	if strings.Contains(w.Body.String(), "secret") {
		t.Error("the private cause is shown")
	}
}

func TestWhatNobodyNamedIsOursAndSaysNothing(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		code string
		want int
	}{
		"an error":       {errors.New("pq: secret"), "internal", 500},
		"an odd status":  {echo.NewHTTPError(200, "secret"), "internal", 500},
		"a 418":          {echo.NewHTTPError(418, "secret"), "malformed", 418},
		"a deadline":     {fmt.Errorf("secret: %w", context.DeadlineExceeded), "timeout", 503},
		"a body too big": {&http.MaxBytesError{Limit: 3}, "body_too_large", 413},
	} {
		w := ask(failing(Config{}, c.err), "GET", "/api/x", "")
		p := problemOf(t, w)
		if w.Code != c.want || p.Code != c.code || p.Title == "" || p.Detail == "" || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestAnAnswerThatBeganIsLeftAlone(t *testing.T) {
	e := New(Config{})
	e.GET("/api/x", func(c echo.Context) error {
		if err := c.String(200, "fini"); err != nil {
			return err
		}
		return errors.New("late")
	})
	if w := ask(e, "GET", "/api/x", ""); w.Code != 200 || w.Body.String() != "fini" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestPeopleGetAPageAndTheDocumentIfThePageFails(t *testing.T) {
	broken := false
	cfg := Config{ErrorPage: func(c echo.Context, p Problem) error {
		if broken {
			return errors.New("template")
		}
		return c.HTML(p.Status, "<h1>"+p.Title+"</h1>")
	}}
	e := failing(cfg, fault.New(fault.Missing, "not_found"))
	if w := ask(e, "GET", "/page", ""); w.Code != 404 || w.Body.String() != "<h1>Introuvable</h1>" {
		t.Errorf("page: %d %q", w.Code, w.Body)
	}
	problemOf(t, ask(e, "GET", "/api/x", ""))
	broken = true
	if p := problemOf(t, ask(e, "GET", "/page", "")); p.Status != 404 {
		t.Errorf("broken page: %+v", p)
	}
}

func TestAnErrorIsNotCachedUnderTheTagOfAnAnswer(t *testing.T) {
	e := New(Config{})
	e.GET("/api/x", func(c echo.Context) error {
		NotModified(c, `"a"`)
		c.Response().Header().Set("Cache-Control", "public, max-age=60")
		return fault.New(fault.Missing, "not_found")
	})
	w := ask(e, "GET", "/api/x", "")
	if w.Header().Get("Etag") != "" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", w.Header())
	}
}

func TestTheLanguageIsFrenchUnlessEnglishIsPreferred(t *testing.T) {
	for accept, want := range map[string]string{
		"": "fr", "en": "en", "EN-us": "en", "fr,en": "fr", "en,fr": "fr", "en;q=0.9,fr;q=0.8": "en",
		"de": "fr", "*": "fr", "de,*;q=0.1": "fr", "fr;q=0,*": "en", "en;q=2": "fr", "en; q=0.5": "en", ",,;": "fr",
	} {
		r := &http.Request{Header: http.Header{"Accept-Language": {accept}}}
		if got := Language(r); got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}
