// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"maillage/internal/registry"
	"maillage/internal/web"
)

// similar answers GET /collectivities/{ref}/similar: the local authorities most like this one, each
// with the reasons.
func (a *API) similar(c echo.Context) error {
	q := web.ReadQuery(c)
	size := q.Int("page[size]", web.PageSize, 1, web.MaxPageSize)
	if err := q.Err(); err != nil {
		return err
	}
	item, moved, err := a.find(c, a.lists.collectivities, "/similar")
	if err != nil || moved {
		return err
	}
	raw, by := c.Request().URL.RawQuery, web.Actor(c.Request().Context())
	path := a.lists.collectivities.path + "/" + string(item.Slug()) + "/similar"
	prepare(c, &a.headers)
	if notModified(c, listTag(a.cfg.Catalogue.Version(registry.KindOrganisation), path, raw, "", asJSON, by)) {
		return nil
	}
	page, err := a.cfg.Catalogue.Similar(item.ID(), by, size)
	if err != nil {
		return err
	}
	buffer := a.buffers.borrow()
	defer a.buffers.giveBack(buffer)
	b := append((*buffer)[:0], `{"data":[`...)
	for i, other := range page.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = a.appendMatched(b, other, &page.Matches[i])
	}
	b = append(b, `],`...)
	b = appendLinks(b, path, raw, "", "", "")
	b = append(b, `,"meta":{"total":`...)
	b = strconv.AppendInt(b, int64(page.Total), 10)
	b = append(b, '}', '}')
	*buffer = b
	return send(c, http.StatusOK, a.headers.json, b)
}
