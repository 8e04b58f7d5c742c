// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// mostUsed is how many software the home page names.
const mostUsed = 10

// homePage is what the home page shows.
type homePage struct {
	page
	Stats          catalogue.Stats
	Collectivities int
	Providers      int
	MostUsed       []catalogue.Used
	Needs          []catalogue.FacetValue // business domains by how many software serve them
}

// figures are what the home page counts, kept while the catalogue does not change.
type figures struct {
	stats catalogue.Stats
	needs []catalogue.FacetValue
}

// home answers GET /.
func (p *Pages) home(c echo.Context) error {
	f, err := p.count()
	if err != nil {
		return err
	}
	h := homePage{page: p.begin(c), Stats: f.stats, Needs: f.needs, MostUsed: f.stats.MostUsed[:min(len(f.stats.MostUsed), mostUsed)]}
	for _, v := range f.stats.ByRole {
		switch registry.Role(v.Value) {
		case registry.RoleCollectivity:
			h.Collectivities = v.Count
		case registry.RoleProvider:
			h.Providers = v.Count
		}
	}
	if h.Description, err = h.words.t("home.description", "name", h.Name); err != nil {
		return err
	}
	h.Plain = true
	h.Canonical, h.Data, h.Feed = p.cfg.BaseURL+"/", "/api/v1/stats", "/api/v1/software?format=atom"
	return p.show(c, http.StatusOK, "home", h.Lang, h)
}

// count returns the figures of the present state of the catalogue.
func (p *Pages) count() (*figures, error) {
	return p.figures.of(p.state(), p.counted)
}

func (p *Pages) counted() (*figures, error) {
	f := &figures{}
	var err error
	if f.stats, err = p.cfg.Catalogue.Stats(); err != nil {
		return nil, err
	}
	facets, err := p.cfg.Catalogue.Facets(catalogue.Query{Kind: registry.KindSoftware, By: visitor()}, "domain")
	if err != nil {
		return nil, err
	}
	// In the order of the vocabulary, which is one of work, not in that of the counts.
	for _, key := range registry.DomainKeys() {
		i := slices.IndexFunc(facets[0].Values, func(v catalogue.FacetValue) bool { return v.Value == key })
		if i >= 0 {
			f.needs = append(f.needs, facets[0].Values[i])
		}
	}
	return f, nil
}

// visitor is who reads these pages: somebody nobody knows.
func visitor() member.Actor { return member.Actor{} }

// dataPage presents the API and the exports.
type dataPage struct {
	page
	BaseURL string
	Vintage territory.Vintage
}

// data answers GET /donnees.
func (p *Pages) data(c echo.Context) error {
	d := dataPage{page: p.begin(c), BaseURL: p.cfg.BaseURL, Vintage: p.cfg.Register.Vintage()}
	d.Title, d.Canonical = d.words.text["data.title"], p.cfg.BaseURL+"/donnees"
	d.Description = d.words.text["data.lead"]
	return p.show(c, http.StatusOK, "data", d.Lang, d)
}
