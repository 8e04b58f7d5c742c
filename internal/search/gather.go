// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"context"
	"slices"
	"sync"

	"maillage/internal/registry"
	"maillage/internal/text"
)

// sameNames returns which of the software are in the index under the name they bear. New ones are
// not; nobody has declared anything about them either.
func (ix *Index) sameNames(shown []registry.Software) (map[registry.ID]bool, error) {
	same := make(map[registry.ID]bool, len(shown))
	if ix.view == nil {
		return same, nil
	}
	s := newSession(ix.view)
	for _, sw := range shown {
		err := guard(func() error {
			return s.each(inExact, text.Fold(sw.Name), func(doc uint32) {
				if ix.view.kinds[doc] != 0 && ix.view.ids[doc] == sw.ID {
					same[sw.ID] = true
				}
			})
		})
		if err != nil {
			return nil, err
		}
	}
	return same, nil
}

// entries describes those of the entities that are live.
func (ix *Index) entries(ctx context.Context, ids []registry.ID) ([]*entry, error) {
	software, err := ix.cfg.Source.SoftwareShown(ctx, ids...)
	if err != nil {
		return nil, err
	}
	organisations, err := ix.cfg.Source.OrganisationsShown(ctx, ids...)
	if err != nil {
		return nil, err
	}
	sayings, err := ix.sayings(ctx, organisations, nil)
	if err != nil {
		return nil, err
	}
	return ix.describe(software, organisations, sayings), nil
}

// describe describes entities on several processors.
func (ix *Index) describe(software []registry.Software, organisations []registry.Organisation, sayings map[registry.ID]*said) []*entry {
	out := make([]*entry, len(software)+len(organisations))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(out); i += workers {
				if i < len(software) {
					out[i] = ix.describer.software(software[i])
				} else {
					o := organisations[i-len(software)]
					out[i] = ix.describer.organisation(o, sayings[o.ID])
				}
				out[i].seen = nil // a third of its memory, for nothing from here on
			}
		})
	}
	wg.Wait()
	return out
}

// sayings gathers what standing declarations say of organisations. names holds the names of software
// known already; the others are asked for.
func (ix *Index) sayings(ctx context.Context, organisations []registry.Organisation, names map[registry.ID]string) (map[registry.ID]*said, error) {
	ids := make([]registry.ID, len(organisations))
	for i, o := range organisations {
		ids[i] = o.ID
	}
	if len(ids) == 0 {
		return nil, nil
	}
	d, err := ix.cfg.Source.DeclarationsOf(ctx, ids...)
	if err != nil {
		return nil, err
	}
	if names == nil {
		if names, err = ix.namesOf(ctx, d); err != nil {
			return nil, err
		}
	}
	out := make(map[registry.ID]*said)
	of := func(id registry.ID) *said {
		if out[id] == nil {
			out[id] = &said{used: map[registry.Visibility][]string{}}
		}
		return out[id]
	}
	gatherOffers(d, names, of)
	for _, u := range d.Usages {
		if u.WithdrawnAt.IsZero() && u.Stage != registry.StageLeft && names[u.Software] != "" {
			s := of(u.Organisation)
			s.used[u.Visibility] = append(s.used[u.Visibility], names[u.Software])
		}
	}
	return out, nil
}

// gatherOffers adds offers, and references that count: what a provider did it is found by too.
func gatherOffers(d registry.Declaring, names map[registry.ID]string, of func(registry.ID) *said) {
	for _, o := range d.Offers {
		if !o.WithdrawnAt.IsZero() || names[o.Software] == "" {
			continue
		}
		s := of(o.Provider)
		s.offered = append(s.offered, names[o.Software])
		s.services = append(s.services, o.Services...)
		s.areas = append(s.areas, o.Area)
	}
	for _, r := range d.References {
		if r.Counts() && names[r.Software] != "" {
			s := of(r.Provider)
			s.offered = append(s.offered, names[r.Software])
			s.services = append(s.services, r.Services...)
		}
	}
}

// namesOf returns the names of the live software that declarations are about.
func (ix *Index) namesOf(ctx context.Context, d registry.Declaring) (map[registry.ID]string, error) {
	var ids []registry.ID
	for _, u := range d.Usages {
		ids = append(ids, u.Software)
	}
	for _, o := range d.Offers {
		ids = append(ids, o.Software)
	}
	for _, r := range d.References {
		ids = append(ids, r.Software)
	}
	slices.Sort(ids)
	names := map[registry.ID]string{}
	for chunk := range slices.Chunk(slices.Compact(ids), pageSize) {
		shown, err := ix.cfg.Source.SoftwareShown(ctx, chunk...)
		if err != nil {
			return nil, err
		}
		for _, s := range shown {
			names[s.ID] = s.Name
		}
	}
	return names, nil
}
