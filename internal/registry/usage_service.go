// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"
	"encoding/json"
	"fmt"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// UsageOf names a usage by the organisation and the software, each by id or slug. Provider may be
// empty.
type UsageOf struct {
	Organisation string
	Software     string
	Provider     string
}

// DeclareUsage says that an organisation runs a software. Its own people and the organisers may. It
// returns fault.Conflict when the organisation already declares that software: that usage is then to
// be revised.
func (s *Service) DeclareUsage(ctx context.Context, by member.Actor, of UsageOf, facts UsageFacts) (u Usage, err error) {
	if !by.Known() {
		return u, forbidden(by)
	}
	err = s.write(ctx, by, func(ctx context.Context, w *session) error {
		var faults fault.Fields
		if u.Organisation, err = w.ref(ctx, &faults, KindOrganisation, "organisation", of.Organisation, true); err != nil {
			return err
		}
		if u.Software, err = w.ref(ctx, &faults, KindSoftware, "software", of.Software, true); err != nil {
			return err
		}
		if facts.Provider, err = w.ref(ctx, &faults, KindOrganisation, "provider", of.Provider, false); err != nil {
			return err
		}
		faults = append(faults, checkUsage(&facts)...)
		if err := faults.Err(); err != nil {
			return err
		}
		if !by.SpeaksFor(string(u.Organisation)) || by.Role == member.Provider {
			return forbidden(by)
		}
		if err := w.notDeclared(ctx, u.Organisation, u.Software); err != nil {
			return err
		}
		if u.Declared, err = w.newDeclared(SourceKey{Origin: OriginLocal, Source: SourceCurator}); err != nil {
			return err
		}
		facts.ConfirmedAt = w.at
		u.UsageFacts = facts
		w.putUsage(u, false)
		return w.declared("declare", KindUsage, u.Declared, nil, u.UsageFacts)
	})
	return u, err
}

// notDeclared returns fault.Conflict when a standing usage declared here already says so. What an
// imported catalogue says does not stand in the way of the body's own word.
func (w *session) notDeclared(ctx context.Context, organisation, software ID) error {
	all, err := w.store.DeclarationsOf(ctx, organisation)
	if err != nil {
		return err
	}
	for _, have := range all.Usages {
		if have.Organisation == organisation && have.Software == software && have.WithdrawnAt.IsZero() &&
			have.SourceKey.Source == SourceCurator {
			return &fault.Error{Kind: fault.Conflict, Code: "already_declared",
				Fields: []fault.Field{{Name: "software", Code: "already_declared", Detail: string(have.ID)}}}
		}
	}
	return nil
}

// ReviseUsage replaces what is declared of a usage, and confirms it. Its declarer and the organisers
// may. It returns fault.Stale when rev, if not 0, is not the current version.
func (s *Service) ReviseUsage(ctx context.Context, by member.Actor, id ID, of UsageOf, facts UsageFacts, rev int64) (Usage, error) {
	return s.changeUsage(ctx, by, id, rev, "revise", func(ctx context.Context, w *session, u *Usage) error {
		var faults fault.Fields
		provider, err := w.ref(ctx, &faults, KindOrganisation, "provider", of.Provider, false)
		if err != nil {
			return err
		}
		faults = append(faults, checkUsage(&facts)...)
		if err := faults.Err(); err != nil {
			return err
		}
		facts.Provider, facts.ConfirmedAt = provider, w.at
		u.UsageFacts = facts
		return nil
	})
}

// ConfirmUsage says that a usage is still so. Its declarer and the organisers may.
func (s *Service) ConfirmUsage(ctx context.Context, by member.Actor, id ID, rev int64) (Usage, error) {
	return s.changeUsage(ctx, by, id, rev, "confirm", func(_ context.Context, w *session, u *Usage) error {
		u.ConfirmedAt = w.at
		return nil
	})
}

// WithdrawUsage takes a usage back. Its declarer and the organisers may.
func (s *Service) WithdrawUsage(ctx context.Context, by member.Actor, id ID, rev int64) error {
	_, err := s.changeUsage(ctx, by, id, rev, "withdraw", func(_ context.Context, w *session, u *Usage) error {
		u.WithdrawnAt = w.at
		return nil
	})
	return err
}

func (s *Service) changeUsage(ctx context.Context, by member.Actor, id ID, rev int64, action string, change func(context.Context, *session, *Usage) error) (u Usage, err error) {
	if !by.Known() {
		return u, forbidden(by)
	}
	err = s.write(ctx, by, func(ctx context.Context, w *session) error {
		found, err := s.store.UsagesByID(ctx, id)
		if err != nil {
			return err
		}
		if len(found) == 0 || !found[0].WithdrawnAt.IsZero() {
			return fault.New(fault.Missing, "usage_missing")
		}
		u = found[0]
		if !by.SpeaksFor(string(u.Organisation)) || by.Role == member.Provider {
			if !CanSee(by, u.Visibility) {
				return fault.New(fault.Missing, "usage_missing")
			}
			return forbidden(by)
		}
		if err := fresh(rev, u.Rev); err != nil {
			return err
		}
		before := u.UsageFacts
		wasPublic := u.Visibility == Public
		if err := change(ctx, w, &u); err != nil {
			return err
		}
		u.Rev++
		u.UpdatedAt = w.at
		// A body that speaks up takes over what a catalogue said of it.
		w.putUsage(u, wasPublic)
		return w.declared(action, KindUsage, u.Declared, before, u.UsageFacts)
	})
	return u, err
}

// CanSee reports whether the actor may see a declaration of that visibility.
func CanSee(by member.Actor, v Visibility) bool {
	switch v {
	case Public:
		return true
	case Members:
		return by.Known()
	case CollectivitiesOnly:
		return by.Belongs()
	}
	return false
}

// ref resolves an entity named by a caller. A name that resolves to nothing is a fault on the field,
// added to faults; only failures of the store are errors.
func (w *session) ref(ctx context.Context, faults *fault.Fields, kind Kind, field, ref string, required bool) (ID, error) {
	if ref == "" {
		if required {
			faults.Add(field, "required")
		}
		return "", nil
	}
	id, err := w.store.Resolve(ctx, kind, ref)
	if fault.Is(err, fault.Missing) {
		faults.AddDetail(field, string(kind)+"_missing", ref)
		return "", nil
	}
	return id, err
}

func (w *session) newDeclared(key SourceKey) (Declared, error) {
	id, err := newID()
	if err != nil {
		return Declared{}, err
	}
	return Declared{ID: id, SourceKey: key, Rev: 1, CreatedAt: w.at, UpdatedAt: w.at}, nil
}

// declared writes the audit line and the fact of a declaration that was put in the batch.
func (w *session) declared(action string, kind Kind, d Declared, before, after any) error {
	b, err := auditJSON(before)
	if err != nil {
		return err
	}
	a, err := auditJSON(after)
	if err != nil {
		return err
	}
	w.facts = append(w.facts, DeclarationChanged{Kind: kind, ID: d.ID, Rev: d.Rev, Action: action})
	return w.audit(action, kind, d.ID, d.SourceKey.Source, b, a)
}

func auditJSON(v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return b, nil
}

// putUsage adds a usage to the batch and the change that tells readers. also are entities it used to
// name.
func (w *session) putUsage(u Usage, wasPublic bool, also ...ID) {
	w.batch.Usages = append(w.batch.Usages, u)
	related := append([]ID{u.Organisation, u.Software}, also...)
	w.change(declaredChange(KindUsage, u.Declared, u.Visibility == Public, wasPublic, related))
}

// declaredChange works out what readers are told of a declaration.
func declaredChange(kind Kind, d Declared, public, wasPublic bool, related []ID) Change {
	c := Change{Kind: kind, ID: d.ID, Rev: d.Rev, Op: OpPut, Related: related}
	if !d.WithdrawnAt.IsZero() {
		c.Op, public = OpDelete, false
	}
	switch {
	case public:
		c.PublicOp = OpPut
	case wasPublic:
		c.PublicOp = OpDelete
	}
	return c
}

// withdrawDeclarations takes back everything declared by or about an entity that leaves. Usages that
// only named it as provider go on without it.
func (w *session) withdrawDeclarations(ctx context.Context, entity ID) error {
	all, err := w.store.DeclarationsOf(ctx, entity)
	if err != nil {
		return err
	}
	for _, u := range all.Usages {
		if !u.WithdrawnAt.IsZero() {
			continue
		}
		before := u.UsageFacts
		action := "withdraw"
		if u.Organisation == entity || u.Software == entity {
			u.WithdrawnAt = w.at
		} else {
			u.Provider, action = "", "revise"
		}
		u.Rev++
		u.UpdatedAt = w.at
		w.putUsage(u, u.Visibility == Public)
		if err := w.declared(action, KindUsage, u.Declared, before, u.UsageFacts); err != nil {
			return err
		}
	}
	for _, o := range all.Offers {
		if o.WithdrawnAt.IsZero() {
			w.endDeclared(&o.Declared)
			w.putOffer(o)
			if err := w.declared("withdraw", KindOffer, o.Declared, o.OfferFacts, nil); err != nil {
				return err
			}
		}
	}
	for _, r := range all.References {
		if r.WithdrawnAt.IsZero() {
			counted := r.Counts()
			w.endDeclared(&r.Declared)
			w.putReference(r, counted)
			if err := w.declared("withdraw", KindReference, r.Declared, r.ReferenceFacts, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *session) endDeclared(d *Declared) {
	d.Rev++
	d.UpdatedAt, d.WithdrawnAt = w.at, w.at
}
