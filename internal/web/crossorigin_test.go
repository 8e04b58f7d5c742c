// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"testing"
)

func TestAFormOfAnotherSiteIsRefusedUnlessItIsForMachines(t *testing.T) {
	e := New(Config{Origin: "https://catalogue.example"})
	for _, path := range []string{"/page", "/api/x"} {
		e.POST(path, ok)
		e.PUT(path, ok)
		e.DELETE(path, ok)
		e.GET(path, ok)
	}
	for _, c := range []struct {
		name, path string
		headers    []string
		want       int
	}{
		{"from another site", "/page", []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		{"from a sister site", "/page", []string{"Sec-Fetch-Site", "same-site"}, http.StatusForbidden},
		{"from this site", "/page", []string{"Sec-Fetch-Site", "same-origin"}, http.StatusOK},
		{"typed by hand", "/page", []string{"Sec-Fetch-Site", "none"}, http.StatusOK},
		{"from an old browser elsewhere", "/page", []string{"Origin", "https://evil.example"}, http.StatusForbidden},
		{"from an old browser here", "/page", []string{"Origin", "https://catalogue.example"}, http.StatusOK},
		{"from nowhere", "/page", []string{"Origin", "null"}, http.StatusForbidden},
		{"from a programme", "/page", nil, http.StatusOK},
		{"at the door of machines, which reads no cookie", "/api/x", []string{"Sec-Fetch-Site", "cross-site"}, http.StatusOK},
	} {
		for _, method := range []string{"POST", "PUT", "DELETE"} {
			r := []func(*http.Request){}
			for i := 0; i+1 < len(c.headers); i += 2 {
				r = append(r, with(c.headers[i], c.headers[i+1]))
			}
			w := ask(e, method, c.path, "", r...)
			if w.Code != c.want {
				t.Errorf("%s %s: %d, want %d", method, c.name, w.Code, c.want)
			}
			if c.want == http.StatusForbidden && problemOf(t, w).Code != "cross_origin" {
				t.Errorf("%s: %s", c.name, w.Body)
			}
		}
		if w := ask(e, "GET", c.path, "", with("Sec-Fetch-Site", "cross-site")); w.Code != http.StatusOK {
			t.Errorf("a link of another site: %d", w.Code)
		}
	}
	if n := len(CrossOriginExempt()); n != 0 {
		t.Errorf("%d exemptions: each needs its line here", n)
	}
}
