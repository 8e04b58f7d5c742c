// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"

	"maillage/internal/fault"
	"maillage/internal/text"
	"maillage/internal/totp"
)

// Accounts returns accounts whose name or address holds q, for organisers, after that id, up to limit.
func (s *Service) Accounts(ctx context.Context, by Actor, q string, after AccountID, limit int) ([]Account, error) {
	if err := organises(by); err != nil {
		return nil, err
	}
	as, err := s.store.ListAccounts(ctx, text.Fold(q), after, limit)
	for i := range as {
		as[i].Password, as[i].Handle = "", nil
	}
	return as, err
}

// SetOffice entrusts an account with an office of the collective, or takes it back (office empty), for
// administrators. It returns fault.Conflict "last_administrator" rather than leave the instance without.
func (s *Service) SetOffice(ctx context.Context, by Actor, id AccountID, office Role) error {
	switch {
	case !by.Authenticated():
		return fault.New(fault.Anonymous, "sign_in_needed")
	case by.Role != Administrator:
		return fault.New(fault.Forbidden, "not_allowed")
	case office != "" && office != Organiser && office != Administrator:
		return fault.OnField("office", "unknown_value")
	}
	return s.store.Write(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, id)
		if err == nil && a.State == Erased {
			err = fault.New(fault.Missing, "account_missing")
		}
		if err != nil {
			return missing(err, "account_missing")
		}
		if a.Office == office {
			return nil
		}
		if err := s.keepsAnAdministrator(ctx, a); err != nil {
			return err
		}
		a.Office = office
		if err := s.saveAccount(ctx, a, by, "set_office", map[string]string{"office": string(office)}); err != nil {
			return err
		}
		// Sessions that were open before are of the old office: they begin anew.
		return s.store.EndSessions(ctx, id, "", s.clock())
	})
}

// keepsAnAdministrator returns fault.Conflict when a is the only one.
func (s *Service) keepsAnAdministrator(ctx context.Context, a Account) error {
	if a.Office != Administrator {
		return nil
	}
	holders, err := s.store.OfficeHolders(ctx)
	if err != nil {
		return err
	}
	for _, h := range holders {
		if h.ID != a.ID && h.Office == Administrator {
			return nil
		}
	}
	return fault.New(fault.Conflict, "last_administrator")
}

// DisableAccount shuts every door to an account, at once, and tells its holder why. Tokens and app
// passwords are revoked for good: an account is disabled when somebody else may hold them, and whoever
// opens it again a year later does not know which there were. Organisers may; for the account of an
// office, administrators. Nobody disables themself.
func (s *Service) DisableAccount(ctx context.Context, by Actor, id AccountID, reason string) error {
	if err := organises(by); err != nil {
		return err
	}
	reason, code := text.CheckText(reason, maxReason)
	if code == "" && reason == "" {
		code = "required"
	}
	if code != "" {
		return fault.OnField("reason", code)
	}
	if id == by.Account && by.Account != "" {
		return fault.New(fault.Conflict, "not_yourself")
	}
	return s.store.Write(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, id)
		if err != nil {
			return missing(err, "account_missing")
		}
		if a.State == Erased {
			return fault.New(fault.Missing, "account_missing")
		}
		if a.Entrusted() && by.Role != Administrator {
			return fault.New(fault.Forbidden, "not_allowed")
		}
		if err := s.keepsAnAdministrator(ctx, a); err != nil {
			return err
		}
		a.State, a.DisabledFor = Disabled, reason
		if err := s.saveAccount(ctx, a, by, "disable", nil); err != nil {
			return err
		}
		if err := s.store.EndSessions(ctx, id, "", s.clock()); err != nil {
			return err
		}
		if err := s.store.RevokeSecrets(ctx, id, "", s.clock()); err != nil {
			return err
		}
		// Nor does a step begun before go on afterwards.
		if err := s.store.DropChallenges(ctx, id, ForReset, ForSecondFactor, ForNewEmail, ForTOTP, ForPasskey); err != nil {
			return err
		}
		return s.notice(ctx, NoticeDue{Letter: "account_disabled", Account: id})
	})
}

// EnableAccount opens the doors again, to the password, passkeys and identities there were; tokens and
// app passwords are made anew by their holder.
func (s *Service) EnableAccount(ctx context.Context, by Actor, id AccountID) error {
	if err := organises(by); err != nil {
		return err
	}
	return s.store.Write(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, id)
		if err != nil {
			return missing(err, "account_missing")
		}
		switch {
		case a.State == Erased:
			return fault.New(fault.Missing, "account_missing")
		case a.Entrusted() && by.Role != Administrator:
			return fault.New(fault.Forbidden, "not_allowed")
		case a.State == Active:
			return nil
		}
		a.State, a.DisabledFor = Active, ""
		return s.saveAccount(ctx, a, by, "enable", nil)
	})
}

// ForcePasswordChange marks an account's password as known to others: its sessions end and the next
// one must change it first. Administrators.
func (s *Service) ForcePasswordChange(ctx context.Context, by Actor, id AccountID) error {
	switch {
	case !by.Authenticated():
		return fault.New(fault.Anonymous, "sign_in_needed")
	case by.Role != Administrator:
		return fault.New(fault.Forbidden, "not_allowed")
	}
	return s.store.Write(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, id)
		if err == nil && a.State == Erased {
			err = fault.New(fault.Missing, "account_missing")
		}
		if err != nil {
			return missing(err, "account_missing")
		}
		a.MustChange = true
		// What somebody who knew it has begun is over.
		if err := s.store.DropChallenges(ctx, id, ForSecondFactor, ForNewEmail, ForTOTP, ForPasskey); err != nil {
			return err
		}
		if err := s.saveAccount(ctx, a, by, "force_password_change", nil); err != nil {
			return err
		}
		return s.store.EndSessions(ctx, id, "", s.clock())
	})
}

// NewMember is an account made by the instance itself.
type NewMember struct {
	Email, Name, Password, Lang string
	Function                    string
	Office                      Role
	Body                        string // reference; empty for none
	Role                        Role   // Agent, Referent, Provider or ProviderReferent
}

// Provision makes an account without any message: the demonstration, and the first administrator. The
// instance itself only. It returns fault.Conflict "email_taken" when the address has one.
func (s *Service) Provision(ctx context.Context, by Actor, n NewMember) (Account, error) {
	if by.Role != Administrator || by.Account != "" || by.Via != "" {
		return Account{}, fault.New(fault.Forbidden, "not_allowed")
	}
	var faults fault.Fields
	email, code := ParseEmail(n.Email)
	if code != "" {
		faults.Add("email", code)
	}
	p := Profile{Name: n.Name, Function: n.Function, Lang: n.Lang}
	checkProfile(&p, &faults)
	if p.Name == "" {
		faults.Add("name", "required")
	}
	if err := faults.Err(); err != nil {
		return Account{}, err
	}
	a := newAccount(email.String(), s.clock())
	a.take(p)
	a.Office = n.Office
	if err := s.setPassword(ctx, &a, n.Password, ""); err != nil {
		return a, err
	}
	return a, s.store.Write(ctx, func(ctx context.Context) error {
		if err := s.addAccount(ctx, a, nil, nil); err != nil || n.Body == "" {
			return err
		}
		body, err := s.cfg.Bodies.Admit(ctx, n.Body)
		if err != nil {
			return err
		}
		id, err := newID()
		if err != nil {
			return err
		}
		m := Membership{ID: id, Account: a.ID, Organisation: body.ID, Role: n.Role, State: Accepted, Proof: ByDecision,
			AskedAt: s.clock(), DecidedBy: by.ID, DecidedAt: s.clock()}
		if err := s.store.SaveMembership(ctx, m); err != nil {
			return err
		}
		return s.changed(ctx, m, by.ID, "accept", map[string]string{"role": string(m.Role)})
	})
}

// ProvisionTOTP sets one-time codes up for an account made by Provision and returns the secret an app
// takes. The instance itself only.
func (s *Service) ProvisionTOTP(ctx context.Context, by Actor, id AccountID) (string, error) {
	if by.Role != Administrator || by.Account != "" || by.Via != "" {
		return "", fault.New(fault.Forbidden, "not_allowed")
	}
	a, err := s.store.AccountByID(ctx, id)
	if err != nil {
		return "", err
	}
	secret, err := totp.New(s.cfg.Site, a.Email)
	if err != nil {
		return "", err
	}
	sealed, err := totp.Seal(s.keys.Seal, secret.Value(), string(id))
	if err != nil {
		return "", err
	}
	return secret.Value(), s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.SaveTOTP(ctx, TOTP{Account: id, Sealed: sealed, CreatedAt: s.clock()}); err != nil {
			return err
		}
		return s.audit(ctx, by.ID, "totp_added", "account", string(id), nil)
	})
}

// Acting returns an account as a session of it just proved would act, for the instance itself.
func (s *Service) Acting(ctx context.Context, by Actor, id AccountID) (Actor, error) {
	if by.Role != Administrator || by.Account != "" || by.Via != "" {
		return Actor{}, fault.New(fault.Forbidden, "not_allowed")
	}
	a, err := s.store.AccountByID(ctx, id)
	if err != nil {
		return Actor{}, err
	}
	membership, err := s.firstStanding(ctx, id)
	if err != nil {
		return Actor{}, err
	}
	actor, err := s.actor(ctx, a, membership, true)
	actor.Via, actor.Strong, actor.ProvedAt = ViaSession, true, s.clock()
	return actor, err
}
