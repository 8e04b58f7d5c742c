// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/gob"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/labstack/echo/v4"

	"maillage/internal/web"
)

// answer is what the server under measure said to a request.
type answer struct {
	Target string
	Type   string
	ETag   string
	Body   []byte
}

func writeAnswers(path string, answers []answer) error {
	f, err := os.Create(path) //nolint:gosec // a file of the bench's own folder
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	if err := gob.NewEncoder(f).Encode(answers); err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	return f.Close()
}

// serveFloor is the floor: a bare Echo, without one middleware, that returns the same bytes from
// memory, behind an http.Server with the same times and sizes as the product's. A request with
// If-None-Match is answered 304 at once, with the headers a 304 must have.
func serveFloor(listen, path string) error {
	f, err := os.Open(path) //nolint:gosec // a file of the bench's own folder
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	var answers []answer
	if err := gob.NewDecoder(f).Decode(&answers); err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	byTarget := make(map[string]answer, len(answers))
	for _, a := range answers {
		byTarget[a.Target] = a
	}
	e := echo.New()
	e.GET("/*", func(c echo.Context) error {
		a, ok := byTarget[c.Request().RequestURI]
		if !ok {
			return echo.ErrNotFound
		}
		if c.Request().Header.Get("If-None-Match") != "" {
			// The headers without which it would not be a 304 (RFC 9110 §15.4.5).
			h := c.Response().Header()
			h.Set("ETag", a.ETag)
			h.Set("Cache-Control", "no-cache")
			h.Set("Vary", "Accept")
			return c.NoContent(http.StatusNotModified)
		}
		return c.Blob(http.StatusOK, a.Type, a.Body)
	})
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", listen)
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	return web.NewServer(e, slog.New(slog.DiscardHandler)).Serve(listener)
}
