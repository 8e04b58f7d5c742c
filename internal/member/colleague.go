// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"

	"maillage/internal/fault"
)

// MembersOf returns the accepted members of a body, oldest first, to its own people and the
// organisers. To anybody else the body has none to show: fault.Missing.
func (s *Service) MembersOf(ctx context.Context, by Actor, ref string) ([]Colleague, error) {
	if !by.Authenticated() {
		return nil, fault.New(fault.Anonymous, "sign_in_needed")
	}
	body, err := s.cfg.Bodies.Body(ctx, ref)
	if err != nil {
		return nil, err
	}
	if !by.SpeaksFor(body.ID) {
		return nil, fault.New(fault.Missing, "organisation_missing")
	}
	ms, err := s.store.MembersOf(ctx, body.ID, Accepted)
	if err != nil {
		return nil, err
	}
	people, err := s.people(ctx, ms)
	if err != nil {
		return nil, err
	}
	out := make([]Colleague, 0, len(ms))
	for _, m := range ms {
		a := people[m.Account]
		out = append(out, Colleague{Membership: m, Account: a.ID, Name: a.Name, Email: a.Email, Function: a.Function, Office: a.Office})
	}
	return out, nil
}

// leading finds a live membership of a body the actor answers for, inside a Write.
func (s *Service) leading(ctx context.Context, by Actor, id string) (Membership, error) {
	m, err := s.store.MembershipByID(ctx, id)
	if err != nil {
		return m, missing(err, "membership_missing")
	}
	if !by.LeadsIn(m.Organisation) || m.State != Accepted {
		return m, fault.New(fault.Missing, "membership_missing")
	}
	return m, nil
}

// SetMemberRole makes a member of a body its referent (Referent), or an ordinary member (Agent or
// Provider). It returns fault.Conflict "last_referent" rather than leave the body without one.
func (s *Service) SetMemberRole(ctx context.Context, by Actor, membership string, role Role) error {
	if !by.Authenticated() {
		return fault.New(fault.Anonymous, "sign_in_needed")
	}
	return s.store.Write(ctx, func(ctx context.Context) error {
		m, err := s.leading(ctx, by, membership)
		if err != nil {
			return err
		}
		next := m.Role.follow()
		switch role {
		case Referent, ProviderReferent:
			next = m.Role.lead()
		case Agent, Provider:
		default:
			return fault.OnField("role", "unknown_value")
		}
		if next == m.Role {
			return nil
		}
		if m.Leads() {
			if err := s.keepsAReferent(ctx, m, false); err != nil {
				return err
			}
		}
		m.Role = next
		if err := s.store.SaveMembership(ctx, m); err != nil {
			return err
		}
		return s.changed(ctx, m, by.ID, "set_role", map[string]string{"role": string(next)})
	})
}

// keepsAReferent returns fault.Conflict "last_referent" when m is the last one of a body with other
// members. sure says that the person was told.
func (s *Service) keepsAReferent(ctx context.Context, m Membership, sure bool) error {
	if !m.Leads() || sure {
		return nil
	}
	last, others, err := s.lastReferent(ctx, m)
	if err != nil || !last || others == 0 {
		return err
	}
	return fault.New(fault.Conflict, "last_referent")
}

// lastReferent reports whether nobody else answers for the body, and how many other members it has.
func (s *Service) lastReferent(ctx context.Context, m Membership) (last bool, others int, err error) {
	ms, err := s.store.MembersOf(ctx, m.Organisation, Accepted)
	if err != nil {
		return false, 0, err
	}
	last = m.Leads()
	for _, o := range ms {
		if o.ID == m.ID {
			continue
		}
		others++
		last = last && !o.Leads()
	}
	return last, others, nil
}

// EndMembership ends a member's standing in a body, for its referents and the organisers.
func (s *Service) EndMembership(ctx context.Context, by Actor, membership string, sure bool) error {
	if !by.Authenticated() {
		return fault.New(fault.Anonymous, "sign_in_needed")
	}
	return s.store.Write(ctx, func(ctx context.Context) error {
		m, err := s.leading(ctx, by, membership)
		if err != nil {
			return err
		}
		if err := s.keepsAReferent(ctx, m, sure); err != nil {
			return err
		}
		return s.end(ctx, m, by.ID)
	})
}

// end ends a live membership inside a Write: what it opened closes, and when nobody answers for the
// body any more the organisers are told.
func (s *Service) end(ctx context.Context, m Membership, by ActorID) error {
	last, _, err := s.lastReferent(ctx, m)
	if err != nil {
		return err
	}
	wasAccepted := m.State == Accepted
	if err := s.close(ctx, m, by); err != nil {
		return err
	}
	if err := s.notice(ctx, NoticeDue{Letter: "left_body", Account: m.Account, Membership: m.ID}); err != nil {
		return err
	}
	if !last || !wasAccepted {
		return nil
	}
	holders, err := s.store.OfficeHolders(ctx)
	if err != nil {
		return err
	}
	for _, h := range holders {
		if err := s.notice(ctx, NoticeDue{Letter: "last_referent", Account: h.ID, Organisation: m.Organisation}); err != nil {
			return err
		}
	}
	return nil
}

// close ends a live membership and the secrets it opened, and tells nobody.
func (s *Service) close(ctx context.Context, m Membership, by ActorID) error {
	m.State, m.EndedAt = Ended, s.clock()
	if err := s.store.SaveMembership(ctx, m); err != nil {
		return err
	}
	if err := s.store.RevokeSecrets(ctx, m.Account, m.ID, s.clock()); err != nil {
		return err
	}
	return s.changed(ctx, m, by, "end", nil)
}
