// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/testkit"
)

// The size Maillage is held to.
const (
	manySoftware       = 20_000
	manyCollectivities = 35_000
	manyProviders      = 2_000
	manyUsages         = 60_000
	manyOffers         = 6_000
	manyReferences     = 4_000
)

// full renders about as much as the API does.
type full struct{}

func (full) Software(v catalogue.SoftwareView, _ time.Time) []byte {
	return object(map[string]any{"id": v.ID, "slug": v.Slug, "facts": v.SoftwareFacts, "users": v.Users, "providers": v.Providers, "links": links})
}
func (full) Organisation(v catalogue.OrganisationView, _ time.Time) []byte {
	return object(map[string]any{"id": v.ID, "slug": v.Slug, "facts": v.OrganisationFacts, "usages": v.Usages, "links": links})
}
func (full) Usage(v catalogue.UsageView, now time.Time) []byte {
	return object(map[string]any{"id": v.ID, "organisation": v.Organisation, "software": v.Software, "facts": v.UsageFacts, "overdue": v.Overdue(now)})
}
func (full) Offer(v catalogue.OfferView, _ time.Time) []byte {
	return object(map[string]any{"id": v.ID, "provider": v.Provider, "software": v.Software, "facts": v.OfferFacts})
}
func (full) Reference(v catalogue.ReferenceView, _ time.Time) []byte {
	return object(map[string]any{"id": v.ID, "provider": v.Provider, "software": v.Software, "facts": v.ReferenceFacts})
}

var links = map[string]string{"self": "/api/v1/something/of-that-name", "usages": "/api/v1/usages?software=of-that-name"}

// big returns the whole corpus, the same at every run.
func big(t testing.TB) *source {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 11))
	register := testkit.Register(t)
	s := &source{}
	id := func(kind byte, n int) registry.ID {
		return registry.ID(fmt.Sprintf("0192%04x-%04x-7%c00-8000-%012x", n>>16, n&0xffff, kind, n))
	}
	word := func() string {
		b := make([]byte, 0, 9)
		for range 2 + r.IntN(3) {
			b = append(b, "bcdfglmnprstv"[r.IntN(13)], "aeiou"[r.IntN(5)])
		}
		return string(b)
	}
	text := strings.Repeat("Gère les dossiers du service et leurs pièces. ", 13)
	at := func(n int) time.Time { return born.Add(time.Duration(n) * time.Minute) }
	domains := registry.DomainKeys()
	for n := range manySoftware {
		e := software(string(id('a', n)), strings.ToUpper(word()[:1])+word()+" "+word())
		e.Slug, e.UpdatedAt = registry.Slug(fmt.Sprint("software-", n)), at(r.IntN(1_000_000))
		e.Licence = []string{"AGPL-3.0-only", "GPL-3.0-or-later", "MIT", "EUPL-1.2", "Apache-2.0"}[r.IntN(5)]
		e.Domains, e.Platforms = []string{domains[r.IntN(len(domains))]}, []string{"web"}
		e.Categories, e.Keywords = []string{fmt.Sprint("category-", r.IntN(100))}, []string{word()[:2], word()[:2]}
		e.Description = registry.Localised{"fr": text}
		s.software.put(e.ID, e)
	}
	bodies := 0
	for _, d := range register.Departements() {
		for _, b := range register.Communes(d.Code) {
			if bodies == manyCollectivities {
				break
			}
			e := organisation(string(id('b', bodies)), b.Name, registry.RoleCollectivity)
			e.Slug, e.Type, e.LegalCategory = registry.Slug(fmt.Sprint("body-", bodies)), "commune", "7210"
			e.SIREN, e.Population, e.EPCI = string(b.SIREN), b.Population, string(b.EPCI)
			e.Departement, e.Region, e.Commune = b.Departement, b.Region, b.Code
			if b.HasPoint {
				e.Point = &registry.Point{Lat: b.Lat, Lon: b.Lon}
			}
			s.organisations.put(e.ID, e)
			bodies++
		}
	}
	departements := register.Departements()
	for n := range manyProviders {
		e := organisation(string(id('c', n)), strings.ToUpper(word()[:1])+word()+" SCOP", registry.RoleProvider)
		e.Slug, e.Type, e.Summary = registry.Slug(fmt.Sprint("provider-", n)), "company", registry.Localised{"fr": text[:300]}
		e.Departement = departements[r.IntN(len(departements))].Code
		s.organisations.put(e.ID, e)
	}
	for n := range manyUsages {
		u := registry.Usage{Declared: declared(string(id('d', n))), Organisation: id('b', r.IntN(bodies)), Software: id('a', int(float64(manySoftware)*r.Float64()*r.Float64()*r.Float64()))}
		u.UpdatedAt, u.Stage, u.Visibility = at(n), registry.Stages()[r.IntN(7)], registry.Public
		if r.IntN(5) == 0 {
			u.Visibility = registry.Members
		}
		u.ConfirmedAt = born.AddDate(0, -r.IntN(12), 0)
		s.usages.put(u.ID, u)
	}
	for n := range manyOffers {
		o := registry.Offer{Declared: declared(string(id('e', n))), Provider: id('c', r.IntN(manyProviders)), Software: id('a', r.IntN(2000))}
		o.UpdatedAt, o.Services = at(n), []registry.ServiceKind{registry.Services()[r.IntN(7)], registry.Services()[r.IntN(7)]}
		switch r.IntN(3) {
		case 0:
			o.Area.France = true
		case 1:
			o.Area.Regions = []string{departements[r.IntN(len(departements))].Region}
		default:
			o.Area.Departements = []string{departements[r.IntN(len(departements))].Code}
		}
		s.offers.put(o.ID, o)
	}
	for n := range manyReferences {
		f := registry.Reference{Declared: declared(string(id('f', n))), Provider: id('c', r.IntN(manyProviders)), Organisation: id('b', r.IntN(bodies)), Software: id('a', r.IntN(2000))}
		f.ProviderConfirmedAt = born
		if r.IntN(3) > 0 {
			f.CustomerConfirmedAt = born
		}
		s.references.put(f.ID, f)
	}
	return s
}

// loadedBig is the corpus and a catalogue of it, shared by the benchmarks.
var loadedBig = sync.OnceValue(func() func(t testing.TB) (*source, *catalogue.Catalogue) {
	var (
		once sync.Once
		s    *source
		c    *catalogue.Catalogue
		err  error
	)
	return func(t testing.TB) (*source, *catalogue.Catalogue) {
		t.Helper()
		once.Do(func() {
			s = big(t)
			c = catalogue.New(catalogue.Config{Source: s, Renderer: full{}, Register: testkit.Register(t), Now: func() time.Time { return born }})
			err = c.Load(t.Context())
		})
		if err != nil {
			t.Fatal(err)
		}
		return s, c
	}
})

var _ = json.Marshal
