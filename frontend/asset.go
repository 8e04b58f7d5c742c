// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
)

//go:embed assets/*.css assets/*.svg assets/*.js
var assetFiles embed.FS

// assets are the static files. The name of each holds a hash of its content, so that it may be kept
// for ever: another content has another address.
type assets struct {
	address map[string]string // by file name
	content map[string][]byte // by the name in the address
}

func loadAssets() assets {
	a := assets{address: map[string]string{}, content: map[string][]byte{}}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		panic("frontend: " + err.Error())
	}
	for _, e := range entries {
		body, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			panic("frontend: " + err.Error())
		}
		sum := sha256.Sum256(body)
		ext := path.Ext(e.Name())
		hashed := strings.TrimSuffix(e.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.address[e.Name()], a.content[hashed] = "/assets/"+hashed, body
	}
	return a
}

// asset answers GET /assets/{name}.{hash}.{extension}.
func (p *Pages) asset(c echo.Context) error {
	name := c.Param("name")
	body, ok := p.assets.content[name]
	if !ok {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=31536000, immutable")
	mediaType := map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
		".js": "text/javascript; charset=utf-8"}[path.Ext(name)]
	return c.Blob(http.StatusOK, mediaType, body)
}
