// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"maillage/api"
	"maillage/internal/catalogue"
	"maillage/internal/event"
	"maillage/internal/fault"
	"maillage/internal/mail"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/search"
	"maillage/internal/store"
	"maillage/internal/territory"
)

// The garbage collector's aims: an instance keeps much and throws little away, so that collecting
// early costs little and saves a third of the memory. While everything is read, what is thrown away is
// let be until that much memory is used. GOGC and GOMEMLIMIT in the environment have no say.
const (
	gcPercent        = 65
	gcPercentLoading = 400
	loadingLimit     = 224 << 20 // bytes
)

// app is an instance put together: the wiring, and nothing else.
type app struct {
	cfg      Config
	log      *slog.Logger
	register *territory.Register
	board    *event.Switchboard
	db       *store.DB
	registry *registry.Service
	tokens   *member.Tokens
	members  *member.Service
	postman  *mail.Postman
	// identities are the providers people may sign in by.
	identities *identities
	// noPasskeys is why browsers have no passkeys at the instance's address; nil when they have.
	noPasskeys error
	madeKey    bool // this start made the secret key

	// The read side; only servers have it.
	renderer  *api.Renderer
	catalogue *catalogue.Catalogue
	index     *search.Index
}

// openApp opens the database of an instance and, when migrate is true, brings its schema to this
// version.
func openApp(ctx context.Context, cfg Config, log *slog.Logger, migrate bool) (*app, error) {
	a := &app{cfg: cfg, log: log}
	// The register is decoded while the database is being opened.
	register := make(chan error, 1)
	go func() {
		var err error
		a.register, err = territory.Load()
		register <- err
	}()
	a.board = event.NewSwitchboard(event.Config{Logger: log})
	if err := os.MkdirAll(cfg.Data, 0o750); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	k, err := a.keys()
	if err != nil {
		return nil, err
	}
	conf := store.Config{URL: cfg.Database, Directory: a.board, Logger: log, TrailKey: k.Trail}
	if cfg.Database == "" {
		conf.Path = filepath.Join(cfg.Data, "maillage.db")
	}
	db, err := store.Open(ctx, conf)
	if err != nil {
		return nil, err
	}
	a.db = db
	if migrate {
		_, err = db.Migrate(ctx)
	} else {
		err = db.CheckSchema(ctx)
	}
	if err = errors.Join(err, <-register); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	a.registry = registry.NewService(db, a.register, time.Now)
	a.tokens = member.NewTokens(db, time.Now)
	if a.identities, err = openIdentities(cfg); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := a.openMembers(k); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	a.board.Listen(registry.MatchListener, a.registry.ProposeMatches, registry.MatchFacts()...)
	db.OnCommit(a.board.Wake)
	return a, nil
}

// read opens the read side: the catalogue in memory and the search index beside the data.
func (a *app) read(ctx context.Context) error {
	defer debug.SetGCPercent(gcPercent)
	debug.SetGCPercent(gcPercentLoading)
	defer debug.SetMemoryLimit(math.MaxInt64)
	debug.SetMemoryLimit(loadingLimit)
	a.renderer = api.NewRenderer(a.cfg.BaseURL, a.register)
	a.catalogue = catalogue.New(catalogue.Config{Source: a.db, Renderer: a.renderer, Register: a.register, Dir: a.cfg.Data,
		Now: time.Now, Logger: a.log})
	// The index is opened while the catalogue is read: neither needs the other for that.
	loaded := make(chan error, 1)
	go func() { loaded <- a.catalogue.Load(ctx) }()
	var err error
	a.index, err = search.New(search.Config{Dir: filepath.Join(a.cfg.Data, "search"), Catalogue: a.catalogue, Source: a.db,
		Fallback: a.db, Misses: a.db, Register: a.register, Now: time.Now, Logger: a.log})
	if err = errors.Join(<-loaded, err); err != nil {
		return err
	}
	a.db.OnCommit(a.catalogue.Wake)
	a.db.OnCommit(a.index.Wake)
	return nil
}

// giveBack returns to the system, once the server answers, what reading everything left behind.
func (a *app) giveBack(ctx context.Context) error {
	debug.FreeOSMemory()
	<-ctx.Done()
	return nil
}

// close closes what is open.
func (a *app) close() error {
	var err error
	a.identities.close()
	if a.index != nil {
		err = a.index.Close()
	}
	return errors.Join(err, a.db.Close())
}

// closing adds the error of closing to that of a command.
func (a *app) closing(err *error) { *err = errors.Join(*err, a.close()) }

// explain says an error to the person at the terminal: the sentence of its code when it has one.
func explain(w words, err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return w.fault(f)
	}
	return err.Error()
}
