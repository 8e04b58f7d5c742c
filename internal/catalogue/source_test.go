// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
)

// source is a catalogue.Source in memory: what the store promises, without a database, so that tests
// decide what changes and when.
type source struct {
	mu            sync.Mutex
	software      shelf[registry.Software]
	organisations shelf[registry.Organisation]
	usages        shelf[registry.Usage]
	offers        shelf[registry.Offer]
	references    shelf[registry.Reference]
	former        []catalogue.Redirect
	changes       []registry.Change
	down          error
	asked         int // calls of Position
	read          int // things handed out by id
}

// shelf is things in the order of their ids.
type shelf[T any] struct {
	ids    []registry.ID
	things map[registry.ID]T
}

func (s *shelf[T]) put(id registry.ID, thing T) {
	if s.things == nil {
		s.things = map[registry.ID]T{}
	}
	if _, there := s.things[id]; !there {
		at, _ := slices.BinarySearch(s.ids, id)
		s.ids = slices.Insert(s.ids, at, id)
	}
	s.things[id] = thing
}

func (s *shelf[T]) drop(id registry.ID) {
	if at, there := slices.BinarySearch(s.ids, id); there {
		s.ids = slices.Delete(s.ids, at, at+1)
		delete(s.things, id)
	}
}

func (s *shelf[T]) page(after registry.ID, limit int) []T {
	at, there := slices.BinarySearch(s.ids, after)
	if there {
		at++
	}
	var out []T
	for _, id := range s.ids[at:min(at+limit, len(s.ids))] {
		out = append(out, s.things[id])
	}
	return out
}

func (s *shelf[T]) shown(ids []registry.ID) []T {
	var out []T
	for _, id := range ids {
		if t, there := s.things[id]; there {
			out = append(out, t)
		}
	}
	return out
}

// change commits one change of a thing, with what shows it.
func (s *source) change(kind registry.Kind, id registry.ID, op registry.Op, related ...registry.ID) {
	s.changes = append(s.changes, registry.Change{Seq: int64(len(s.changes)) + 1, Kind: kind, ID: id, Op: op, Related: related})
}

func (s *source) putSoftware(e registry.Software) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.software.put(e.ID, e)
	s.change(registry.KindSoftware, e.ID, registry.OpPut)
}

func (s *source) dropSoftware(id registry.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.software.drop(id)
	s.change(registry.KindSoftware, id, registry.OpDelete)
}

func (s *source) putOrganisation(e registry.Organisation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.organisations.put(e.ID, e)
	s.change(registry.KindOrganisation, e.ID, registry.OpPut)
}

func (s *source) putUsage(u registry.Usage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usages.put(u.ID, u)
	s.change(registry.KindUsage, u.ID, registry.OpPut, u.Organisation, u.Software)
}

func (s *source) dropUsage(id registry.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usages.drop(id)
	s.change(registry.KindUsage, id, registry.OpDelete)
}

func (s *source) putOffer(o registry.Offer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offers.put(o.ID, o)
	s.change(registry.KindOffer, o.ID, registry.OpPut, o.Provider, o.Software)
}

// fail makes every read fail until it is called with nil.
func (s *source) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = err
}

var errDown = errors.New("the database is away")

// ask counts a read and says whether it fails.
func (s *source) ask(ctx context.Context) error {
	if s.down != nil {
		return s.down
	}
	return ctx.Err()
}

func (s *source) Position(ctx context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return int64(len(s.changes)), s.ask(ctx)
}

func (s *source) Changes(ctx context.Context, after int64, limit int) ([]registry.Change, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := s.changes[after:]
	return slices.Clone(rest[:min(limit, len(rest))]), s.ask(ctx)
}

func (s *source) FormerSlugs(ctx context.Context) ([]catalogue.Redirect, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.former), s.ask(ctx)
}

func paged[T any](ctx context.Context, s *source, from *shelf[T], after registry.ID, limit int) ([]T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return from.page(after, limit), s.ask(ctx)
}

func shown[T any](ctx context.Context, s *source, from *shelf[T], ids []registry.ID) ([]T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := from.shown(ids)
	s.read += len(out)
	return out, s.ask(ctx)
}

func (s *source) SoftwarePage(ctx context.Context, after registry.ID, limit int) ([]registry.Software, error) {
	return paged(ctx, s, &s.software, after, limit)
}
func (s *source) OrganisationPage(ctx context.Context, after registry.ID, limit int) ([]registry.Organisation, error) {
	return paged(ctx, s, &s.organisations, after, limit)
}
func (s *source) UsagePage(ctx context.Context, after registry.ID, limit int) ([]registry.Usage, error) {
	return paged(ctx, s, &s.usages, after, limit)
}
func (s *source) OfferPage(ctx context.Context, after registry.ID, limit int) ([]registry.Offer, error) {
	return paged(ctx, s, &s.offers, after, limit)
}
func (s *source) ReferencePage(ctx context.Context, after registry.ID, limit int) ([]registry.Reference, error) {
	return paged(ctx, s, &s.references, after, limit)
}
func (s *source) SoftwareShown(ctx context.Context, ids ...registry.ID) ([]registry.Software, error) {
	return shown(ctx, s, &s.software, ids)
}
func (s *source) OrganisationsShown(ctx context.Context, ids ...registry.ID) ([]registry.Organisation, error) {
	return shown(ctx, s, &s.organisations, ids)
}
func (s *source) UsagesShown(ctx context.Context, ids ...registry.ID) ([]registry.Usage, error) {
	return shown(ctx, s, &s.usages, ids)
}
func (s *source) OffersShown(ctx context.Context, ids ...registry.ID) ([]registry.Offer, error) {
	return shown(ctx, s, &s.offers, ids)
}
func (s *source) ReferencesShown(ctx context.Context, ids ...registry.ID) ([]registry.Reference, error) {
	return shown(ctx, s, &s.references, ids)
}

var _ catalogue.Source = (*source)(nil)

// software returns a software of that id and name.
func software(id, name string) registry.Software {
	e := registry.Software{Entity: entity(id)}
	e.Name = name
	return e
}

// organisation returns an organisation of that id and name.
func organisation(id, name string, roles ...registry.Role) registry.Organisation {
	e := registry.Organisation{Entity: entity(id)}
	e.Name, e.Roles = name, roles
	return e
}

func entity(id string) registry.Entity {
	return registry.Entity{ID: registry.ID(id), Slug: registry.Slug(strings.ToLower("slug-" + id)), Rev: 1, CreatedAt: born, UpdatedAt: born}
}

func declared(id string) registry.Declared {
	return registry.Declared{ID: registry.ID(id), Rev: 1, CreatedAt: born, UpdatedAt: born}
}

// born is when everything in these tests began.
var born = time.Date(2026, 3, 2, 8, 0, 0, 123456789, time.UTC)
