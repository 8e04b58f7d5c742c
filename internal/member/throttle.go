// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"maillage/internal/fault"
)

// waiting is the private cause of a fault.TooMany: how long to wait.
type waiting time.Duration

func (w waiting) Error() string { return "to wait: " + time.Duration(w).String() }

// Waiting returns how long a fault.TooMany of this room asks to wait; 0 when err is another. Doors
// send it as Retry-After.
func Waiting(err error) time.Duration {
	w, _ := errors.AsType[waiting](err)
	return time.Duration(w)
}

// take counts a try under that name, or returns fault.TooMany "too_many_tries". Never inside a
// transaction: what was counted stays counted.
func (s *Service) take(ctx context.Context, name string, l Limit) error {
	wait, _, err := s.store.TakeAttempt(ctx, name, l, s.clock())
	if err == nil && wait > 0 {
		err = fault.Wrap(fault.TooMany, "too_many_tries", waiting(wait))
	}
	return err
}

// takeInARow counts a try in a row that no time interrupts, and returns how long the row is.
func (s *Service) takeInARow(ctx context.Context, name string) (int, error) {
	_, after, err := s.store.TakeAttempt(ctx, name, Limit{}, s.clock())
	return after.InARow, err
}

// network names what shares the limits of an address: itself, or the /64 of an IPv6.
func network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		return masked(a, 64)
	}
	if !a.IsValid() {
		return "unknown"
	}
	return a.String()
}

// around returns the network of an address as its holder may see it, and no finer: 192.0.2.0/24,
// 2001:db8:1::/48. It is empty when the address is not known.
func around(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	switch {
	case !a.IsValid():
		return ""
	case a.Is4():
		return masked(a, 24)
	}
	return masked(a, 48)
}

func masked(a netip.Addr, bits int) string { return netip.PrefixFrom(a, bits).Masked().String() }

// try is a try at a password or code: the counters it was counted under before its outcome was known,
// and how many in a row have failed for the account, from anywhere, this one included.
type try struct {
	counters []string
	row      int
}

// attempt counts a try at something of an account. kind is what is tried and key whose it is: the
// lower-case address, so that an account that is not there is counted like the others. From a device
// the account knows, tries have a counter of their own, so that strangers lock nobody out; the row of
// failures is one for all.
func (s *Service) attempt(ctx context.Context, v Visit, kind, key, device string) (t try, err error) {
	counter := s.keys.counter(kind, key)
	if device != "" {
		counter = s.keys.counter(kind+"_device", key+"\x00"+device)
	} else {
		name := s.keys.counter("address", network(v.Address))
		if err := s.take(ctx, name, AddressLimit()); err != nil {
			return t, err
		}
		t.counters = append(t.counters, name)
	}
	if err := s.take(ctx, counter, AccountLimit()); err != nil {
		return t, err
	}
	name := s.keys.counter(kind+"_row", key)
	t.counters = append(t.counters, counter, name)
	t.row, err = s.takeInARow(ctx, name)
	return t, err
}

// succeeded takes a try back from what it was counted under.
func (s *Service) succeeded(ctx context.Context, t try) error {
	for _, name := range t.counters {
		if err := s.store.SucceedAttempt(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// failed turns the password off after HardStop failures in a row (NIST SP 800-63B-4 §3.2.2): only a
// reset by e-mail opens the account by password again. It is a transaction of its own.
func (s *Service) failed(ctx context.Context, id AccountID, t try) error {
	if t.row < HardStop || id == "" {
		return nil
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.LockAccount(ctx, id)
		if err != nil || a.PasswordOff || a.State != Active {
			return err
		}
		a.PasswordOff = true
		if err := s.saveAccount(ctx, a, System("sign_in"), "turn_password_off", nil); err != nil {
			return err
		}
		return s.notice(ctx, NoticeDue{Letter: "account_locked", Account: id})
	})
}
