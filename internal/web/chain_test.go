// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

func TestARequestIDIsTakenOnlyFromATrustedProxyAndOnlyClean(t *testing.T) {
	e := New(Config{})
	e.GET("/x", ok)
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for _, c := range []struct {
		name, addr, id string
		kept           bool
	}{
		{"clean, from the loopback", "127.0.0.1:4", "abc-1.2_Z", true},
		{"clean, from a stranger", "192.0.2.1:4", "abc-1.2_Z", false},
		{"with a line break", "127.0.0.1:4", "a\nb", false},
		{"too long", "127.0.0.1:4", strings.Repeat("a", 65), false},
		{"absent", "127.0.0.1:4", "", false},
	} {
		w := ask(e, "GET", "/x", "", from(c.addr), with("X-Request-Id", c.id))
		got := w.Header().Get("X-Request-Id")
		if c.kept && got != c.id || !c.kept && !uuid.MatchString(got) {
			t.Errorf("%s: got %q", c.name, got)
		}
	}
}

func TestAnInfoLoggerSaysNothingOfReadsAndEverythingOfWritesAndFailures(t *testing.T) {
	var log strings.Builder
	e := New(Config{Logger: textLog(&log, slog.LevelInfo)})
	e.GET("/read", ok)
	e.POST("/write", ok)
	e.GET("/broken", func(echo.Context) error { return errors.New("pq: password authentication failed") })
	e.POST("/refused", func(echo.Context) error { return fault.OnField("name", "required") })

	ask(e, "GET", "/read?q=secret", "")
	if log.Len() > 0 {
		t.Errorf("a read was logged: %s", log.String())
	}
	for _, c := range []struct{ method, path, want string }{
		{"POST", "/write", "level=INFO msg=request "},
		{"GET", "/broken", "level=ERROR msg=\"request failed\""},
		{"POST", "/refused", "level=INFO msg=request "},
	} {
		log.Reset()
		ask(e, c.method, c.path+"?q=secret", "")
		got := log.String()
		if strings.Count(got, "\n") != 1 || !strings.Contains(got, c.want) || !strings.Contains(got, "request_id=") {
			t.Errorf("%s: want one line with %q and the request ID, got %q", c.path, c.want, got)
		}
		if strings.Contains(got, "secret") {
			t.Errorf("%s: the query is in the log: %s", c.path, got)
		}
		if c.path == "/broken" && !strings.Contains(got, "pq: password") {
			t.Errorf("the cause is not in the log: %s", got)
		}
	}
}

func TestAPanicIsAProblemAndTheNextRequestIsServed(t *testing.T) {
	var log strings.Builder
	e := New(Config{Logger: textLog(&log, slog.LevelInfo), InFlight: 1})
	e.GET("/api/panic", func(echo.Context) error { panic("secret of ours") })
	for range 3 { // with one slot, a slot lost would hang the second
		w := ask(e, "GET", "/api/panic", "")
		if p := problemOf(t, w); p.Status != 500 || p.Code != "internal" || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("got %+v", p)
		}
	}
	if !strings.Contains(log.String(), "secret of ours") || !strings.Contains(log.String(), "chain_test.go") {
		t.Errorf("the panic and its stack are not in the log: %s", log.String())
	}
}

func TestAPanicAfterTheAnswerBeganCutsTheConnection(t *testing.T) {
	e := New(Config{})
	e.GET("/x", func(c echo.Context) error {
		c.Response().WriteHeader(200)
		_, _ = c.Response().Write([]byte("half")) // the recorder takes everything
		panic("late")
	})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("recovered %v, want http.ErrAbortHandler", p)
		}
	}()
	ask(e, "GET", "/x", "")
	t.Error("half an answer was passed for a whole one")
}

func TestEveryAnswerCarriesItsSecurityHeaders(t *testing.T) {
	e := New(Config{HTTPS: true})
	e.GET("/page", ok)
	e.GET("/api/data", ok)
	for path, want := range map[string]map[string]string{
		"/page": {"Content-Security-Policy": csp, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-site",
			"Permissions-Policy": permissions, "Strict-Transport-Security": "max-age=63072000"},
		"/absent": {"Content-Security-Policy": csp, "X-Content-Type-Options": "nosniff"},
		"/api/data": {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age=63072000",
			"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": corsExposed},
		"/api/absent": {"X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"},
	} {
		w := ask(e, "GET", path, "")
		for name, value := range want {
			if got := w.Header().Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", path, name, got, value)
			}
		}
		if w.Header().Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: credentials are allowed to strangers", path)
		}
	}
	plain := New(Config{})
	plain.GET("/page", ok)
	if got := ask(plain, "GET", "/page", "").Header().Get("Strict-Transport-Security"); got != "" {
		t.Errorf("HSTS %q without https", got)
	}
}

func TestAHandlerThatAddsToAConstantHeaderChangesOnlyItsOwnAnswer(t *testing.T) {
	e := New(Config{})
	e.GET("/add", func(c echo.Context) error {
		c.Response().Header().Add("X-Content-Type-Options", "mine")
		return ok(c)
	})
	e.GET("/other", ok)
	ask(e, "GET", "/add", "")
	if got := ask(e, "GET", "/other", "").Header().Values("X-Content-Type-Options"); len(got) != 1 || got[0] != "nosniff" {
		t.Errorf("another answer was changed: %q", got)
	}
}

func TestAPreflightIsAnsweredOnlyOnTheAPIAndOnlyForReads(t *testing.T) {
	e := New(Config{})
	e.POST("/api/x", ok)
	e.OPTIONS("/dav/x", ok)
	asks := []func(*http.Request){with("Origin", "https://elsewhere.example"), with("Access-Control-Request-Method", "POST")}
	w := ask(e, "OPTIONS", "/api/x", "", asks...)
	if w.Code != 204 || w.Header().Get("Access-Control-Allow-Methods") != "GET, HEAD" {
		t.Errorf("preflight: %d %v", w.Code, w.Header())
	}
	if w := ask(e, "OPTIONS", "/dav/x", "", asks...); w.Body.String() != "bien" || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("OPTIONS outside the API: %d %v", w.Code, w.Header())
	}
	if w := ask(e, "POST", "/api/x", "", with("Origin", "https://elsewhere.example")); w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Error("a write is open to every origin")
	}
	if w := ask(e, "OPTIONS", "/api/x", ""); w.Code != http.StatusNoContent && w.Code != http.StatusMethodNotAllowed {
		t.Errorf("OPTIONS that is no preflight: %d", w.Code)
	}
}

func TestABodyOverTheLimitIsRefusedAnnouncedOrNot(t *testing.T) {
	e := New(Config{BodyLimits: map[string]int64{"/up": 10, "/up/large": 1 << 20}})
	drink := func(c echo.Context) error {
		if _, err := io.Copy(io.Discard, c.Request().Body); err != nil {
			return err
		}
		return ok(c)
	}
	e.POST("/*", drink)
	chunked := func(r *http.Request) { r.ContentLength = -1 }
	for _, c := range []struct {
		path string
		size int
		want int
	}{{"/up/x", 10, 200}, {"/up/x", 11, 413}, {"/up/large", 11, 200}, {"/x", BodyLimit, 200}, {"/x", BodyLimit + 1, 413}} {
		body := strings.Repeat("a", c.size)
		if w := ask(e, "POST", c.path, body); w.Code != c.want {
			t.Errorf("%s, %d bytes: %d, want %d", c.path, c.size, w.Code, c.want)
		}
		if w := ask(e, "POST", c.path, body, chunked); w.Code != c.want {
			t.Errorf("%s, %d bytes unannounced: %d, want %d", c.path, c.size, w.Code, c.want)
		}
	}
}

func TestHEADIsWhatGETWouldSay(t *testing.T) {
	e := New(Config{})
	e.GET("/api/x", func(c echo.Context) error { return c.String(200, c.Request().Method) })
	e.POST("/api/only-post", ok)
	s := httptest.NewServer(e)
	defer s.Close()
	for path, want := range map[string]int{"/api/x": 200, "/api/only-post": 405, "/api/absent": 404} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("HEAD %s: %d, want %d", path, resp.StatusCode, want)
		}
		if want == 200 && (resp.ContentLength != 4 || resp.Header.Get("Allow") != "") {
			t.Errorf("HEAD %s: length %d, Allow %q", path, resp.ContentLength, resp.Header.Get("Allow"))
		}
	}
	if w := ask(e, "PUT", "/api/x", ""); w.Code != 405 || !strings.Contains(w.Header().Get("Allow"), "GET") {
		t.Errorf("PUT: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestASlashTooManyMovesButNeverToAnotherHost(t *testing.T) {
	e := New(Config{})
	e.GET("/logiciels", ok)
	if w := ask(e, "GET", "/logiciels/?q=%C3%A9", ""); w.Code != 308 || w.Header().Get("Location") != "/logiciels?q=%C3%A9" {
		t.Errorf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	for _, path := range []string{"//evil.example/", `/\evil.example/`, "/%5Cevil.example/", "/%2Fevil.example/", "/"} {
		if w := ask(e, "GET", "http://x"+path, ""); w.Code != 404 || w.Header().Get("Location") != "" {
			t.Errorf("%s: %d to %q", path, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestTheContextEndsWithTheRequestAndStartsNoTimerUnlessWaitedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept context.Context
		e := New(Config{RequestTimeout: time.Second})
		e.GET("/quick", func(c echo.Context) error {
			kept = c.Request().Context()
			if kept.(*facts).timed != nil {
				t.Error("a timer runs though nobody waits")
			}
			if RequestID(context.WithValue(kept, actorKey{}, 1)) == "" {
				t.Error("the request ID is lost under another value")
			}
			return ok(c)
		})
		e.GET("/api/slow", func(c echo.Context) error {
			ctx, cancel := context.WithCancel(c.Request().Context())
			defer cancel()
			<-ctx.Done()
			return ctx.Err()
		})
		ask(e, "GET", "/quick", "")
		start := time.Now()
		w := ask(e, "GET", "/api/slow", "")
		if p := problemOf(t, w); p.Status != 503 || p.Code != "timeout" || w.Header().Get("Retry-After") == "" {
			t.Errorf("got %+v", p)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("ended after %v, want 1s", took)
		}
		if err := kept.Err(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after its deadline an unwaited context says %v", err)
		}
	})
}

func TestWhoIsFoundLaterIsTheActor(t *testing.T) {
	if Actor(t.Context()).Known() {
		t.Error("somebody is known from nowhere")
	}
	ctx := WithActor(t.Context(), member.Actor{ID: "a1", Role: member.Agent})
	if got := Actor(ctx); got.ID != "a1" {
		t.Errorf("got %+v", got)
	}
}
