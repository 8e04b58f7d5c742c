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

// DevicePrefix begins every secret of the known-device cookie.
const DevicePrefix = "mld_"

// maxDevices is how many accounts one browser is known to: colleagues share machines.
const maxDevices = 4

// devices returns the secrets of the known-device cookie, one for each account that knows the browser.
func (v Visit) devices() []string {
	var all []string
	for secret := range strings.SplitSeq(v.Device, ".") {
		if strings.HasPrefix(secret, DevicePrefix) && len(secret) < 64 && len(all) < maxDevices {
			all = append(all, secret)
		}
	}
	return all
}

// knownDevice returns the hash by which the account knows the visit's device; empty when it does not.
func (s *Service) knownDevice(ctx context.Context, v Visit, id AccountID) (string, error) {
	for _, secret := range v.devices() {
		hash := hashToken(secret)
		known, err := s.store.KnownDevice(ctx, id, hash, s.clock())
		if err != nil || known {
			return hash, err
		}
	}
	return "", nil
}

// knows makes the visit's device known to an account and returns the cookie to set, empty when it was
// known. A device that is new to an account that knows others is told to its holder.
func (s *Service) knows(ctx context.Context, v Visit, id AccountID, session Session) (string, error) {
	known, err := s.knownDevice(ctx, v, id)
	if err != nil || known != "" {
		return "", err
	}
	had, err := s.store.HasDevices(ctx, id)
	if err != nil {
		return "", err
	}
	// The secret is always a new one of ours: what the browser brought may have been planted there.
	secret, now := newSecret(DevicePrefix), s.clock()
	if err := s.store.AddDevice(ctx, Device{Hash: hashToken(secret), Account: id, CreatedAt: now, UsedAt: now}); err != nil {
		return "", err
	}
	others := v.devices()
	cookie := strings.Join(append([]string{secret}, others[:min(len(others), maxDevices-1)]...), ".")
	if !had {
		return cookie, nil
	}
	name := session.Device
	if name == "" {
		name = "?"
	}
	return cookie, s.notice(ctx, NoticeDue{Letter: "new_sign_in", Account: id, Values: map[string]string{"device": name}})
}

// device reads a User-Agent as "browser / system", and nothing finer: the whole of it would tell one
// machine from all others.
func device(userAgent string) string {
	has := func(s string) bool { return strings.Contains(userAgent, s) }
	browser, system := "", ""
	for _, b := range []struct{ mark, name string }{{"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"},
		{"SamsungBrowser/", "Samsung Internet"}, {"FxiOS/", "Firefox"}, {"Thunderbird/", "Thunderbird"}, {"Firefox/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}} {
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
