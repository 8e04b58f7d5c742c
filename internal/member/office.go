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
