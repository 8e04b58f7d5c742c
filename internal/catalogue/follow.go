// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"maillage/internal/registry"
	"maillage/internal/territory"
)

// Config is what the catalogue needs. Source, Renderer and Register are required.
type Config struct {
	Source   Source
	Renderer Renderer
	Register *territory.Register
	Now      func() time.Time
	Logger   *slog.Logger
	// Dir is where representations are kept, in a file without a name; empty keeps them on the heap.
	Dir string
	// Poll is how often the position is asked for when nothing wakes the catalogue: what everybody
	// else writes shows within it. 250 ms by default.
	Poll time.Duration
}

// Catalogue is the read model. It is safe for concurrent use; readers take no lock.
type Catalogue struct {
	cfg     Config
	current atomic.Pointer[Snapshot]
	loaded  atomic.Bool
	wake    chan struct{}
	regions map[string]string
	words   map[registry.Kind]vocabulary

	// writing guards what follows: the relations between things, of which snapshots hold what doors
	// need.
	writing sync.Mutex
	arena   *arena
	decls   map[registry.ID]*declaration
	of      map[registry.ID][]*declaration // by entity named
	// round is the catch-up that callers may share.
	rounds sync.Mutex
	next   *round
}

// round is one catch-up: those who asked before it began share its outcome.
type round struct {
	done chan struct{}
	err  error
}

// roundLasts is how long a round may take: reading everything again from a slow database fits.
const roundLasts = 2 * time.Minute

// pageSize is how many things are read at once at start.
const pageSize = 2000

// reloadAbove is the number of changes above which reading everything again is cheaper.
const reloadAbove = 20_000

// New returns an empty catalogue: Load fills it.
func New(cfg Config) *Catalogue {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Poll <= 0 {
		cfg.Poll = 250 * time.Millisecond
	}
	c := &Catalogue{cfg: cfg, wake: make(chan struct{}, 1), regions: map[string]string{}, words: map[registry.Kind]vocabulary{}}
	for _, d := range cfg.Register.Departements() {
		c.regions[d.Code] = d.Region
	}
	s := &Snapshot{tables: map[registry.Kind]*table{}, regions: c.regions}
	for _, k := range kinds {
		c.words[k] = newVocabulary(k)
		s.tables[k] = newTable(k, nil, c.words[k], 0, 0)
	}
	c.current.Store(s)
	return c
}

// Ready reports whether the catalogue was loaded.
func (c *Catalogue) Ready() bool { return c.loaded.Load() }

// Position returns the number of the last change shown.
func (c *Catalogue) Position() int64 { return c.Snapshot().position }

// Wake makes Run look for changes now. It never blocks.
func (c *Catalogue) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run follows the registry until ctx ends, then returns nil. It survives outages of the database:
// the catalogue goes on showing what it knows.
func (c *Catalogue) Run(ctx context.Context) error {
	tick := time.NewTicker(c.cfg.Poll)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-c.wake:
		}
		err := c.CatchUp(ctx)
		if err != nil && ctx.Err() == nil && !failing {
			c.cfg.Logger.ErrorContext(ctx, "catalogue", slog.Any("error", err))
		}
		failing = err != nil
	}
}

// CatchUp brings the catalogue to the last committed change: what was committed before the call is
// shown when it returns. Callers at the same time share the work; a caller whose ctx ends gets its
// error at once, and the work goes on for the others.
func (c *Catalogue) CatchUp(ctx context.Context) error {
	c.rounds.Lock()
	r := c.next
	if r == nil { // else one that has not begun: it will see what this caller committed
		r = &round{done: make(chan struct{})}
		c.next = r
		// Others may join: who began it giving up must not end it for them.
		go c.goRound(context.WithoutCancel(ctx), r)
	}
	c.rounds.Unlock()
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// goRound does a round once the one before is done.
func (c *Catalogue) goRound(ctx context.Context, r *round) {
	defer close(r.done)
	c.writing.Lock()
	defer c.writing.Unlock()
	c.rounds.Lock()
	c.next = nil // from here on, who asks needs another round
	c.rounds.Unlock()
	ctx, cancel := context.WithTimeout(ctx, roundLasts)
	defer cancel()
	r.err = c.catchUp(ctx)
}

// today is the number of the present UTC day.
func (c *Catalogue) today() int64 { return c.cfg.Now().Unix() / 86_400 }

func (c *Catalogue) catchUp(ctx context.Context) error {
	s := c.Snapshot()
	if !c.loaded.Load() || s.day != c.today() {
		return c.reload(ctx)
	}
	position, err := c.cfg.Source.Position(ctx)
	if err != nil || position == s.position {
		return err
	}
	if position < s.position || position-s.position > reloadAbove {
		return c.reload(ctx) // restored from elsewhere, or far behind
	}
	changes, err := c.cfg.Source.Changes(ctx, s.position, reloadAbove+1)
	if err != nil || len(changes) == 0 {
		return err
	}
	return c.apply(ctx, s, changes)
}

// Load reads everything.
func (c *Catalogue) Load(ctx context.Context) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.reload(ctx)
}

// apply follows changes: it reads again what changed and what names it, and replaces just that.
func (c *Catalogue) apply(ctx context.Context, s *Snapshot, changes []registry.Change) error {
	touched := map[registry.Kind]map[registry.ID]bool{}
	for _, k := range kinds {
		touched[k] = map[registry.ID]bool{}
	}
	var related []registry.ID
	for _, ch := range changes {
		if touched[ch.Kind] == nil {
			continue // of a later version
		}
		touched[ch.Kind][ch.ID] = true
		related = append(related, ch.Related...)
		if d := c.decls[ch.ID]; d != nil {
			related = append(related, d.binds()...) // what it used to name
		}
	}
	undo, err := c.rereadDeclarations(ctx, touched)
	if err != nil {
		return err
	}
	for _, k := range []registry.Kind{registry.KindUsage, registry.KindOffer, registry.KindReference} {
		for id := range touched[k] {
			if d := c.decls[id]; d != nil {
				related = append(related, d.binds()...)
			}
		}
	}
	for _, id := range related {
		for _, k := range []registry.Kind{registry.KindSoftware, registry.KindOrganisation} {
			if _, is := s.tables[k].ord(id); is {
				touched[k][id] = true
			}
		}
	}
	if err := c.rebuild(ctx, s, touched, changes[len(changes)-1].Seq); err != nil {
		undo() // the same changes come again: what the declarations named before must still be known
		return err
	}
	return nil
}

// spread adds to what is touched the things that show an entity of that kind or count by it, for the
// entities whose name or place is not what it was. It reports whether there are any.
func (c *Catalogue) spread(old *table, touched map[registry.Kind]map[registry.ID]bool, fresh map[registry.ID]*Item) (moved bool) {
	for id := range touched[old.kind] {
		was, had := old.find(id)
		is, has := fresh[id]
		if had == has && (!had || c.looksTheSame(was, is)) {
			continue
		}
		moved = true
		for _, d := range c.of[id] {
			touched[d.kind][d.id] = true
			if old.kind == registry.KindOrganisation && d.software != "" {
				touched[registry.KindSoftware][d.software] = true
			}
		}
	}
	return moved
}

// looksTheSame reports whether what other things show of an entity, and count by, is unchanged.
func (c *Catalogue) looksTheSame(was, is *Item) bool {
	if was.Name() != is.Name() || was.Slug() != is.Slug() || was.Left() != is.Left() {
		return false
	}
	if was.Kind() != registry.KindOrganisation {
		return true
	}
	words := c.words[registry.KindOrganisation]
	for _, dim := range []string{"type", "stratum", "departement", "region"} {
		if words.of(was, dim) != words.of(is, dim) {
			return false
		}
	}
	return true
}

// rereadDeclarations replaces what is remembered of the declarations touched, once all are read. undo
// puts back what was remembered.
func (c *Catalogue) rereadDeclarations(ctx context.Context, touched map[registry.Kind]map[registry.ID]bool) (undo func(), err error) {
	usages, err := c.cfg.Source.UsagesShown(ctx, keysOf(touched[registry.KindUsage])...)
	if err != nil {
		return nil, err
	}
	offers, err := c.cfg.Source.OffersShown(ctx, keysOf(touched[registry.KindOffer])...)
	if err != nil {
		return nil, err
	}
	references, err := c.cfg.Source.ReferencesShown(ctx, keysOf(touched[registry.KindReference])...)
	if err != nil {
		return nil, err
	}
	var were []*declaration
	var ids []registry.ID
	for _, k := range []registry.Kind{registry.KindUsage, registry.KindOffer, registry.KindReference} {
		for id := range touched[k] {
			ids = append(ids, id)
			if d := c.decls[id]; d != nil {
				were = append(were, d)
			}
			c.forget(id)
		}
	}
	k := newKeeper(1)
	remember(c, k, usages, ofUsage)
	remember(c, k, offers, ofOffer)
	remember(c, k, references, ofReference)
	return func() {
		for _, id := range ids {
			c.forget(id)
		}
		for _, d := range were {
			c.remember(k, d)
		}
	}, nil
}

func keysOf(set map[registry.ID]bool) []registry.ID {
	out := make([]registry.ID, 0, len(set))
	for id := range set {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// remember files a declaration under what it names.
func (c *Catalogue) remember(k *keeper, d *declaration) {
	c.forget(d.id)
	c.decls[d.id] = d
	// One copy of each id is kept, the one that came first.
	for _, id := range []*registry.ID{&d.organisation, &d.software, &d.provider} {
		if *id == "" {
			continue
		}
		said := c.of[*id]
		if len(said) > 0 {
			*id = said[0].named(*id)
		} else {
			*id = registry.ID(k.join(string(*id)))
		}
		c.of[*id] = append(said, d)
	}
}

func (c *Catalogue) forget(id registry.ID) {
	d := c.decls[id]
	if d == nil {
		return
	}
	delete(c.decls, id)
	for _, e := range d.binds() {
		left := slices.DeleteFunc(slices.Clone(c.of[e]), func(o *declaration) bool { return o.id == id })
		if len(left) == 0 {
			delete(c.of, e)
		} else {
			c.of[e] = left
		}
	}
}
