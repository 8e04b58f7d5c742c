// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

func TestOnlyTrustedProxiesSpeakForTheirClients(t *testing.T) {
	p := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48")}
	for _, c := range []struct {
		remote string
		xff    []string
		want   string
	}{
		{"192.0.2.1:5", nil, "192.0.2.1"},
		{"192.0.2.1:5", []string{"203.0.113.9"}, "192.0.2.1"}, // a spoof
		{"127.0.0.1:5", []string{"203.0.113.9"}, "203.0.113.9"},
		{"[::1]:5", []string{"2001:db8::7"}, "2001:db8::7"},
		{"[::ffff:10.0.0.1]:5", []string{"203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.1:5", []string{"198.51.100.1, 203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
		{"10.0.0.1:5", []string{"198.51.100.1", "203.0.113.9"}, "203.0.113.9"}, // two lines
		{"10.0.0.1:5", []string{"10.0.0.3"}, "10.0.0.3"},
		{"10.0.0.1:5", []string{"203.0.113.9, nonsense"}, "10.0.0.1"},
		{"10.0.0.1:5", []string{"203.0.113.9:443"}, "203.0.113.9"},
		{"[2001:db8:1::1]:5", []string{"[2001:db8::7]"}, "2001:db8::7"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": c.xff}}
		if c.xff == nil {
			r.Header = http.Header{}
		}
		if got := p.client(r).String(); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.remote, c.xff, got, c.want)
		}
	}
}

func TestTheSchemeIsBelievedOnlyFromATrustedProxy(t *testing.T) {
	for addr, want := range map[string]string{"127.0.0.1:1": "https", "192.0.2.1:1": "http"} {
		r := &http.Request{RemoteAddr: addr, Header: http.Header{"X-Forwarded-Proto": {"https"}}}
		if got := (proxies{}).scheme(r); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}

func limitedEcho(cfg Config) *echo.Echo {
	e := New(cfg)
	e.GET("/api/x", ok)
	return e
}

func TestAnAddressIsLimitedAndServedAgainLater(t *testing.T) {
	clock := time.Unix(1e9, 0)
	e := limitedEcho(Config{RateLimit: 3, Now: func() time.Time { return clock }})
	for range 3 {
		if w := ask(e, "GET", "/api/x", ""); w.Code != 200 {
			t.Fatalf("within the limit: %d", w.Code)
		}
	}
	w := ask(e, "GET", "/api/x", "")
	if p := problemOf(t, w); p.Status != 429 || p.Code != "too_many_requests" || w.Header().Get("Retry-After") != "100" {
		t.Errorf("got %+v, Retry-After %q", p, w.Header().Get("Retry-After"))
	}
	if w := ask(e, "GET", "/api/x", "", from("192.0.2.2:9")); w.Code != 200 {
		t.Errorf("another address: %d", w.Code)
	}
	clock = clock.Add(100 * time.Second)
	if w := ask(e, "GET", "/api/x", ""); w.Code != 200 {
		t.Errorf("after Retry-After: %d", w.Code)
	}
}

func TestAnIPv6NetworkCountsAsOneAddressAndTheMachineItselfIsExempt(t *testing.T) {
	e := limitedEcho(Config{RateLimit: 1})
	for _, c := range []struct {
		from string
		xff  string
		want int
	}{
		{"[2001:db8::1]:1", "", 200}, {"[2001:db8::ffff:2]:1", "", 429}, {"[2001:db8:0:1::1]:1", "", 200},
		{"127.0.0.1:1", "", 200}, {"127.0.0.1:1", "", 200},
		{"127.0.0.1:1", "203.0.113.1", 200}, {"127.0.0.1:1", "203.0.113.1", 429},
	} {
		mutate := []func(*http.Request){from(c.from)}
		if c.xff != "" {
			mutate = append(mutate, with("X-Forwarded-For", c.xff))
		}
		if w := ask(e, "GET", "/api/x", "", mutate...); w.Code != c.want {
			t.Errorf("%s for %q: %d, want %d", c.from, c.xff, w.Code, c.want)
		}
	}
}

func TestATokenIsCountedByItselfAndABadOneByItsAddress(t *testing.T) {
	e := limitedEcho(Config{RateLimit: 2, Authenticate: func(_ context.Context, r *http.Request) (member.Actor, error) {
		switch r.Header.Get("Authorization") {
		case "Bearer good":
			return member.Actor{ID: "token:1", Role: member.Organiser}, nil
		case "Bearer down":
			return member.Actor{}, errors.New("database is away")
		}
		return member.Actor{}, fault.New(fault.Anonymous, "token_unknown")
	}})
	e.GET("/api/who", func(c echo.Context) error {
		return c.String(200, string(Actor(c.Request().Context()).ID))
	})
	good := with("Authorization", "Bearer good")
	for i := range 3 {
		w := ask(e, "GET", "/api/who", "", good, from(fmt.Sprintf("192.0.2.%d:1", i)))
		if want := []int{200, 200, 429}[i]; w.Code != want {
			t.Errorf("request %d of a token: %d, want %d", i, w.Code, want)
		}
		if w.Code == 200 && (w.Body.String() != "token:1" || w.Header().Get("Cache-Control") != "no-store") {
			t.Errorf("actor %q, cache %q", w.Body, w.Header().Get("Cache-Control"))
		}
	}
	for i := range failedCredentials + 1 {
		w := ask(e, "GET", "/api/x", "", with("Authorization", fmt.Sprintf("Bearer bad%d", i)), from("198.51.100.1:1"))
		want := http.StatusUnauthorized
		if i == failedCredentials {
			want = http.StatusTooManyRequests
		}
		if w.Code != want || want == 401 && w.Header().Get("WWW-Authenticate") != `Bearer error="invalid_token"` {
			t.Errorf("bad token %d: %d %v", i, w.Code, w.Header())
		}
	}
	if w := ask(e, "GET", "/api/x", "", with("Authorization", "Bearer down")); w.Code != 500 {
		t.Errorf("a failure of ours while authenticating: %d", w.Code)
	}
	if w := ask(e, "GET", "/api/x", "", with("Authorization", "Basic eDp5")); w.Code != 200 {
		t.Errorf("Basic is not for the kit: %d", w.Code)
	}
}

func TestTheLimiterForgetsRatherThanGrows(t *testing.T) {
	now := time.Unix(1e9, 0)
	r := newRates(10, RatePeriod, now)
	var b [16]byte
	for i := range 3 * rateShards * shardLimit {
		b[15], b[14], b[13], b[12] = byte(i), byte(i>>8), byte(i>>16), 1
		r.take(bucket{'a', b}, now)
	}
	total := 0
	for i := range r.shards {
		total += len(r.shards[i].full)
	}
	if total > rateShards*shardLimit || total < rateShards*shardLimit/2 {
		t.Errorf("%d buckets kept", total)
	}
	if wait := r.take(bucket{'z', b}, now); wait > 0 {
		t.Error("a newcomer is refused when the memory is full")
	}
}

func TestBeyondTheBacklogRequestsAreRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(Config{InFlight: 1, RequestTimeout: time.Minute})
		gate := make(chan struct{})
		e.GET("/api/x", func(c echo.Context) error { <-gate; return ok(c) })
		NewHealth(textLog(nil, 12)).Mount(e)
		var wg sync.WaitGroup
		codes := make(chan int, 1+backlog)
		for range 1 + backlog {
			wg.Go(func() { codes <- ask(e, "GET", "/api/x", "").Code })
		}
		synctest.Wait()
		w := ask(e, "GET", "/api/x", "")
		if p := problemOf(t, w); p.Status != 503 || p.Code != "busy" || w.Header().Get("Retry-After") != "30" {
			t.Errorf("got %+v, Retry-After %q", p, w.Header().Get("Retry-After"))
		}
		if w := ask(e, "GET", "/livez", ""); w.Code != 200 {
			t.Errorf("a busy instance says it is dead: %d", w.Code)
		}
		close(gate)
		wg.Wait()
		close(codes)
		for code := range codes {
			if code != 200 {
				t.Errorf("a waiting request got %d", code)
			}
		}
	})
}

func TestAWaitingRequestGivesUpAtItsDeadline(t *testing.T) {
	f := newInflight(1)
	if err := f.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.enter(ctx); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
	if f.waiting.Load() != 0 {
		t.Error("it still counts as waiting")
	}
}
