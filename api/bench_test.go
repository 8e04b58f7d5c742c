// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
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
	b.Run("unchanged/list", run(h.e, []string{"/api/v1/software"}, list.Header().Get("ETag")))
}
