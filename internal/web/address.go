// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"
)

// proxies are the networks whose word about their clients is believed, besides the loopback.
type proxies []netip.Prefix

func (p proxies) trust(a netip.Addr) bool {
	if a.IsLoopback() {
		return true
	}
	for _, network := range p {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// remote returns the address at the other end of the connection; the zero Addr when there is none
// to read, which nobody trusts.
func remote(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// client returns the address a request is made from: the other end of the connection, or, when that
// is a trusted proxy, the last address of X-Forwarded-For that is not one. What stands before it
// was written by the client and is worth nothing.
func (p proxies) client(r *http.Request) netip.Addr {
	direct := remote(r)
	lines := r.Header["X-Forwarded-For"]
	if len(lines) == 0 || !p.trust(direct) {
		return direct
	}
	client := direct
	for i := len(lines) - 1; i >= 0; i-- {
		rest := lines[i]
		for rest != "" {
			cut := strings.LastIndexByte(rest, ',')
			hop, ok := parseHop(rest[cut+1:])
			if !ok {
				return client // a proxy we trust does not write this: stop at what is known
			}
			if client = hop; !p.trust(hop) {
				return hop
			}
			rest = rest[:max(cut, 0)]
		}
	}
	return client
}

// ClientAddress returns the address a request is made from, as the limits see it: a proxy is believed
// when the kit was told to. The zero Addr means that it is not known.
func ClientAddress(c echo.Context) netip.Addr {
	a, err := netip.ParseAddr(c.RealIP())
	if err != nil {
		return netip.Addr{}
	}
	return a
}

// parseHop reads one address of X-Forwarded-For; some proxies add the port, or brackets.
func parseHop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	if err != nil {
		ap, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}, false
		}
		a = ap.Addr()
	}
	return a.Unmap().WithZone(""), true
}

// scheme returns "https" when the connection, or a trusted proxy's X-Forwarded-Proto, says so.
func (p proxies) scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	if v := r.Header["X-Forwarded-Proto"]; len(v) == 1 && v[0] == "https" && p.trust(remote(r)) {
		return "https"
	}
	return "http"
}
