// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search_test

import (
	"context"
	"testing"
	"time"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/search"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// The store is everything the index needs of a database.
var (
	_ search.Source   = (*store.DB)(nil)
	_ search.Fallback = (*store.DB)(nil)
	_ search.Misses   = (*store.DB)(nil)
)

func TestOnRealDatabasesAnIndexIsBuiltThenFollows(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		reg, err := register()
		must(t, err)
		service := registry.NewService(db, reg, time.Now)
		ctx := t.Context()
		soft, err := service.RegisterSoftware(ctx, organiser, registry.SoftwareFacts{Name: "Nextcloud", Repository: "https://github.com/nextcloud/server"})
		must(t, err)
		_, err = service.RegisterOrganisation(ctx, organiser, registry.OrganisationFacts{TerritoryCode: "38185", Type: "commune", Name: "Grenoble",
			Roles: []registry.Role{registry.RoleCollectivity}})
		must(t, err)
		seller, err := service.RegisterOrganisation(ctx, organiser, registry.OrganisationFacts{Name: "Belledonne Services", Type: "company",
			Roles: []registry.Role{registry.RoleProvider}})
		must(t, err)
		shelf := catalogue.New(catalogue.Config{Source: db, Renderer: renderer{}, Register: reg})
		must(t, shelf.Load(ctx))
		ix, err := search.New(search.Config{Dir: t.TempDir(), Catalogue: shelf, Source: db, Fallback: db, Misses: db, Register: reg})
		must(t, err)
		ask := func(text string) catalogue.SearchResult {
			t.Helper()
			must(t, shelf.CatchUp(ctx))
			r, err := ix.Search(ctx, catalogue.SearchQuery{Text: text})
			must(t, err)
			return r
		}
		if r := ask("nextcloud"); !r.Degraded || r.Total != 1 {
			t.Errorf("before the index is there: %+v", r)
		}
		running, stop := context.WithCancel(context.WithoutCancel(ctx))
		done := make(chan error)
		go func() { done <- ix.Run(running) }()
		defer func() {
			stop()
			must(t, <-done)
			must(t, ix.Close())
		}()
		waiting := &house{t: t, log: &lines{}}
		waiting.until("the index is built", ix.Ready)
		if r := ask("nextclud"); r.Total != 1 || r.Corrected != "nextcloud" || r.Degraded {
			t.Errorf("%+v", r)
		}
		if r := ask("38000"); r.Total != 1 {
			t.Errorf("%+v", r)
		}
		_, err = service.PublishOffer(ctx, organiser, registry.OfferOf{Provider: string(seller.ID), Software: string(soft.ID)},
			registry.OfferFacts{Services: []registry.ServiceKind{"hosting"}, Area: registry.Area{Departements: []string{"38"}}})
		must(t, err)
		want, err := db.Position(ctx)
		must(t, err)
		waiting.until("the index follows", func() bool { ix.Wake(); return ix.Position() == want })
		if r := ask("hébergement nextcloud isère"); r.Total != 1 || r.Hits[0].Item.Name() != "Belledonne Services" {
			t.Errorf("%+v", r)
		}
	})
}
