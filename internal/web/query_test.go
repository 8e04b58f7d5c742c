// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
)

// search reads what a list would.
func search(t testing.TB, raw string) (q *Query, page Page, services []string) {
	c := echo.New().NewContext(nil, nil)
	r := echoRequest(t, raw)
	c.SetRequest(r)
	q = ReadQuery(c)
	q.Text("q", 20)
	q.Choice("sort", "name", "name", "-updated")
	q.Int("population", 0, 0, 1000)
	q.Float("lat", -90, 90)
	q.Bool("open")
	services = q.List("service", 3)
	return q, q.Page(), services
}

func TestEachBadParameterIsNamed(t *testing.T) {
	for raw, want := range map[string]string{
		"": "", "q=a&&sort=name": "", "q=": "", "open=true&lat=-1.5": "",
		"nom=a":                           "nom: unknown_parameter",
		"Q=a":                             "Q: unknown_parameter",
		"q=a&q=b&q=c":                     "q: repeated_parameter",
		"page%5Bsize%5D=5&page[size]=5":   "page[size]: repeated_parameter",
		"page[size]=101":                  "page[size]: out_of_range",
		"page[size]=0":                    "page[size]: out_of_range",
		"page[size]=ten":                  "page[size]: out_of_range",
		"page[size]=99999999999999999999": "page[size]: out_of_range",
		"page[after]=a&page[before]=b":    "page[before]: exclusive",
		"page[after]=" + strings.Repeat("a", 513): "page[after]: cursor_unknown",
		"sort=price":                   "sort: not_a_choice",
		"lat=91":                       "lat: out_of_range",
		"lat=NaN":                      "lat: out_of_range",
		"open=1":                       "open: not_a_choice",
		"service=a,b,c,d":              "service: too_many_items",
		"service=a,,b":                 "service: invalid_value",
		"q=%ff":                        "q: broken_encoding",
		"q=%zz":                        "q: broken_encoding",
		"q=%00":                        "q: broken_encoding",
		"q=\xff":                       "q: broken_encoding",
		"%ff=q":                        "query: broken_encoding",
		"q=" + strings.Repeat("é", 21): "q: too_long",
		"nom=a&sort=price&lat=x":       "sort: not_a_choice, lat: out_of_range, nom: unknown_parameter",
	} {
		q, _, _ := search(t, raw)
		got := ""
		if err := q.Err(); err != nil {
			got = strings.Join(fieldsOf(t, err), ", ")
		}
		if got != want {
			t.Errorf("%.60q: %s, want %s", raw, got, want)
		}
	}
}

func TestParametersAreReadDecoded(t *testing.T) {
	q, page, services := search(t, "q=caf%C3%A9+noir&service=hosting,%20support&page%5Bsize%5D=100&page%5Bafter%5D=x%2By")
	if err := q.Err(); err != nil {
		t.Fatal(err)
	}
	if got := q.Text("q", 20); got != "café noir" {
		t.Errorf("q %q", got)
	}
	if d := cmp.Diff([]string{"hosting", "support"}, services); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(Page{Size: 100, After: "x+y"}, page); d != "" {
		t.Error(d)
	}
	if _, page, _ := search(t, ""); page.Size != PageSize {
		t.Errorf("default size %d", page.Size)
	}
}

func TestAHundredParametersAreTheLimit(t *testing.T) {
	q, _, _ := search(t, strings.Repeat("&x=1", 1)+strings.Repeat("&a=&b=&c=&d=", 500))
	if err := q.Err(); err == nil {
		t.Error("2,001 parameters were taken")
	}
	var b strings.Builder
	for i := range QueryLimit + 1 {
		b.WriteString("&p" + strings.Repeat("x", i) + "=1")
	}
	q, _, _ = search(t, b.String())
	if got := fieldsOf(t, q.Err()); got[0] != "query: too_many_items" || len(got) > jsonFaults {
		t.Errorf("%d faults, the first %s", len(got), got[0])
	}
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{"q=a&page[size]=3", "%ff=%00&;=&=&&a=b=c", "page%5Bafter%5D=%zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, page, _ := search(t, raw)
		if page.Size < 1 || page.Size > MaxPageSize || page.After != "" && page.Before != "" {
			t.Errorf("page %+v", page)
		}
		if err := q.Err(); err != nil && len(asFault(t, err).Fields) == 0 {
			t.Error("a fault that names nothing")
		}
	})
}
