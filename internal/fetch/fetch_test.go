// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"maillage/internal/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSpecialAddressesAreRefusedAndPublicOnesAreNot(t *testing.T) {
	for _, s := range strings.Fields(`0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.0.1
		169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1
		192.168.0.1 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
		255.255.255.255 :: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
		64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 100:0:0:1::1 2001::1 2001:0:1::1 2001:2::1 2001:10::1
		2001:20::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 2620:4f:8000::1 3ffe::1 3fff::1 5f00::1 fc00::1 fd12::1
		fe80::1 fe80::1%eth0 fec0::1 ff02::1 2606:4700::1%eth0`) {
		if Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is taken for a public address", s)
		}
	}
	for _, s := range strings.Fields(`1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.0.0.1 128.0.0.1
		169.253.0.1 172.15.0.1 172.32.0.1 192.0.1.1 192.167.0.1 192.169.0.1 198.17.0.1 198.20.0.1 223.255.255.255
		::ffff:8.8.8.8 2001:200::1 2001:db9::1 2003::1 2606:4700::1111 2a00:1450::1 3000::1`) {
		if !Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is refused", s)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address is a public one")
	}
}

// house is a server on the loopback and a client that was let in.
func house(t *testing.T, cfg Config, h http.HandlerFunc) (*Client, string) {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	door := netip.MustParseAddrPort(s.Listener.Addr().String())
	cfg.RootCAs = pool
	cfg.AllowAddr = func(ap netip.AddrPort) bool { return ap == door }
	c := New(cfg)
	t.Cleanup(c.Close)
	return c, s.URL
}

func want(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != kind || f.Code != code {
		t.Errorf("got %v, want %s (%v)", err, code, kind)
	}
}

func TestAnAddressThatIsNotPlainHTTPSIsRefusedUnsent(t *testing.T) {
	c := New(Config{})
	for _, u := range []string{"http://example.org/", "https://example.org:8443/", "https://a:b@example.org/", "https://a@example.org/",
		"ftp://example.org/", "https:///x", "https:example.org", "//example.org", "/x", "", "https://[fe80::1%25eth0]/", "https://example.org:/",
		"https://example.org/\n", "javascript:x", "file:///etc/passwd", "https://example.org/" + strings.Repeat("a", maxURL)} {
		_, err := c.Get(t.Context(), u, 10)
		want(t, err, fault.Invalid, "fetch_url_refused")
	}
}

func TestPrivateAddressesAreRefusedWhenDialled(t *testing.T) {
	c := New(Config{})
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::]", "0.0.0.0", "10.0.0.1", "169.254.169.254",
		"[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fd00::1]", "192.168.1.1:443"} {
		_, err := c.Get(t.Context(), "https://"+host+"/", 10)
		want(t, err, fault.Invalid, "fetch_address_refused")
	}
	if err := c.control(t.Context(), "tcp", "8.8.8.8:22", nil); err == nil {
		t.Error("a public address was dialled on port 22")
	}
	if err := c.control(t.Context(), "tcp", "8.8.8.8:443", nil); err != nil {
		t.Errorf("a public address: %v", err)
	}
}

func TestABodyComesBackWholeWithItsTypeAndAddress(t *testing.T) {
	var seen http.Header
	c, url := house(t, Config{UserAgent: "Maillage/1 (+https://example.org)"}, func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header
		w.Header().Set("Content-Type", "Text/YAML; charset=utf-8")
		w.Header().Set("Set-Cookie", "a=b")
		_, _ = io.WriteString(w, "name: x") // the client is the one who looks
	})
	for range 2 {
		got, err := c.Get(t.Context(), url+"/publiccode.yml#top", 7, "text/yaml")
		if err != nil {
			t.Fatal(err)
		}
		if string(got.Body) != "name: x" || got.ContentType != "text/yaml" || got.FinalURL != url+"/publiccode.yml" {
			t.Errorf("got %+v", got)
		}
		if seen.Get("Cookie") != "" || seen.Get("User-Agent") != "Maillage/1 (+https://example.org)" || seen.Get("Accept") != "text/yaml" {
			t.Errorf("sent %v", seen)
		}
	}
	_, err := c.Get(t.Context(), url, 7, "application/json")
	want(t, err, fault.Invalid, "fetch_wrong_type")
	_, err = c.Get(t.Context(), url, 6)
	want(t, err, fault.TooLarge, "fetch_too_large")
}

func TestTheStatusNamesTheFault(t *testing.T) {
	for status, c := range map[int]struct {
		kind fault.Kind
		code string
	}{404: {fault.Missing, "fetch_not_found"}, 410: {fault.Missing, "fetch_not_found"}, 500: {fault.Unavailable, "fetch_failed"},
		401: {fault.Unavailable, "fetch_failed"}, 204: {fault.Unavailable, "fetch_failed"}, 304: {fault.Invalid, "fetch_redirected"}} {
		client, url := house(t, Config{}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		_, err := client.Get(t.Context(), url, 10)
		want(t, err, c.kind, c.code)
	}
}

func TestRedirectsAreRefusedByDefaultAndCheckedOtherwise(t *testing.T) {
	var hits atomic.Int32
	h := func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		to := map[string]string{"/1": "/2", "/2": "/3", "/3": "/end", "/private": "https://169.254.169.254/meta", "/mapped": "https://[::ffff:10.0.0.1]/",
			"/plain": "http://" + r.Host + "/end", "/user": "https://a:b@" + r.Host + "/end", "/loop": "/loop", "/file": "file:///etc/passwd"}[r.URL.Path]
		if r.Header.Get("Referer") != "" {
			t.Errorf("a Referer was sent: %s", r.Header.Get("Referer"))
		}
		if to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	}
	c, url := house(t, Config{}, h)
	_, err := c.Get(t.Context(), url+"/3", 10)
	want(t, err, fault.Invalid, "fetch_redirected")
	if hits.Load() != 1 {
		t.Errorf("%d requests", hits.Load())
	}
	c, url = house(t, Config{Redirects: 99}, h)
	if got, err := c.Get(t.Context(), url+"/1", 10); err != nil || got.FinalURL != url+"/end" {
		t.Errorf("three redirects: %+v %v", got, err)
	}
	for path, code := range map[string]string{"/private": "fetch_address_refused", "/mapped": "fetch_address_refused", "/plain": "fetch_url_refused",
		"/user": "fetch_url_refused", "/file": "fetch_url_refused", "/loop": "fetch_redirected"} {
		_, err := c.Get(t.Context(), url+path, 10)
		want(t, err, fault.Invalid, code)
	}
}

// zipped is size zeroes, and empty parts after them.
func zipped(t *testing.T, size, empty int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for range empty + 1 {
		if _, err := z.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		size = 0
		z.Reset(&b)
	}
	return b.Bytes()
}

func TestSizesAreCountedAfterDecompressionAndBefore(t *testing.T) {
	bomb, hollow := zipped(t, 64<<20, 0), zipped(t, 10, 5000)
	c, url := house(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", strings.TrimPrefix(r.URL.Path, "/"))
		body := bomb
		switch r.URL.RawQuery {
		case "small":
			body = zipped(t, 1000, 0)
		case "hollow":
			body = hollow
		case "cut":
			body = bomb[:20]
		}
		_, _ = w.Write(body) // the client hangs up in the middle
	})
	_, err := c.Get(t.Context(), url+"/gzip", 1<<20)
	want(t, err, fault.TooLarge, "fetch_too_large")
	if got, err := c.Get(t.Context(), url+"/gzip?small", 1000); err != nil || len(got.Body) != 1000 {
		t.Errorf("%d bytes, %v", len(got.Body), err)
	}
	if _, err := c.Get(t.Context(), url+"/gzip?hollow", 1000); err == nil {
		t.Error("100 kB of nothing were read for a limit of 1 kB")
	}
	for _, bad := range []string{"/gzip?cut", "/br?small", "/zstd"} {
		_, err = c.Get(t.Context(), url+bad, 1<<20)
		want(t, err, fault.Unavailable, "fetch_failed")
	}
}

func TestASlowBodyEndsAtTheTimeoutAndAnImpatientCallerBefore(t *testing.T) {
	done := make(chan struct{})
	drip := func(w http.ResponseWriter, r *http.Request) {
		for {
			if _, err := fmt.Fprint(w, "."); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-time.After(5 * time.Millisecond):
			case <-done:
				return
			case <-r.Context().Done():
				return
			}
		}
	}
	c, url := house(t, Config{Timeout: 100 * time.Millisecond}, drip)
	defer close(done)
	start := time.Now()
	_, err := c.Get(t.Context(), url, 1<<20)
	want(t, err, fault.Unavailable, "fetch_timeout")
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Get(ctx, url, 1<<20); !errors.Is(err, context.DeadlineExceeded) || fault.Is(err, fault.Unavailable) {
		t.Errorf("the caller's own end is not told apart: %v", err)
	}
}

func TestAnUnknownCertificateAndAProxyOfTheEnvironmentAreNotUsed(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:9")
	c, url := house(t, Config{}, func(http.ResponseWriter, *http.Request) {})
	if _, err := c.Get(t.Context(), url, 10); err != nil {
		t.Errorf("with a proxy in the environment: %v", err)
	}
	if p := c.http.Transport.(*http.Transport).Proxy; p != nil || c.http.Jar != nil {
		t.Error("a proxy or a cookie jar is set")
	}
	c.cfg.RootCAs = x509.NewCertPool()
	stranger := New(Config{AllowAddr: c.cfg.AllowAddr})
	defer stranger.Close()
	_, err := stranger.Get(t.Context(), url, 10)
	want(t, err, fault.Unavailable, "fetch_failed")
}
