// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// How long a start waits for the index before it listens. A small collective's is there in well under
// a second, on a slow machine in a few, and is always waited for; a large one is built while the
// database answers in its place.
const (
	indexPatience      = 500 * time.Millisecond
	smallIndexPatience = 30 * time.Second
	smallIndex         = 5000 // changes of the registry
)

// startIndex sets the index to work and waits for it: the first question, too, is to be forgiven its
// typos. It returns what keeps the index at work until its context ends, and what stops it.
func (a *app) startIndex(ctx context.Context) (run func(context.Context) error, stop func()) {
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := a.index.Run(working); err != nil {
			a.log.Error("index", slog.Any("error", err))
		}
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	patience := indexPatience
	if position, err := a.db.Position(ctx); err == nil && position <= smallIndex {
		patience = smallIndexPatience
	}
	a.awaitIndex(ctx, patience)
	return func(ctx context.Context) error {
		<-ctx.Done()
		stop()
		return nil
	}, stop
}

func (a *app) awaitIndex(ctx context.Context, atMost time.Duration) {
	patience := time.NewTimer(atMost)
	defer patience.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !a.index.Ready() {
		select {
		case <-ctx.Done():
			return
		case <-patience.C:
			a.log.Warn("listening before the index is there: until then the database answers")
			return
		case <-look.C:
		}
	}
}
