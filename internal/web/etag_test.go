// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
)

func tagged(t *testing.T, method, header string, values ...string) (echo.Context, *httptest.ResponseRecorder) {
	r := httptest.NewRequestWithContext(t.Context(), method, "/", nil)
	for _, v := range values {
		r.Header.Add(header, v)
	}
	w := httptest.NewRecorder()
	return echo.New().NewContext(r, w), w
}

func TestIfNoneMatchComparesWeaklyOnReadsOnly(t *testing.T) {
	for _, c := range []struct {
		method string
		asked  []string
		etag   string
		want   bool
	}{
		{"GET", nil, `"r1"`, false},
		{"GET", []string{`"r1"`}, `"r1"`, true},
		{"HEAD", []string{`"r1"`}, `"r1"`, true},
		{"GET", []string{`W/"r1"`}, `"r1"`, true},
		{"GET", []string{`"r1"`}, `W/"r1"`, true},
		{"GET", []string{`"a", W/"b,c" ,"r1"`}, `"r1"`, true},
		{"GET", []string{`"a"`, `"r1"`}, `"r1"`, true},
		{"GET", []string{`*`}, `"r1"`, true},
		{"GET", []string{`"r2"`}, `"r1"`, false},
		{"GET", []string{`r1`}, `"r1"`, false},
		{"GET", []string{`"r1`}, `"r1"`, false},
		{"GET", []string{`"r1" "r2"`}, `"r1"`, false},
		{"GET", []string{`w/"r1"`}, `"r1"`, false}, // W is case-sensitive
		{"PUT", []string{`"r1"`}, `"r1"`, false},
	} {
		ctx, w := tagged(t, c.method, "If-None-Match", c.asked...)
		got := NotModified(ctx, c.etag)
		if got != c.want || got != (w.Code == http.StatusNotModified) || w.Header().Get("ETag") != c.etag {
			t.Errorf("%s %q over %s: %v, status %d, ETag %q", c.method, c.asked, c.etag, got, w.Code, w.Header().Get("ETag"))
		}
	}
}

func TestIfMatchComparesStrongly(t *testing.T) {
	const fine = fault.Kind(200)
	for _, c := range []struct {
		asked []string
		etag  string
		want  fault.Kind
	}{
		{nil, `"r1"`, fine},
		{[]string{`"r1"`}, RevTag(1), fine},
		{[]string{`"r0", "r1"`}, `"r1"`, fine},
		{[]string{`*`}, `"r1"`, fine},
		{[]string{`"r2"`}, `"r1"`, fault.Stale},
		{[]string{`W/"r1"`}, `"r1"`, fault.Stale},
		{[]string{`W/"r1"`}, `W/"r1"`, fault.Stale},
		{[]string{`r1`}, `"r1"`, fault.Malformed},
		{[]string{``}, `"r1"`, fault.Malformed},
		{[]string{`*, "r1"`}, `"r1"`, fault.Malformed},
	} {
		ctx, _ := tagged(t, "PATCH", "If-Match", c.asked...)
		err := MatchRev(ctx, c.etag)
		if c.want == fine && err != nil || c.want != fine && !fault.Is(err, c.want) {
			t.Errorf("%q over %s: %v, want %v", c.asked, c.etag, err, c.want)
		}
	}
}

func TestAChangeThatMustNameItsVersionIs428Without(t *testing.T) {
	ctx, _ := tagged(t, "PATCH", "If-Match")
	h, found := errors.AsType[*echo.HTTPError](RequireRev(ctx, `"r1"`))
	if !found || h.Code != 428 {
		t.Errorf("got %v", h)
	}
	ctx, _ = tagged(t, "PATCH", "If-Match", `"r1"`)
	if err := RequireRev(ctx, `"r1"`); err != nil {
		t.Error(err)
	}
}

func FuzzTags(f *testing.F) {
	f.Add(`"a", W/"b"`)
	f.Add(`*`)
	f.Add(`W/`)
	f.Fuzz(func(t *testing.T, s string) {
		tags, all, ok := parseTags([]string{s})
		if ok && !all && len(tags) == 0 {
			t.Error("read, and nothing in it")
		}
		for _, tag := range tags {
			again, _, fine := parseTags([]string{tag})
			if !ok || !fine || len(again) != 1 || again[0] != tag {
				t.Errorf("%q gave %q, which does not read back", s, tag)
			}
		}
	})
}
