// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

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
	if _, err := s.store.TryCode(ctx, c.ID, s.clock()); err != nil {
		return SignedIn{}, missing(err, "step_over")
	}
	a, err := s.store.AccountByID(ctx, c.Account)
	if err != nil {
		return SignedIn{}, err
	}
	method, err := s.tryFactor(ctx, a.ID, code)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.store.UseChallenge(ctx, c.ID, s.clock()); err != nil {
		return SignedIn{}, missing(err, "step_over")
	}
	var first string
	if err := json.Unmarshal(c.Data, &first); err != nil {
		return SignedIn{}, fmt.Errorf("second factor: %w", err)
	}
	return s.open(ctx, v, a, first+"+"+method, true)
}

// sixDigits reports whether what was typed has the form of a one-time code.
func sixDigits(typed string) bool {
	typed = strings.Join(strings.Fields(typed), "")
	return len(typed) == 6 && strings.Trim(typed, "0123456789") == ""
}

// tryFactor is factor, counted before it is looked at by the limit of passwords, under counters of its
// own; after HardStop failures in a row no code is looked at, and the password that led here is off.
func (s *Service) tryFactor(ctx context.Context, id AccountID, code string) (string, error) {
	name, row := s.keys.counter("factor", string(id)), s.keys.counter("factor_row", string(id))
	if err := s.take(ctx, name, AccountLimit()); err != nil {
		return "", err
	}
	n, err := s.countRow(ctx, row)
	if err != nil {
		return "", err
	}
	method, err := "", error(fault.OnField("code", "code_wrong"))
	if n <= HardStop {
		method, err = s.factor(ctx, id, code)
	}
	if fault.Is(err, fault.Invalid) {
		if err := s.failed(ctx, id, n); err != nil {
			return "", err
		}
	}
	if err != nil {
		return "", err
	}
	if err := s.store.SucceedAttempt(ctx, name); err != nil {
		return "", err
	}
	return method, s.store.SucceedAttempt(ctx, row)
}

// freshFactor is fresh for what changes how an account is opened. Where a second factor is asked for to
// get in, it is asked for here too: a password alone neither takes one off nor adds one beside it. It
// returns fault.Forbidden "sign_in_again", or "passkey_needed" to an office that has passkeys and nothing
// else.
func (s *Service) freshFactor(ctx context.Context, by Actor) error {
	if err := s.fresh(by); err != nil || by.Strong {
		return err
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	if err != nil {
		return err
	}
	_, err = s.store.TOTPOf(ctx, a.ID)
	if err == nil {
		return fault.New(fault.Forbidden, "sign_in_again")
	}
	if !fault.Is(err, fault.Missing) || !a.Entrusted() {
		return missingIsNone(err)
	}
	keys, err := s.store.PasskeysOf(ctx, a.ID)
	if err == nil && len(keys) > 0 {
		err = fault.New(fault.Forbidden, "passkey_needed") // the password again would prove nothing more
	}
	return err
}

// missingIsNone is nil for an absence.
func missingIsNone(err error) error {
	if fault.Is(err, fault.Missing) {
		return nil
	}
	return err
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
	if err := s.freshFactor(ctx, by); err != nil {
		return TOTPSetup{}, err
	}
	a, err := s.store.AccountByID(ctx, by.Account)
	if err != nil {
		return TOTPSetup{}, err
	}
	secret, err := totp.New(s.issuer(), a.Email)
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

// issuer is the site's name as apps show it.
func (s *Service) issuer() string {
	if s.cfg.Site == "" {
		return "Maillage"
	}
	return s.cfg.Site
}

func (s *Service) totpSetup(secret totp.Secret, token string) (TOTPSetup, error) {
	qr, err := secret.PNG(240)
	return TOTPSetup{Token: token, Secret: secret.Text(), URI: secret.URI(), QR: qr}, err
}

// TOTPBegun returns a setup under way again, so that a mistyped code does not begin it anew.
func (s *Service) TOTPBegun(ctx context.Context, by Actor, token string) (TOTPSetup, error) {
	if err := s.freshFactor(ctx, by); err != nil {
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
	secret, err := totp.Restore(s.issuer(), a.Email, value)
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
// replaced), ends the other sessions, and returns the recovery codes, shown this once.
func (s *Service) ConfirmTOTP(ctx context.Context, by Actor, token, code string) (in SignedIn, recovery []string, err error) {
	if err := s.freshFactor(ctx, by); err != nil {
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
		// Those that a password alone opened must not go on beside the factor.
		if err := s.store.EndSessions(ctx, by.Account, by.Session, s.clock()); err != nil {
			return err
		}
		in, err = s.rotate(ctx, by, func(session *Session) { session.Strong, session.ProvedAt = true, s.clock() })
		return err
	})
	if err != nil {
		return SignedIn{}, nil, err
	}
	s.gate.forget()
	return in, recovery, nil
}

// RemoveTOTP takes the factor off; an office needs a passkey to do without ("second_factor_needed").
func (s *Service) RemoveTOTP(ctx context.Context, by Actor, _ Visit) error {
	if err := s.freshFactor(ctx, by); err != nil {
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
	if err := s.freshFactor(ctx, by); err != nil {
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
