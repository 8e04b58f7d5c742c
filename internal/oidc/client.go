// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"

	"maillage/internal/fault"
	"maillage/internal/fetch"
)

// Limits of what a provider may answer. Its documents weigh a few kilobytes.
const (
	maxAnswer = 512 << 10
	maxHeader = 32 << 10
	perHost   = 8 // connections: a morning's logins must not wait for one another
)

// newClient is the guard of internal/fetch around what it does not do: posting a form, sending a
// bearer token. The rule on addresses is the same and is applied when the connection is made. It
// follows no redirect, keeps no cookie, and looks at no environment variable.
func newClient(c Config) *http.Client {
	return &http.Client{
		Timeout:       fetch.TotalTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &guarded{
			secure: transport(c, func(a netip.AddrPort) bool {
				return c.opens(a.Addr()) || a.Port() == 443 && fetch.Public(a.Addr())
			}),
			plain: transport(c, func(a netip.AddrPort) bool { return a.Addr().IsLoopback() && c.opens(a.Addr()) }),
		},
	}
}

func (c Config) opens(a netip.Addr) bool {
	return slices.ContainsFunc(c.AllowPrivate, func(p netip.Prefix) bool { return p.Contains(a) })
}

func transport(c Config, allow func(netip.AddrPort) bool) *http.Transport {
	control := func(_ context.Context, _, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err == nil && allow(netip.AddrPortFrom(a.Addr().Unmap(), a.Port())) {
			return nil
		}
		return fault.Wrap(fault.Unavailable, "oidc_misconfigured", fmt.Errorf("address %s is refused", address))
	}
	dialer := &net.Dialer{Timeout: fetch.ConnectTimeout, ControlContext: control}
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    fetch.ConnectTimeout,
		ResponseHeaderTimeout:  fetch.TotalTimeout,
		MaxResponseHeaderBytes: maxHeader,
		MaxConnsPerHost:        perHost,
		IdleConnTimeout:        fetch.TotalTimeout,
		DisableCompression:     true, // a bomb cannot be sent to whom reads no gzip
	}
}

// guarded sends https one way and http another, and gives what keeps a provider from answering its
// public code: go-oidc and oauth2 pass that error on, and only that one.
type guarded struct{ secure, plain *http.Transport }

// RoundTrip implements http.RoundTripper.
func (g *guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	way := g.plain
	if r.URL.Scheme == "https" {
		way = g.secure
	}
	resp, err := way.RoundTrip(r)
	if err != nil {
		return nil, unavailable(err)
	}
	if resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests {
		_ = resp.Body.Close() // it is not read: nothing is lost
		return nil, unavailable(fmt.Errorf("%s answers %s", r.URL.Path, resp.Status))
	}
	return whole(resp)
}

// whole reads the body here, so that what cuts it short has its code too.
func whole(resp *http.Response) (*http.Response, error) {
	defer resp.Body.Close() //nolint:errcheck // read only
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = errors.New("the answer is too large")
	}
	if err != nil {
		return nil, unavailable(err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// CloseIdleConnections is what http.Client.CloseIdleConnections calls.
func (g *guarded) CloseIdleConnections() {
	g.secure.CloseIdleConnections()
	g.plain.CloseIdleConnections()
}

// unavailable keeps an error's code when it has one.
func unavailable(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	return fault.Wrap(fault.Unavailable, "oidc_unavailable", err)
}
