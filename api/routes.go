// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"github.com/labstack/echo/v4"

	"maillage/internal/registry"
)

// Mount adds the routes: the table of contents of the door. openapi.yaml describes each, and a test
// compares the two.
func (a *API) Mount(e *echo.Echo) {
	l, r := &a.lists, a.cfg.Registry
	v1 := e.Group("/api/v1")

	v1.GET("/openapi.yaml", a.openAPIGet)
	v1.GET("/context.jsonld", a.contextGet)

	v1.GET("/search", a.search)

	v1.GET("/software", a.list(l.software))
	v1.POST("/software", a.softwareCreate)
	v1.GET("/software/:ref", a.get(l.software))
	v1.PATCH("/software/:ref", a.softwareUpdate)
	v1.DELETE("/software/:ref", a.softwareDelete)
	v1.GET("/software/:ref/provenance", a.provenanceGet(l.software))
	v1.GET("/software/:ref/publiccode.yml", a.publiccodeGet)

	v1.GET("/organisations", a.list(l.organisations))
	v1.POST("/organisations", a.organisationCreate(""))
	v1.GET("/organisations/:ref", a.get(l.organisations))
	v1.PATCH("/organisations/:ref", a.organisationUpdate)
	v1.DELETE("/organisations/:ref", a.organisationDelete)
	v1.GET("/organisations/:ref/provenance", a.provenanceGet(l.organisations))

	v1.GET("/collectivities", a.list(l.collectivities))
	v1.POST("/collectivities", a.organisationCreate(registry.RoleCollectivity))
	v1.GET("/collectivities/:ref", a.get(l.collectivities))
	v1.GET("/collectivities/:ref/similar", a.similar)

	v1.GET("/providers", a.list(l.providers))
	v1.POST("/providers", a.organisationCreate(registry.RoleProvider))
	v1.GET("/providers/:ref", a.get(l.providers))

	v1.GET("/usages", a.list(l.usages))
	v1.POST("/usages", a.usageCreate)
	v1.GET("/usages/:ref", a.get(l.usages))
	v1.PATCH("/usages/:ref", a.usageUpdate)
	v1.DELETE("/usages/:ref", a.usageDelete)
	v1.POST("/usages/:ref/confirm", a.usageConfirm)

	v1.GET("/offers", a.list(l.offers))
	v1.POST("/offers", a.offerCreate)
	v1.GET("/offers/:ref", a.get(l.offers))
	v1.PATCH("/offers/:ref", a.offerUpdate)
	v1.DELETE("/offers/:ref", a.offerDelete)

	v1.GET("/references", a.list(l.references))
	v1.POST("/references", a.referenceCreate)
	v1.GET("/references/:ref", a.get(l.references))
	v1.PATCH("/references/:ref", a.referenceUpdate)
	v1.DELETE("/references/:ref", a.referenceDelete)
	v1.POST("/references/:ref/confirm", a.referenceConfirm)
	v1.POST("/references/:ref/contest", a.referenceContest)

	v1.GET("/territories", a.territoryList)
	v1.GET("/territories/:ref", a.territoryGet)
	v1.GET("/domains", a.domainList)
	v1.GET("/categories", a.categoryList)
	v1.GET("/stats", a.stats)
	v1.GET("/changes", a.changeList)

	v1.GET("/audit", a.auditList)
	v1.GET("/searches", a.missList)
	v1.GET("/deliveries", a.parkedList)
	v1.POST("/deliveries/:ref/replay", a.parkedReplay)
	v1.GET("/proposals", a.proposalList)
	v1.POST("/proposals/:ref/accept", a.proposalDecide(r.AcceptMatch))
	v1.POST("/proposals/:ref/refuse", a.proposalDecide(r.RefuseMatch))
	v1.POST("/proposals/:ref/undo", a.proposalDecide(r.UndoMatch))

	a.mountAccounts(v1)

	// The neighbours' formats, where their programmes look for them.
	e.GET("/public/export/comptoir-du-libre_export_v1.json", a.comptoirGet)
	e.GET("/repositories.json", a.repositoryList)
	e.GET("/v1/status", a.ocStatus)
	e.GET("/v1/software", a.ocSoftwareList)
	e.GET("/v1/software/:id", a.ocSoftwareGet)
	e.GET("/v1/publishers", a.ocPublisherList)
	e.GET("/v1/publishers/:id", a.ocPublisherGet)
	e.GET("/v1/catalogs", a.ocCatalogList)
	e.GET("/v1/catalogs/:id", a.ocCatalogGet)
}

// Prefixes are the paths under which this door answers machines, for web.Config.APIPrefixes.
func Prefixes() []string {
	return []string{"/api/", "/v1/", "/public/export/", "/repositories.json"}
}
