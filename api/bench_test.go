// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// discard is a ResponseWriter that costs what a real one must and no more.
type discard struct {
	h http.Header
	n int
}

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(b []byte) (int, error) { d.n += len(b); return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// catalogued is a house with software enough for pages.
func catalogued(b *testing.B, n int) *house {
	b.Helper()
	h := newHouse(b, testkit.SQLite(b, store.Config{}))
	var items []registry.Import[registry.SoftwareFacts]
	for i := range n {
		items = append(items, registry.Import[registry.SoftwareFacts]{
			Key: registry.SourceKey{Origin: registry.OriginLocal, Source: registry.SourceDemo, Key: fmt.Sprint(i)},
			Facts: registry.SoftwareFacts{Name: fmt.Sprintf("Logiciel %d", i), Licence: "AGPL-3.0-or-later",
				Repository: fmt.Sprintf("https://git.example/l/%d", i), Platforms: []string{"web"},
				Summary:     registry.Localised{"fr": "Un logiciel de la collection, pour mesurer"},
				Description: registry.Localised{"fr": strings.Repeat("Une description de quelques phrases. ", 10)}}})
	}
	if _, err := h.registry.ImportSoftware(context.Background(), member.System("bench"), items); err != nil {
		b.Fatal(err)
	}
	if err := h.catalogue.CatchUp(context.Background()); err != nil {
		b.Fatal(err)
	}
	return h
}

// BenchmarkReads measures lists, single records and unchanged answers beside a bare Echo handler
// that returns the same bytes from memory.
func BenchmarkReads(b *testing.B) {
	h := catalogued(b, 100)
	bare := echo.New()
	var floor []byte
	bare.GET("/api/v1/*", func(c echo.Context) error { return c.Blob(http.StatusOK, "application/json", floor) })
	run := func(e *echo.Echo, targets []string, tag string) func(b *testing.B) {
		return func(b *testing.B) {
			requests := make([]*http.Request, len(targets))
			for i, target := range targets {
				requests[i] = httptest.NewRequestWithContext(context.Background(), http.MethodGet, target, nil)
				if tag != "" {
					requests[i].Header.Set("If-None-Match", tag)
				}
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				e.ServeHTTP(&discard{h: http.Header{}}, requests[i%len(requests)])
				i++
			}
		}
	}
	var varied []string
	next := "/api/v1/software"
	for next != "" {
		varied = append(varied, next)
		next, _ = h.ask("GET", next, "", "").at("links.next").(string)
	}
	floor = h.ask("GET", "/api/v1/software", "", "").Body.Bytes()
	b.Run("list/bare", run(bare, varied, ""))
	b.Run("list/api", run(h.e, varied, ""))
	one := h.ask("GET", "/api/v1/software/logiciel-7", "", "").status(200)
	floor = one.Body.Bytes()
	b.Run("one/bare", run(bare, []string{"/api/v1/software/logiciel-7"}, ""))
	b.Run("one/api", run(h.e, []string{"/api/v1/software/logiciel-7"}, ""))
	b.Run("unchanged/one", run(h.e, []string{"/api/v1/software/logiciel-7"}, one.Header().Get("ETag")))
	list := h.ask("GET", "/api/v1/software", "", "")
	overHTTP(b, "wire/list/bare", bare, varied, h.ask("GET", "/api/v1/software", "", "").Body.Bytes(), &floor)
	overHTTP(b, "wire/list/api", h.e, varied, nil, &floor)
	overHTTP(b, "wire/one/bare", bare, []string{"/api/v1/software/logiciel-7"}, one.Body.Bytes(), &floor)
	overHTTP(b, "wire/one/api", h.e, []string{"/api/v1/software/logiciel-7"}, nil, &floor)
	b.Run("unchanged/list", run(h.e, []string{"/api/v1/software"}, list.Header().Get("ETag")))
}

// overHTTP is the same over loopback connections kept open, with a client that costs next to nothing.
func overHTTP(b *testing.B, name string, e http.Handler, targets []string, body []byte, floor *[]byte) {
	b.Helper()
	if body != nil {
		*floor = body
	}
	server := httptest.NewServer(e)
	defer server.Close()
	b.Run(name, func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			r := bufio.NewReaderSize(conn, 64<<10)
			for i := 0; pb.Next(); i++ {
				if _, err := conn.Write([]byte("GET " + targets[i%len(targets)] + " HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
					b.Error(err)
					return
				}
				if err := skipAnswer(r); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

// skipAnswer reads one answer and throws it away; a bare handler's may come in chunks.
func skipAnswer(r *bufio.Reader) error {
	length, chunked := 0, false
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == 2 {
			break
		}
		if rest, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(rest))); err != nil {
				return err
			}
		}
		chunked = chunked || bytes.HasPrefix(line, []byte("Transfer-Encoding: chunked"))
	}
	if !chunked {
		_, err := r.Discard(length)
		return err
	}
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return err
		}
		if _, err := r.Discard(int(n) + 2); err != nil || n == 0 {
			return err
		}
	}
}
