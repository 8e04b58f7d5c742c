// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"strconv"

	"maillage/internal/fault"
)

// LeaveAsBody takes a body out of the collective in one action, for its referents and the organisers by
// a fresh session: the body is marked as one that left, which what it declared is shown with; every
// membership ends, asked for or accepted, with the secrets it opened; invitations into the body are
// worth nothing any more; members and organisers are told. The people keep their accounts, and the body
// may come back: see grant. It returns fault.Missing "organisation_missing", also to whoever does not
// answer for the body, and fault.Conflict "body_left_already".
func (s *Service) LeaveAsBody(ctx context.Context, by Actor, ref string) error {
	if err := s.fresh(by); err != nil {
		return err
	}
	body, err := s.led(ctx, by, ref)
	if err != nil {
		return err
	}
	return s.leaving(ctx, func(ctx context.Context) error {
		if err := s.cfg.Bodies.Leave(ctx, by, body.ID); err != nil {
			return err
		}
		told := map[AccountID]bool{}
		for _, state := range []MembershipState{Accepted, Pending} {
			ms, err := s.store.MembersOf(ctx, body.ID, state)
			if err != nil {
				return err
			}
			for _, m := range ms {
				if err := s.close(ctx, m, by.ID); err != nil {
					return err
				}
				told[m.Account] = true
			}
		}
		if err := s.audit(ctx, by.ID, "leave_collective", "organisation", body.ID,
			map[string]string{"memberships": strconv.Itoa(len(told))}); err != nil {
			return err
		}
		if err := s.uninvite(ctx, body.ID, by.ID); err != nil {
			return err
		}
		return s.tellOfLeaving(ctx, body.ID, told)
	})
}

// led returns the body that the actor answers for.
func (s *Service) led(ctx context.Context, by Actor, ref string) (Body, error) {
	body, err := s.cfg.Bodies.Body(ctx, ref)
	if err == nil && (body.ID == "" || !by.LeadsIn(body.ID)) {
		err = fault.New(fault.Missing, "organisation_missing")
	}
	return body, err
}

// uninvite closes the open invitations into a body.
func (s *Service) uninvite(ctx context.Context, organisation string, by ActorID) error {
	cs, err := s.store.InvitationsOf(ctx, organisation, s.clock())
	if err != nil {
		return err
	}
	for _, c := range cs {
		if err := s.store.UseChallenge(ctx, c.ID, s.clock()); err != nil {
			return err
		}
		if err := s.audit(ctx, by, "revoke_invitation", "invitation", c.ID, nil); err != nil {
			return err
		}
	}
	return nil
}

// tellOfLeaving writes to those who were in the body, and to the organisers.
func (s *Service) tellOfLeaving(ctx context.Context, organisation string, told map[AccountID]bool) error {
	holders, err := s.store.OfficeHolders(ctx)
	if err != nil {
		return err
	}
	for _, h := range holders {
		told[h.ID] = true
	}
	for id := range told {
		if err := s.notice(ctx, NoticeDue{Letter: "body_left", Account: id, Organisation: organisation}); err != nil {
			return err
		}
	}
	return nil
}
