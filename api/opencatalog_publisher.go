// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// ocPublisherList answers GET /v1/publishers: the public bodies of the catalogue.
func (a *API) ocPublisherList(c echo.Context) error {
	o, err := ocRead(c, registry.KindOrganisation)
	if err != nil {
		return err
	}
	o.query.Where = []catalogue.Term{{Dim: "role", Values: []string{string(registry.RoleCollectivity), string(registry.RolePartner)}}}
	return ocPages(a, c, &o, func(item *catalogue.Item) (ocPublisher, bool, error) {
		p, err := a.ocPublisher(item)
		return p, true, err
	})
}

func (a *API) ocPublisher(item *catalogue.Item) (ocPublisher, error) {
	var d organisationDTO
	if err := read(item, &d); err != nil {
		return ocPublisher{}, err
	}
	return ocPublisher{ID: d.ID, CatalogID: a.ocCatalogID(), Description: d.Name, CodeHosting: []ocCodeHosting{}, Active: true,
		AlternativeID: d.SIREN, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt}, nil
}

// ocPublisherGet answers GET /v1/publishers/{id}, by id or by SIREN, the alternativeId.
func (a *API) ocPublisherGet(c echo.Context) error {
	item, err := a.item(registry.KindOrganisation, c.Param("id"), member.Actor{})
	if siren, bad := territory.ParseSIREN(c.Param("id")); err != nil && bad == nil {
		item, err = a.bySIREN(siren)
	}
	if err != nil {
		return err
	}
	p, err := a.ocPublisher(item)
	if err != nil {
		return err
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, p)
}

// ocCatalogID is the id of our one catalogue, derived from its address (RFC 9562 §5.5).
func (a *API) ocCatalogID() string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(a.renderer.base)).String()
}

// ocCatalog is the catalogue of this instance. It is as old as its oldest sheet.
func (a *API) ocCatalog() (ocCatalog, error) {
	host := a.renderer.base
	if u, err := url.Parse(host); err == nil && u.Host != "" {
		host = u.Hostname()
	}
	o := ocCatalog{ID: a.ocCatalogID(), Name: a.cfg.Name, AlternativeID: host, Active: true, Scopes: []string{"iso3166:FR"},
		Sources:   []ocSource{{Driver: "json", URL: a.renderer.base + "/repositories.json", Args: []string{"$[*].url"}}},
		CreatedAt: time.Unix(0, 0).UTC(), UpdatedAt: time.Unix(0, 0).UTC()}
	for sort, into := range map[string]*time.Time{"created": &o.CreatedAt, "-updated": &o.UpdatedAt} {
		page, err := a.cfg.Catalogue.Query(catalogue.Query{Kind: registry.KindSoftware, Sort: sort, Size: 1})
		if err != nil {
			return o, err
		}
		if len(page.Items) > 0 {
			*into = instant(page.Items[0].UpdatedAt())
			if sort == "created" {
				*into = instant(page.Items[0].CreatedAt())
			}
		}
	}
	return o, nil
}

// ocCatalogList answers GET /v1/catalogs.
func (a *API) ocCatalogList(c echo.Context) error {
	if _, err := ocRead(c, registry.KindSoftware); err != nil {
		return err
	}
	o, err := a.ocCatalog()
	if err != nil {
		return err
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, ocList[ocCatalog]{Data: []ocCatalog{o}})
}

// ocCatalogGet answers GET /v1/catalogs/{id}, by id or alternativeId.
func (a *API) ocCatalogGet(c echo.Context) error {
	o, err := a.ocCatalog()
	if err != nil {
		return err
	}
	if id := c.Param("id"); id != o.ID && id != o.AlternativeID {
		return fault.New(fault.Missing, "catalog_missing")
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, o)
}

// ocStatus answers GET /v1/status.
func (a *API) ocStatus(c echo.Context) error { return c.NoContent(http.StatusNoContent) }
