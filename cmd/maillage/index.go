// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// indexPatience is how long a start waits for the index before it listens. A collective's is built in
// less; a national one is built while the database answers in its place.
const indexPatience = 500 * time.Millisecond

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
	a.awaitIndex(ctx)
	return func(ctx context.Context) error {
		<-ctx.Done()
		stop()
		return nil
	}, stop
}

func (a *app) awaitIndex(ctx context.Context) {
	patience := time.NewTimer(indexPatience)
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
