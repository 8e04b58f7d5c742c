// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package fetch is the one way out: the HTTP client for every address that a stranger may have
// chosen. It goes to public addresses by https on port 443 and nowhere else, and comes back within
// limits of time and size.
package fetch

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"maillage/internal/fault"
)

// Limits of an outgoing request.
const (
	ConnectTimeout = 5 * time.Second
	TotalTimeout   = 10 * time.Second
	MaxRedirects   = 3
	PerHost        = 2  // connections to one host
	AtOnce         = 64 // requests in all
	maxURL         = 2048
	maxHeader      = 32 << 10
)

// Config is what a Client may be told. The zero value is the right one in production.
type Config struct {
	// UserAgent names the instance to those it visits; "Maillage" when empty.
	UserAgent string
	// Redirects is how many are followed, each checked like the first address; MaxRedirects at most.
	Redirects int
	// Timeout is for everything, reading the body included; TotalTimeout when 0.
	Timeout time.Duration
	// AllowAddr opens addresses and ports that are otherwise refused. Tests open their own loopback
	// with it; nil opens nothing.
	AllowAddr func(netip.AddrPort) bool
	// RootCAs are the authorities believed; the system's when nil.
	RootCAs *x509.CertPool
}

// Client fetches. It keeps no cookie and looks at no environment variable.
type Client struct {
	cfg  Config
	http *http.Client
	busy chan struct{}
}

// Response is a successful answer (200), its body whole and decompressed.
type Response struct {
	Body        []byte
	ContentType string // the media type in lower case, without parameters; empty when absent
	FinalURL    string // after redirects
}

// New returns a Client.
func New(cfg Config) *Client {
	if cfg.UserAgent == "" {
		cfg.UserAgent = "Maillage"
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = TotalTimeout
	}
	cfg.Redirects = min(cfg.Redirects, MaxRedirects)
	c := &Client{cfg: cfg, busy: make(chan struct{}, AtOnce)}
	dialer := &net.Dialer{Timeout: ConnectTimeout, ControlContext: c.control}
	c.http = &http.Client{
		CheckRedirect: c.redirect,
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would resolve the name again, out of our sight
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: cfg.RootCAs, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    ConnectTimeout,
			ResponseHeaderTimeout:  cfg.Timeout,
			MaxResponseHeaderBytes: maxHeader,
			MaxConnsPerHost:        PerHost,
			MaxIdleConns:           AtOnce,
			IdleConnTimeout:        30 * time.Second,
			DisableCompression:     true, // done here, where both sizes are counted
		},
	}
	return c
}

// Close frees the connections kept for later.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// control refuses an address at the last moment, when the name is resolved and the connection is
// about to be made, so that no second resolution can answer otherwise.
func (c *Client) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fault.Wrap(fault.Invalid, "fetch_address_refused", err)
	}
	ap = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	if c.cfg.AllowAddr != nil && c.cfg.AllowAddr(ap) || ap.Port() == 443 && Public(ap.Addr()) {
		return nil
	}
	return fault.Wrap(fault.Invalid, "fetch_address_refused", fmt.Errorf("address %s", ap))
}

// check refuses what is not plainly an https address on the usual port.
func (c *Client) check(u *url.URL) error {
	port := u.Port()
	fine := u.Scheme == "https" && u.User == nil && u.Opaque == "" && u.Hostname() != "" &&
		!strings.Contains(u.Hostname(), "%") && !strings.HasSuffix(u.Host, ":") &&
		(port == "" || port == "443" || c.cfg.AllowAddr != nil)
	if !fine {
		return fault.New(fault.Invalid, "fetch_url_refused")
	}
	return nil
}

func (c *Client) redirect(next *http.Request, via []*http.Request) error {
	if len(via) > c.cfg.Redirects {
		return http.ErrUseLastResponse
	}
	next.Header.Del("Referer") // where we come from is nobody's business
	return c.check(next.URL)
}

// Get fetches a body of at most limit bytes, counted after decompression. When types are given, the
// answer's media type must be one of them. Its errors are faults: "fetch_url_refused" and
// "fetch_address_refused" (Invalid) before anything is sent, then "fetch_redirected",
// "fetch_wrong_type" (Invalid), "fetch_not_found" (Missing), "fetch_too_large" (TooLarge),
// "fetch_timeout" and "fetch_failed" (Unavailable). If ctx itself ended, that is the error.
func (c *Client) Get(ctx context.Context, address string, limit int64, types ...string) (Response, error) {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxURL {
		return Response{}, fault.Wrap(fault.Invalid, "fetch_url_refused", err)
	}
	if err := c.check(u); err != nil {
		return Response{}, err
	}
	u.Fragment, u.RawFragment = "", ""
	timed, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	select {
	case c.busy <- struct{}{}:
		defer func() { <-c.busy }()
	case <-timed.Done():
		return Response{}, named(ctx, timed.Err())
	}
	r, err := http.NewRequestWithContext(timed, http.MethodGet, u.String(), nil)
	if err != nil {
		return Response{}, fault.Wrap(fault.Invalid, "fetch_url_refused", err)
	}
	r.Header.Set("User-Agent", c.cfg.UserAgent)
	r.Header.Set("Accept-Encoding", "gzip")
	if len(types) > 0 {
		r.Header.Set("Accept", strings.Join(types, ", "))
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return Response{}, named(ctx, err)
	}
	defer resp.Body.Close()
	out, err := read(resp, limit, types)
	if err == nil {
		// At the timeout net/http says goodbye over TLS before it closes; a server may answer with a
		// polite end of its half-sent body, which then looks whole.
		err = timed.Err()
	}
	if err != nil {
		return Response{}, named(ctx, err)
	}
	return out, nil
}

func read(resp *http.Response, limit int64, types []string) (Response, error) {
	switch s := resp.StatusCode; {
	case s == http.StatusNotFound || s == http.StatusGone:
		return Response{}, fault.New(fault.Missing, "fetch_not_found")
	case s >= 300 && s < 400:
		return Response{}, fault.New(fault.Invalid, "fetch_redirected")
	case s != http.StatusOK:
		return Response{}, fault.Wrap(fault.Unavailable, "fetch_failed", fmt.Errorf("status %d", s))
	}
	out := Response{FinalURL: resp.Request.URL.String()}
	if media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err == nil {
		out.ContentType = media
	}
	if len(types) > 0 && !slices.Contains(types, out.ContentType) {
		return Response{}, fault.Wrap(fault.Invalid, "fetch_wrong_type", fmt.Errorf("type %q", out.ContentType))
	}
	body, err := decompressed(resp, limit)
	if err != nil {
		return Response{}, err
	}
	out.Body, err = io.ReadAll(io.LimitReader(body, limit+1))
	if int64(len(out.Body)) > limit {
		return Response{}, fault.New(fault.TooLarge, "fetch_too_large")
	}
	return out, err
}

// decompressed bounds what comes over the wire as well: gzip can also be made of parts that hold
// nothing, without end.
func decompressed(resp *http.Response, limit int64) (io.Reader, error) {
	if resp.ContentLength > limit+limit/1000+1024 {
		return nil, fault.New(fault.TooLarge, "fetch_too_large")
	}
	wire := io.LimitReader(resp.Body, limit+limit/1000+1024) // stored blocks add a little
	switch encoding := strings.ToLower(resp.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
		return wire, nil
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(wire)
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, "fetch_failed", err)
		}
		return z, nil
	default:
		return nil, fault.Wrap(fault.Unavailable, "fetch_failed", fmt.Errorf("encoding %q was not asked for", encoding))
	}
}

// named gives an error its public code, unless it has one or the caller itself gave up.
func named(ctx context.Context, err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if ctx.Err() != nil {
		return fmt.Errorf("fetch: %w", ctx.Err())
	}
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return fault.Wrap(fault.Unavailable, "fetch_timeout", err)
	}
	return fault.Wrap(fault.Unavailable, "fetch_failed", err)
}
