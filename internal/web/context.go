// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"maillage/internal/member"
)

// facts is the context of one request: who asks, under which identifier, until when. It becomes a
// context.WithTimeout only when somebody waits on it, so a read answered from memory starts no timer;
// the identifier is made when it is first asked for.
type facts struct {
	context.Context               // the server's
	kit             *kit          // whose request it is
	request         *http.Request // as it came
	actor           *member.Actor // nil for a nameless visitor
	deadline        time.Time
	answer          answer // here, to be one piece of memory with the rest

	mu     sync.Mutex
	id     [1]string // an array, to be the value of a header as it is
	timed  context.Context
	cancel context.CancelFunc
}

type factsKey struct{}

// RequestID returns the identifier of the request this context belongs to, also after other values
// were put upon it; empty outside a request.
func RequestID(ctx context.Context) string {
	if f, ok := ctx.Value(factsKey{}).(*facts); ok {
		return f.requestID()[0]
	}
	return ""
}

type actorKey struct{}

// WithActor returns a context in which Actor answers a. It is for who is found later than by the kit
// itself: by a session, by a DAV password.
func WithActor(ctx context.Context, a member.Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// Actor returns who asks; the zero Actor, a nameless visitor, when nobody is known.
func Actor(ctx context.Context) member.Actor {
	if a, ok := ctx.Value(actorKey{}).(member.Actor); ok {
		return a
	}
	if f, ok := ctx.Value(factsKey{}).(*facts); ok && f.actor != nil {
		return *f.actor
	}
	return member.Actor{}
}

// requestID returns the identifier, as the value of a header.
func (f *facts) requestID() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.id[0] == "" {
		f.id[0] = f.kit.requestID(f.request)
	}
	return f.id[:]
}

// running returns the context with the timer, starting it when start is set; nil when it is not.
func (f *facts) running(start bool) context.Context {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.timed == nil && start {
		f.timed, f.cancel = context.WithDeadline(f.Context, f.deadline)
	}
	return f.timed
}

// end frees the timer, if one was started. Whoever still waits learns that the request is over; the
// server's own context, which ends next, tells whoever comes later.
func (f *facts) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel != nil {
		f.cancel()
	}
}

// Deadline returns when the request must be answered. It starts no timer.
func (f *facts) Deadline() (time.Time, bool) {
	if d, ok := f.Context.Deadline(); ok && d.Before(f.deadline) {
		return d, true
	}
	return f.deadline, true
}

// Done starts the timer and returns its channel.
func (f *facts) Done() <-chan struct{} { return f.running(true).Done() }

// Err is nil until the deadline, the end of the request, or the client's departure.
func (f *facts) Err() error {
	if t := f.running(false); t != nil {
		return t.Err()
	}
	if err := f.Context.Err(); err != nil {
		return err
	}
	if !time.Now().Before(f.deadline) {
		return context.DeadlineExceeded
	}
	return nil
}

// Value answers for the request's own facts, and asks the running timer for the rest so that
// contexts made from this one find its cancellation without a goroutine each.
func (f *facts) Value(key any) any {
	if _, ok := key.(factsKey); ok {
		return f
	}
	if t := f.running(false); t != nil {
		return t.Value(key)
	}
	return f.Context.Value(key)
}
