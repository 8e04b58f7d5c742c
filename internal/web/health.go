// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	livePath  = "/livez"
	readyPath = "/readyz"

	// checkTimeout is how long the checks of one question may take together.
	checkTimeout = 2 * time.Second
	// checkEvery is how long their answer is kept, so that asking often costs no more.
	checkEvery = time.Second
)

func health(path string) bool { return path == livePath || path == readyPath }

// Check is one thing that must work for the instance to be of use: the database, its schema, the
// disk. Never another system: that one is down is no reason to stop this one.
type Check struct {
	Name string // shown to whoever asks, such as "database"
	Run  func(ctx context.Context) error
}

// Health answers whether the process lives (/livez) and whether it is to be sent requests (/readyz).
type Health struct {
	log      *slog.Logger
	checks   []Check
	draining atomic.Bool

	mu     sync.Mutex
	asked  time.Time
	report report
}

type report struct {
	Status string            `json:"status"` // "ok", "failing" or "draining"
	Checks map[string]string `json:"checks,omitempty"`
}

// NewHealth returns a Health that is ready when every check passes. Why one fails goes to the
// logger, never to the client.
func NewHealth(log *slog.Logger, checks ...Check) *Health {
	return &Health{log: log, checks: checks}
}

// Mount adds /livez and /readyz. The kit neither counts nor queues requests to them.
func (h *Health) Mount(e *echo.Echo) {
	e.GET(livePath, func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		return c.JSON(http.StatusOK, report{Status: "ok"})
	})
	e.GET(readyPath, func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		r := h.ready(c.Request().Context())
		if r.Status != "ok" {
			return c.JSON(http.StatusServiceUnavailable, r)
		}
		return c.JSON(http.StatusOK, r)
	})
}

// Drain makes /readyz answer 503 from now on, so that no new request is sent here.
func (h *Health) Drain() { h.draining.Store(true) }

func (h *Health) ready(ctx context.Context) report {
	if h.draining.Load() {
		return report{Status: "draining"}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.report.Status != "" && time.Since(h.asked) < checkEvery {
		return h.report
	}
	// Whoever asked may leave; the answer is for the next one too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
	defer cancel()
	r := report{Status: "ok", Checks: make(map[string]string, len(h.checks))}
	for _, check := range h.checks {
		r.Checks[check.Name] = "ok"
		if err := check.Run(ctx); err != nil {
			r.Status, r.Checks[check.Name] = "failing", "failing"
			h.log.LogAttrs(ctx, slog.LevelError, "not ready", slog.String("check", check.Name), slog.Any("error", err))
		}
	}
	h.report, h.asked = r, time.Now()
	return r
}
