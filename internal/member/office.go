// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"slices"

	"maillage/internal/fault"
)

// administers is the first line of a use case of administrators.
func administers(by Actor) error {
	switch {
	case !by.Authenticated():
		return fault.New(fault.Anonymous, "sign_in_needed")
	case by.Role != Administrator:
		return fault.New(fault.Forbidden, "not_allowed")
	}
	return nil
}

// OfficeInvitations returns the open invitations to an office of the collective, newest first, to
// administrators.
func (s *Service) OfficeInvitations(ctx context.Context, by Actor) ([]Invitation, error) {
	if err := administers(by); err != nil {
		return nil, err
	}
	all, err := s.Invitations(ctx, by, "")
	return slices.DeleteFunc(all, func(i Invitation) bool { return i.Office == "" }), err
}

// Account returns an account that is not erased and its live memberships, oldest first, to
// administrators, or fault.Missing "account_missing".
func (s *Service) Account(ctx context.Context, by Actor, id AccountID) (Account, []Standing, error) {
	if err := administers(by); err != nil {
		return Account{}, nil, err
	}
	a, err := s.store.AccountByID(ctx, id)
	if err == nil && a.State == Erased {
		err = fault.New(fault.Missing, "account_missing")
	}
	if err != nil {
		return Account{}, nil, missing(err, "account_missing")
	}
	ms, err := s.store.MembershipsOf(ctx, id)
	if err != nil {
		return Account{}, nil, err
	}
	var standings []Standing
	for _, m := range ms {
		if !m.Live() {
			continue
		}
		body, err := s.cfg.Bodies.Body(ctx, m.Organisation)
		if err != nil {
			return Account{}, nil, err
		}
		standings = append(standings, Standing{m, body})
	}
	return shownAccount(a), standings, nil
}
