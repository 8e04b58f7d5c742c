// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/text"
)

// pageSize is how many things a page of results holds.
const pageSize = 20

// searchPage is what a page of results shows.
type searchPage struct {
	page
	Type      string
	Total     int
	Corrected string
	Degraded  bool
	Further   bool // not the first page
	Tabs      []tab
	Chips     []chip
	Facets    []facet
	Hits      []hit
	NextHref  string
	FirstHref string
	// Compare is where software are compared, with the same question.
	Compare string
	// WithoutHref is the same search without filters.
	WithoutHref string
}

// tab is one type of result and how many there are of it.
type tab struct {
	Type    string
	Count   int
	Href    string
	Current bool
}

// hit is one thing found.
type hit struct {
	Kind      string // key of the label: software, or the role
	Name      string
	Href      string
	Summary   string
	Facts     []string
	Highlight string
	Why       []string
}

// question is what the address asks.
type question struct {
	text, kind, after string
	where             []catalogue.Term
}

// tabTypes are the types of results, the first being all of them.
func tabTypes() []string { return []string{"", "software", "collectivity", "provider"} }

// search answers GET /recherche.
func (p *Pages) search(c echo.Context) error {
	if p.cfg.Search == nil {
		return fault.New(fault.Unavailable, "unavailable")
	}
	s := searchPage{page: p.begin(c)}
	q := readQuestion(c)
	ask := q.query(s.Lang)
	ask.After, ask.Size, ask.Facets = q.after, pageSize, facetsOf(q.kind)
	res, err := p.cfg.Search.Search(c.Request().Context(), ask)
	if err != nil {
		return err
	}
	s.Text, s.Type, s.Total, s.Corrected, s.Degraded = q.text, q.kind, res.Total, res.Corrected, res.Degraded
	s.Plain, s.Hidden, s.Further = true, true, q.after != ""
	if s.Title = s.words.text["search.all."+q.kind]; q.text != "" {
		if s.Title, err = s.words.t("search.title", "text", q.text); err != nil {
			return err
		}
	}
	if s.Tabs, err = p.tabs(c.Request().Context(), s.page, q, &res); err != nil {
		return err
	}
	s.Chips = p.chips(s.page, q)
	s.Facets = p.facets(s.page, q, res.Facets)
	asked := q.text
	if res.Corrected != "" {
		asked = res.Corrected
	}
	if s.Hits, err = p.hits(c.Request().Context(), s.page, res.Hits, asked); err != nil {
		return err
	}
	s.FirstHref, s.WithoutHref = s.searchHref(q), s.searchHref(question{text: q.text, kind: q.kind})
	s.Compare = s.To("/logiciels/comparer", "q", q.text)
	if res.Next != "" {
		next := q
		next.after = res.Next
		s.NextHref = s.searchHref(next)
	}
	return p.show(c, http.StatusOK, "search", s.Lang, s)
}

// readQuestion reads the address. A type or a filter that does not exist is not there.
func readQuestion(c echo.Context) question {
	q := question{text: param(c, "q", maxText), kind: param(c, "type", 20), after: param(c, "after", 512)}
	if !slices.Contains(tabTypes(), q.kind) {
		q.kind = ""
	}
	for _, dim := range filters(q.kind) {
		if v := param(c, dim, 100); v != "" {
			q.where = append(q.where, catalogue.Term{Dim: dim, Values: []string{v}})
		}
	}
	return q
}

func (q question) query(lang string) catalogue.SearchQuery {
	out := catalogue.SearchQuery{Text: q.text, Where: q.where, By: visitor(), Lang: lang}
	if q.kind != "" {
		out.Types = []string{q.kind}
	}
	return out
}

// searchHref is the address of a question's results; the first page unless after is set.
func (p page) searchHref(q question) string {
	query := url.Values{}
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	set("q", q.text)
	set("type", q.kind)
	set("after", q.after)
	for _, w := range q.where {
		set(w.Dim, w.Values[0])
	}
	return p.with("/recherche", query)
}

// tabs counts each type without filters: those of one type mean nothing to another, and a tab leaves
// them behind.
func (p *Pages) tabs(ctx context.Context, pg page, q question, res *catalogue.SearchResult) ([]tab, error) {
	asked := q.text
	if res.Corrected != "" {
		asked = res.Corrected
	}
	var out []tab
	for _, kind := range tabTypes() {
		t := tab{Type: kind, Current: kind == q.kind, Count: res.Total, Href: pg.searchHref(question{text: q.text, kind: kind})}
		if !t.Current || len(q.where) > 0 {
			ask := question{text: asked, kind: kind}.query(pg.Lang)
			ask.Size, ask.Aside = 1, true
			found, err := p.cfg.Search.Search(ctx, ask)
			if err != nil {
				return nil, err
			}
			if t.Count = found.Total; found.Corrected != "" { // answers to another question
				t.Count = 0
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// hits makes results of what was found, with facts read for all of them at once.
func (p *Pages) hits(ctx context.Context, pg page, found []catalogue.Hit, asked string) ([]hit, error) {
	var software, organisations []registry.ID
	for _, h := range found {
		if h.Item.Kind() == registry.KindSoftware {
			software = append(software, h.Item.ID())
		} else {
			organisations = append(organisations, h.Item.ID())
		}
	}
	f, err := p.read(ctx, software, organisations)
	if err != nil {
		return nil, err
	}
	ties, err := p.ties(asked)
	if err != nil {
		return nil, err
	}
	out := make([]hit, 0, len(found))
	for _, h := range found {
		v := hit{Name: h.Item.Name(), Why: p.reasons(pg.words, h.Why)}
		if h.Item.Kind() == registry.KindSoftware {
			s := f.software[h.Item.ID()]
			v.Kind, v.Href, v.Summary = "software", pg.To("/logiciels/"+string(h.Item.Slug())), s.Summary.In(pg.Lang)
			v.Facts = softwareFacts(pg.words, s, h.Item.Users())
		} else {
			o := f.organisations[h.Item.ID()]
			v.Kind, v.Href, v.Summary = roleOf(h.Role, o), pg.To("/organismes/"+string(h.Item.Slug())), o.Summary.In(pg.Lang)
			v.Facts = p.organisationFacts(pg.words, o, h.Item)
			v.Why = append(v.Why, p.reasons(pg.words, ties.of(h.Item))...)
		}
		v.Highlight = passage(h.Highlights, v.Summary)
		out = append(out, v)
	}
	return out, nil
}

// passage returns the first passage that says more than the summary.
func passage(highlights []string, summary string) string {
	for _, h := range highlights {
		core := strings.Trim(h, "… ")
		if core != "" && !strings.Contains(text.Fold(summary), text.Fold(core)) {
			return h
		}
	}
	return ""
}

func roleOf(found string, o registry.Organisation) string {
	switch {
	case found != "":
		return found
	case len(o.Roles) > 0:
		return string(o.Roles[0])
	}
	return "organisation"
}
