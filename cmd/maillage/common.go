// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"maillage/internal/store"
)

// noArgs and exactArgs are cobra's, with the exit code of a usage error.
func noArgs(cmd *cobra.Command, args []string) error { return usage(cobra.NoArgs(cmd, args)) }

func exactArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error { return usage(cobra.ExactArgs(n)(cmd, args)) }
}

func usage(err error) error {
	if err == nil {
		return nil
	}
	return &usageError{err}
}

// must panics on a mistake of the wiring, seen at start.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// withApp runs a command on the instance's data: its schema must be this version's, or the data
// folder new.
func withApp(cmd *cobra.Command, fn func(ctx context.Context, a *app) error) (err error) {
	cfg, err := configured(cmd)
	if err != nil {
		return err
	}
	a, err := openApp(cmd.Context(), cfg, cfg.Logger(os.Stderr), true)
	if err != nil {
		return err
	}
	defer a.closing(&err)
	return fn(cmd.Context(), a)
}

// withDatabase runs a command on the database alone, whatever its schema.
func withDatabase(cmd *cobra.Command, fn func(ctx context.Context, db *store.DB) error) (err error) {
	cfg, err := configured(cmd)
	if err != nil {
		return err
	}
	conf := store.Config{URL: cfg.Database, Logger: cfg.Logger(os.Stderr)}
	if cfg.Database == "" {
		if err := os.MkdirAll(cfg.Data, 0o750); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
		conf.Path = filepath.Join(cfg.Data, "maillage.db")
	}
	db, err := store.Open(cmd.Context(), conf)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return fn(cmd.Context(), db)
}
