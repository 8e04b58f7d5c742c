// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/registry"
)

// sitemapSize is how many addresses a part of the site map holds; the protocol allows 50,000.
const sitemapSize = 10_000

// robots answers GET /robots.txt (RFC 9309): all may be read but what is endless or somebody's own.
func (p *Pages) robots(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=3600")
	return c.String(http.StatusOK, `User-agent: *
Disallow: /animation/
Disallow: /bienvenue
Disallow: /compte
Disallow: /confirmer-identite
Disallow: /connexion/
Disallow: /invitations
Disallow: /logiciels/comparer
Disallow: /mot-de-passe/
Disallow: /recherche
Disallow: /rejoindre/
Sitemap: `+p.cfg.BaseURL+"/sitemap.xml\n")
}

// listed is one address of the site map; Changed is a day, empty when it is not known.
type listed struct {
	Loc     string `xml:"loc"`
	Changed string `xml:"lastmod,omitempty"`
}

type sitemapIndex struct {
	XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Parts   []listed `xml:"sitemap"`
}

type sitemapPart struct {
	XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	Pages   []listed `xml:"url"`
}

// sitemap answers GET /sitemap.xml (sitemaps.org 0.9): the list of its parts, or with partie=1… one of
// them.
func (p *Pages) sitemap(c echo.Context) error {
	n := len(p.fixedPages())
	for _, kind := range []registry.Kind{registry.KindSoftware, registry.KindOrganisation} {
		for range p.cfg.Catalogue.Items(kind) {
			n++
		}
	}
	parts := (n + sitemapSize - 1) / sitemapSize
	if c.QueryParam("partie") == "" {
		var index sitemapIndex
		for i := range parts {
			index.Parts = append(index.Parts, listed{Loc: fmt.Sprintf("%s/sitemap.xml?partie=%d", p.cfg.BaseURL, i+1)})
		}
		return sendXML(c, index)
	}
	part, err := strconv.Atoi(c.QueryParam("partie"))
	if err != nil || part < 1 || part > parts {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	return sendXML(c, sitemapPart{Pages: p.sitemapPages((part - 1) * sitemapSize)})
}

// fixedPages are the addresses of the pages that are not about one thing.
func (p *Pages) fixedPages() []string {
	out := []string{"/", "/carte", "/chiffres", "/donnees"}
	for _, at := range legalPaths() {
		out = append(out, at)
	}
	if p.cfg.Members != nil {
		out = append(out, "/connexion", "/rejoindre")
	}
	slices.Sort(out)
	return out
}

// sitemapPages returns up to sitemapSize pages after the first ones.
func (p *Pages) sitemapPages(after int) []listed {
	var out []listed
	at := 0
	add := func(path, changed string) bool {
		if at++; at > after {
			out = append(out, listed{p.cfg.BaseURL + path, changed})
		}
		return len(out) < sitemapSize
	}
	for _, path := range p.fixedPages() {
		add(path, "")
	}
	for _, of := range []struct {
		kind registry.Kind
		path string
	}{{registry.KindSoftware, "/logiciels/"}, {registry.KindOrganisation, "/organismes/"}} {
		for it := range p.cfg.Catalogue.Items(of.kind) {
			if !add(of.path+string(it.Slug()), it.UpdatedAt().Format("2006-01-02")) {
				return out
			}
		}
	}
	return out
}

func sendXML(c echo.Context, v any) error {
	body, err := xml.Marshal(v)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=3600")
	return c.Blob(http.StatusOK, "application/xml; charset=utf-8", []byte(strings.TrimSpace(xml.Header)+string(body)))
}
