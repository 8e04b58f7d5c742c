// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// ReferenceOf names a reference by provider, customer and software, each by id or slug.
type ReferenceOf struct {
	Provider     string
	Organisation string
	Software     string
}

// ProposeReference says that a provider worked for an organisation on a software. Either side may;
// the side that speaks confirms by speaking, the other is then asked. Organisers may write it for
// both, and confirm for neither.
func (s *Service) ProposeReference(ctx context.Context, by member.Actor, of ReferenceOf, facts ReferenceFacts) (r Reference, err error) {
	if !by.Known() {
		return r, forbidden(by)
	}
	err = s.write(ctx, by, func(ctx context.Context, w *session) error {
		var faults fault.Fields
		if r.Provider, err = w.ref(ctx, &faults, KindOrganisation, "provider", of.Provider, true); err != nil {
			return err
		}
		if r.Organisation, err = w.ref(ctx, &faults, KindOrganisation, "organisation", of.Organisation, true); err != nil {
			return err
		}
		if r.Software, err = w.ref(ctx, &faults, KindSoftware, "software", of.Software, true); err != nil {
			return err
		}
		if r.Provider != "" {
			if err := w.sells(ctx, &faults, r.Provider); err != nil {
				return err
			}
		}
		if r.Provider != "" && r.Provider == r.Organisation {
			faults.Add("organisation", "same_as_provider")
		}
		faults = append(faults, checkReference(&facts)...)
		if err := faults.Err(); err != nil {
			return err
		}
		if !by.SpeaksFor(string(r.Provider)) && !by.SpeaksFor(string(r.Organisation)) {
			return forbidden(by)
		}
		if r.Declared, err = w.newDeclared(SourceKey{Origin: OriginLocal, Source: SourceCurator}); err != nil {
			return err
		}
		r.ReferenceFacts = facts
		r.confirm(by, w)
		w.putReference(r, false)
		return w.declared("declare", KindReference, r.Declared, nil, r.ReferenceFacts)
	})
	return r, err
}

// confirm notes the word of the side the actor is on, if it is on one.
func (r *Reference) confirm(by member.Actor, w *session) {
	switch by.Organisation {
	case "":
	case string(r.Provider):
		r.ProviderConfirmedAt = w.at
	case string(r.Organisation):
		r.CustomerConfirmedAt = w.at
	}
}

// ConfirmReference says, for the actor's side, that the engagement is true. chooseAgain is the
// customer's answer to "would you choose them again?", nil to give none; a provider giving one is
// refused. It takes back that side's contestation.
func (s *Service) ConfirmReference(ctx context.Context, by member.Actor, id ID, chooseAgain *bool, rev int64) (Reference, error) {
	return s.changeReference(ctx, by, id, rev, "confirm", func(w *session, r *Reference) error {
		if by.Organisation != string(r.Provider) && by.Organisation != string(r.Organisation) {
			return forbidden(by) // not even an organiser speaks for a side
		}
		if by.Organisation == string(r.Provider) && chooseAgain != nil {
			return fault.OnField("choose_again", "customer_only")
		}
		r.confirm(by, w)
		r.ContestedAt = time.Time{}
		if by.Organisation == string(r.Organisation) {
			r.ChooseAgain = chooseAgain
		}
		return nil
	})
}

// ContestReference says that the engagement is not true. Either side may; it then counts for nothing.
func (s *Service) ContestReference(ctx context.Context, by member.Actor, id ID, rev int64) (Reference, error) {
	return s.changeReference(ctx, by, id, rev, "contest", func(w *session, r *Reference) error {
		switch by.Organisation {
		case string(r.Provider):
			r.ProviderConfirmedAt = time.Time{}
		case string(r.Organisation):
			r.CustomerConfirmedAt = time.Time{}
		default:
			return forbidden(by)
		}
		r.ContestedAt = w.at
		return nil
	})
}

// ReviseReference replaces what a reference says. The side that changes it confirms by doing so; the
// other side has to confirm anew.
func (s *Service) ReviseReference(ctx context.Context, by member.Actor, id ID, facts ReferenceFacts, rev int64) (Reference, error) {
	return s.changeReference(ctx, by, id, rev, "revise", func(w *session, r *Reference) error {
		if err := checkReference(&facts).Err(); err != nil {
			return err
		}
		r.ReferenceFacts = facts
		r.ProviderConfirmedAt, r.CustomerConfirmedAt = time.Time{}, time.Time{}
		r.ChooseAgain = nil
		r.confirm(by, w)
		return nil
	})
}

// WithdrawReference takes a reference back. Either side and the organisers may.
func (s *Service) WithdrawReference(ctx context.Context, by member.Actor, id ID, rev int64) error {
	_, err := s.changeReference(ctx, by, id, rev, "withdraw", func(w *session, r *Reference) error {
		r.WithdrawnAt = w.at
		return nil
	})
	return err
}

func (s *Service) changeReference(ctx context.Context, by member.Actor, id ID, rev int64, action string, change func(*session, *Reference) error) (r Reference, err error) {
	if !by.Known() {
		return r, forbidden(by)
	}
	err = s.write(ctx, by, func(ctx context.Context, w *session) error {
		found, err := s.store.ReferencesByID(ctx, id)
		if err != nil {
			return err
		}
		if len(found) == 0 || !found[0].WithdrawnAt.IsZero() {
			return fault.New(fault.Missing, "reference_missing")
		}
		r = found[0]
		if !SeesReference(by, r) {
			return fault.New(fault.Missing, "reference_missing")
		}
		if !by.SpeaksFor(string(r.Provider)) && !by.SpeaksFor(string(r.Organisation)) {
			return forbidden(by)
		}
		if err := fresh(rev, r.Rev); err != nil {
			return err
		}
		before, counted := r.ReferenceFacts, r.Counts()
		if err := change(w, &r); err != nil {
			return err
		}
		r.Rev++
		r.UpdatedAt = w.at
		w.putReference(r, counted)
		return w.declared(action, KindReference, r.Declared, before, r.ReferenceFacts)
	})
	return r, err
}

// SeesReference reports whether the actor may see a reference: everyone once it counts, before that
// the two sides and the organisers.
func SeesReference(by member.Actor, r Reference) bool {
	return r.Counts() || by.SpeaksFor(string(r.Provider)) || by.SpeaksFor(string(r.Organisation))
}

// putReference adds a reference to the batch and the change that tells readers.
func (w *session) putReference(r Reference, counted bool, also ...ID) {
	w.batch.References = append(w.batch.References, r)
	related := append([]ID{r.Provider, r.Organisation, r.Software}, also...)
	w.change(declaredChange(KindReference, r.Declared, r.Counts(), counted, related))
}
