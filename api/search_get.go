// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// maxText is the longest question, in code points.
const maxText = 200

// searchTypes are what a search may be limited to.
func searchTypes() []string { return []string{"software", "organisation", "collectivity", "provider"} }

// searchDims are the dimensions of a search, those of software and organisations together.
func searchDims() []string {
	dims := slices.Clone(catalogue.Dims(registry.KindSoftware))
	for _, d := range catalogue.Dims(registry.KindOrganisation) {
		if !slices.Contains(dims, d) {
			dims = append(dims, d)
		}
	}
	return dims
}

// search answers GET /search: one box over the whole catalogue.
func (a *API) search(c echo.Context) error {
	if a.cfg.Search == nil {
		return fault.New(fault.Unavailable, "unavailable")
	}
	q, err := a.searchQuery(c)
	if err != nil {
		return err
	}
	res, err := a.cfg.Search.Search(c.Request().Context(), q)
	if err != nil {
		return inTheirWords(err, []renamed{{"text", "q"}, {"after", "page[after]"}, {"types", "type"}})
	}
	prepare(c, &a.headers)
	c.Response().Header()["Vary"] = []string{"Accept, Accept-Language"}
	raw := c.Request().URL.RawQuery
	if res.Version != "" && notModified(c, listTag(res.Version, "/api/v1/search", raw, q.Lang, asJSON, q.By)) {
		return nil
	}
	buffer := a.buffers.borrow()
	defer a.buffers.giveBack(buffer)
	b := append((*buffer)[:0], `{"data":[`...)
	for i := range res.Hits {
		if i > 0 {
			b = append(b, ',')
		}
		b = a.appendHit(b, &res.Hits[i])
	}
	b = append(b, `],`...)
	b = appendLinks(b, "/api/v1/search", raw, withoutCursors(raw), "", res.Next)
	b = a.appendSearchMeta(b, &res, len(q.Facets) > 0)
	*buffer = b
	return send(c, http.StatusOK, a.headers.json, b)
}

func (a *API) appendSearchMeta(b []byte, res *catalogue.SearchResult, faceted bool) []byte {
	b = append(b, `,"meta":{"total":`...)
	b = strconv.AppendInt(b, int64(res.Total), 10)
	b = appendString(append(b, `,"asked":`...), res.Asked)
	if res.Corrected != "" {
		b = appendString(append(b, `,"corrected":`...), res.Corrected)
		b = appendString(append(b, `,"text":{"fr":`...), "Résultats pour « "+res.Corrected+" »")
		b = appendString(append(b, `,"en":`...), "Results for “"+res.Corrected+"”")
		b = append(b, '}')
	}
	b = strconv.AppendBool(append(b, `,"degraded":`...), res.Degraded)
	if faceted {
		b = append(b, `,"facets":`...)
		b = a.appendFacets(b, res.Facets)
	}
	return append(b, '}', '}')
}

func (a *API) searchQuery(c echo.Context) (catalogue.SearchQuery, error) {
	q := web.ReadQuery(c)
	out := catalogue.SearchQuery{
		Text: q.Text("q", maxText),
		By:   web.Actor(c.Request().Context()),
		Size: q.Int("page[size]", web.PageSize, 1, web.MaxPageSize),
		Lang: q.Choice("lang", web.Language(c.Request()), "fr", "en"),
	}
	out.After = q.Text("page[after]", 512)
	out.Types = q.List("type", len(searchTypes()))
	for _, t := range out.Types {
		if !slices.Contains(searchTypes(), t) {
			q.Fault("type", "not_a_choice", strings.Join(searchTypes(), ", "))
			break
		}
	}
	dims := searchDims()
	for _, dim := range dims {
		if values := q.List(dim, maxValues); dim != "type" && values != nil {
			out.Where = append(out.Where, catalogue.Term{Dim: dim, Values: values})
		}
	}
	out.Near, out.Within = a.near(q)
	out.Facets = readFacets(q, dims)
	return out, q.Err()
}

// appendHit appends one thing found, and why.
func (a *API) appendHit(b []byte, h *catalogue.Hit) []byte {
	b = appendString(append(b, `{"type":`...), string(h.Item.Kind()))
	if h.Role != "" {
		b = appendString(append(b, `,"role":`...), h.Role)
	}
	b = appendNumber(append(b, `,"score":`...), h.Score)
	if len(h.Highlights) > 0 {
		b = append(b, `,"highlights":[`...)
		for i, s := range h.Highlights {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, s)
		}
		b = append(b, ']')
	}
	if len(h.Why) > 0 {
		b = a.appendReasons(append(b, `,"why":`...), h.Why)
	}
	b = append(b, `,"item":`...)
	b = h.Item.AppendJSON(b)
	return append(b, '}')
}
