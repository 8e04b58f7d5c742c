// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"fmt"

	"maillage/internal/fault"
	"maillage/internal/totp"
)

// recoveryCodes is how many are given at once.
const recoveryCodes = 10

// SecondFactor completes a sign-in with a one-time or a recovery code. A step bears five tries, and
// the account's factor the same limit as its password.
func (s *Service) SecondFactor(ctx context.Context, v Visit, pending, code string) (SignedIn, error) {
	c, err := s.step(ctx, ForSecondFactor, pending)
	if err != nil {
		return SignedIn{}, err
	}
	name := s.keys.counter("factor", string(c.Account))
	if err := s.take(ctx, name, AccountLimit()); err != nil {
		return SignedIn{}, err
	}
	if _, err := s.store.TryCode(ctx, c.ID, s.clock()); err != nil {
		return SignedIn{}, missing(err, "step_over")
	}
	a, err := s.store.AccountByID(ctx, c.Account)
	if err != nil {
		return SignedIn{}, err
	}
	method, err := s.factor(ctx, a.ID, code)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.store.UseChallenge(ctx, c.ID, s.clock()); err != nil {
		return SignedIn{}, missing(err, "step_over")
	}
	if err := s.store.SucceedAttempt(ctx, name); err != nil {
		return SignedIn{}, err
	}
	var first string
	if err := json.Unmarshal(c.Data, &first); err != nil {
		return SignedIn{}, fmt.Errorf("second factor: %w", err)
	}
	return s.open(ctx, v, a, first+"+"+method, true)
}

// factor takes a code: of the app, once each, or a recovery code. It returns which it was.
func (s *Service) factor(ctx context.Context, id AccountID, code string) (string, error) {
	f, err := s.store.TOTPOf(ctx, id)
	if err != nil {
		return "", missing(err, "step_over")
	}
	secret, err := totp.Open(f.Sealed, string(id), s.keys.Seal)
	if err != nil {
		return "", fmt.Errorf("second factor: %w", err)
	}
	if step, ok := totp.Check(secret, code, s.now(), f.LastStep); ok {
		used, err := s.store.UseTOTPStep(ctx, id, step)
		if err != nil || used {
			return "totp", err
		}
	}
	used, err := s.store.UseRecoveryCode(ctx, id, totp.HashRecovery(code), s.clock())
	if err != nil {
		return "", err
	}
	if !used {
		return "", fault.OnField("code", "code_wrong")
	}
	return "recovery", s.tellFactor(ctx, id, "recovery_code_used")
}

// tellFactor writes to an account about a change of what opens it.
func (s *Service) tellFactor(ctx context.Context, id AccountID, what string) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.audit(ctx, id.Actor(), what, "account", string(id), nil); err != nil {
			return err
		}
		return s.notice(ctx, NoticeDue{Letter: "second_factor_changed", Account: id, Values: map[string]string{"what": what}})
	})
}

// TOTPSetup is a second factor about to be set up.
type TOTPSetup struct {
	Token  string // gives ConfirmTOTP the secret back, sealed
	Secret string // in groups, to type
	URI    string // otpauth://
	QR     []byte // PNG
}

// BeginTOTP returns a new secret to put into an app. The session must be fresh.
func (s *Service) BeginTOTP(ctx context.Context, by Actor) (TOTPSetup, error) {
	if err := s.fresh(by); err != nil {
		return TOTPSetup{}, err
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	if err != nil {
		return TOTPSetup{}, err
	}
	secret, err := totp.New(s.cfg.Site, a.Email)
	if err != nil {
		return TOTPSetup{}, err
	}
	sealed, err := totp.Seal(s.keys.Seal, secret.Value(), string(a.ID))
	if err != nil {
		return TOTPSetup{}, err
	}
	data, err := json.Marshal(sealed)
	if err != nil {
		return TOTPSetup{}, fmt.Errorf("begin totp: %w", err)
	}
	if err := s.store.DropChallenges(ctx, a.ID, ForTOTP); err != nil {
		return TOTPSetup{}, err
	}
	token, err := s.challenge(ctx, ForTOTP, a.ID, data)
	if err != nil {
		return TOTPSetup{}, err
	}
	return s.totpSetup(secret, token)
}

func (s *Service) totpSetup(secret totp.Secret, token string) (TOTPSetup, error) {
	qr, err := secret.PNG(240)
	return TOTPSetup{Token: token, Secret: secret.Text(), URI: secret.URI(), QR: qr}, err
}

// TOTPBegun returns a setup under way again, so that a mistyped code does not begin it anew.
func (s *Service) TOTPBegun(ctx context.Context, by Actor, token string) (TOTPSetup, error) {
	if err := s.fresh(by); err != nil {
		return TOTPSetup{}, err
	}
	c, sealed, err := s.totpStep(ctx, by, token)
	if err != nil {
		return TOTPSetup{}, err
	}
	a, err := s.store.AccountByID(ctx, c.Account)
	if err != nil {
		return TOTPSetup{}, err
	}
	value, err := totp.Open(sealed, string(a.ID), s.keys.Seal)
	if err != nil {
		return TOTPSetup{}, err
	}
	secret, err := totp.Restore(s.cfg.Site, a.Email, value)
	if err != nil {
		return TOTPSetup{}, err
	}
	return s.totpSetup(secret, token)
}

func (s *Service) totpStep(ctx context.Context, by Actor, token string) (c Challenge, sealed string, err error) {
	c, err = s.step(ctx, ForTOTP, token)
	if err == nil && c.Account != by.Account {
		err = fault.New(fault.Missing, "step_over")
	}
	if err == nil {
		err = json.Unmarshal(c.Data, &sealed)
	}
	return c, sealed, err
}

// ConfirmTOTP sets the factor up once a code of it is given, makes the session strong (its secret is
// replaced), and returns the recovery codes, shown this once.
func (s *Service) ConfirmTOTP(ctx context.Context, by Actor, token, code string) (in SignedIn, recovery []string, err error) {
	if err := s.fresh(by); err != nil {
		return in, nil, err
	}
	c, sealed, err := s.totpStep(ctx, by, token)
	if err != nil {
		return in, nil, err
	}
	if _, err := s.store.TryCode(ctx, c.ID, s.clock()); err != nil {
		return in, nil, missing(err, "step_over")
	}
	secret, err := totp.Open(sealed, string(by.Account), s.keys.Seal)
	if err != nil {
		return in, nil, fmt.Errorf("confirm totp: %w", err)
	}
	step, ok := totp.Check(secret, code, s.now(), 0)
	if !ok {
		return in, nil, fault.OnField("code", "code_wrong")
	}
	recovery, hashes := totp.RecoveryCodes(recoveryCodes)
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.UseChallenge(ctx, c.ID, s.clock()); err != nil {
			return missing(err, "step_over")
		}
		if err := s.store.SaveTOTP(ctx, TOTP{Account: by.Account, Sealed: sealed, LastStep: step, CreatedAt: s.clock()}); err != nil {
			return err
		}
		if err := s.store.SetRecoveryCodes(ctx, by.Account, hashes, s.clock()); err != nil {
			return err
		}
		if err := s.tellFactor(ctx, by.Account, "totp_added"); err != nil {
			return err
		}
		in, err = s.rotate(ctx, by, func(session *Session) { session.Strong, session.ProvedAt = true, s.clock() })
		return err
	})
	return in, recovery, err
}

// RemoveTOTP takes the factor off; an office needs a passkey to do without ("second_factor_needed").
func (s *Service) RemoveTOTP(ctx context.Context, by Actor, _ Visit) error {
	if err := s.fresh(by); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, by.Account)
		if err != nil {
			return err
		}
		if _, err := s.store.TOTPOf(ctx, a.ID); err != nil {
			return missing(err, "missing")
		}
		keys, err := s.store.PasskeysOf(ctx, a.ID)
		if err != nil {
			return err
		}
		if a.Entrusted() && len(keys) == 0 {
			return fault.New(fault.Conflict, "second_factor_needed")
		}
		if err := s.store.DropTOTP(ctx, a.ID); err != nil {
			return err
		}
		if err := s.store.SetRecoveryCodes(ctx, a.ID, nil, s.clock()); err != nil {
			return err
		}
		return s.tellFactor(ctx, a.ID, "totp_removed")
	})
}

// NewRecoveryCodes replaces them.
func (s *Service) NewRecoveryCodes(ctx context.Context, by Actor) ([]string, error) {
	if err := s.fresh(by); err != nil {
		return nil, err
	}
	plain, hashes := totp.RecoveryCodes(recoveryCodes)
	return plain, s.store.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.store.TOTPOf(ctx, by.Account); err != nil {
			return missing(err, "missing")
		}
		if err := s.store.SetRecoveryCodes(ctx, by.Account, hashes, s.clock()); err != nil {
			return err
		}
		return s.tellFactor(ctx, by.Account, "recovery_codes_created")
	})
}
