// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"sync/atomic"

	"maillage/internal/fault"
)

// backlog is how many requests may wait, per request allowed to run.
const backlog = 8

// inflight lets so many requests run, and so many more wait; it refuses the others at once, which
// costs less than to answer everybody too late.
type inflight struct {
	slots   chan struct{}
	waiting atomic.Int64
}

func newInflight(n int) *inflight { return &inflight{slots: make(chan struct{}, n)} }

// enter returns nil when the request may run, and leave must then be called; fault.Unavailable when
// too many wait already, or when ctx ended first.
func (f *inflight) enter(ctx context.Context) error {
	select {
	case f.slots <- struct{}{}:
		return nil
	default:
	}
	if f.waiting.Add(1) > int64(backlog*cap(f.slots)) {
		f.waiting.Add(-1)
		return fault.New(fault.Unavailable, "busy")
	}
	defer f.waiting.Add(-1)
	select {
	case f.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, "busy", ctx.Err())
	}
}

func (f *inflight) leave() { <-f.slots }
