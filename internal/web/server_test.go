// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func fetched(ctx context.Context, url string) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	r.Close = true
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func TestASignalDrainsTheRequestsThenTheBackground(t *testing.T) {
	l := listen(t)
	e := New(Config{})
	h := NewHealth(slog.New(slog.DiscardHandler))
	h.Mount(e)
	inside, release := make(chan struct{}), make(chan struct{})
	var backgroundEnded atomic.Bool
	e.GET("/slow", func(c echo.Context) error {
		close(inside)
		<-release
		if backgroundEnded.Load() || c.Request().Context().Err() != nil {
			return errors.New("the house was closed around a guest")
		}
		return ok(c)
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, ServerConfig{Listener: l, Health: h}, e, func(ctx context.Context) error {
			<-ctx.Done()
			backgroundEnded.Store(true)
			return ctx.Err()
		})
	}()
	url := "http://" + l.Addr().String()
	if code, _, err := fetched(t.Context(), url+"/readyz"); code != 200 {
		t.Fatalf("ready: %d %v", code, err)
	}
	answer := make(chan string, 1)
	go func() {
		code, body, err := fetched(context.Background(), url+"/slow")
		answer <- fmt.Sprint(code, body, err)
	}()
	<-inside
	stop()
	for { // until the listener is closed, no new request is a failure
		if _, _, err := fetched(t.Context(), url+"/livez"); err != nil {
			break
		}
	}
	close(release)
	if got := <-answer; got != "200 bien <nil>" && got != "200bien<nil>" {
		t.Errorf("the request that was running got %q", got)
	}
	if err := <-ended; err != nil || !backgroundEnded.Load() {
		t.Errorf("Run returned %v, background ended: %v", err, backgroundEnded.Load())
	}
}

func TestWhileDrainingTheInstanceIsNotReadyButServes(t *testing.T) {
	l := listen(t)
	e := New(Config{})
	h := NewHealth(slog.New(slog.DiscardHandler))
	h.Mount(e)
	e.GET("/x", ok)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, ServerConfig{Listener: l, Health: h, DrainDelay: 300 * time.Millisecond}, e) }()
	stop()
	url := "http://" + l.Addr().String()
	seen := false
	for {
		code, body, err := fetched(t.Context(), url+"/readyz")
		if err != nil {
			break
		}
		if code == 503 && strings.Contains(body, "draining") {
			seen = true
			if code, _, err := fetched(t.Context(), url+"/x"); err == nil && code != 200 {
				t.Errorf("while draining: %d", code)
			}
		}
	}
	if err := <-ended; err != nil || !seen {
		t.Errorf("Run returned %v, not-ready seen: %v", err, seen)
	}
}

func TestARequestThatNeverEndsIsCutAtTheTimeout(t *testing.T) {
	l := listen(t)
	e := New(Config{})
	inside := make(chan struct{})
	e.GET("/forever", func(c echo.Context) error {
		close(inside)
		<-c.Request().Context().Done()
		return c.Request().Context().Err()
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, ServerConfig{Listener: l, ShutdownTimeout: 50 * time.Millisecond}, e) }()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _, _ = fetched(context.Background(), "http://"+l.Addr().String()+"/forever") // cut: an error or a 503
	}()
	<-inside
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run returned %v", err)
	}
	<-gone
}

func TestABackgroundThatFailsEndsEverythingAndIsTheError(t *testing.T) {
	broken := errors.New("broken")
	other := false
	err := Run(t.Context(), ServerConfig{Listener: listen(t), DrainDelay: time.Hour}, New(Config{}),
		func(context.Context) error { return broken },
		func(ctx context.Context) error { <-ctx.Done(); other = true; return nil })
	if !errors.Is(err, broken) || !other {
		t.Errorf("got %v, the other background ended: %v", err, other)
	}
	l := listen(t)
	defer l.Close()
	if err := Run(t.Context(), ServerConfig{Listen: l.Addr().String()}, New(Config{})); err == nil {
		t.Error("a port in use is not an error")
	}
}

// half opens a connection, sends some bytes, and returns what the server answers until it closes.
func half(t *testing.T, addr, sent string) (string, time.Duration) {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	start := time.Now()
	if err := conn.SetDeadline(start.Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_, _ = conn.Write([]byte(sent)) // the server may hang up in the middle: that is the point
	answer, _ := io.ReadAll(bufio.NewReader(conn))
	return string(answer), time.Since(start)
}

func TestAHeaderThatDoesNotEndIsCutAndOneTooLongIsRefused(t *testing.T) {
	l := listen(t)
	server := NewServer(New(Config{}), slog.New(slog.DiscardHandler))
	if server.ReadHeaderTimeout != 5*time.Second || server.ReadTimeout != 30*time.Second ||
		server.WriteTimeout != 60*time.Second || server.IdleTimeout != 60*time.Second {
		t.Errorf("times of the server: %+v", server)
	}
	server.ReadHeaderTimeout = 200 * time.Millisecond // the same timer, sooner
	go func() { _ = server.Serve(l) }()               // ErrServerClosed at Close
	defer server.Close()
	addr := l.Addr().String()
	if answer, took := half(t, addr, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "); took > 5*time.Second {
		t.Errorf("a slow header held the connection %v, answer %q", took, answer)
	}
	fits := "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: " + strings.Repeat("a", 15<<10) + "\r\n\r\n"
	if answer, _ := half(t, addr, fits); !strings.HasPrefix(answer, "HTTP/1.1 404") {
		t.Errorf("15 KiB of headers: %.40q", answer)
	}
	over := "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("a", MaxHeaderBytes+1) + "\r\n\r\n"
	if answer, _ := half(t, addr, over); answer != "" && !strings.HasPrefix(answer, "HTTP/1.1 431") {
		t.Errorf("over 16 KiB of headers: %.40q", answer)
	}
}

func TestHundredsOfHalfOpenConnectionsDoNotKeepOthersOut(t *testing.T) {
	l := listen(t)
	e := New(Config{})
	e.GET("/x", ok)
	server := NewServer(e, slog.New(slog.DiscardHandler))
	go func() { _ = server.Serve(l) }() // ErrServerClosed at Close
	defer server.Close()
	for range 300 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write([]byte("GET /x HTTP/1.1\r\nHost: x\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	start := time.Now()
	if code, _, err := fetched(t.Context(), "http://"+l.Addr().String()+"/x"); code != 200 || time.Since(start) > 2*time.Second {
		t.Errorf("%d %v after %v", code, err, time.Since(start))
	}
}

func TestReadinessNamesTheCheckAndKeepsTheReasonToItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		var calls int
		var broken error
		e := New(Config{})
		NewHealth(textLog(&log, slog.LevelInfo), Check{"database", func(context.Context) error { calls++; return broken }},
			Check{"disk", func(ctx context.Context) error { return ctx.Err() }}).Mount(e)
		if w := ask(e, "GET", "/readyz", ""); w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"status":"ok","checks":{"database":"ok","disk":"ok"}}` {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		broken = errors.New("dial tcp: secret-host refused")
		ask(e, "GET", "/readyz", "")
		if calls != 1 {
			t.Errorf("%d checks within a second", calls)
		}
		<-time.After(checkEvery) // the bubble's clock: it costs nothing
		w := ask(e, "GET", "/readyz", "")
		if w.Code != 503 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), `"database":"failing"`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if !strings.Contains(log.String(), "secret-host") {
			t.Error("the reason is not in the log")
		}
		if w := ask(e, "GET", "/livez", ""); w.Code != 200 {
			t.Errorf("alive: %d", w.Code)
		}
	})
}
