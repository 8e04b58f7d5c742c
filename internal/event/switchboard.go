// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package event

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"maillage/internal/fault"
)

// Config holds what the Switchboard needs from outside. Zero values are replaced by the defaults.
type Config struct {
	Now     func() time.Time
	Logger  *slog.Logger
	Poll    time.Duration // how often the queue is asked when nothing wakes it; 1 s by default
	Workers int           // deliveries in progress at once; 4 by default
}

// Switchboard calls listeners for due deliveries. Listeners are plugged in before Run.
type Switchboard struct {
	cfg       Config
	listeners map[string]Listener // by subscriber
	names     map[string][]string // fact name to subscribers
	wake      chan struct{}
}

// NewSwitchboard returns a Switchboard with nobody listening.
func NewSwitchboard(cfg Config) *Switchboard {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Poll <= 0 {
		cfg.Poll = time.Second
	}
	if cfg.Workers <= 0 {
		cfg.Workers = 4
	}
	return &Switchboard{cfg: cfg, listeners: map[string]Listener{}, names: map[string][]string{},
		wake: make(chan struct{}, 1)}
}

// Listen plugs a listener in under a stable subscriber name, for the facts named. It panics when
// the subscriber is already taken: a mistake of the wiring, seen at start.
func (s *Switchboard) Listen(subscriber string, l Listener, factNames ...string) {
	if _, taken := s.listeners[subscriber]; taken {
		panic(fmt.Sprintf("event: subscriber %q plugged in twice", subscriber))
	}
	s.listeners[subscriber] = l
	for _, n := range factNames {
		s.names[n] = append(s.names[n], subscriber)
	}
}

// Subscribers returns who listens to that fact.
func (s *Switchboard) Subscribers(factName string) []string { return s.names[factName] }

// Wake makes Run look at the queue now. It never blocks and may be called from anywhere.
func (s *Switchboard) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run works the queue until ctx ends, then gives back what it had claimed and not tried. It returns
// nil then. Failures of the queue itself are logged and tried again: an outage of the database must
// not end the process.
func (s *Switchboard) Run(ctx context.Context, q Queue) error {
	subscribers := make([]string, 0, len(s.listeners))
	for name := range s.listeners {
		subscribers = append(subscribers, name)
	}
	slices.Sort(subscribers)
	tick := time.NewTicker(s.cfg.Poll)
	defer tick.Stop()
	for {
		if len(subscribers) > 0 {
			s.drain(ctx, q, subscribers)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-s.wake:
		}
	}
}

// drain claims and works batches until nothing is due.
func (s *Switchboard) drain(ctx context.Context, q Queue, subscribers []string) {
	for ctx.Err() == nil {
		batch, err := q.Claim(ctx, subscribers, ClaimBatch, s.cfg.Now().Add(LeaseTime))
		if err != nil {
			if ctx.Err() == nil {
				s.cfg.Logger.ErrorContext(ctx, "outbox claim", slog.Any("error", err))
			}
			return
		}
		if len(batch) == 0 {
			return
		}
		s.work(ctx, q, batch)
	}
}

// work delivers a batch with a few workers and waits for them. What the end of ctx leaves untried
// is released.
func (s *Switchboard) work(ctx context.Context, q Queue, batch []Envelope) {
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		untried []Envelope
	)
	slots := make(chan struct{}, s.cfg.Workers)
	for _, e := range batch {
		slots <- struct{}{}
		if ctx.Err() != nil {
			mu.Lock()
			untried = append(untried, e)
			mu.Unlock()
			<-slots
			continue
		}
		wg.Go(func() {
			defer func() { <-slots }()
			s.deliver(ctx, q, e)
		})
	}
	wg.Wait()
	if len(untried) > 0 {
		// The process is stopping: the lease must not make the next one wait a minute.
		if err := q.Release(context.WithoutCancel(ctx), untried); err != nil {
			s.cfg.Logger.Error("outbox release", slog.Any("error", err))
		}
	}
}

// deliver calls the listener and settles the delivery.
func (s *Switchboard) deliver(ctx context.Context, q Queue, e Envelope) {
	listen := s.listeners[e.Subscriber]
	callCtx, cancel := context.WithTimeout(ctx, LeaseTime/2)
	err := call(callCtx, listen, e)
	cancel()
	// The outcome is written even while stopping, or a delivery that succeeded would be repeated.
	settleCtx := context.WithoutCancel(ctx)
	switch {
	case err == nil:
		err = q.Done(settleCtx, e)
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		err = q.Release(settleCtx, []Envelope{e})
	default:
		s.cfg.Logger.Warn("delivery failed", slog.String("subscriber", e.Subscriber),
			slog.String("delivery", e.Delivery), slog.Int("attempt", e.Attempt), slog.Any("error", err))
		if wait, again := Backoff(e.Attempt); again {
			err = q.Retry(settleCtx, e, s.cfg.Now().Add(wait), err.Error())
		} else {
			err = q.Park(settleCtx, e, err.Error())
		}
	}
	if err != nil && !fault.Is(err, fault.Conflict) {
		s.cfg.Logger.Error("outbox settle", slog.String("delivery", e.Delivery), slog.Any("error", err))
	}
}

// call turns a panic of a listener into an error: one bad fact must not end the process.
func call(ctx context.Context, l Listener, e Envelope) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("listener panicked: %v", r)
		}
	}()
	return l(ctx, e)
}
