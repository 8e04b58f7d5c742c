// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"time"

	index "github.com/blevesearch/bleve_index_api"

	"maillage/internal/registry"
)

// Run keeps the index in step with the database until ctx ends, then returns nil. It builds the
// index when there is none to follow with. Nothing that goes wrong ends it: it is logged, and tried
// again.
func (ix *Index) Run(ctx context.Context) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	failures := 0
	for {
		if err := ix.step(ctx); err != nil && ctx.Err() == nil {
			if failures++; failures == 1 || failures%60 == 0 {
				ix.cfg.Logger.Error("index cannot follow the database", slog.Int("tries", failures), slog.Any("error", err))
			}
		} else {
			failures = 0
		}
		ix.flushMiss(ctx)
		select { // an import wakes at every commit: one state of the index for many of them
		case <-ctx.Done():
			return nil
		case <-time.After(restBetween):
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ix.wake:
		case <-ticker.C:
		}
	}
}

// step brings the index to the database's position.
func (ix *Index) step(ctx context.Context) error {
	sound, err := ix.sound(ctx)
	if err != nil {
		return err
	}
	if !sound {
		ix.ready.Store(false)
		if err := ix.Rebuild(ctx, nil); err != nil {
			return err
		}
	}
	if err := ix.catchUp(ctx); err != nil {
		return err
	}
	ix.ready.Store(true)
	return nil
}

// sound reports whether the index can be brought up to date by following changes.
func (ix *Index) sound(ctx context.Context) (bool, error) {
	ix.writing.Lock()
	g, at := ix.current, ix.at
	ix.writing.Unlock()
	if g == nil || ix.damaged.Load() {
		return false, nil
	}
	if ix.ready.Load() {
		return true, nil // checked before; only this process writes to it
	}
	position, err := ix.cfg.Source.Position(ctx)
	if err != nil {
		return false, err
	}
	if at.Position > position {
		ix.cfg.Logger.Warn("index ahead of the database, building it anew",
			slog.Int64("index", at.Position), slog.Int64("database", position))
		return false, nil
	}
	name, err := ix.changeName(ctx, at.Position)
	if err == nil && at.Change != "" && name != "" && name != at.Change {
		ix.cfg.Logger.Warn("index of another database, building it anew")
		return false, nil
	}
	return true, err
}

// changeName identifies the change of that number; empty when it is not there.
func (ix *Index) changeName(ctx context.Context, seq int64) (string, error) {
	if seq == 0 {
		return "", nil
	}
	changes, err := ix.cfg.Source.Changes(ctx, seq-1, 1)
	if err != nil || len(changes) == 0 || changes[0].Seq != seq {
		return "", err
	}
	return nameOf(changes[0]), nil
}

func nameOf(c registry.Change) string {
	return string(c.ID) + "@" + strconv.FormatInt(c.At.UnixMicro(), 10)
}

// catchUp applies the changes after the index's position.
func (ix *Index) catchUp(ctx context.Context) error {
	ix.writing.Lock()
	defer ix.writing.Unlock()
	for ix.current != nil {
		changes, err := ix.cfg.Source.Changes(ctx, ix.at.Position, pageSize)
		if err != nil {
			return err
		}
		if len(changes) == 0 {
			return nil
		}
		if changes[len(changes)-1].Seq < ix.at.Position {
			ix.ready.Store(false) // looked at again by sound
			return nil
		}
		if err := ix.apply(ctx, changes); err != nil {
			return err
		}
	}
	return nil
}

// apply describes anew everything the changes touched, in one batch with the new position.
func (ix *Index) apply(ctx context.Context, changes []registry.Change) error {
	touched := map[registry.ID]struct{}{}
	renamed := map[registry.ID]struct{}{}
	for _, c := range changes {
		switch c.Kind {
		case registry.KindSoftware:
			renamed[c.ID] = struct{}{}
			touched[c.ID] = struct{}{}
		case registry.KindOrganisation:
			touched[c.ID] = struct{}{}
		}
		for _, id := range c.Related {
			touched[id] = struct{}{}
		}
	}
	if err := ix.spread(ctx, slices.Collect(maps.Keys(renamed)), touched); err != nil {
		return err
	}
	last := changes[len(changes)-1]
	m := mark{Stamp: ix.stamp, Position: last.Seq, Change: nameOf(last)}
	batch := index.NewBatch()
	var entries []*entry
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(touched)), pageSize) {
		found, err := ix.entries(ctx, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			batch.Delete(string(id))
		}
		for _, e := range found {
			batch.Update(e)
		}
		entries = append(entries, found...)
	}
	batch.SetInternal(markKey, m.encode())
	if err := ix.current.write(ctx, batch, false); err != nil {
		return err
	}
	return ix.show(ix.current, m, append([]*entry{}, entries...))
}

// spread adds the organisations that declared something about software whose name may have changed:
// they are found by it.
func (ix *Index) spread(ctx context.Context, software []registry.ID, touched map[registry.ID]struct{}) error {
	var changed []registry.ID
	for ids := range slices.Chunk(software, pageSize) {
		shown, err := ix.cfg.Source.SoftwareShown(ctx, ids...)
		if err != nil {
			return err
		}
		same, err := ix.sameNames(shown)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if !same[id] {
				changed = append(changed, id)
			}
		}
	}
	for ids := range slices.Chunk(changed, 100) {
		d, err := ix.cfg.Source.DeclarationsOf(ctx, ids...)
		if err != nil {
			return err
		}
		for _, u := range d.Usages {
			touched[u.Organisation] = struct{}{}
		}
		for _, o := range d.Offers {
			touched[o.Provider] = struct{}{}
		}
		for _, r := range d.References {
			touched[r.Provider] = struct{}{}
		}
	}
	return nil
}
