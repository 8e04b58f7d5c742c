// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"context"
	"sync/atomic"

	"maillage/internal/fault"
)

// Waiting is how many hashes may wait for their turn; the next ones are refused at once.
const Waiting = 32

// queue lets as many hashes run at once as there are processors: more would be no faster, and each
// takes 46 MiB.
type queue struct {
	slots   chan struct{}
	waiting atomic.Int64
}

func newQueue(n int) *queue { return &queue{slots: make(chan struct{}, n)} }

// enter returns nil when the hash may run, and leave must then be called; fault.Unavailable when too
// many wait already, or when ctx ended first.
func (q *queue) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fault.Wrap(fault.Unavailable, "busy", err)
	}
	select {
	case q.slots <- struct{}{}:
		return nil
	default:
	}
	if q.waiting.Add(1) > Waiting {
		q.waiting.Add(-1)
		return fault.New(fault.Unavailable, "busy")
	}
	defer q.waiting.Add(-1)
	select {
	case q.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, "busy", ctx.Err())
	}
}

func (q *queue) leave() { <-q.slots }
