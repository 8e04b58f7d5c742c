// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"maillage/internal/registry"
)

// Progress is told how far a rebuild has got, in entities; it is called often and must be quick.
type Progress func(done int)

// Rebuild builds the index anew from the database and puts it in the place of the old one, which
// answers until then. It may be stopped through ctx, leaving the old one in use.
func (ix *Index) Rebuild(ctx context.Context, progress Progress) error {
	ix.writing.Lock()
	defer ix.writing.Unlock()
	if ix.closed {
		return errors.New("index closed")
	}
	began := ix.cfg.Now()
	name := "generation-" + strconv.FormatInt(time.Now().UnixNano(), 36) // unique, whatever the clock given
	m := mark{Stamp: ix.stamp}
	var err error
	// The position is read first: what changes during the build is followed afterwards.
	if m.Position, err = ix.cfg.Source.Position(ctx); err != nil {
		return err
	}
	if m.Change, err = ix.changeName(ctx, m.Position); err != nil {
		return err
	}
	ix.cfg.Logger.Info("building the index")
	done, err := ix.build(ctx, name, m, progress)
	if err == nil {
		err = ix.adopt(name)
	}
	if err != nil {
		return fmt.Errorf("build the index: %w", errors.Join(err, os.RemoveAll(ix.folder.path(name))))
	}
	ix.cfg.Logger.Info("index built", slog.Int("entities", done), slog.Duration("took", ix.cfg.Now().Sub(began)))
	return nil
}

// build writes a generation.
func (ix *Index) build(ctx context.Context, name string, m mark, progress Progress) (done int, err error) {
	b, err := newBuilder(ix.folder.dir, ix.folder.path(name), m)
	if err != nil {
		return 0, err
	}
	add := func(entries []*entry) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, e := range entries {
			if err := guard(func() error { return b.Index(e) }); err != nil {
				return err
			}
		}
		before := done
		done += len(entries)
		if progress != nil {
			progress(done)
		}
		if done/10000 > before/10000 {
			ix.cfg.Logger.Info("building the index", slog.Int("entities", done))
		}
		return nil
	}
	// bleve's builder cannot end with nothing, and an index without a document is a fine index.
	if err := add([]*entry{newEntry("\x00")}); err != nil {
		return 0, err
	}
	done = 0
	err = ix.feed(ctx, add)
	if err == nil {
		err = guard(b.Close)
	}
	if err != nil {
		ix.folder.sweep(ix.cfg.Logger) // what the builder left
	}
	return done, err
}

// feed describes everything that is live: software first, whose names organisations are found by.
func (ix *Index) feed(ctx context.Context, add func([]*entry) error) error {
	names := map[registry.ID]string{}
	for after := registry.ID(""); ; {
		page, err := ix.cfg.Source.SoftwarePage(ctx, after, pageSize)
		if err != nil {
			return err
		}
		for _, s := range page {
			names[s.ID] = s.Name
		}
		if err := add(ix.describe(page, nil, nil)); err != nil {
			return err
		}
		if len(page) < pageSize {
			break
		}
		after = page[len(page)-1].ID
	}
	for after := registry.ID(""); ; {
		page, err := ix.cfg.Source.OrganisationPage(ctx, after, pageSize)
		if err != nil {
			return err
		}
		sayings, err := ix.sayings(ctx, page, names)
		if err != nil {
			return err
		}
		if err := add(ix.describe(nil, page, sayings)); err != nil {
			return err
		}
		if len(page) < pageSize {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

// adopt opens a generation that was just built and retires the one in use.
func (ix *Index) adopt(name string) error {
	g, m, err := openGeneration(ix.folder.path(name), name, ix.queue)
	if err != nil {
		return err
	}
	old := ix.current
	if err := ix.show(g, m, nil); err != nil {
		return errors.Join(err, g.close())
	}
	ix.damaged.Store(false)
	ix.built.Store(ix.cfg.Now().Unix())
	if err := ix.folder.use(name); err != nil { // it serves, and is built again at the next start
		ix.cfg.Logger.Warn("note which index is in use", slog.Any("error", err))
		return nil
	}
	if old != nil {
		if err := old.close(); err != nil {
			ix.cfg.Logger.Warn("close the old index", slog.Any("error", err))
		}
	}
	ix.folder.sweep(ix.cfg.Logger)
	return nil
}
