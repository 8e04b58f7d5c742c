// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	_ "embed"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

//go:embed openapi.yaml
var openAPIYAML []byte

// openAPIServer is the address in the file, replaced by the instance's own when it is served.
const openAPIServer = "http://127.0.0.1:8080"

// openAPI returns the description of the API with the instance's address in it.
func openAPI(baseURL string) []byte {
	if baseURL == "" {
		return openAPIYAML
	}
	return bytes.Replace(openAPIYAML, []byte(openAPIServer), []byte(strings.TrimRight(baseURL, "/")), 1)
}

// openAPIGet answers GET /openapi.yaml.
func (a *API) openAPIGet(c echo.Context) error {
	if err := noParameters(c); err != nil {
		return err
	}
	h := fnv.New64a()
	h.Write(a.openAPI)
	prepare(c, &a.headers)
	if notModified(c, `"`+strconv.FormatUint(h.Sum64(), 36)+`"`) {
		return nil
	}
	return send(c, http.StatusOK, []string{"application/yaml; charset=utf-8"}, a.openAPI)
}

//go:embed context.jsonld
var contextJSONLD []byte

// contextGet answers GET /context.jsonld: which term of schema.org each plain field is.
func (a *API) contextGet(c echo.Context) error {
	if err := noParameters(c); err != nil {
		return err
	}
	prepare(c, &a.headers)
	return send(c, http.StatusOK, []string{"application/ld+json"}, contextJSONLD)
}
