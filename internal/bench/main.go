// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Command bench measures Maillage at the size it is held to, on SQLite and, when TEST_DATABASE_URL
// names an empty PostgreSQL database, on PostgreSQL. Figures are ratios to a floor measured in the
// same run, turn by turn: a bare Echo that returns the same bytes from memory.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/territory"
)

func main() {
	floor := flag.String("floor", "", "serve the answers of this file on -listen (used by the bench itself)")
	listen := flag.String("listen", "", "address of the floor")
	profile := flag.String("profile", "", "with -keep: load the corpus of that folder and write the processor profile to this file")
	keep := flag.String("keep", "", "fill this folder with the corpus, on SQLite, and stop there; when it is filled, measure it")
	scale := flag.Float64("scale", 1, "size of the corpus, 1 for 20,000 software and 35,000 collectivities")
	long := flag.Duration("long", 700*time.Millisecond, "length of one turn: short, so that what else the machine does falls on both")
	turns := flag.Int("turns", 11, "turns of each measure")
	only := flag.String("only", "", "sqlite or postgresql alone")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *floor != "" {
		exit(serveFloor(*listen, *floor))
		return
	}
	if *keep != "" && *profile != "" {
		exit(profileLoad(ctx, *keep, *profile))
		return
	}
	if *keep != "" {
		exit(keepCorpus(ctx, *keep, *scale, *long, *turns))
		return
	}
	dir, err := os.MkdirTemp("", "maillage-bench")
	exit(err)
	b := &bench{dir: dir, long: *long, turns: *turns, scale: *scale}
	err = b.all(ctx, *only)
	os.RemoveAll(dir) //nolint:errcheck,gosec // temporary
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	dir    string
	binary string
	long   time.Duration
	turns  int
	scale  float64
}

// build makes the product's own binary.
func (b *bench) build(ctx context.Context) error {
	b.binary = filepath.Join(b.dir, "maillage")
	return command(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.binary, "maillage/cmd/maillage")
}

func (b *bench) all(ctx context.Context, only string) error {
	if err := b.build(ctx); err != nil {
		return err
	}
	if only != "postgresql" {
		fmt.Println("SQLite")
		data := filepath.Join(b.dir, "sqlite")
		if err := os.MkdirAll(data, 0o750); err != nil {
			return err
		}
		if err := b.engine(ctx, store.Config{Path: filepath.Join(data, "maillage.db")}, data, nil); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
	}
	url := os.Getenv("TEST_DATABASE_URL")
	if only == "sqlite" {
		return nil
	}
	if url == "" {
		fmt.Println("PostgreSQL: not measured, TEST_DATABASE_URL is not set (make bench sets it)")
		return nil
	}
	fmt.Println("PostgreSQL")
	url, drop, err := freshDatabase(ctx, url)
	if err != nil {
		return err
	}
	defer drop()
	data := filepath.Join(b.dir, "postgresql")
	if err := b.engine(ctx, store.Config{URL: url}, data, []string{"MAILLAGE_DATABASE=" + url}); err != nil {
		return fmt.Errorf("postgresql: %w", err)
	}
	return nil
}

func (b *bench) size() sizes {
	n := func(full int) int { return max(int(float64(full)*b.scale), 50) }
	return sizes{software: n(20_000), collectivities: n(35_000), providers: n(2_000), usages: n(30_000), offers: n(8_000), references: n(3_000)}
}

// engine measures one database.
func (b *bench) engine(ctx context.Context, conf store.Config, data string, env []string) error {
	db, err := b.fill(ctx, conf)
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	return b.serving(ctx, data, env)
}

// fill writes the corpus into a database and says how fast.
func (b *bench) fill(ctx context.Context, conf store.Config) (*store.DB, error) {
	register, err := territory.Load()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, conf)
	if err != nil {
		return nil, err
	}
	if _, err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	c := newCorpus(registry.NewService(db, register, time.Now), register, b.size())
	start := time.Now()
	n, err := c.fill(ctx)
	if err != nil {
		return nil, err
	}
	took := time.Since(start)
	say("import", "%d records in %.1f s: %.0f records/s (floor 1,000)", n, took.Seconds(), float64(n)/took.Seconds())
	return db, nil
}

func say(what, format string, args ...any) {
	fmt.Printf("  %-28s %s\n", what, fmt.Sprintf(format, args...))
}

// keepCorpus fills a data folder that a server can then be run on.
func keepCorpus(ctx context.Context, dir string, scale float64, long time.Duration, turns int) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	b := &bench{dir: dir, scale: scale, long: long, turns: turns}
	if _, err := os.Stat(filepath.Join(dir, "maillage.db")); err == nil {
		if err := b.build(ctx); err != nil {
			return err
		}
		return b.serving(ctx, dir, nil)
	}
	db, err := b.fill(ctx, store.Config{Path: filepath.Join(dir, "maillage.db")})
	if err != nil {
		return err
	}
	return db.Close()
}
