// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"errors"

	"maillage/internal/fault"
)

// Me returns all that a person sees of their own account.
func (s *Service) Me(ctx context.Context, by Actor) (me Me, err error) {
	if err := signedIn(by); err != nil {
		return me, err
	}
	if me.Account, err = s.store.AccountByID(ctx, by.Account); err != nil {
		return me, err
	}
	me.Account.Password = "" // nobody needs the hash, not even its owner
	ms, err := s.store.MembershipsOf(ctx, by.Account)
	if err != nil {
		return me, err
	}
	for _, m := range ms {
		if !m.Live() && m.State != Refused {
			continue
		}
		body, err := s.cfg.Bodies.Body(ctx, m.Organisation)
		if err != nil {
			return me, err
		}
		if m.State == Accepted && m.Organisation == by.Organisation {
			me.Acting = m.ID
		}
		me.Standings = append(me.Standings, Standing{m, body})
	}
	_, err = s.store.TOTPOf(ctx, by.Account)
	me.TOTP = err == nil
	if err != nil && !fault.Is(err, fault.Missing) {
		return me, err
	}
	if me.Recovery, err = s.store.RecoveryCodesLeft(ctx, by.Account); err != nil {
		return me, err
	}
	if me.Passkeys, err = s.store.PasskeysOf(ctx, by.Account); err != nil {
		return me, err
	}
	if me.Identities, err = s.store.IdentitiesOf(ctx, by.Account); err != nil {
		return me, err
	}
	me.MustEnrol = me.Account.Entrusted() && !me.TOTP && len(me.Passkeys) == 0
	me.UsePasskey = me.Account.Entrusted() && !me.MustEnrol && by.Via == ViaSession && !by.Strong
	return me, nil
}

// UpdateMe replaces what a person says of themself; an empty name keeps the one there is.
func (s *Service) UpdateMe(ctx context.Context, by Actor, p Profile) (Me, error) {
	if err := signedIn(by); err != nil {
		return Me{}, err
	}
	var faults fault.Fields
	checkProfile(&p, &faults)
	if err := faults.Err(); err != nil {
		return Me{}, err
	}
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, by.Account)
		if err != nil {
			return err
		}
		if p.Name == "" {
			p.Name = a.Name
		}
		a.take(p)
		return s.saveAccount(ctx, a, by, "update_profile", nil)
	})
	if err != nil {
		return Me{}, err
	}
	return s.Me(ctx, by)
}

// saveAccount writes an account, its line of the trail and its fact.
func (s *Service) saveAccount(ctx context.Context, a Account, by Actor, action string, detail map[string]string) error {
	a.UpdatedAt = s.clock()
	if err := s.store.SaveAccount(ctx, a); err != nil {
		return err
	}
	if err := s.audit(ctx, by.ID, action, "account", string(a.ID), detail); err != nil {
		return err
	}
	s.gate.forget()
	return s.store.Record(ctx, AccountChanged{Account: a.ID, State: a.State, Office: a.Office})
}

// forNewEmailBrowser is to a change of address what forSignupBrowser is to a sign-up.
const forNewEmailBrowser Purpose = "new_email_browser"

// forOldEmail keeps an address that is no account's any more until it was written to.
const forOldEmail Purpose = "old_email"

// ChangeEmail sends a code and a link to a new address and returns the secret with which the browser
// goes on. It says the same when the address is another account's. The session must be fresh.
func (s *Service) ChangeEmail(ctx context.Context, by Actor, v Visit, address string) (string, error) {
	if err := s.freshFactor(ctx, by); err != nil {
		return "", err
	}
	email, code := ParseEmail(address)
	if code != "" {
		return "", fault.OnField("email", code)
	}
	if err := s.mayMail(ctx, v, email.Key()); err != nil {
		return "", err
	}
	id, err := newID()
	if err != nil {
		return "", err
	}
	now := s.clock()
	c := Challenge{ID: id, Purpose: ForNewEmail, Account: by.Account, Email: email.String(), Serial: 1,
		CodeExpiresAt: now.Add(CodeTTL), CreatedAt: now, ExpiresAt: now.Add(ConfirmTTL)}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.DropChallenges(ctx, by.Account, ForNewEmail); err != nil {
			return err
		}
		if err := s.store.AddChallenge(ctx, c); err != nil {
			return err
		}
		other, err := s.store.AccountByEmail(ctx, email.Key())
		switch {
		case fault.Is(err, fault.Missing):
			return s.notice(ctx, NoticeDue{Letter: "confirm_new_email", Challenge: id, Account: by.Account, Serial: 1})
		case err != nil:
			return err
		case other.ID == by.Account:
			return fault.OnField("email", "email_same")
		}
		return s.notice(ctx, NoticeDue{Letter: "account_exists", Account: other.ID})
	})
	if err != nil {
		return "", err
	}
	return s.keys.Link(forNewEmailBrowser, id)
}

// ConfirmEmail confirms the new address by the code sent to it.
func (s *Service) ConfirmEmail(ctx context.Context, by Actor, token, code string) error {
	if err := bySession(by); err != nil {
		return err
	}
	id, err := s.keys.ReadLink(forNewEmailBrowser, token)
	if err != nil {
		return err
	}
	if _, err := s.newEmail(ctx, by, id); err != nil {
		return err
	}
	if err := s.tryCode(ctx, id, code); err != nil {
		return err
	}
	return s.moved(ctx, by, id)
}

// ConfirmEmailLink confirms it by the link of the message, in a session of the same account.
func (s *Service) ConfirmEmailLink(ctx context.Context, by Actor, link string) error {
	if err := bySession(by); err != nil {
		return err
	}
	id, err := s.keys.ReadLink(ForNewEmail, link)
	if err != nil {
		return err
	}
	return s.moved(ctx, by, id)
}

func (s *Service) newEmail(ctx context.Context, by Actor, id string) (Challenge, error) {
	c, err := s.store.ChallengeByID(ctx, id)
	if err != nil && !fault.Is(err, fault.Missing) {
		return c, err
	}
	if err != nil || c.Purpose != ForNewEmail || c.Account != by.Account || !c.Open(s.now()) {
		return c, fault.New(fault.Missing, "link_unknown")
	}
	return c, nil
}

// moved gives the account its new address, and tells the old one.
func (s *Service) moved(ctx context.Context, by Actor, id string) error {
	c, err := s.newEmail(ctx, by, id)
	if err != nil {
		return err
	}
	old, err := newID()
	if err != nil {
		return err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.UseChallenge(ctx, id, s.clock()); err != nil {
			return missing(err, "link_unknown")
		}
		a, err := s.own(ctx, by)
		if err != nil {
			return err
		}
		err = s.store.AddChallenge(ctx, Challenge{ID: old, Purpose: forOldEmail, Account: a.ID, Email: a.Email,
			CreatedAt: s.clock(), ExpiresAt: s.clock().Add(7 * ConfirmTTL)})
		if err != nil {
			return err
		}
		// A link that lies in the old mailbox opens nothing any more.
		if err := s.store.DropChallenges(ctx, a.ID, ForReset); err != nil {
			return err
		}
		a.Email = c.Email
		if err := s.saveAccount(ctx, a, by, "change_email", nil); err != nil {
			return err
		}
		return s.notice(ctx, NoticeDue{Letter: "email_changed", Challenge: old, Account: a.ID})
	})
	if codeOf(err) == "email_taken" {
		return fault.New(fault.Missing, "link_unknown")
	}
	return err
}

// asFault returns the public error in a chain, or nil.
func asFault(err error) *fault.Error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return nil
	}
	return f
}
