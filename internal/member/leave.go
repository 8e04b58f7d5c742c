// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"

	"maillage/internal/fault"
)

// LeaveBody ends one of one's memberships, or takes a request that waits back. When one is the last
// referent of a body that has other members it returns fault.Conflict "last_referent" unless sure is
// set; the organisers are told. Another's membership, or one that is over, is fault.Missing
// "membership_missing".
func (s *Service) LeaveBody(ctx context.Context, by Actor, membership string, sure bool) error {
	if err := bySession(by); err != nil {
		return err
	}
	return s.leaving(ctx, func(ctx context.Context) error {
		m, err := s.store.MembershipByID(ctx, membership)
		if err != nil {
			return missing(err, "membership_missing")
		}
		if m.Account != by.Account || !m.Live() {
			return fault.New(fault.Missing, "membership_missing")
		}
		return s.leave(ctx, m, by.ID, sure)
	})
}

// leaving is a Write after which nobody is believed to be who they were.
func (s *Service) leaving(ctx context.Context, fn func(ctx context.Context) error) error {
	err := s.store.Write(ctx, fn)
	s.gate.forget()
	return err
}

// leave ends a live membership of the one who leaves, inside a Write.
func (s *Service) leave(ctx context.Context, m Membership, by ActorID, sure bool) error {
	if m.State == Accepted {
		if err := s.keepsAReferent(ctx, m, sure); err != nil {
			return err
		}
	}
	return s.end(ctx, m, by)
}

// leaveAll ends every live membership of an account, inside a Write.
func (s *Service) leaveAll(ctx context.Context, id AccountID, by ActorID, sure bool) error {
	ms, err := s.store.MembershipsOf(ctx, id)
	if err != nil {
		return err
	}
	for _, m := range ms {
		if !m.Live() {
			continue
		}
		if err := s.leave(ctx, m, by, sure); err != nil {
			return err
		}
	}
	return nil
}

// LeaveCollective ends every membership and office, every secret, and every session but the one that
// asks; the account stays, to export or erase. It returns fault.Conflict "last_referent" unless sure is
// set, and "last_administrator" in any case; then nothing is ended.
func (s *Service) LeaveCollective(ctx context.Context, by Actor, sure bool) error {
	if err := bySession(by); err != nil {
		return err
	}
	return s.leaving(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, by.Account)
		if err != nil || a.State == Erased {
			return missing(err, "account_missing")
		}
		if err := s.keepsAnAdministrator(ctx, a); err != nil {
			return err
		}
		if err := s.leaveAll(ctx, a.ID, by.ID, sure); err != nil {
			return err
		}
		a.Office = ""
		if err := s.saveAccount(ctx, a, by, "leave", nil); err != nil {
			return err
		}
		if err := s.store.RevokeSecrets(ctx, a.ID, "", s.clock()); err != nil {
			return err
		}
		return s.store.EndSessions(ctx, a.ID, by.Session, s.clock())
	})
}

// Erase removes the person who asks: a fresh session. What they declared is their bodies' and stays;
// posts says whether what they wrote in their own name goes too. Sessions and secrets are worth nothing
// from then on. No message is sent, not even one that was due: there is no address any more, so whoever
// wants a receipt is shown it on the page. It returns fault.Conflict "last_administrator", and
// "last_referent" unless sure is set.
func (s *Service) Erase(ctx context.Context, by Actor, posts, sure bool) error {
	if err := s.fresh(by); err != nil {
		return err
	}
	return s.erase(ctx, by, by.Account, posts, sure)
}

// EraseAccount is Erase of somebody, for administrators by a fresh session, and for the instance
// itself. A body left without a referent does not hold it back: the organisers are told.
func (s *Service) EraseAccount(ctx context.Context, by Actor, id AccountID, posts bool) error {
	switch {
	case !by.Authenticated():
		return fault.New(fault.Anonymous, "sign_in_needed")
	case by.Role != Administrator:
		return fault.New(fault.Forbidden, "not_allowed")
	case by.Via != "" || by.Account != "":
		if err := s.fresh(by); err != nil {
			return err
		}
	}
	return s.erase(ctx, by, id, posts, true)
}

// erase writes the ledger outside the database first, once nothing can refuse any more: if the
// transaction fails after that, the next start finishes what was asked.
func (s *Service) erase(ctx context.Context, by Actor, id AccountID, posts, sure bool) error {
	return s.leaving(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, id)
		if err != nil || a.State == Erased {
			if err == nil {
				err = fault.New(fault.Missing, "account_missing")
			}
			return missing(err, "account_missing")
		}
		if err := s.keepsAnAdministrator(ctx, a); err != nil {
			return err
		}
		if err := s.leaveAll(ctx, id, by.ID, sure); err != nil {
			return err
		}
		e := Erasure{Account: id, At: s.clock(), Posts: posts}
		if s.cfg.Ledger != nil {
			if err := s.cfg.Ledger.Append(ctx, e); err != nil {
				return fault.Wrap(fault.Unavailable, "ledger_unwritable", err)
			}
		}
		return s.eraseNow(ctx, e, by.ID)
	})
}

// eraseNow erases inside a transaction, and tells the other rooms. The trail's line names the
// identifier alone.
func (s *Service) eraseNow(ctx context.Context, e Erasure, by ActorID) error {
	if err := s.store.ErasePerson(ctx, e); err != nil {
		return err
	}
	if err := s.audit(ctx, by, "erase", "account", string(e.Account), nil); err != nil {
		return err
	}
	return s.store.Record(ctx, AccountChanged{Account: e.Account, State: Erased})
}
