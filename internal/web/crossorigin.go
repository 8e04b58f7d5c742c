// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"fmt"
	"net/http"
	"slices"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// CrossOriginExempt returns the paths outside APIPrefixes where another site may send a form to. There
// are none. A path may be added only when it reads no cookie and does what whoever asks may do: its
// line here says why, and the test over all routes (TestNoFormOfAnotherSiteIsTaken) expects it.
func CrossOriginExempt() []string { return nil }

// newCrossOrigin returns the standard library's protection against forms of other sites, by
// Sec-Fetch-Site and Origin. No bypass pattern is added: they match by path prefix and host in ways
// that have surprised (CVE-2025-47910). origin is the public one, "" when it is not known.
func newCrossOrigin(origin string) (*http.CrossOriginProtection, error) {
	p := http.NewCrossOriginProtection()
	if origin == "" {
		return p, nil
	}
	// An old browser behind a proxy that rewrites Host is told apart by Origin alone.
	if err := p.AddTrustedOrigin(origin); err != nil {
		return nil, fmt.Errorf("cross-origin protection: %w", err)
	}
	return p, nil
}

// sameOrigin refuses what a form or a script of another site sends to the pages.
func (k *kit) sameOrigin(r *http.Request) error {
	if slices.Contains(CrossOriginExempt(), r.URL.Path) {
		return nil
	}
	if err := k.cross.Check(r); err != nil {
		return fault.Wrap(fault.Forbidden, "cross_origin", err)
	}
	return nil
}

// Within refuses what the actor's secret is not for: a write with one that reads only, anything but
// the calendar door with an app password. calendar says that this is that door.
func Within(a member.Actor, method string, calendar bool) error {
	ofCalendar := a.Via == member.ViaAppPassword || a.Scope == member.ScopeCalendar
	safe := read(method) || method == http.MethodOptions || method == "PROPFIND" || method == "REPORT"
	if ofCalendar && !calendar || a.Scope == member.ScopeRead && !safe {
		return fault.New(fault.Forbidden, "scope_too_narrow")
	}
	return nil
}
