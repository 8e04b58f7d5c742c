// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// Failed credentials an address may present per RatePeriod before any more are refused unread.
const failedCredentials = 20

// admit says who asks and whether it may ask again so soon. Somebody with a token or a session is
// counted by it, whatever network it comes from; everybody else by address, the machine itself
// excepted. An account without standing is somebody: each use case asks what it may.
func (k *kit) admit(c echo.Context, f *facts, now time.Time, api bool) error {
	r, h := c.Request(), c.Response().Header()
	key := bucket{}
	if api && k.cfg.Authenticate != nil && bearer(r) {
		actor, err := k.authenticate(r, h, now)
		if err != nil {
			return err
		}
		f.actor = &actor
		h.Set(echo.HeaderCacheControl, "no-store")
		key = tokenBucket(string(actor.ID))
	} else {
		if !api {
			k.recognise(c, f)
		}
		if k.rates.off() || k.fromHere(r) {
			return nil
		}
		if key = addressBucket(k.proxies.client(r)); f.actor != nil {
			key = tokenBucket(string(f.actor.ID))
		}
	}
	if wait := k.rates.take(key, now); wait > 0 {
		return tooMany(h, wait)
	}
	if f.actor == nil {
		return nil
	}
	return Within(*f.actor, r.Method, false)
}

func (k *kit) authenticate(r *http.Request, h http.Header, now time.Time) (actor member.Actor, err error) {
	key := failureBucket(k.proxies.client(r))
	local := k.fromHere(r)
	if wait := k.rates.failures.peek(key, now); wait > 0 && !local {
		return actor, tooMany(h, wait)
	}
	actor, err = k.cfg.Authenticate(r.Context(), r)
	if err == nil && !actor.Authenticated() {
		err = fault.New(fault.Anonymous, "token_unknown")
	}
	if err == nil {
		return actor, nil
	}
	if fault.Is(err, fault.Anonymous) {
		if !local {
			k.rates.failures.take(key, now)
		}
		h.Set(echo.HeaderWWWAuthenticate, `Bearer error="invalid_token"`) // RFC 6750 §3
	}
	return actor, fmt.Errorf("authenticate: %w", err)
}

// bearer reports whether the request shows a token of ours; Basic is for DAV and looked at there.
func bearer(r *http.Request) bool {
	v := r.Header["Authorization"]
	return len(v) > 0 && len(v[0]) > 7 && strings.EqualFold(v[0][:7], "bearer ")
}

// fromHere reports whether a request was made on this machine for itself: from the loopback, with
// no proxy in between that would be speaking for somebody else.
func (k *kit) fromHere(r *http.Request) bool {
	return len(r.Header["X-Forwarded-For"]) == 0 && remote(r).IsLoopback()
}

func tooMany(h http.Header, wait time.Duration) error {
	h.Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return fault.New(fault.TooMany, "too_many_requests")
}

// network is what is counted as one address: an IPv6 subscriber has a /64 to choose from.
func network(a netip.Addr) [16]byte {
	b := a.As16()
	if a.Is6() && !a.Is4In6() {
		clear(b[8:])
	}
	return b
}
