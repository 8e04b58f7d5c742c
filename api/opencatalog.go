// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// The read subset of open-catalog-api (formerly developers-italia-api), version 1: its addresses, its
// paging, its field names, and nothing else, since its clients may refuse what they do not know. Only
// what is public is shown, whoever asks.

type ocSoftware struct {
	ID            string    `json:"id"`
	CatalogID     string    `json:"catalogId"`
	URL           string    `json:"url"`
	Aliases       []string  `json:"aliases"`
	PubliccodeYml string    `json:"publiccodeYml"`
	Active        bool      `json:"active"`
	Vitality      *string   `json:"vitality"` // measured by their crawler, not here
	CreatedAt     time.Time `json:"createdAt"`
	UpdatedAt     time.Time `json:"updatedAt"`
}

type ocPublisher struct {
	ID            string          `json:"id"`
	CatalogID     string          `json:"catalogId"`
	Description   string          `json:"description"`
	CodeHosting   []ocCodeHosting `json:"codeHosting"`
	Active        bool            `json:"active"`
	AlternativeID string          `json:"alternativeId,omitempty"`
	CreatedAt     time.Time       `json:"createdAt"`
	UpdatedAt     time.Time       `json:"updatedAt"`
}

// ocCodeHosting is where a publisher keeps its code. We do not know it: the lists are empty.
type ocCodeHosting struct {
	URL       string    `json:"url"`
	Group     bool      `json:"group"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

type ocCatalog struct {
	ID            string     `json:"id"`
	Name          string     `json:"name"`
	AlternativeID string     `json:"alternativeId,omitempty"`
	Active        bool       `json:"active"`
	Scopes        []string   `json:"scopes"`
	Sources       []ocSource `json:"sources"`
	CreatedAt     time.Time  `json:"createdAt"`
	UpdatedAt     time.Time  `json:"updatedAt"`
}

type ocSource struct {
	Driver string   `json:"driver"`
	URL    string   `json:"url"`
	Args   []string `json:"args"`
}

type ocList[T any] struct {
	Data  []T     `json:"data"`
	Links ocLinks `json:"links"`
}

type ocLinks struct {
	Prev *string `json:"prev"`
	Next *string `json:"next"`
}

// ocQuestion is what their lists can be asked.
type ocQuestion struct {
	query    catalogue.Query
	url      string
	from, to time.Time
}

// ocRead reads a question. Theirs is lenient: a page over the limit is a page of the limit, and
// parameters it does not know are not looked at. A value that cannot be read is refused.
func ocRead(c echo.Context, kind registry.Kind) (ocQuestion, error) {
	values := c.Request().URL.Query()
	var faults fault.Fields
	o := ocQuestion{query: catalogue.Query{Kind: kind, Sort: "created", Size: web.PageSize,
		After: values.Get(afterTyped), Before: values.Get(beforeTyped)}, url: values.Get("url")}
	if s := values.Get("page[size]"); s != "" {
		n, ok := atoi(s)
		if !ok || n < 1 {
			faults.AddDetail("page[size]", "out_of_range", "1–100")
		} else {
			o.query.Size = min(n, web.MaxPageSize)
		}
	}
	for name, into := range map[string]*time.Time{"from": &o.from, "to": &o.to} {
		if s := values.Get(name); s != "" {
			t, err := time.Parse(time.RFC3339, s)
			if err != nil {
				faults.Add(name, "not_a_time")
			}
			*into = t
		}
	}
	if o.query.After != "" && o.query.Before != "" {
		faults.AddDetail(beforeTyped, "exclusive", afterTyped)
	}
	slices.SortFunc(faults, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return o, faults.Err()
}

func atoi(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || n > 1_000_000 {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != ""
}

func (o *ocQuestion) covers(at time.Time) bool {
	return (o.from.IsZero() || at.After(o.from)) && (o.to.IsZero() || at.Before(o.to))
}

// ocPages answers a list: show returns the thing in their words, false when it has no place there. A
// page may then hold fewer things than were asked for; the links tell whether there are more.
func ocPages[T any](a *API, c echo.Context, o *ocQuestion, show func(item *catalogue.Item) (T, bool, error)) error {
	page, err := a.cfg.Catalogue.Query(o.query)
	if err != nil {
		return err
	}
	body := ocList[T]{Data: []T{}, Links: ocLinks{Prev: ocLink(c, beforeEncoded, page.Prev), Next: ocLink(c, afterEncoded, page.Next)}}
	for _, item := range page.Items {
		if !o.covers(item.CreatedAt()) {
			continue
		}
		d, shown, err := show(item)
		if err != nil {
			return err
		}
		if shown {
			body.Data = append(body.Data, d)
		}
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, body)
}

// ocLink returns a link as theirs are: a query alone, the cursor first.
func ocLink(c echo.Context, name, cursor string) *string {
	if cursor == "" {
		return nil
	}
	link := "?" + name + "=" + url.QueryEscape(cursor)
	if rest := withoutCursors(c.Request().URL.RawQuery); rest != "" {
		link += "&" + rest
	}
	return &link
}
