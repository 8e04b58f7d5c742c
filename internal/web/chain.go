// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
)

// chain is every middleware, in one function, in this order: request identifier, access log,
// recovery, security headers, other sites' forms, body limit, deadline, requests in flight, who asks, rate.
func (k *kit) chain(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		start := k.now()
		f := &facts{Context: r.Context(), kit: k, request: r, deadline: start.Add(k.cfg.RequestTimeout)}
		defer f.end()
		f.answer = answer{ResponseWriter: c.Response().Writer, facts: f}
		c.Response().Writer = &f.answer
		c.SetRequest(r.WithContext(f))

		err := k.guarded(c, f, start, next)
		logged := false
		if err != nil {
			logged = k.answerError(err, c)
		}
		f.answer.begin(http.StatusOK) // what a handler that wrote nothing has said
		if !logged {
			k.logAccess(c, f, start)
		}
		return nil
	}
}

// guarded runs the request and turns a panic into an error. When the answer had begun, the
// connection is cut instead: the client must not take half of it for the whole.
func (k *kit) guarded(c echo.Context, f *facts, start time.Time, next echo.HandlerFunc) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if p == http.ErrAbortHandler {
			panic(p)
		}
		cause := fmt.Errorf("panic: %v", p)
		if c.Response().Committed {
			k.log.LogAttrs(f, slog.LevelError, "panic after the answer began", slog.String("request_id", RequestID(f)),
				slog.Any("error", cause), slog.String("stack", string(debug.Stack())))
			panic(http.ErrAbortHandler)
		}
		k.log.LogAttrs(f, slog.LevelError, "panic", slog.String("request_id", RequestID(f)),
			slog.String("stack", string(debug.Stack())))
		err = fault.Wrap(fault.Internal, "internal", cause)
	}()
	return k.limited(c, f, start, next)
}

func (k *kit) limited(c echo.Context, f *facts, start time.Time, next echo.HandlerFunc) error {
	r := c.Request()
	api := k.api(r.URL.Path)
	switch {
	case !api:
		f.answer.headers = k.headers
		if err := k.sameOrigin(r); err != nil {
			return err
		}
	case preflight(r):
		f.answer.headers = k.machine
		answerPreflight(c.Response().Header())
		return c.NoContent(http.StatusNoContent)
	case read(r.Method):
		f.answer.headers, f.answer.unchanged = k.public, k.kept
	default:
		f.answer.headers = k.machine
	}
	if err := k.limitBody(c, r); err != nil {
		return err
	}
	if health(r.URL.Path) {
		return next(c) // the orchestrator must hear from a busy instance too
	}
	if err := k.inflight.enter(f); err != nil {
		return err
	}
	defer k.inflight.leave()
	if err := k.admit(c, f, start, api); err != nil {
		return err
	}
	err := next(c)
	if err != nil && !c.Response().Committed && read(r.Method) {
		return k.secondChance(c, err)
	}
	return err
}

// limitBody refuses a body announced over the limit, and cuts one that turns out to be.
func (k *kit) limitBody(c echo.Context, r *http.Request) error {
	if r.ContentLength == 0 {
		return nil
	}
	limit, longest := int64(BodyLimit), -1
	for prefix, n := range k.cfg.BodyLimits {
		if len(prefix) > longest && strings.HasPrefix(r.URL.Path, prefix) {
			limit, longest = n, len(prefix)
		}
	}
	if r.ContentLength > limit {
		c.Response().Header().Set("Connection", "close") // the body is not read: no next request here
		return fault.New(fault.TooLarge, "body_too_large")
	}
	r.Body = http.MaxBytesReader(beneath(c), r.Body, limit)
	return nil
}

// secondChance answers a read that no route took: HEAD is what GET would say (RFC 9110 §9.3.2; the
// server drops the body), and a path with a slash too many moves to the one without.
func (k *kit) secondChance(c echo.Context, err error) error {
	r := c.Request()
	switch {
	case r.Method == http.MethodHead && errors.Is(err, echo.ErrMethodNotAllowed):
		c.Response().Header().Del(echo.HeaderAllow)
		k.echo.Router().Find(http.MethodGet, echo.GetPath(r), c)
		return c.Handler()(c)
	case errors.Is(err, echo.ErrNotFound) && movable(r.URL.Path):
		to := strings.TrimRight(r.URL.EscapedPath(), "/")
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		return c.Redirect(http.StatusPermanentRedirect, to)
	}
	return err
}

// movable refuses what a browser would read as another host: "//evil.example/" or "/\evil.example/".
func movable(path string) bool {
	return len(path) > 1 && path[len(path)-1] == '/' && path[1] != '/' && !strings.ContainsRune(path, '\\')
}

func read(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// logAccess writes the line of a request: reads at debug, writes at info, failures of ours at error.
// Never a query, a header or a body: they hold what people look for and who they are.
func (k *kit) logAccess(c echo.Context, ctx context.Context, start time.Time) {
	level, status := slog.LevelInfo, c.Response().Status
	switch {
	case status >= 500:
		level = slog.LevelError
	case read(c.Request().Method) || c.Request().Method == http.MethodOptions:
		level = slog.LevelDebug
	}
	if !k.log.Enabled(ctx, level) {
		return
	}
	k.log.LogAttrs(ctx, level, "request", k.requestAttrs(c, ctx, start, status)...)
}

func (k *kit) requestAttrs(c echo.Context, ctx context.Context, start time.Time, status int) []slog.Attr {
	r := c.Request()
	attrs := []slog.Attr{
		slog.String("request_id", RequestID(ctx)),
		slog.String("method", r.Method),
		slog.String("path", loggedPath(c)),
		slog.Int("status", status),
		slog.Int64("bytes", c.Response().Size),
		slog.String("address", k.proxies.client(r).String()),
	}
	if !start.IsZero() {
		attrs = append(attrs, slog.Duration("took", k.now().Sub(start)))
	}
	if a := Actor(ctx); a.Authenticated() {
		attrs = append(attrs, slog.String("actor", string(a.ID)))
	}
	return attrs
}

// SecretParam is the name of a parameter that holds a secret: a path with one is logged as its route.
const SecretParam = "signup"

func loggedPath(c echo.Context) string {
	if strings.Contains(c.Path(), "/:"+SecretParam) { // also when the route has no such method
		return c.Path()
	}
	return c.Request().URL.Path
}
