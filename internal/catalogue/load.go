// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"context"
	"errors"
	"slices"
	"sync"

	"maillage/internal/registry"
)

// reload reads everything and replaces the snapshot. The database is read by some while what was read
// is made into items by others.
func (c *Catalogue) reload(ctx context.Context) (err error) {
	// What is committed while reading is read again by the next catch-up: every change is applied to
	// the present state, so seeing one twice does no harm.
	position, err := c.cfg.Source.Position(ctx)
	if err != nil {
		return err
	}
	decls, of := c.decls, c.of
	defer func() {
		if err != nil {
			c.decls, c.of = decls, of // the snapshot shown is still theirs
		}
	}()
	c.decls, c.of = map[registry.ID]*declaration{}, map[registry.ID][]*declaration{}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := c.read(ctx)
	defer r.entities.Wait()
	if err := r.remember(c); err != nil {
		cancel()
		return err
	}
	byID := map[registry.Kind]map[registry.ID]*Item{}
	b := &builder{Catalogue: c, now: c.cfg.Now(), arena: newArena(c.cfg.Dir), entity: func(kind registry.Kind, id registry.ID) (*Item, bool) {
		it, ok := byID[kind][id]
		return it, ok
	}}
	// Organisations first: software counts by their places and sizes; declarations name both.
	organisations := assemble(r.organisations, b.organisation)
	byID[registry.KindOrganisation] = byIdentity(organisations)
	software := assemble(r.software, b.software)
	byID[registry.KindSoftware] = byIdentity(software)
	r.entities.Wait()
	if r.failed != nil {
		return r.failed
	}
	s := &Snapshot{regions: c.regions, position: position, day: c.today()}
	s.tables = b.tables(r, s, map[registry.Kind][]*Item{registry.KindOrganisation: organisations, registry.KindSoftware: software})
	if err := b.done(); err != nil {
		return err
	}
	redirect(s, r.former)
	c.arena = b.arena
	c.share(s)
	c.current.Store(s)
	c.loaded.Store(true)
	return nil
}

// tables makes the items of the declarations, and the tables of everything.
func (b *builder) tables(r *reading, s *Snapshot, items map[registry.Kind][]*Item) map[registry.Kind]*table {
	made := make([]*table, len(kinds))
	var making sync.WaitGroup
	for i, k := range kinds {
		making.Go(func() {
			of := items[k]
			switch k {
			case registry.KindUsage:
				of = build(newKeeper(len(r.usages)), r.usages, b.usage)
			case registry.KindOffer:
				of = build(newKeeper(len(r.offers)), r.offers, b.offer)
			case registry.KindReference:
				of = build(newKeeper(len(r.references)), r.references, b.reference)
			}
			made[i] = newTable(k, of, b.words[k], s.position, s.day)
		})
	}
	making.Wait()
	tables := map[registry.Kind]*table{}
	for i, k := range kinds {
		tables[k] = made[i]
	}
	return tables
}

// share keeps one copy of the ids of declarations, that of their items. Nobody has seen either yet.
func (c *Catalogue) share(s *Snapshot) {
	decls := make(map[registry.ID]*declaration, len(c.decls))
	for _, t := range s.tables {
		for _, it := range t.items {
			if it.decl != nil {
				it.decl.id = it.ID()
				decls[it.ID()] = it.decl
			}
		}
	}
	c.decls = decls
}

// reading is everything the database holds, as it comes.
type reading struct {
	declarations                                 sync.WaitGroup
	usages                                       []registry.Usage
	offers                                       []registry.Offer
	references                                   []registry.Reference
	failedUsages, failedOffers, failedReferences error

	// Pages come through the channels, which close when there are no more or after a failure.
	entities      sync.WaitGroup
	organisations chan page[registry.Organisation]
	software      chan page[registry.Software]
	former        []Redirect
	failed        error
}

// pagesAhead is how many pages are read before they are needed: memory stays bounded.
const pagesAhead = 2

// read begins to read everything.
func (c *Catalogue) read(ctx context.Context) *reading {
	src := c.cfg.Source
	r := &reading{organisations: make(chan page[registry.Organisation], pagesAhead), software: make(chan page[registry.Software], pagesAhead)}
	r.declarations.Go(func() {
		r.usages, r.failedUsages = all(ctx, src.UsagePage, func(u registry.Usage) registry.ID { return u.ID })
	})
	r.declarations.Go(func() {
		r.offers, r.failedOffers = all(ctx, src.OfferPage, func(o registry.Offer) registry.ID { return o.ID })
		r.references, r.failedReferences = all(ctx, src.ReferencePage, func(r registry.Reference) registry.ID { return r.ID })
	})
	r.entities.Go(func() {
		failed := ahead(ctx, r.organisations, src.OrganisationPage, func(o registry.Organisation) registry.ID { return o.ID })
		if failed != nil {
			close(r.software)
			r.failed = failed
			return
		}
		if r.failed = ahead(ctx, r.software, src.SoftwarePage, func(s registry.Software) registry.ID { return s.ID }); r.failed != nil {
			return
		}
		// After the entities: a name that moves from now on is a change that will be followed.
		r.former, r.failed = src.FormerSlugs(ctx)
	})
	return r
}

// remember waits for the declarations and remembers them.
func (r *reading) remember(c *Catalogue) error {
	r.declarations.Wait()
	if err := errors.Join(r.failedUsages, r.failedOffers, r.failedReferences); err != nil {
		return err
	}
	k := newKeeper(len(r.usages) + len(r.offers) + len(r.references))
	remember(c, k, r.usages, ofUsage)
	remember(c, k, r.offers, ofOffer)
	remember(c, k, r.references, ofReference)
	return nil
}

// remember remembers declarations of one kind.
func remember[T any](c *Catalogue, k *keeper, things []T, of func(*T) declaration) {
	decls := make([]declaration, len(things))
	for i := range things {
		decls[i] = of(&things[i])
		c.remember(k, &decls[i])
	}
}

// all reads every page of a list.
func all[T any](ctx context.Context, read func(context.Context, registry.ID, int) ([]T, error), id func(T) registry.ID) ([]T, error) {
	var out []T
	var after registry.ID
	for {
		got, err := read(ctx, after, pageSize)
		if err != nil || len(got) == 0 {
			return out, err
		}
		out = append(out, got...)
		after = id(got[len(got)-1])
	}
}

// ahead reads every page of a list into a channel, which it closes.
func ahead[T any](ctx context.Context, out chan<- page[T], read func(context.Context, registry.ID, int) ([]T, error), id func(T) registry.ID) error {
	defer close(out)
	var after registry.ID
	for n := 0; ; n++ {
		got, err := read(ctx, after, pageSize)
		if err != nil || len(got) == 0 {
			return err
		}
		after = id(got[len(got)-1])
		select {
		case out <- page[T]{n, got}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// assemblers is how many pages are made into items at once.
const assemblers = 2

// page is some of the things of a list, and which page of it that is.
type page[T any] struct {
	number int
	things []T
}

// assemble makes the items of every page, in the order of the pages.
func assemble[T any](pages <-chan page[T], make func(*keeper, *T) *Item) []*Item {
	var (
		adding sync.Mutex
		made   [][]*Item
		wg     sync.WaitGroup
	)
	for range assemblers {
		wg.Go(func() {
			k := newKeeper(pageSize)
			for p := range pages {
				items := build(k, p.things, make)
				adding.Lock()
				for len(made) <= p.number {
					made = append(made, nil)
				}
				made[p.number] = items
				adding.Unlock()
			}
		})
	}
	wg.Wait()
	return slices.Concat(made...)
}
