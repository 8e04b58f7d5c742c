// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"maillage/internal/web"
)

// Values of headers in the form a http.Header holds, so that setting them allocates nothing. They are
// never written to: a function each, for a package variable could be.
type headers struct{ json, csv, atom, noCache, vary []string }

func newHeaders() headers {
	return headers{json: []string{asJSON.mediaType()}, csv: []string{asCSV.mediaType()}, atom: []string{asAtom.mediaType()},
		noCache: []string{"no-cache"}, vary: []string{"Accept"}}
}

// prepare sets what goes with every read: it may be kept, and is to be asked about before it is used
// again. What depends on who asks was marked no-store by the kit already.
func prepare(c echo.Context, hs *headers) {
	h := c.Response().Header()
	if len(h["Cache-Control"]) == 0 {
		h["Cache-Control"] = hs.noCache
	}
	h["Vary"] = hs.vary
}

// send writes a body that is ready.
func send(c echo.Context, status int, contentType []string, body []byte) error {
	h := c.Response().Header()
	h["Content-Type"] = contentType
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	c.Response().WriteHeader(status)
	_, err := c.Response().Write(body)
	return err
}

// reply encodes v, which is one of this package's structs.
func reply(c echo.Context, status int, v any) error {
	return send(c, status, []string{asJSON.mediaType()}, encode(v))
}

// data is a list that is not paged.
type data[T any] struct {
	Data []T `json:"data"`
}

// noParameters refuses every parameter.
func noParameters(c echo.Context) error {
	if c.Request().URL.RawQuery == "" {
		return nil
	}
	return web.ReadQuery(c).Err()
}

// notModified answers 304 when the client already has what is tagged so.
func notModified(c echo.Context, etag string) bool { return web.NotModified(c, etag) }
