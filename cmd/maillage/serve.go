// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/spf13/cobra"

	"maillage/api"
	"maillage/frontend"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/web"
)

func newServe() *cobra.Command {
	var noMigrate bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Servir l’instance / Serve the instance",
		Long: `Sert l'instance. Sans configuration, les données sont dans ./maillage-data (SQLite).

Le schéma de la base est mis à jour au démarrage ; une base faite par une version
plus récente est refusée. SIGTERM arrête proprement.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			cfg, err := configured(cmd)
			if err != nil {
				return err
			}
			log := cfg.Logger(os.Stderr)
			a, err := openApp(cmd.Context(), cfg, log, !noMigrate)
			if err != nil {
				return err
			}
			defer a.closing(&err)
			return a.serve(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&noMigrate, "no-migrate", false, "refuser une base dont le schéma est en retard / refuse a database whose schema is behind")
	return cmd
}

// serve answers until ctx ends.
func (a *app) serve(ctx context.Context) error {
	if err := a.replayErasures(ctx); err != nil {
		return err
	}
	if err := errors.Join(a.openMail(), a.read(ctx)); err != nil {
		return err
	}
	health := web.NewHealth(a.log,
		web.Check{Name: "database", Run: a.db.Ready},
		web.Check{Name: "schema", Run: a.db.CheckSchema},
		web.Check{Name: "disk", Run: func(context.Context) error { return enoughDisk(a.cfg.Data) }},
		web.Check{Name: "catalogue", Run: func(context.Context) error {
			if !a.catalogue.Ready() {
				return fault.New(fault.Unavailable, "catalogue_loading")
			}
			return nil
		}})
	e := a.handler(health)
	follow, stop := a.startIndex(ctx)
	defer stop()
	a.log.Info("serving", slog.String("address", a.cfg.Listen), slog.String("base_url", a.cfg.BaseURL),
		slog.String("database", a.db.Engine()), slog.String("version", version))
	return web.Run(ctx, web.ServerConfig{Listen: a.cfg.Listen, Logger: a.log, Health: health, DrainDelay: a.drainDelay()},
		e,
		a.catalogue.Run,
		follow,
		func(ctx context.Context) error { return a.board.Run(ctx, a.db) },
		a.sweep,
		a.retain,
		a.giveBack,
		a.metrics)
}

// drainDelay leaves a load balancer the time to see that the instance is going; alone on its
// machine, nobody waits.
func (a *app) drainDelay() time.Duration {
	host, _, err := net.SplitHostPort(a.cfg.Listen)
	if ip, _ := netip.ParseAddr(host); err == nil && (host == "localhost" || ip.IsLoopback()) {
		return 0
	}
	return web.DrainDelay
}

// handler puts the doors on one Echo.
func (a *app) handler(health *web.Health) *echo.Echo {
	door := api.New(api.Config{Registry: a.registry, Catalogue: a.catalogue, Register: a.register, Journal: a.db, Search: a.index,
		Idempotency: a.db, Members: a.members, BaseURL: a.cfg.BaseURL, Name: a.cfg.Name, Version: version})
	pages := frontend.New(frontend.Config{Catalogue: a.catalogue, Facts: a.db, Search: a.index, Register: a.register,
		Name: a.cfg.Name, BaseURL: a.cfg.BaseURL, Version: version, Languages: a.cfg.Languages, Members: a.members,
		Identities: a.identities.door(), BodyFile: door.BodyFile, Declarations: a.registry, Engagements: a.registry, Offering: a.registry, Records: a.registry, Matches: a.registry, Journal: a.db})
	cookies := web.NewCookies(a.cfg.HTTPS())
	e := web.New(web.Config{Logger: a.log, TrustedProxies: a.cfg.TrustedProxies, HTTPS: a.cfg.HTTPS(),
		APIPrefixes: []string{"/api/", "/v1/", "/public/", "/repositories.json"},
		RateLimit:   a.cfg.RateLimit, Authenticate: a.authenticate, Origin: a.cfg.BaseURL,
		AuthenticateSession: func(ctx context.Context, r *http.Request) (member.Actor, error) {
			return a.members.Authenticate(ctx, member.DoorSite, member.Credential{Secret: cookies.Session(r)})
		}, ErrorPage: pages.ErrorPage})
	health.Mount(e)
	door.Mount(e)
	pages.Mount(e)
	return e
}

// authenticate recognises a bearer token; a request without one is a visitor's.
func (a *app) authenticate(ctx context.Context, r *http.Request) (member.Actor, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return member.Actor{}, nil
	}
	scheme, secret, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return member.Actor{}, fault.New(fault.Anonymous, "token_refused")
	}
	return a.members.Authenticate(ctx, member.DoorAPI, member.Credential{Secret: strings.TrimSpace(secret)})
}

// sweep clears, once an hour, what the outbox has settled for a week.
func (a *app) sweep(ctx context.Context) error {
	const keep = 7 * 24 * time.Hour
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if _, err := a.db.Sweep(ctx, time.Now().Add(-keep)); err != nil && ctx.Err() == nil {
				a.log.Error("sweep", slog.Any("error", err))
			}
		}
	}
}
