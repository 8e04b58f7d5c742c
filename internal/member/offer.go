// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"

	"maillage/internal/fault"
)

// Offered returns the accepted memberships a session that acts for no body may act for by ActFor,
// oldest first: it was opened before they were granted, or its holder put the body down. It returns
// none to everybody else, and to an account whose password must be changed first.
func (s *Service) Offered(ctx context.Context, by Actor) ([]Standing, error) {
	if by.Account == "" || by.Via != ViaSession || by.Organisation != "" {
		return nil, nil
	}
	ms, err := s.store.MembershipsOf(ctx, by.Account)
	if err != nil {
		return nil, err
	}
	var out []Standing
	for _, m := range ms {
		if m.State != Accepted {
			continue
		}
		body, err := s.cfg.Bodies.Body(ctx, m.Organisation)
		if err != nil && !fault.Is(err, fault.Missing) {
			return nil, err
		}
		if err == nil {
			out = append(out, Standing{m, body})
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	if err != nil || a.MustChange {
		return nil, err
	}
	return out, nil
}
