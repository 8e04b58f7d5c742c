// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"maillage/internal/fault"
	"maillage/internal/totp"
)

// Figures of second factors.
const (
	TOTPSetupTTL  = 15 * time.Minute // to find the telephone
	recoveryCodes = 10
	qrSize        = 300 // pixels
)

// freshFactor is fresh for what changes how an account is opened. Where a second factor is asked for,
// it is asked for here too: a password alone neither takes it off nor adds another.
func (s *Service) freshFactor(ctx context.Context, by Actor) (Account, error) {
	if err := s.fresh(by); err != nil {
		return Account{}, err
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	if err != nil || by.Strong {
		return a, err
	}
	_, err = s.store.TOTPOf(ctx, a.ID)
	if fault.Is(err, fault.Missing) {
		needed := false
		if err = nil; a.Entrusted() {
			needed, err = s.enrolled(ctx, a.ID)
		}
		if err == nil && !needed {
			return a, nil
		}
	}
	if err == nil {
		err = fault.New(fault.Forbidden, "sign_in_again")
	}
	return a, err
}

// tell notes a change of how an account is opened, in its trail and to its holder.
func (s *Service) tell(ctx context.Context, id AccountID, what string, detail map[string]string) error {
	if err := s.audit(ctx, id.Actor(), what, "account", string(id), detail); err != nil {
		return err
	}
	return s.notice(ctx, NoticeDue{Letter: "second_factor_changed", Account: id,
		Values: map[string]string{"what": what, "when": moment(s.clock())}})
}

// useFactor takes a one-time or recovery code of an account, inside a transaction, and returns which,
// "totp" or "recovery". Each code serves once, whoever else sends it at the same time. Any other is
// fault.Invalid on the field "code".
func (s *Service) useFactor(ctx context.Context, id AccountID, code string) (string, error) {
	wrong := fault.OnField("code", "code_wrong")
	t, err := s.store.TOTPOf(ctx, id)
	if err != nil {
		return "", missingAs(err, wrong)
	}
	if !sixDigits(code) {
		return "recovery", s.useRecovery(ctx, id, code, wrong)
	}
	secret, err := totp.Open(t.Sealed, string(id), s.keys.Seal)
	if err != nil {
		return "", fmt.Errorf("second factor of %s: %w", id, err)
	}
	step, ok := totp.Check(secret, code, s.now(), t.LastStep)
	if ok {
		ok, err = s.store.UseTOTPStep(ctx, id, step)
	}
	if err == nil && !ok {
		err = wrong
	}
	return "totp", err
}

func (s *Service) useRecovery(ctx context.Context, id AccountID, code string, wrong error) error {
	ok, err := s.store.UseRecoveryCode(ctx, id, totp.HashRecovery(code), s.clock())
	if err != nil {
		return err
	}
	if !ok {
		return wrong
	}
	left, err := s.store.RecoveryCodesLeft(ctx, id)
	if err != nil {
		return err
	}
	return s.tell(ctx, id, "recovery_code_used", map[string]string{"left": strconv.Itoa(left)})
}

// TOTPSetup is a second factor about to be set up.
type TOTPSetup struct {
	Token  string // gives ConfirmTOTP the secret back
	Secret string // in groups, to type
	URI    string // otpauth://
	QR     []byte // PNG, 300 pixels a side
}

// setup is what a TOTP about to be confirmed is made of.
type setup struct {
	Sealed string `json:"sealed"`
}

// BeginTOTP returns a new secret to put into an app, to be confirmed within a quarter of an hour. The
// session must be fresh, and strong when the account has a factor already: that one is replaced.
func (s *Service) BeginTOTP(ctx context.Context, by Actor) (TOTPSetup, error) {
	a, err := s.freshFactor(ctx, by)
	if err != nil {
		return TOTPSetup{}, err
	}
	site := s.cfg.Site
	if site == "" {
		site = "Maillage"
	}
	secret, err := totp.New(site, a.Email)
	if err != nil {
		return TOTPSetup{}, err
	}
	sealed, err := totp.Seal(s.keys.Seal, secret.Value(), string(a.ID))
	if err != nil {
		return TOTPSetup{}, err
	}
	raw, err := json.Marshal(setup{sealed})
	if err != nil {
		return TOTPSetup{}, fmt.Errorf("begin one-time codes: %w", err)
	}
	image, err := secret.PNG(qrSize)
	if err != nil {
		return TOTPSetup{}, err
	}
	token, err := s.remember(ctx, ForTOTP, a.ID, raw, TOTPSetupTTL)
	return TOTPSetup{Token: token, Secret: secret.Text(), URI: secret.URI(), QR: image}, err
}

// ConfirmTOTP sets the factor up once a code of it is given. It strengthens the session that asks and
// returns its new secret, ends the others, and returns ten recovery codes, shown this once. It returns
// fault.Invalid on the field "code" for a wrong one, five times at most.
func (s *Service) ConfirmTOTP(ctx context.Context, by Actor, v Visit, token, code string) (recovery []string, secret string, err error) {
	if _, err := s.freshFactor(ctx, by); err != nil {
		return nil, "", err
	}
	c, err := s.challenge(ctx, ForTOTP, by.Account, token)
	if err != nil {
		return nil, "", err
	}
	if c, err = s.store.TryCode(ctx, c.ID, s.clock()); err != nil {
		return nil, "", missing(err, "link_unknown")
	}
	var set setup
	if err := json.Unmarshal(c.Data, &set); err != nil {
		return nil, "", fmt.Errorf("confirm one-time codes: %w", err)
	}
	plain, err := totp.Open(set.Sealed, string(by.Account), s.keys.Seal)
	if err != nil {
		return nil, "", err
	}
	step, ok := totp.Check(plain, code, s.now(), 0)
	if !ok {
		return nil, "", fault.OnField("code", "code_wrong")
	}
	recovery, hashes := totp.RecoveryCodes(recoveryCodes)
	defer s.gate.forget()
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.UseChallenge(ctx, c.ID, s.clock()); err != nil {
			return missing(err, "link_unknown")
		}
		t := TOTP{Account: by.Account, Sealed: set.Sealed, LastStep: step, CreatedAt: s.clock()}
		if err := s.store.SaveTOTP(ctx, t); err != nil {
			return err
		}
		if err := s.store.SetRecoveryCodes(ctx, by.Account, hashes, s.clock()); err != nil {
			return err
		}
		// Those that a password alone opened must not go on beside the factor.
		if err := s.store.EndSessions(ctx, by.Account, by.Session, s.clock()); err != nil {
			return err
		}
		if secret, _, err = s.rotate(ctx, by, strengthen); err != nil {
			return err
		}
		return s.tell(ctx, by.Account, "totp_added", nil)
	})
	if err != nil {
		return nil, "", err
	}
	return recovery, secret, nil
}

// strengthen notes that one-time codes proved who is at a session.
func strengthen(session *Session) {
	if !session.Strong {
		session.Strong, session.Method = true, session.Method+"+totp"
	}
}

// challenge returns the open challenge of a secret when it is that account's, or fault.Missing.
func (s *Service) challenge(ctx context.Context, p Purpose, account AccountID, secret string) (Challenge, error) {
	id, err := s.keys.ReadLink(p, secret)
	if err != nil {
		return Challenge{}, err
	}
	c, err := s.store.ChallengeByID(ctx, id)
	if err != nil {
		return c, missing(err, "link_unknown")
	}
	if c.Purpose != p || c.Account != account || !c.Open(s.now()) {
		return c, fault.New(fault.Missing, "link_unknown")
	}
	return c, nil
}

// RemoveTOTP takes the factor and its recovery codes off. It returns fault.Conflict "factor_needed" for
// an office that has no passkey, and fault.Missing when there is none.
func (s *Service) RemoveTOTP(ctx context.Context, by Actor, v Visit) error {
	if _, err := s.freshFactor(ctx, by); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, by.Account)
		if err != nil {
			return err
		}
		if _, err := s.store.TOTPOf(ctx, a.ID); err != nil {
			return missing(err, "factor_missing")
		}
		keys, err := s.store.PasskeysOf(ctx, a.ID)
		if err != nil {
			return err
		}
		if a.Entrusted() && len(keys) == 0 {
			return fault.New(fault.Conflict, "factor_needed")
		}
		if err := s.store.DropTOTP(ctx, a.ID); err != nil {
			return err
		}
		if err := s.store.SetRecoveryCodes(ctx, a.ID, nil, s.clock()); err != nil {
			return err
		}
		return s.tell(ctx, a.ID, "totp_removed", nil)
	})
}

// NewRecoveryCodes replaces them by ten others, shown this once. It returns fault.Missing when the
// account has no one-time codes for them to stand in for.
func (s *Service) NewRecoveryCodes(ctx context.Context, by Actor) ([]string, error) {
	if _, err := s.freshFactor(ctx, by); err != nil {
		return nil, err
	}
	plain, hashes := totp.RecoveryCodes(recoveryCodes)
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.store.LockAccount(ctx, by.Account); err != nil {
			return err
		}
		if _, err := s.store.TOTPOf(ctx, by.Account); err != nil {
			return missing(err, "factor_missing")
		}
		if err := s.store.SetRecoveryCodes(ctx, by.Account, hashes, s.clock()); err != nil {
			return err
		}
		return s.tell(ctx, by.Account, "recovery_codes_created", nil)
	})
	if err != nil {
		return nil, err
	}
	return plain, nil
}

// waysIn returns what opens an account by itself, inside a transaction: its password, each passkey, each
// identity. A one-time code opens nothing by itself.
func (s *Service) waysIn(ctx context.Context, a Account) (int, error) {
	keys, err := s.store.PasskeysOf(ctx, a.ID)
	if err != nil {
		return 0, err
	}
	identities, err := s.store.IdentitiesOf(ctx, a.ID)
	n := len(keys) + len(identities)
	if a.Password != "" {
		n++
	}
	return n, err
}
