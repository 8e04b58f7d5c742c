// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"maillage/internal/fault"
)

// waitError carries how long to wait.
type waitError struct{ wait time.Duration }

func (e waitError) Error() string { return fmt.Sprintf("wait %s", e.wait) }

// tooMany is fault.TooMany with how long to wait.
func tooMany(wait time.Duration) error {
	return fault.Wrap(fault.TooMany, "too_many_tries", waitError{wait})
}

// Waiting returns how long a fault.TooMany of this room asks to wait; 0 when err is another.
func Waiting(err error) time.Duration {
	if w, ok := errors.AsType[waitError](err); ok {
		return w.wait
	}
	return 0
}

// take counts a try under that name, or returns fault.TooMany "too_many_tries".
func (s *Service) take(ctx context.Context, name string, l Limit) error {
	wait, _, err := s.store.TakeAttempt(ctx, name, l, s.clock())
	if err == nil && wait > 0 {
		err = tooMany(wait)
	}
	return err
}

// network names what shares the limits of an address: itself, or the /64 of an IPv6.
func network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		p, err := a.Prefix(64)
		if err == nil {
			return p.String()
		}
	}
	return a.String()
}

// shownNetwork is what a list of sessions shows of an address: enough to tell the office from home,
// not who.
func shownNetwork(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// device reads a User-Agent as "browser / system", and nothing finer: the whole of it would tell one
// machine from all others.
func device(userAgent string) string {
	has := func(s string) bool { return strings.Contains(userAgent, s) }
	browser, system := "", ""
	for _, b := range []struct{ mark, name string }{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"},
		{"Thunderbird/", "Thunderbird"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}} {
		if browser == "" && has(b.mark) {
			browser = b.name
		}
	}
	for _, o := range []struct{ mark, name string }{{"Android", "Android"}, {"iPhone", "iOS"}, {"iPad", "iPadOS"},
		{"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}} {
		if system == "" && has(o.mark) {
			system = o.name
		}
	}
	switch {
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + " / " + system
}
