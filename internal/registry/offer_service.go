// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// OfferOf names an offer by its provider and its software, each by id or slug.
type OfferOf struct {
	Provider string
	Software string
}

// PublishOffer says what a provider sells for a software. The provider's people and the organisers
// may. It returns fault.Conflict when the provider already has an offer for that software: that one
// is then to be revised.
func (s *Service) PublishOffer(ctx context.Context, by member.Actor, of OfferOf, facts OfferFacts) (o Offer, err error) {
	if !by.Known() {
		return o, forbidden(by)
	}
	err = s.write(ctx, by, func(ctx context.Context, w *session) error {
		var faults fault.Fields
		if o.Provider, err = w.ref(ctx, &faults, KindOrganisation, "provider", of.Provider, true); err != nil {
			return err
		}
		if o.Software, err = w.ref(ctx, &faults, KindSoftware, "software", of.Software, true); err != nil {
			return err
		}
		faults = append(faults, checkOffer(&facts, s.departements, s.regions)...)
		if o.Provider != "" {
			if err := w.sells(ctx, &faults, o.Provider); err != nil {
				return err
			}
		}
		if err := faults.Err(); err != nil {
			return err
		}
		if !by.SpeaksFor(string(o.Provider)) {
			return forbidden(by)
		}
		all, err := s.store.DeclarationsOf(ctx, o.Provider)
		if err != nil {
			return err
		}
		for _, have := range all.Offers {
			if have.Provider == o.Provider && have.Software == o.Software && have.WithdrawnAt.IsZero() && have.SourceKey.Source == SourceCurator {
				return &fault.Error{Kind: fault.Conflict, Code: "already_declared",
					Fields: []fault.Field{{Name: "software", Code: "already_declared", Detail: string(have.ID)}}}
			}
		}
		if o.Declared, err = w.newDeclared(SourceKey{Origin: OriginLocal, Source: SourceCurator}); err != nil {
			return err
		}
		o.OfferFacts = facts
		w.putOffer(o)
		return w.declared("declare", KindOffer, o.Declared, nil, o.OfferFacts)
	})
	return o, err
}

// sells notes a fault when the organisation is not a provider.
func (w *session) sells(ctx context.Context, faults *fault.Fields, provider ID) error {
	found, err := w.store.OrganisationsByID(ctx, provider)
	if err != nil {
		return err
	}
	if len(found) == 0 || !(Organisation{OrganisationFacts: found[0].Facts}).Holds(RoleProvider) {
		faults.Add("provider", "not_a_provider")
	}
	return nil
}

// ReviseOffer replaces what an offer holds. The provider's people and the organisers may. It returns
// fault.Stale when rev, if not 0, is not the current version.
func (s *Service) ReviseOffer(ctx context.Context, by member.Actor, id ID, facts OfferFacts, rev int64) (Offer, error) {
	return s.changeOffer(ctx, by, id, rev, "revise", func(_ *session, o *Offer) error {
		if err := checkOffer(&facts, s.departements, s.regions).Err(); err != nil {
			return err
		}
		o.OfferFacts = facts
		return nil
	})
}

// WithdrawOffer takes an offer back. The provider's people and the organisers may.
func (s *Service) WithdrawOffer(ctx context.Context, by member.Actor, id ID, rev int64) error {
	_, err := s.changeOffer(ctx, by, id, rev, "withdraw", func(w *session, o *Offer) error {
		o.WithdrawnAt = w.at
		return nil
	})
	return err
}

func (s *Service) changeOffer(ctx context.Context, by member.Actor, id ID, rev int64, action string, change func(*session, *Offer) error) (o Offer, err error) {
	if !by.Known() {
		return o, forbidden(by)
	}
	err = s.write(ctx, by, func(ctx context.Context, w *session) error {
		found, err := s.store.OffersByID(ctx, id)
		if err != nil {
			return err
		}
		if len(found) == 0 || !found[0].WithdrawnAt.IsZero() {
			return fault.New(fault.Missing, "offer_missing")
		}
		o = found[0]
		if !by.SpeaksFor(string(o.Provider)) {
			return forbidden(by)
		}
		if err := fresh(rev, o.Rev); err != nil {
			return err
		}
		before := o.OfferFacts
		if err := change(w, &o); err != nil {
			return err
		}
		o.Rev++
		o.UpdatedAt = w.at
		w.putOffer(o)
		return w.declared(action, KindOffer, o.Declared, before, o.OfferFacts)
	})
	return o, err
}

// putOffer adds an offer to the batch and the change that tells readers; offers are public.
func (w *session) putOffer(o Offer, also ...ID) {
	w.batch.Offers = append(w.batch.Offers, o)
	related := append([]ID{o.Provider, o.Software}, also...)
	w.change(declaredChange(KindOffer, o.Declared, true, true, related))
}
