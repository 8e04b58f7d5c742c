// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package event carries facts from the room where they happen to the rooms that listen.
//
// A room of the core calls Log.Record inside its own transaction; the store writes the fact and one
// delivery for each subscriber in that transaction (the transactional outbox). The Switchboard
// claims due deliveries, calls the listener outside any transaction, and marks it done, retries it
// later, or parks it for a person to look at. Delivery is at least once; a listener makes the effect
// happen once, with the delivery's ID as its key.
package event

import (
	"context"
	"encoding/json"
	"time"
)

// Fact is something that happened in the core, past tense: registry.UsageDeclared. It is stored as
// JSON, so its fields are exported and its name and meaning are kept for as long as rows may live.
type Fact interface {
	// FactName is the stable name under which the fact is stored and subscribed to.
	FactName() string
	// FactKey orders deliveries: two facts of one key reach a subscriber in order. Empty when
	// order does not matter.
	FactKey() string
}

// Origin says through which door a fact came in, so that a door does not send it back out.
type Origin string

// The origins known today. Facts from another instance have "peer:" and its host.
const (
	OriginLocal  Origin = "local"
	OriginMatrix Origin = "matrix"
	OriginMail   Origin = "mail"
)

// Envelope is one delivery of one fact to one subscriber.
type Envelope struct {
	// Delivery is the key of the effect: transaction id, Message-ID, activity id. It is the same at
	// every attempt.
	Delivery   string
	Subscriber string
	Name       string
	Key        string
	Origin     Origin
	Payload    json.RawMessage
	RecordedAt time.Time
	// Attempt counts from 1. An attempt above 1 may follow one whose outcome is unknown.
	Attempt int
	// Lease names this attempt: a worker that lost its lease cannot settle the delivery.
	Lease string
}

// Decode reads the fact back into v.
func (e Envelope) Decode(v Fact) error { return json.Unmarshal(e.Payload, v) }

// Log records facts. Record must be called inside the transaction that makes them true: the facts
// and their deliveries then appear together with the change, or not at all.
type Log interface {
	Record(ctx context.Context, facts ...Fact) error
}

// Directory says who listens to a fact. The Switchboard is one.
type Directory interface {
	Subscribers(factName string) []string
}

// Listener makes the effect of one delivery. A returned error means the effect did not happen, or
// that nobody knows: it is called again later. It is called outside any transaction.
type Listener func(ctx context.Context, e Envelope) error

// Queue is the outbox as the Switchboard needs it. The store is one.
type Queue interface {
	// Claim leases up to limit due deliveries of these subscribers until the time given, oldest
	// first, leaving aside those of a key whose earlier delivery to that subscriber is unfinished.
	Claim(ctx context.Context, subscribers []string, limit int, until time.Time) ([]Envelope, error)
	// Done settles a delivery. It returns fault.Conflict when the lease was lost.
	Done(ctx context.Context, e Envelope) error
	// Retry gives the delivery back, due at that time, keeping why.
	Retry(ctx context.Context, e Envelope, due time.Time, why string) error
	// Park sets the delivery aside until a person replays it, keeping why.
	Park(ctx context.Context, e Envelope, why string) error
	// Release gives back deliveries that were claimed and not tried.
	Release(ctx context.Context, es []Envelope) error
}

// Parked is a delivery that waits for a person, with why its last try failed.
type Parked struct {
	Delivery   string
	Subscriber string
	Name       string
	Key        string
	Attempt    int
	LastError  string
	ParkedAt   time.Time
}
