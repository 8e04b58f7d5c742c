// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"maillage/internal/event"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/territory"
)

// Service holds the use cases of the registry. Each starts by asking whether the actor may.
type Service struct {
	store         Store
	register      *territory.Register
	now           func() time.Time
	software      *traits[SoftwareFacts]
	organisations *traits[OrganisationFacts]
	departements  []string
	regions       []string
}

// NewService returns the registry over that store and official register.
func NewService(store Store, register *territory.Register, now func() time.Time) *Service {
	s := &Service{store: store, register: register, now: now,
		software: softwareTraits(), organisations: organisationTraits()}
	for _, d := range register.Departements() {
		s.departements = append(s.departements, d.Code)
	}
	for _, r := range register.Regions() {
		s.regions = append(s.regions, r.Code)
	}
	return s
}

// errRehearsal rolls a rehearsal back.
var errRehearsal = errors.New("rehearsal")

// Rehearse runs fn as it would really run and rolls everything back: what fn was answered is what it
// would be answered for good. It returns fn's error.
func (s *Service) Rehearse(ctx context.Context, fn func(ctx context.Context) error) error {
	err := s.store.Write(ctx, func(ctx context.Context) error {
		if err := fn(ctx); err != nil {
			return err
		}
		return errRehearsal
	})
	if errors.Is(err, errRehearsal) {
		return nil
	}
	return err
}

// clock returns the present instant as both databases keep it: UTC, to the microsecond.
func (s *Service) clock() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// newID returns a fresh identifier.
func newID() (ID, error) {
	u, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("new id: %w", err)
	}
	return ID(u.String()), nil
}

// session is one use case at work: who acts, when, and what is to be written.
type session struct {
	*Service
	by    member.Actor
	at    time.Time
	batch Batch
	facts []event.Fact
}

// write runs fn in a transaction of the registry and saves what it gathered.
func (s *Service) write(ctx context.Context, by member.Actor, fn func(ctx context.Context, w *session) error) error {
	return s.store.Write(ctx, func(ctx context.Context) error {
		w := &session{Service: s, by: by, at: s.clock(), batch: Batch{Keys: map[ID][]Identifier{}}}
		if err := fn(ctx, w); err != nil {
			return err
		}
		if err := s.store.Save(ctx, &w.batch); err != nil {
			return err
		}
		return s.store.Record(ctx, w.facts...)
	})
}

// audit adds a line to the trail.
func (w *session) audit(action string, kind Kind, object ID, source Source, before, after json.RawMessage) error {
	id, err := newID()
	if err != nil {
		return err
	}
	name := w.by.Name
	if w.by.Account != "" {
		name = "" // the trail is never rewritten, and a person can be erased
	}
	w.batch.Audit = append(w.batch.Audit, AuditEntry{ID: id, At: w.at, Actor: w.by.ID, ActorName: name,
		Action: action, Kind: kind, Object: object, Source: string(source), Before: before, After: after})
	return nil
}

// change adds a step for the readers' copies.
func (w *session) change(c Change) {
	c.At = w.at
	w.batch.Changes = append(w.batch.Changes, c)
}

// forbidden answers an actor who may not: nobody is told what they could not see.
func forbidden(by member.Actor) error {
	if !by.Authenticated() {
		return fault.New(fault.Anonymous, "sign_in_needed")
	}
	return fault.New(fault.Forbidden, "not_allowed")
}

// fresh compares the caller's version with the current one. want 0 means any.
func fresh(want, have int64) error {
	if want != 0 && want != have {
		return fault.New(fault.Stale, "version_changed")
	}
	return nil
}
