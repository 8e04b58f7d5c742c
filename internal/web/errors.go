// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
)

// handleError is Echo's error handler, for whoever calls c.Error.
func (k *kit) handleError(err error, c echo.Context) { k.answerError(err, c) }

// answerError answers an error once, and reports whether it also logged it, at error level for what
// is our fault and at debug for what is the client's. Once the answer has begun it only logs.
func (k *kit) answerError(err error, c echo.Context) (logged bool) {
	r := c.Request()
	status, code, fields := classify(err)
	if c.Response().Committed {
		return k.logError(c, err, http.StatusInternalServerError, code)
	}
	h := c.Response().Header()
	h.Del(echo.HeaderContentType)
	h.Del(echo.HeaderContentLength)
	h.Del("Etag")
	h.Del("Last-Modified")
	h.Set(echo.HeaderCacheControl, "no-store")
	if status == http.StatusServiceUnavailable && h.Get(echo.HeaderRetryAfter) == "" {
		h.Set(echo.HeaderRetryAfter, strconv.Itoa(int(RetryAfter/time.Second)))
	}
	if status == http.StatusUnauthorized && h.Get(echo.HeaderWWWAuthenticate) == "" {
		h.Set(echo.HeaderWWWAuthenticate, "Bearer") // RFC 9110 §15.5.2 wants a challenge
	}
	lang := Language(r)
	h.Set("Content-Language", lang)
	h.Add(echo.HeaderVary, "Accept-Language")
	p := k.problem(lang, status, code, fields, RequestID(r.Context()))
	if sendErr := k.show(c, p); sendErr != nil {
		err = errors.Join(err, sendErr)
	}
	return k.logError(c, err, status, code)
}

// show uses the page for people where there is one, and the document if the page itself fails.
func (k *kit) show(c echo.Context, p Problem) error {
	if k.cfg.ErrorPage == nil || k.api(c.Request().URL.Path) {
		return p.write(c)
	}
	err := k.cfg.ErrorPage(c, p)
	if err != nil && !c.Response().Committed {
		return errors.Join(err, p.write(c))
	}
	return err
}

// classify finds the status and the public code of any error. What nobody named is ours, and says
// nothing; a deadline is a reason to try again.
func classify(err error) (status int, code string, fields []fault.Field) {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return Status(f.Kind), f.Code, f.Fields
	}
	if h, ok := errors.AsType[*echo.HTTPError](err); ok {
		status = h.Code
		if status < 400 || status > 599 {
			status = http.StatusInternalServerError
		}
		return status, statusCode(status), nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge, "body_too_large", nil
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return http.StatusServiceUnavailable, "timeout", nil
	}
	return http.StatusInternalServerError, "internal", nil
}

func (k *kit) problem(lang string, status int, code string, fields []fault.Field, id string) Problem {
	p := Problem{
		Type: "/problems/" + code, Title: k.words.Title(lang, status), Status: status,
		Detail: k.words.Sentence(lang, code, ""), Code: code, RequestID: id, Language: lang,
	}
	if p.Detail == "" {
		p.Detail = k.words.Sentence(lang, statusCode(status), "")
	}
	for _, f := range fields {
		p.Errors = append(p.Errors, ProblemField{f.Name, f.Code, k.words.Sentence(lang, f.Code, f.Detail)})
	}
	return p
}

func (k *kit) logError(c echo.Context, err error, status int, code string) bool {
	level := slog.LevelDebug
	ctx := c.Request().Context()
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		// The client left: nobody's fault.
	case status >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	if !k.log.Enabled(ctx, level) {
		return false
	}
	attrs := append(k.requestAttrs(c, ctx, time.Time{}, status), slog.String("code", code), slog.Any("error", err))
	k.log.LogAttrs(ctx, level, "request failed", attrs...)
	return level == slog.LevelError
}
