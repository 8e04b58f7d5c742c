// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search_test

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/text"
)

var epoch = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// source is a registry in memory: facts, and the numbered changes that made them.
type source struct {
	mu            sync.RWMutex
	software      map[registry.ID]registry.Software
	organisations map[registry.ID]registry.Organisation
	usages        map[registry.ID]registry.Usage
	offers        map[registry.ID]registry.Offer
	references    map[registry.ID]registry.Reference
	changes       []registry.Change
	down          error
	misses        []string
	ids           map[string][]registry.ID // sorted ids by kind, made when first paged
	naming        map[registry.ID]*registry.Declaring
}

func newSource() *source {
	return &source{software: map[registry.ID]registry.Software{}, organisations: map[registry.ID]registry.Organisation{},
		usages: map[registry.ID]registry.Usage{}, offers: map[registry.ID]registry.Offer{},
		references: map[registry.ID]registry.Reference{}, ids: map[string][]registry.ID{}}
}

// change appends to the journal; the caller holds the lock.
func (s *source) change(kind registry.Kind, id registry.ID, op registry.Op, related ...registry.ID) {
	s.ids, s.naming = map[string][]registry.ID{}, nil
	seq := int64(len(s.changes) + 1)
	s.changes = append(s.changes, registry.Change{Seq: seq, At: epoch.Add(time.Duration(seq) * time.Second), Kind: kind, ID: id, Op: op, Related: related})
}

func (s *source) putSoftware(sw registry.Software) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sw.Rev = s.software[sw.ID].Rev + 1
	if sw.Slug == "" {
		sw.Slug = registry.Slug(cmp.Or(text.Slug(sw.Name), string(sw.ID)))
	}
	s.software[sw.ID] = sw
	s.change(registry.KindSoftware, sw.ID, registry.OpPut)
}

func (s *source) withdrawSoftware(id registry.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.software, id)
	s.change(registry.KindSoftware, id, registry.OpDelete)
}

func (s *source) putOrganisation(o registry.Organisation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o.Rev = s.organisations[o.ID].Rev + 1
	if o.Slug == "" {
		o.Slug = registry.Slug(string(o.ID))
	}
	s.organisations[o.ID] = o
	s.change(registry.KindOrganisation, o.ID, registry.OpPut)
}

func (s *source) putUsage(u registry.Usage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usages[u.ID] = u
	s.change(registry.KindUsage, u.ID, registry.OpPut, u.Organisation, u.Software)
}

func (s *source) putOffer(o registry.Offer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offers[o.ID] = o
	s.change(registry.KindOffer, o.ID, registry.OpPut, o.Provider, o.Software)
}

func (s *source) setDown(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = err
}

func (s *source) Position(context.Context) (int64, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return int64(len(s.changes)), s.down
}

func (s *source) Changes(_ context.Context, after int64, limit int) ([]registry.Change, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.down != nil || after >= int64(len(s.changes)) {
		return nil, s.down
	}
	after = max(after, 0)
	return slices.Clone(s.changes[after:min(after+int64(limit), int64(len(s.changes)))]), nil
}

// page returns what is kept, by id.
func page[T any](s *source, kind string, all map[registry.ID]T, after registry.ID, limit int) ([]T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return nil, s.down
	}
	if s.ids[kind] == nil {
		s.ids[kind] = slices.Sorted(maps.Keys(all))
	}
	ids := s.ids[kind]
	at, found := slices.BinarySearch(ids, after)
	if found {
		at++
	}
	var out []T
	for _, id := range ids[at:min(at+limit, len(ids))] {
		out = append(out, all[id])
	}
	return out, nil
}

func (s *source) SoftwarePage(_ context.Context, after registry.ID, limit int) ([]registry.Software, error) {
	return page(s, "software", s.software, after, limit)
}

func (s *source) OrganisationPage(_ context.Context, after registry.ID, limit int) ([]registry.Organisation, error) {
	return page(s, "organisation", s.organisations, after, limit)
}

func (s *source) UsagePage(_ context.Context, after registry.ID, limit int) ([]registry.Usage, error) {
	return page(s, "usage", s.usages, after, limit)
}

func (s *source) OfferPage(_ context.Context, after registry.ID, limit int) ([]registry.Offer, error) {
	return page(s, "offer", s.offers, after, limit)
}

func (s *source) ReferencePage(_ context.Context, after registry.ID, limit int) ([]registry.Reference, error) {
	return page(s, "reference", s.references, after, limit)
}

func shown[T any](s *source, all map[registry.ID]T, ids []registry.ID) ([]T, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.down != nil {
		return nil, s.down
	}
	var out []T
	for _, id := range ids {
		if v, ok := all[id]; ok {
			out = append(out, v)
		}
	}
	return out, nil
}

func (s *source) SoftwareShown(_ context.Context, ids ...registry.ID) ([]registry.Software, error) {
	return shown(s, s.software, ids)
}

func (s *source) OrganisationsShown(_ context.Context, ids ...registry.ID) ([]registry.Organisation, error) {
	return shown(s, s.organisations, ids)
}

func (s *source) UsagesShown(_ context.Context, ids ...registry.ID) ([]registry.Usage, error) {
	return shown(s, s.usages, ids)
}

func (s *source) OffersShown(_ context.Context, ids ...registry.ID) ([]registry.Offer, error) {
	return shown(s, s.offers, ids)
}

func (s *source) ReferencesShown(_ context.Context, ids ...registry.ID) ([]registry.Reference, error) {
	return shown(s, s.references, ids)
}

func (s *source) FormerSlugs(context.Context) ([]catalogue.Redirect, error) { return nil, nil }

func (s *source) DeclarationsOf(_ context.Context, entities ...registry.ID) (registry.Declaring, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var d registry.Declaring
	if s.down != nil {
		return d, s.down
	}
	s.name()
	seen := map[registry.ID]bool{}
	fresh := func(id registry.ID) bool { old := seen[id]; seen[id] = true; return !old }
	for _, id := range entities {
		n := s.naming[id]
		if n == nil {
			continue
		}
		for _, u := range n.Usages {
			if fresh(u.ID) {
				d.Usages = append(d.Usages, u)
			}
		}
		for _, o := range n.Offers {
			if fresh(o.ID) {
				d.Offers = append(d.Offers, o)
			}
		}
	}
	return d, nil
}

// name indexes declarations by the entities they name, once after each change.
func (s *source) name() {
	if s.naming != nil {
		return
	}
	s.naming = map[registry.ID]*registry.Declaring{}
	of := func(id registry.ID) *registry.Declaring {
		if s.naming[id] == nil {
			s.naming[id] = &registry.Declaring{}
		}
		return s.naming[id]
	}
	for _, id := range slices.Sorted(maps.Keys(s.usages)) {
		u := s.usages[id]
		for _, e := range []registry.ID{u.Organisation, u.Software} {
			of(e).Usages = append(of(e).Usages, u)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.offers)) {
		o := s.offers[id]
		for _, e := range []registry.ID{o.Provider, o.Software} {
			of(e).Offers = append(of(e).Offers, o)
		}
	}
}

// SearchPlain looks for every word in the names and summaries.
func (s *source) SearchPlain(_ context.Context, words []string, kinds []registry.Kind, limit int) ([]registry.ID, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.down != nil {
		return nil, s.down
	}
	var out []registry.ID
	look := func(id registry.ID, haystack string) {
		for _, w := range words {
			if !strings.Contains(text.Fold(haystack), w) {
				return
			}
		}
		if len(out) < limit {
			out = append(out, id)
		}
	}
	for _, k := range kinds {
		switch k {
		case registry.KindSoftware:
			for _, id := range slices.Sorted(maps.Keys(s.software)) {
				look(id, s.software[id].Name+" "+s.software[id].Summary["fr"])
			}
		case registry.KindOrganisation:
			for _, id := range slices.Sorted(maps.Keys(s.organisations)) {
				look(id, s.organisations[id].Name)
			}
		}
	}
	return out, nil
}

func (s *source) RecordMiss(_ context.Context, folded, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return s.down
	}
	s.misses = append(s.misses, folded)
	return nil
}

func (s *source) missed() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.misses)
}

var errDown = errors.New("database gone")

// renderer writes the least an item can be.
type renderer struct{}

func (renderer) Software(catalogue.SoftwareView, time.Time) []byte         { return []byte("{}") }
func (renderer) Organisation(catalogue.OrganisationView, time.Time) []byte { return []byte("{}") }
func (renderer) Usage(catalogue.UsageView, time.Time) []byte               { return []byte("{}") }
func (renderer) Offer(catalogue.OfferView, time.Time) []byte               { return []byte("{}") }
func (renderer) Reference(catalogue.ReferenceView, time.Time) []byte       { return []byte("{}") }
