// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"context"
	"runtime"
	"sync/atomic"

	"maillage/internal/fault"
)

// Waiting is how many hashes may wait for their turn; the next ones are refused at once.
const Waiting = 32

// queue lets as many hashes run at once as there are processors: more would be no faster, and each
// takes 46 MiB. Left to the collector's own pace, the memory of the last hashes would wait for the
// heap to double: it is collected as soon as they are as many as may run, so that passwords never
// hold more than twice 46 MiB for each processor, and as soon as nobody else is there. It takes a
// tenth to a third of the time of a hash.
type queue struct {
	slots   chan struct{}
	waiting atomic.Int64
	spent   atomic.Int64 // hashes whose memory has not been collected
	collect func()
}

func newQueue(n int) *queue { return &queue{slots: make(chan struct{}, n), collect: runtime.GC} }

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

// leave gives the place back, once there is memory for whoever takes it.
func (q *queue) leave() {
	alone := len(q.slots) == 1 && q.waiting.Load() == 0
	if spent := q.spent.Add(1); alone || spent >= int64(cap(q.slots)) {
		q.spent.Store(0)
		q.collect()
	}
	<-q.slots
}
