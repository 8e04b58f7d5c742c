// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// listing is one list of the API: which things it shows, and how they are shown in other forms.
type listing struct {
	kind registry.Kind
	path string // "/api/v1/software"
	// role limits organisations to those that hold it.
	role registry.Role
	// title names the list in feeds and files.
	title   map[string]string
	columns []column
	queries queries
}

// list answers GET on a list: the hot path. What the question means is read once for each question,
// what is answered exists already in bytes, and whoever has the answer is told so before it is looked
// for.
func (a *API) list(l *listing) echo.HandlerFunc {
	return func(c echo.Context) error {
		raw := c.Request().URL.RawQuery
		by := web.Actor(c.Request().Context())
		form, err := accepted(c.Request())
		if err != nil {
			return err
		}
		p, after, before, err := a.parse(c, l, raw)
		if err != nil {
			return err
		}
		if p.formed {
			form = p.form
		}
		prepare(c, &a.headers)
		lang := ""
		if form == asAtom { // the one form that is in a language
			lang = web.Language(c.Request())
			c.Response().Header()["Vary"] = []string{"Accept, Accept-Language"}
		}
		if notModified(c, listTag(a.cfg.Catalogue.Version(l.kind), l.path, raw, lang, form, by)) {
			return nil
		}
		q := p.query
		q.By, q.After, q.Before = by, after, before
		switch form {
		case asCSV:
			return a.listCSV(c, l, p, q)
		case asAtom:
			return a.listAtom(c, l, p, q, lang)
		}
		return a.listJSON(c, l, p, q, raw)
	}
}

// listJSON writes a page.
func (a *API) listJSON(c echo.Context, l *listing, p *parsed, q catalogue.Query, raw string) error {
	page, err := a.cfg.Catalogue.Query(q)
	if err != nil {
		return err
	}
	var facets []catalogue.Facet
	if len(p.facets) > 0 {
		if facets, err = a.cfg.Catalogue.Facets(q, p.facets...); err != nil {
			return err
		}
	}
	buffer := a.buffers.borrow()
	defer a.buffers.giveBack(buffer)
	b := append((*buffer)[:0], `{"data":[`...)
	for i, item := range page.Items {
		if i > 0 {
			b = append(b, ',')
		}
		if i < len(page.Matches) {
			b = a.appendMatched(b, item, &page.Matches[i])
		} else {
			b = item.AppendJSON(b)
		}
	}
	b = append(b, `],`...)
	b = appendLinks(b, l.path, raw, p.base, page.Prev, page.Next)
	b = append(b, `,"meta":{"total":`...)
	b = strconv.AppendInt(b, int64(page.Total), 10)
	if len(p.facets) > 0 {
		b = append(b, `,"facets":`...)
		b = a.appendFacets(b, facets)
	}
	b = append(b, '}', '}')
	*buffer = b
	return send(c, http.StatusOK, a.headers.json, b)
}

// listTag is the weak entity tag of a page: the version of what is listed, and a hash of what was
// asked, in which form, by whom.
func listTag(version, path, raw, lang string, form format, by member.Actor) string {
	h := uint64(14695981039346656037) // FNV-1a: the same on every replica
	for _, s := range [...]string{path, raw, lang, string(by.ID), string(by.Role), by.Organisation} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	h = (h ^ uint64(form)) * 1099511628211
	b := make([]byte, 0, 64)
	b = append(b, `W/"`...)
	b = append(b, version...)
	b = append(b, '-')
	b = strconv.AppendUint(b, h, 36)
	return string(append(b, '"'))
}
