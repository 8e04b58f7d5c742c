// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"maillage/api"
	"maillage/internal/catalogue"
	"maillage/internal/store"
	"maillage/internal/territory"
)

// profileLoad loads the catalogue over a kept corpus, says how long that took, and writes the
// processor profile of it.
func profileLoad(ctx context.Context, dir, profile string) error {
	register, err := territory.Load()
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Config{Path: filepath.Join(dir, "maillage.db")})
	if err != nil {
		return err
	}
	f, err := os.Create(profile) //nolint:gosec // named by whoever measures
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	c := catalogue.New(catalogue.Config{Source: db, Renderer: api.NewRenderer("https://bench.example", register), Register: register, Dir: dir})
	if err := pprof.StartCPUProfile(f); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	began := time.Now()
	err = c.Load(ctx)
	pprof.StopCPUProfile()
	if err != nil {
		return err
	}
	say("load", "%.2f s", time.Since(began).Seconds())
	if err := f.Close(); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	return db.Close()
}
