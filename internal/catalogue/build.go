// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"context"
	"slices"
	"sync"
	"time"

	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// builder makes items. It reads what the catalogue remembers; several may work at once.
type builder struct {
	*Catalogue
	now time.Time
	// entity finds the present items of software and organisations, for names and places.
	entity func(kind registry.Kind, id registry.ID) (*Item, bool)
	arena  *arena

	failing sync.Mutex
	failed  error
}

// redirect puts the former names of entities in a snapshot that nobody has seen yet.
func redirect(s *Snapshot, former []Redirect) {
	for _, k := range []registry.Kind{registry.KindSoftware, registry.KindOrganisation} {
		s.tables[k].redirects = map[string]registry.ID{}
	}
	for _, r := range former {
		if t := s.tables[r.Kind]; t != nil && t.redirects != nil {
			t.redirects[r.From] = r.To
		}
	}
}

func build[T any](k *keeper, things []T, make func(*keeper, *T) *Item) []*Item {
	items := slices.Grow([]*Item(nil), len(things))
	for i := range things {
		items = append(items, make(k, &things[i]))
	}
	return items
}

func byIdentity(items []*Item) map[registry.ID]*Item {
	m := make(map[registry.ID]*Item, len(items))
	for _, it := range items {
		m[it.ID()] = it
	}
	return m
}

// rebuild makes the tables that were touched anew and swaps the snapshot.
func (c *Catalogue) rebuild(ctx context.Context, s *Snapshot, touched map[registry.Kind]map[registry.ID]bool, seq int64) error {
	fresh := map[registry.Kind]map[registry.ID]*Item{}
	b := &builder{Catalogue: c, now: c.cfg.Now(), arena: c.arena, entity: func(kind registry.Kind, id registry.ID) (*Item, bool) {
		if it, ok := fresh[kind][id]; ok {
			return it, true
		}
		if touched[kind][id] {
			return nil, false // read again and gone
		}
		return s.tables[kind].find(id)
	}}
	src := c.cfg.Source
	// Organisations first: software counts by their places and sizes; declarations name both.
	if err := remake(ctx, fresh, registry.KindOrganisation, touched, src.OrganisationsShown, b.organisation); err != nil {
		return err
	}
	c.spread(s.tables[registry.KindOrganisation], touched, fresh[registry.KindOrganisation])
	if err := remake(ctx, fresh, registry.KindSoftware, touched, src.SoftwareShown, b.software); err != nil {
		return err
	}
	named := c.spread(s.tables[registry.KindSoftware], touched, fresh[registry.KindSoftware])
	if err := remake(ctx, fresh, registry.KindUsage, touched, src.UsagesShown, b.usage); err != nil {
		return err
	}
	if err := remake(ctx, fresh, registry.KindOffer, touched, src.OffersShown, b.offer); err != nil {
		return err
	}
	if err := remake(ctx, fresh, registry.KindReference, touched, src.ReferencesShown, b.reference); err != nil {
		return err
	}
	if err := b.done(); err != nil {
		return err
	}
	next := &Snapshot{tables: map[registry.Kind]*table{}, regions: c.regions, position: seq, day: s.day}
	renamed := false
	for _, k := range kinds {
		old := s.tables[k]
		if len(touched[k]) == 0 {
			next.tables[k] = old
			if named && k == registry.KindOrganisation {
				next.tables[k] = old.as(seq, s.day) // its lists give reasons that name software
			}
			continue
		}
		next.tables[k] = newTable(k, replaced(k, old.items, touched[k], fresh[k]), c.words[k], seq, s.day)
		next.tables[k].redirects = old.redirects
		renamed = renamed || namesMoved(old, touched[k], fresh[k])
	}
	if renamed {
		former, err := src.FormerSlugs(ctx)
		if err != nil {
			return err
		}
		redirect(next, former)
	}
	c.current.Store(next)
	return nil
}

// namesMoved reports whether a former name may have come or gone: an entity left, came back, or has
// another slug.
func namesMoved(old *table, touched map[registry.ID]bool, fresh map[registry.ID]*Item) bool {
	if old.slugs.slots == nil {
		return false
	}
	for id := range touched {
		was, had := old.find(id)
		is, has := fresh[id]
		_, formerID := old.redirects[string(id)]
		switch {
		case had != has && (had || formerID), had && has && was.Slug() != is.Slug():
			return true
		case has:
			if _, former := old.redirects[string(is.Slug())]; former {
				return true
			}
		}
	}
	return false
}

func remake[T any](ctx context.Context, fresh map[registry.Kind]map[registry.ID]*Item, kind registry.Kind, touched map[registry.Kind]map[registry.ID]bool,
	read func(context.Context, ...registry.ID) ([]T, error), make func(*keeper, *T) *Item) error {
	things, err := read(ctx, keysOf(touched[kind])...)
	if err != nil {
		return err
	}
	fresh[kind] = byIdentity(build(newKeeper(len(things)), things, make))
	return nil
}

// replaced returns the items without the old ones touched and with the new ones in their places: the
// list is in order, and few items are new.
func replaced(kind registry.Kind, old []*Item, touched map[registry.ID]bool, fresh map[registry.ID]*Item) []*Item {
	compare := comparer(sorts[kind][0])
	added := make([]*Item, 0, len(fresh))
	for _, it := range fresh {
		added = append(added, it)
	}
	slices.SortFunc(added, compare)
	out := make([]*Item, 0, len(old)+len(added))
	for _, it := range old {
		if touched[it.ID()] {
			continue
		}
		for len(added) > 0 && compare(added[0], it) < 0 {
			out, added = append(out, added[0]), added[1:]
		}
		out = append(out, it)
	}
	return append(out, added...)
}

// made is the part that all items have.
type made struct {
	kind             registry.Kind
	id               registry.ID
	slug             registry.Slug
	name, key        string
	release          string
	rev              int64
	created, updated time.Time
	body             []byte
}

// item makes an item. Its values are those gathered in the keeper.
func (b *builder) item(k *keeper, m made) *Item {
	kept, err := b.arena.add(m.body)
	if err != nil {
		b.fail(err)
	}
	it := k.item()
	it.kind = uint8(slices.Index(kinds, m.kind)) //nolint:gosec // one of five
	it.body, it.Rev, it.spot = kept, m.rev, nowhere
	it.updated, it.created = m.updated.UnixMicro(), m.created.UnixMicro()
	it.values = k.keep(k.scratch)
	it.setText(k.join, string(m.id), string(m.slug), m.name, m.key, tag(m.rev, m.body), m.release)
	return it
}

// fail notes the first failure of a build: items are made in several places at once.
func (b *builder) fail(err error) {
	b.failing.Lock()
	defer b.failing.Unlock()
	if b.failed == nil {
		b.failed = err
	}
}

// done makes what was built readable, and returns what went wrong.
func (b *builder) done() error {
	if b.failed != nil {
		return b.failed
	}
	return b.arena.flush()
}

func (b *builder) brief(kind registry.Kind, id registry.ID) Brief {
	it, ok := b.entity(kind, id)
	if !ok {
		return Brief{ID: id}
	}
	return Brief{ID: id, Slug: it.Slug(), Name: it.Name(), Left: it.Left()}
}

func (b *builder) software(k *keeper, s *registry.Software) *Item {
	v := SoftwareView{Software: *s, Users: map[registry.Stage]int{}}
	values := b.values(k, registry.KindSoftware)
	values.add("licence", s.Licence)
	for _, c := range s.Categories {
		values.add("category", c)
	}
	for _, d := range s.Domains {
		values.add("domain", d)
	}
	for _, p := range s.Platforms {
		values.add("platform", p)
	}
	values.add("status", s.Status)
	for _, r := range s.Replaces {
		values.add("replaces", text.Fold(r))
	}
	for _, w := range s.Keywords {
		values.add("keyword", text.Fold(w))
	}
	providers := map[registry.ID]bool{}
	for _, d := range b.of[s.ID] {
		switch {
		case d.software != s.ID:
		case d.running():
			v.Users[d.stage]++
			v.UsersTotal++
			b.user(values, d)
		case d.kind == registry.KindOffer:
			providers[d.provider] = true
			values.add("provider", string(d.provider))
			for _, service := range d.services {
				values.add("service", string(service))
			}
		case d.kind == registry.KindReference && d.counts:
			v.References++
		}
	}
	v.Providers = len(providers)
	it := b.item(k, made{kind: registry.KindSoftware, id: s.ID, slug: s.Slug, name: s.Name, key: text.SortKey(s.Name), release: string(s.ReleaseDate),
		rev: s.Rev, created: s.CreatedAt, updated: s.UpdatedAt, body: b.cfg.Renderer.Software(v, b.now)})
	it.uses, it.references = int32(v.UsersTotal), int32(v.References) //nolint:gosec // counts of declarations
	return it
}

// user adds to a software's values those of an organisation that runs it.
func (b *builder) user(values valuesOf, d *declaration) {
	values.add("stage", string(d.stage))
	values.add("user", string(d.organisation))
	org, ok := b.entity(registry.KindOrganisation, d.organisation)
	if !ok {
		return
	}
	words := b.words[registry.KindOrganisation]
	for _, pair := range [][2]string{{"type", "user_type"}, {"stratum", "stratum"}, {"departement", "departement"}, {"region", "region"}} {
		values.add(pair[1], words.of(org, pair[0]))
	}
}

// of returns the first value an item has of a dimension, empty when it has none.
func (v vocabulary) of(it *Item, dim string) string {
	d := slices.Index(dims[it.Kind()], dim)
	for _, f := range it.values {
		if int(f.dim()) == d {
			return v.names(d)[f.value()]
		}
	}
	return ""
}

func (b *builder) organisation(k *keeper, o *registry.Organisation) *Item {
	v := OrganisationView{Organisation: *o}
	if o.Population > 0 {
		v.Stratum = territory.Stratum(o.Population)
	}
	values := b.values(k, registry.KindOrganisation)
	var roles uint8
	for _, r := range o.Roles {
		values.add("role", string(r))
		roles |= roleBit(r)
	}
	if o.LeftOn != "" {
		roles |= leftBit
	}
	values.add("type", o.Type)
	values.add("legal_category", o.LegalCategory)
	values.add("departement", o.Departement)
	values.add("region", o.Region)
	values.add("epci", o.EPCI)
	values.add("stratum", v.Stratum)
	values.add("label", o.LabelLevel)
	if o.LabelLevel != "" {
		values.add("has_label", "true")
	} else {
		values.add("has_label", "false")
	}
	values.add("siren", o.SIREN)
	for _, s := range o.FormerSIRENs {
		values.add("siren", s)
	}
	for _, d := range b.of[o.ID] {
		b.counted(&v, values, o.ID, d)
	}
	it := b.item(k, made{kind: registry.KindOrganisation, id: o.ID, slug: o.Slug, name: o.Name, key: text.SortKey(o.Name),
		rev: o.Rev, created: o.CreatedAt, updated: o.UpdatedAt, body: b.cfg.Renderer.Organisation(v, b.now)})
	it.spot, it.roles = spotOf(o.Point), roles
	it.uses, it.references, it.population = int32(v.Usages), int32(v.References), int32(min(o.Population, 1<<30)) //nolint:gosec // bounded
	return it
}

// counted adds one declaration to what is shown of an organisation.
func (b *builder) counted(v *OrganisationView, values valuesOf, id registry.ID, d *declaration) {
	switch {
	case d.kind == registry.KindUsage && d.organisation == id && d.visibility == registry.Public:
		v.Usages++
		if d.stage.Running() {
			values.add("uses", string(d.software))
			values.add("stage", string(d.stage))
		}
	case d.kind == registry.KindOffer:
		v.Offers++
		values.add("software", string(d.software))
		for _, s := range d.services {
			values.add("service", string(s))
		}
		departements, _ := b.covered(d.area)
		for _, dep := range departements {
			values.add("area", dep)
		}
	case d.kind == registry.KindReference && d.counts && d.provider == id:
		v.References++
		if d.again {
			v.ChooseAgain++
		}
	case d.kind == registry.KindReference && d.counts:
		v.AsCustomer++
	}
}
