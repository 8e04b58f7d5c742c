// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"

	"maillage/internal/member"
)

// Software returns a live software by id, slug or former slug. It returns fault.Missing when there
// is none.
func (s *Service) Software(ctx context.Context, ref string) (Known[SoftwareFacts], error) {
	return known(ctx, s, s.software, ref)
}

// RegisterSoftware adds a software. Any member may; it returns fault.Conflict when its repository or
// one of its strong identifiers is already another's.
func (s *Service) RegisterSoftware(ctx context.Context, by member.Actor, facts SoftwareFacts) (k Known[SoftwareFacts], err error) {
	if err := mayCurate(by, KindSoftware, ""); err != nil {
		return k, err
	}
	err = s.write(ctx, by, func(ctx context.Context, w *session) error {
		k, err = register(ctx, w, s.software, facts)
		return err
	})
	return k, err
}

// ReviseSoftware changes what the curators say of a software. Any member may. It returns
// fault.Stale when rev, if not 0, is not the current version.
func (s *Service) ReviseSoftware(ctx context.Context, by member.Actor, ref string, p Patch[SoftwareFacts], rev int64) (k Known[SoftwareFacts], err error) {
	if err := mayCurate(by, KindSoftware, ""); err != nil {
		return k, err
	}
	err = s.write(ctx, by, func(ctx context.Context, w *session) error {
		if k, err = known(ctx, s, s.software, ref); err != nil {
			return err
		}
		k, err = revise(ctx, w, s.software, k, p, rev)
		return err
	})
	return k, err
}

// WithdrawSoftware takes a software, and every declaration about it, out of the registry. Organisers
// may.
func (s *Service) WithdrawSoftware(ctx context.Context, by member.Actor, ref string, rev int64) error {
	if !by.Organises() {
		return forbidden(by)
	}
	return s.write(ctx, by, func(ctx context.Context, w *session) error {
		k, err := known(ctx, s, s.software, ref)
		if err != nil {
			return err
		}
		if err := withdraw(w, s.software, k, rev); err != nil {
			return err
		}
		return w.withdrawDeclarations(ctx, k.ID)
	})
}
