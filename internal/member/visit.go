// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// Visit is what is known of a request by which somebody proves who they are.
type Visit struct {
	Address netip.Addr
	// Device is the known-device cookie as SignedIn.Device gave it; empty when there is none.
	Device    string
	UserAgent string
	Lang      string
}

// DevicePrefix begins every secret of the known-device cookie.
const DevicePrefix = "mld_"

// maxDevices is how many accounts one browser is known to: colleagues share machines.
const maxDevices = 4

// devices returns the secrets of the known-device cookie, one for each account that knows the browser.
func (v Visit) devices() []string {
	if len(v.Device) > maxDevices*64 {
		return nil
	}
	var all []string
	for secret := range strings.SplitSeq(v.Device, ".") {
		if strings.HasPrefix(secret, DevicePrefix) && len(all) < maxDevices {
			all = append(all, secret)
		}
	}
	return all
}

// knownDevice returns the hash by which the account knows the visit's device; empty when it does not.
func (s *Service) knownDevice(ctx context.Context, v Visit, id AccountID) (string, error) {
	if id == "" {
		return "", nil
	}
	for _, secret := range v.devices() {
		hash := hashToken(secret)
		known, err := s.store.KnownDevice(ctx, id, hash, s.clock())
		if err != nil || known {
			return hash, err
		}
	}
	return "", nil
}

// meetDevice makes the visit's device known to the account, inside a transaction, and returns the
// cookie to set; empty when the device was known. A device that is new to an account that has others
// is told to its holder.
func (s *Service) meetDevice(ctx context.Context, v Visit, id AccountID, label string) (string, error) {
	known, err := s.knownDevice(ctx, v, id)
	if err != nil || known != "" {
		return "", err
	}
	others, err := s.store.HasDevices(ctx, id)
	if err != nil {
		return "", err
	}
	now := s.clock()
	// The secret is always ours and new: one that the browser brought may have been planted there.
	secret := newSecret(DevicePrefix)
	if err := s.store.AddDevice(ctx, Device{Hash: hashToken(secret), Account: id, CreatedAt: now, UsedAt: now}); err != nil {
		return "", err
	}
	before := v.devices()
	cookie := strings.Join(append([]string{secret}, before[:min(len(before), maxDevices-1)]...), ".")
	if !others {
		return cookie, nil
	}
	if label == "" {
		label = "?"
	}
	return cookie, s.notice(ctx, NoticeDue{Letter: "new_sign_in", Account: id,
		Values: map[string]string{"device": label, "when": moment(now)}})
}

// agents are what tells browsers and programmes apart in a User-Agent, the more telling ones first:
// nearly all say "Mozilla", "Chrome" and "Safari" of themselves.
const agents = `
Edg/=Edge EdgA/=Edge EdgiOS/=Edge OPR/=Opera SamsungBrowser/=Samsung Vivaldi/=Vivaldi
FxiOS/=Firefox Thunderbird/=Thunderbird Firefox/=Firefox CriOS/=Chrome Chrome/=Chrome Version/=Safari
DAVx5/=DAVx5 curl/=curl Wget/=Wget python-requests/=Python Go-http-client/=Go`

// systems are the same for systems: an Android says "Linux", an iPad "Mac OS X".
const systems = `
Windows=Windows Android=Android iPhone=iPhone iPad=iPad CrOS=ChromeOS Macintosh=macOS Linux=Linux`

// device returns a name for the programme and system of a User-Agent, such as "Firefox / Linux", in no
// language: what a person needs to know their own device by, and no more. It is empty when neither
// is known. Nothing of the User-Agent itself is kept.
func device(userAgent string) string {
	if len(userAgent) > 1024 {
		return ""
	}
	parts := make([]string, 0, 2)
	for _, table := range []string{agents, systems} {
		for pair := range strings.FieldsSeq(table) {
			sign, name, _ := strings.Cut(pair, "=")
			if strings.Contains(userAgent, sign) {
				parts = append(parts, name)
				break
			}
		}
	}
	return strings.Join(parts, " / ")
}

// moment is a time as messages take it.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// remember keeps a challenge that nothing is mailed for, and returns its secret.
func (s *Service) remember(ctx context.Context, p Purpose, account AccountID, data []byte, life time.Duration) (string, error) {
	id, err := newID()
	if err != nil {
		return "", err
	}
	now := s.clock()
	c := Challenge{ID: id, Purpose: p, Account: account, Data: data, Serial: 1, CodeExpiresAt: now.Add(life),
		CreatedAt: now, ExpiresAt: now.Add(life)}
	if err := s.store.AddChallenge(ctx, c); err != nil {
		return "", fmt.Errorf("remember: %w", err)
	}
	return s.keys.Link(p, id)
}
