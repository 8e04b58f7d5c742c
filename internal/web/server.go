// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// Times and sizes of a connection.
const (
	ReadHeaderTimeout = 5 * time.Second
	ReadTimeout       = 30 * time.Second
	WriteTimeout      = 60 * time.Second
	IdleTimeout       = 60 * time.Second
	MaxHeaderBytes    = 16 << 10

	// DrainDelay is how long an orchestrator has to notice that /readyz says no.
	DrainDelay = 5 * time.Second
	// ShutdownTimeout is how long requests have to end once no new one is taken.
	ShutdownTimeout = 25 * time.Second
)

// headerSlop is what net/http adds to MaxHeaderBytes before it answers 431.
const headerSlop = 4096

// ServerConfig is what Run must be told.
type ServerConfig struct {
	// Listen is the TCP address to open when Listener is nil.
	Listen   string
	Listener net.Listener
	Logger   *slog.Logger
	// Health is told when the server stops; nil when there is none.
	Health *Health
	// DrainDelay is the wait between "not ready" and the closing of the listener: the constant of
	// that name in production, 0 where no orchestrator watches.
	DrainDelay time.Duration
	// ShutdownTimeout is the constant of that name when 0.
	ShutdownTimeout time.Duration
}

// NewServer returns an http.Server with the project's times and sizes, for Run and for whoever
// listens beside it (metrics).
func NewServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: ReadHeaderTimeout,
		ReadTimeout:       ReadTimeout,
		WriteTimeout:      WriteTimeout,
		IdleTimeout:       IdleTimeout,
		MaxHeaderBytes:    MaxHeaderBytes - headerSlop,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what strangers send wrong
	}
}

// Run serves handler, and runs background beside it, until ctx ends. Then: not ready, a wait, no new
// connection, the running requests finish, and only then the background ends, for they may need it.
// It returns nil after an orderly end, also when requests had to be cut at the timeout; the first
// error when the listener cannot be opened, or when serving or a background function fails, which
// ends everything else. A background function must return when its context ends.
func Run(ctx context.Context, cfg ServerConfig, handler http.Handler, background ...func(context.Context) error) error {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.ShutdownTimeout <= 0 {
		cfg.ShutdownTimeout = ShutdownTimeout
	}
	listener := cfg.Listener
	if listener == nil {
		var err error
		if listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen); err != nil {
			return fmt.Errorf("listen on %s: %w", cfg.Listen, err)
		}
	}
	// Neither requests nor the background end with ctx: they end in their turn.
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	group, failed := errgroup.WithContext(base)
	behind, stopBackground := context.WithCancel(failed)
	defer stopBackground()

	server := NewServer(handler, cfg.Logger)
	server.BaseContext = func(net.Listener) context.Context { return base }
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	for _, run := range background {
		group.Go(func() error {
			if err := run(behind); err != nil && behind.Err() == nil {
				return err
			}
			return nil
		})
	}
	group.Go(func() error {
		defer stopBackground()
		cfg.drain(ctx, failed)
		return cfg.stop(server, cut)
	})
	return group.Wait()
}

// drain waits for the end of ctx, says "not ready", and leaves the time to hear it. A failure
// elsewhere is no time for politeness.
func (cfg ServerConfig) drain(ctx, failed context.Context) {
	select {
	case <-ctx.Done():
	case <-failed.Done():
	}
	if cfg.Health != nil {
		cfg.Health.Drain()
	}
	if failed.Err() != nil || cfg.DrainDelay <= 0 {
		return
	}
	cfg.Logger.Info("not ready any more", slog.Duration("drain", cfg.DrainDelay))
	timer := time.NewTimer(cfg.DrainDelay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-failed.Done():
	}
}

func (cfg ServerConfig) stop(server *http.Server, cut context.CancelFunc) error {
	ctx, cancel := context.WithTimeout(context.Background(), cfg.ShutdownTimeout)
	defer cancel()
	err := server.Shutdown(ctx)
	if err == nil {
		return nil
	}
	cfg.Logger.Warn("requests cut at the end of the drain", slog.Any("error", err))
	cut()
	if err := server.Close(); err != nil {
		return fmt.Errorf("close the server: %w", err)
	}
	return nil
}
