// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"slices"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/text"
)

// match returns the ordinals that meet a query and that the actor may see; nil when that is all.
func (s *Snapshot) match(q Query) (Bitmap, error) {
	t := s.tables[q.Kind]
	var found Bitmap
	and := func(b Bitmap) {
		switch {
		case b == nil:
		case found == nil:
			found = b
		default:
			found.And(b)
		}
	}
	and(s.visible(t, q.By))
	asked := offersAsked(q)
	if len(asked) > 0 {
		providers, err := s.providersWith(asked)
		if err != nil {
			return nil, err
		}
		and(providers)
	}
	for _, w := range q.Where {
		if len(asked) > 0 && slices.ContainsFunc(asked, func(a Term) bool { return a.Dim == w.Dim }) {
			continue
		}
		b, err := s.term(t, w)
		if err != nil {
			return nil, err
		}
		and(b)
	}
	if q.Near != nil {
		b := newBitmap(len(t.items))
		for i, it := range t.items {
			if p, ok := it.spot.point(); ok && distance(*q.Near, p) <= q.Within {
				b.Set(i)
			}
		}
		and(b)
	}
	return found, nil
}

// term returns the ordinals that have one of the values.
func (s *Snapshot) term(t *table, w Term) (Bitmap, error) {
	d, ok := t.dim(w.Dim)
	if !ok {
		return nil, fault.OnField(w.Dim, "unknown_parameter")
	}
	if w.Dim == "updated_since" {
		return t.since(w)
	}
	if err := w.known(); err != nil {
		return nil, err
	}
	b := newBitmap(len(t.items))
	for _, v := range w.Values {
		switch {
		case w.Dim == "replaces" || w.Dim == "keyword":
			v = text.Fold(v)
		case entityDims[w.Dim] != "":
			v = s.idOf(entityDims[w.Dim], v)
		}
		t.value(b, d, v)
	}
	return b, nil
}

// since returns what changed since an instant.
func (t *table) since(w Term) (Bitmap, error) {
	b := newBitmap(len(t.items))
	if len(w.Values) != 1 {
		return nil, fault.OnField(w.Dim, "not_a_date")
	}
	at, err := time.Parse(time.RFC3339, w.Values[0])
	if err != nil {
		if at, err = time.Parse(time.DateOnly, w.Values[0]); err != nil {
			return nil, fault.OnField(w.Dim, "not_a_date")
		}
	}
	for i, it := range t.items {
		if it.updated >= at.UnixMicro() {
			b.Set(i)
		}
	}
	return b, nil
}

// idOf returns the id of an entity given by id, slug or former slug; the name itself when there is
// none, which nothing has.
func (s *Snapshot) idOf(kind registry.Kind, ref string) string {
	t := s.tables[kind]
	if ord, ok := t.bySlug(ref); ok {
		return string(t.items[ord].ID())
	}
	if id, ok := t.redirects[ref]; ok {
		return string(id)
	}
	return ref
}

// visible returns what the actor may see of a table; nil when that is all of it.
func (s *Snapshot) visible(t *table, by member.Actor) Bitmap {
	switch t.kind {
	case registry.KindUsage:
		d, _ := t.dim("visibility")
		b, all := newBitmap(len(t.items)), true
		for _, v := range registry.Visibilities() {
			if registry.CanSee(by, v) {
				t.value(b, d, string(v))
			} else {
				all = false
			}
		}
		if all {
			return nil
		}
		return b
	case registry.KindReference:
		if by.Organises() {
			return nil
		}
		d, _ := t.dim("state")
		b := newBitmap(len(t.items))
		t.value(b, d, "confirmed")
		if by.Known() && by.Organisation != "" {
			for _, side := range []string{"provider", "organisation"} {
				d, _ := t.dim(side)
				t.value(b, d, by.Organisation)
			}
		}
		return b
	}
	return nil
}

// sees reports whether the actor may see an item.
func sees(by member.Actor, it *Item) bool {
	switch it.Kind() {
	case registry.KindUsage:
		return registry.CanSee(by, it.decl.visibility)
	case registry.KindReference:
		return it.decl.counts || by.SpeaksFor(string(it.decl.provider)) || by.SpeaksFor(string(it.decl.organisation))
	}
	return true
}

// offersWith returns the offers that meet every term.
func (s *Snapshot) offersWith(asked []Term) (Bitmap, error) {
	offers := s.tables[registry.KindOffer]
	found := fullBitmap(len(offers.items))
	for _, w := range asked {
		if w.Dim == "area" {
			w.Dim = "departement"
		}
		b, err := s.term(offers, w)
		if err != nil {
			return nil, err
		}
		found.And(b)
	}
	return found, nil
}

// providersWith returns the organisations that have one offer meeting every term.
func (s *Snapshot) providersWith(asked []Term) (Bitmap, error) {
	found, err := s.offersWith(asked)
	if err != nil {
		return nil, err
	}
	offers, organisations := s.tables[registry.KindOffer], s.tables[registry.KindOrganisation]
	b := newBitmap(len(organisations.items))
	found.Each(func(ord int) bool {
		if org, ok := organisations.ord(offers.items[ord].decl.provider); ok {
			b.Set(int(org))
		}
		return true
	})
	return b, nil
}
