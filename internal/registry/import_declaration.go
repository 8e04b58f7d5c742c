// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"
	"slices"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// ImportUsage is what a source says of a usage.
type ImportUsage struct {
	Key          SourceKey
	Organisation ID
	Software     ID
	Facts        UsageFacts
}

// ImportOffer is what a source says of an offer.
type ImportOffer struct {
	Key      SourceKey
	Provider ID
	Software ID
	Facts    OfferFacts
}

// ImportReference is what a source says of a reference, with what each side is known to have said.
type ImportReference struct {
	Key                 SourceKey
	Provider            ID
	Organisation        ID
	Software            ID
	Facts               ReferenceFacts
	ProviderConfirmedAt time.Time
	CustomerConfirmedAt time.Time
	ContestedAt         time.Time
	ChooseAgain         *bool
}

// ImportUsages takes in what a source says of usages, up to ImportBatch in a transaction. Organisers
// may. Outcomes come in the order given; running it twice changes nothing the second time. A usage
// that was withdrawn here stays withdrawn.
func (s *Service) ImportUsages(ctx context.Context, by member.Actor, items []ImportUsage) ([]Outcome, error) {
	return importDeclared(ctx, s, by, items, declaredImport[ImportUsage, Usage]{
		kind: KindUsage,
		key:  func(i ImportUsage) SourceKey { return i.Key },
		load: s.store.UsagesByID,
		head: func(u *Usage) *Declared { return &u.Declared },
		build: func(i ImportUsage) (Usage, fault.Fields) {
			faults := checkUsage(&i.Facts)
			return Usage{Organisation: i.Organisation, Software: i.Software, UsageFacts: i.Facts}, faults
		},
		put: func(w *session, u Usage, was *Usage) {
			w.putUsage(u, was != nil && was.Visibility == Public)
		},
	})
}

// ImportOffers is ImportUsages for offers.
func (s *Service) ImportOffers(ctx context.Context, by member.Actor, items []ImportOffer) ([]Outcome, error) {
	return importDeclared(ctx, s, by, items, declaredImport[ImportOffer, Offer]{
		kind: KindOffer,
		key:  func(i ImportOffer) SourceKey { return i.Key },
		load: s.store.OffersByID,
		head: func(o *Offer) *Declared { return &o.Declared },
		build: func(i ImportOffer) (Offer, fault.Fields) {
			faults := checkOffer(&i.Facts, s.departements, s.regions)
			return Offer{Provider: i.Provider, Software: i.Software, OfferFacts: i.Facts}, faults
		},
		put: func(w *session, o Offer, _ *Offer) { w.putOffer(o) },
	})
}

// ImportReferences is ImportUsages for references.
func (s *Service) ImportReferences(ctx context.Context, by member.Actor, items []ImportReference) ([]Outcome, error) {
	return importDeclared(ctx, s, by, items, declaredImport[ImportReference, Reference]{
		kind: KindReference,
		key:  func(i ImportReference) SourceKey { return i.Key },
		load: s.store.ReferencesByID,
		head: func(r *Reference) *Declared { return &r.Declared },
		build: func(i ImportReference) (Reference, fault.Fields) {
			faults := checkReference(&i.Facts)
			return Reference{Provider: i.Provider, Organisation: i.Organisation, Software: i.Software,
				ReferenceFacts: i.Facts, ProviderConfirmedAt: i.ProviderConfirmedAt,
				CustomerConfirmedAt: i.CustomerConfirmedAt, ContestedAt: i.ContestedAt, ChooseAgain: i.ChooseAgain}, faults
		},
		put: func(w *session, r Reference, was *Reference) { w.putReference(r, was != nil && was.Counts()) },
	})
}

// declaredImport is what differs between the three kinds of declarations when they are imported.
type declaredImport[I, D any] struct {
	kind  Kind
	key   func(I) SourceKey
	load  func(context.Context, ...ID) ([]D, error)
	head  func(*D) *Declared
	build func(I) (D, fault.Fields)
	// put adds d to the batch; was is its earlier state, nil for a new one.
	put func(w *session, d D, was *D)
}

func importDeclared[I, D any](ctx context.Context, s *Service, by member.Actor, items []I, k declaredImport[I, D]) ([]Outcome, error) {
	if !by.Organises() {
		return nil, forbidden(by)
	}
	var outcomes []Outcome
	for chunk := range slices.Chunk(items, ImportBatch) {
		var done []Outcome
		err := s.write(ctx, by, func(ctx context.Context, w *session) error {
			var err error
			done, err = takeDeclared(ctx, w, chunk, k)
			return err
		})
		if err != nil {
			return outcomes, err
		}
		outcomes = append(outcomes, done...)
	}
	return outcomes, nil
}

func takeDeclared[I, D any](ctx context.Context, w *session, items []I, k declaredImport[I, D]) ([]Outcome, error) {
	keys := make([]SourceKey, 0, len(items))
	for _, i := range items {
		keys = append(keys, k.key(i))
	}
	known, err := w.store.BySource(ctx, k.kind, keys)
	if err != nil {
		return nil, err
	}
	ids := make([]ID, 0, len(known))
	for _, id := range known {
		ids = append(ids, id)
	}
	found, err := k.load(ctx, ids...)
	if err != nil {
		return nil, err
	}
	have := map[ID]*D{}
	for i := range found {
		have[k.head(&found[i]).ID] = &found[i]
	}
	outcomes := make([]Outcome, 0, len(items))
	seen := map[SourceKey]bool{}
	for _, item := range items {
		key := k.key(item)
		d, faults := k.build(item)
		switch {
		case len(faults) > 0:
			outcomes = append(outcomes, Outcome{Result: Refused, Err: faults.Err()})
			continue
		case seen[key]:
			outcomes = append(outcomes, Outcome{Result: Refused, Err: fault.New(fault.Conflict, "said_twice")})
			continue
		}
		seen[key] = true
		o, err := settleDeclared(w, k, key, d, have[known[key]])
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, nil
}

// settleDeclared writes one imported declaration; was is what is known of it, nil when it is new.
func settleDeclared[I, D any](w *session, k declaredImport[I, D], key SourceKey, d D, was *D) (Outcome, error) {
	head := k.head(&d)
	if was == nil {
		fresh, err := w.newDeclared(key)
		if err != nil {
			return Outcome{}, err
		}
		*head = fresh
		k.put(w, d, nil)
		return Outcome{Result: Created, ID: head.ID}, w.declared("import", k.kind, *head, nil, d)
	}
	*head = *k.head(was)
	if same(d, *was) || !head.WithdrawnAt.IsZero() {
		return Outcome{Result: Unchanged, ID: head.ID}, nil
	}
	head.Rev++
	head.UpdatedAt = w.at
	k.put(w, d, was)
	return Outcome{Result: Updated, ID: head.ID}, w.declared("import", k.kind, *head, *was, d)
}

// Find returns the live entities that bear identity keys.
func (s *Service) Find(ctx context.Context, kind Kind, keys []Identifier) (map[Identifier][]ID, error) {
	return s.store.ByKeys(ctx, kind, keys)
}

// FindByName returns the live entities whose name is one of these, accents and case aside. It tells
// nothing about identity: two things may share a name.
func (s *Service) FindByName(ctx context.Context, kind Kind, folded []string) (map[string][]ID, error) {
	return s.store.ByName(ctx, kind, folded)
}
