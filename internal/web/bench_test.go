// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"maillage/internal/member"
)

// discard is a ResponseWriter that costs what a real one must and no more: a fresh header map.
type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

func benchmarked(e *echo.Echo) func(b *testing.B) {
	body := []byte(`{"data":[],"links":{},"meta":{}}`)
	e.GET("/api/v1/software", func(c echo.Context) error {
		return c.Blob(http.StatusOK, "application/json", body)
	})
	return func(b *testing.B) {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/api/v1/software", nil)
		b.ReportAllocs()
		for b.Loop() {
			e.ServeHTTP(&discard{http.Header{}}, r)
		}
	}
}

// BenchmarkChain prints what the whole chain costs over a bare Echo handler of the same answer.
func BenchmarkChain(b *testing.B) {
	bare := echo.New()
	full := New(Config{RateLimit: 1 << 30, HTTPS: true,
		Authenticate: func(context.Context, *http.Request) (member.Actor, error) { return member.Actor{}, nil }})
	var ns [2]float64
	for i, run := range []func(*testing.B){benchmarked(bare), benchmarked(full)} {
		b.Run([]string{"bare", "chain"}[i], func(b *testing.B) {
			run(b)
			ns[i] = float64(b.Elapsed().Nanoseconds()) / float64(b.N)
		})
	}
	b.Logf("bare %.0f ns, with the chain %.0f ns: %.0f ns more, ratio %.2f", ns[0], ns[1], ns[1]-ns[0], ns[0]/ns[1])
}
