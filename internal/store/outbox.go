// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"maillage/internal/event"
	"maillage/internal/fault"
)

// The states of a delivery.
const (
	statePending = "pending"
	stateDone    = "done"
	stateParked  = "parked"
)

type eventRow struct {
	ID         int64 `gorm:"primaryKey;autoIncrement"`
	Name       string
	FactKey    string
	Origin     string
	Payload    string
	RecordedAt time.Time
}

func (eventRow) TableName() string { return "events" }

type deliveryRow struct {
	ID          string `gorm:"primaryKey"`
	EventID     int64
	Subscriber  string
	FactKey     string
	State       string
	Attempt     int64
	DueAt       time.Time
	Lease       string
	LeasedUntil *time.Time
	LastError   string
	SettledAt   *time.Time
}

func (deliveryRow) TableName() string { return "deliveries" }

// claimedRow and parkedRow are deliveries read with their facts.
type claimedRow struct {
	ID         string
	Subscriber string
	FactKey    string
	Attempt    int64
	Lease      string
	Name       string
	Origin     string
	Payload    string
	RecordedAt time.Time
}

type parkedRow struct {
	ID         string
	Subscriber string
	FactKey    string
	Attempt    int64
	LastError  string
	SettledAt  *time.Time
	Name       string
}

type originKey struct{}

// WithOrigin marks the facts recorded under ctx as brought in by that door.
func WithOrigin(ctx context.Context, o event.Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// Record writes facts and their deliveries inside the current transaction. Facts nobody listens to
// leave no row: a listener plugged in later hears what happens from then on.
func (db *DB) Record(ctx context.Context, facts ...event.Fact) error {
	if _, ok := ctx.Value(txKey{}).(*tx); !ok {
		return errors.New("store: Record outside a transaction")
	}
	if db.directory == nil {
		return nil
	}
	origin, ok := ctx.Value(originKey{}).(event.Origin)
	if !ok {
		origin = event.OriginLocal
	}
	for _, f := range facts {
		subscribers := db.directory.Subscribers(f.FactName())
		if len(subscribers) == 0 {
			continue
		}
		payload, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("record %s: %w", f.FactName(), err)
		}
		row := eventRow{Name: f.FactName(), FactKey: f.FactKey(), Origin: string(origin), Payload: string(payload), RecordedAt: db.now()}
		if err := gorm.G[eventRow](db.in(ctx)).Create(ctx, &row); err != nil {
			return translate("record "+f.FactName(), err)
		}
		deliveries := make([]deliveryRow, 0, len(subscribers))
		for _, s := range subscribers {
			id, err := uuid.NewV7()
			if err != nil {
				return fmt.Errorf("record %s: %w", f.FactName(), err)
			}
			deliveries = append(deliveries, deliveryRow{ID: id.String(), EventID: row.ID, Subscriber: s, FactKey: row.FactKey,
				State: statePending, DueAt: row.RecordedAt})
		}
		if err := gorm.G[deliveryRow](db.in(ctx)).CreateInBatches(ctx, &deliveries, insertBatch); err != nil {
			return translate("record "+f.FactName(), err)
		}
		wrote(ctx)
	}
	return nil
}

// Claim leases due deliveries, oldest first, in one short transaction.
func (db *DB) Claim(ctx context.Context, subscribers []string, limit int, until time.Time) ([]event.Envelope, error) {
	lease, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	now := db.now()
	// A delivery waits while an earlier one of its key to its subscriber is unfinished, whether due,
	// leased or waiting for another try: order is kept within a key. A parked one no longer holds the
	// others back.
	query := `
		UPDATE deliveries SET lease = ?, leased_until = ?, attempt = attempt + 1
		WHERE id IN (
			SELECT d.id FROM deliveries d
			WHERE d.state = 'pending' AND d.subscriber IN ? AND d.due_at <= ?
			AND (d.leased_until IS NULL OR d.leased_until < ?)
			AND (d.fact_key = '' OR NOT EXISTS (
				SELECT 1 FROM deliveries e WHERE e.state = 'pending' AND e.subscriber = d.subscriber
				AND e.fact_key = d.fact_key AND e.event_id < d.event_id))
			ORDER BY d.event_id LIMIT ?` + db.skipLocked() + `)`
	var rows []claimedRow
	err = db.InTx(ctx, func(ctx context.Context) error {
		res := db.in(ctx).Exec(query, lease.String(), utc(until), subscribers, now, now, limit)
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		return db.in(ctx).Raw(`
			SELECT d.id, d.subscriber, d.fact_key, d.attempt, d.lease, e.name, e.origin, e.payload, e.recorded_at
			FROM deliveries d JOIN events e ON e.id = d.event_id
			WHERE d.lease = ? ORDER BY d.event_id, d.id`, lease.String()).Scan(&rows).Error
	})
	if err != nil {
		return nil, translate("claim deliveries", err)
	}
	out := make([]event.Envelope, 0, len(rows))
	for _, r := range rows {
		out = append(out, event.Envelope{Delivery: r.ID, Subscriber: r.Subscriber, Name: r.Name, Key: r.FactKey,
			Origin: event.Origin(r.Origin), Payload: json.RawMessage(r.Payload), RecordedAt: utc(r.RecordedAt),
			Attempt: int(r.Attempt), Lease: r.Lease})
	}
	return out, nil
}

func (db *DB) skipLocked() string {
	if db.postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return "" // SQLite has one writer: the transaction is the lock
}

// settle changes a delivery that this worker still holds.
func (db *DB) settle(ctx context.Context, e event.Envelope, set map[string]any) error {
	set["lease"], set["leased_until"] = "", nil
	res := db.in(ctx).Model(&deliveryRow{}).
		Where("id = ? AND lease = ? AND state = ?", e.Delivery, e.Lease, statePending).Updates(set)
	if res.Error != nil {
		return translate("settle delivery", res.Error)
	}
	if res.RowsAffected == 0 {
		return fault.New(fault.Conflict, "lease_lost")
	}
	return nil
}

// Done settles a delivery.
func (db *DB) Done(ctx context.Context, e event.Envelope) error {
	return db.settle(ctx, e, map[string]any{"state": stateDone, "settled_at": db.now(), "last_error": ""})
}

// Retry gives the delivery back, due later.
func (db *DB) Retry(ctx context.Context, e event.Envelope, due time.Time, why string) error {
	return db.settle(ctx, e, map[string]any{"due_at": utc(due), "last_error": clip(why)})
}

// Park sets the delivery aside.
func (db *DB) Park(ctx context.Context, e event.Envelope, why string) error {
	return db.settle(ctx, e, map[string]any{"state": stateParked, "settled_at": db.now(), "last_error": clip(why)})
}

// Release gives back deliveries that were not tried: the attempt does not count.
func (db *DB) Release(ctx context.Context, es []event.Envelope) error {
	var errs []error
	for _, e := range es {
		err := db.settle(ctx, e, map[string]any{"attempt": e.Attempt - 1})
		if err != nil && !fault.Is(err, fault.Conflict) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// clip bounds what is kept of an error.
func clip(s string) string {
	const limit = 1000
	if len(s) > limit {
		s = s[:limit]
	}
	return s
}

// Parked returns parked deliveries, oldest first, up to limit.
func (db *DB) Parked(ctx context.Context, limit int) ([]event.Parked, error) {
	var rows []parkedRow
	err := db.in(ctx).Raw(`SELECT d.id, d.subscriber, d.fact_key, d.attempt, d.last_error, d.settled_at, e.name FROM deliveries d JOIN events e ON e.id = d.event_id
		WHERE d.state = ? ORDER BY d.event_id, d.id LIMIT ?`, stateParked, limit).Scan(&rows).Error
	if err != nil {
		return nil, translate("read parked deliveries", err)
	}
	out := make([]event.Parked, 0, len(rows))
	for _, r := range rows {
		out = append(out, event.Parked{Delivery: r.ID, Subscriber: r.Subscriber, Name: r.Name, Key: r.FactKey,
			Attempt: int(r.Attempt), LastError: r.LastError, ParkedAt: timeValue(r.SettledAt)})
	}
	return out, nil
}

// Replay puts a parked delivery back at the start of its tries. It returns fault.Missing when there
// is no such parked delivery.
func (db *DB) Replay(ctx context.Context, delivery string) error {
	res := db.in(ctx).Model(&deliveryRow{}).Where("id = ? AND state = ?", delivery, stateParked).
		Updates(map[string]any{"state": statePending, "attempt": 0, "due_at": db.now(), "settled_at": nil})
	if res.Error != nil {
		return translate("replay delivery", res.Error)
	}
	if res.RowsAffected == 0 {
		return fault.New(fault.Missing, "delivery_missing")
	}
	db.committed()
	return nil
}

// OutboxCounts returns how many deliveries are pending, leased or parked, and the age of the oldest
// pending one.
func (db *DB) OutboxCounts(ctx context.Context) (pending, parked int64, oldest time.Duration, err error) {
	var rows []struct {
		State string
		N     int64
	}
	err = db.in(ctx).Raw("SELECT state, count(*) AS n FROM deliveries WHERE state <> ? GROUP BY state", stateDone).Scan(&rows).Error
	if err != nil {
		return 0, 0, 0, translate("count deliveries", err)
	}
	for _, r := range rows {
		switch r.State {
		case statePending:
			pending = r.N
		case stateParked:
			parked = r.N
		}
	}
	first, err := gorm.G[deliveryRow](db.in(ctx)).Where("state = ?", statePending).Order("event_id").Limit(1).Find(ctx)
	if err == nil && len(first) == 1 {
		oldest = db.now().Sub(utc(first[0].DueAt))
	}
	return pending, parked, max(oldest, 0), translate("count deliveries", err)
}

// Sweep deletes settled deliveries older than that, and events without any delivery left. It returns
// how many deliveries went.
func (db *DB) Sweep(ctx context.Context, before time.Time) (int64, error) {
	var gone int64
	err := db.InTx(ctx, func(ctx context.Context) error {
		res := db.in(ctx).Exec("DELETE FROM deliveries WHERE state = ? AND settled_at < ?", stateDone, utc(before))
		if res.Error != nil {
			return res.Error
		}
		gone = res.RowsAffected
		err := db.in(ctx).Exec(`DELETE FROM events WHERE recorded_at < ?
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = events.id)`, utc(before)).Error
		if err != nil {
			return err
		}
		return db.in(ctx).Exec("DELETE FROM idempotency_keys WHERE created_at < ?", db.now().Add(-24*time.Hour)).Error
	})
	return gone, translate("sweep the outbox", err)
}
