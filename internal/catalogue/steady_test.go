// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue_test

import (
	"fmt"
	"testing"
	"time"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/testkit"
)

func probe(t *testing.T, s *source) *catalogue.Catalogue {
	c := catalogue.New(catalogue.Config{Source: s, Renderer: plain{}, Register: testkit.Register(t), Now: func() time.Time { return born }})
	if err := c.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDistancePagesStayStableWhenSomethingNearerArrives(t *testing.T) {
	s := &source{}
	put := func(n int, lat float64) {
		o := organisation(fmt.Sprintf("b%02d", n), fmt.Sprint("Ville ", n), registry.RoleCollectivity)
		o.Point = &registry.Point{Lat: lat, Lon: 5}
		s.putOrganisation(o)
	}
	for n := range 6 {
		put(n, 45+float64(n)/10)
	}
	c := probe(t, s)
	q := catalogue.Query{Kind: registry.KindOrganisation, Sort: "distance", Near: &registry.Point{Lat: 45, Lon: 5}, Within: 500, Size: 2}
	seen := map[registry.ID]int{}
	for i := 0; ; i++ {
		p, err := c.Query(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range p.Items {
			seen[it.ID()]++
		}
		if p.Next == "" {
			break
		}
		q.After = p.Next
		if i == 0 {
			put(9, 44.99)
			if err := c.CatchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := range 6 {
		if id := registry.ID(fmt.Sprintf("b%02d", n)); seen[id] != 1 {
			t.Errorf("%s seen %d times", id, seen[id])
		}
	}
}

func TestUpdatedPagesWithTimesFinerThanAMicrosecond(t *testing.T) {
	s := &source{}
	for n := range 6 {
		e := software(fmt.Sprintf("a%02d", n), fmt.Sprint("S", n))
		e.UpdatedAt = born.Add(time.Duration(n) * 100 * time.Nanosecond)
		s.putSoftware(e)
	}
	c := probe(t, s)
	for _, sort := range []string{"updated", "-updated"} {
		q := catalogue.Query{Kind: registry.KindSoftware, Sort: sort, Size: 2}
		seen := map[registry.ID]int{}
		for range 10 {
			p, err := c.Query(q)
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range p.Items {
				seen[it.ID()]++
			}
			if q.After = p.Next; p.Next == "" {
				break
			}
		}
		for n := range 6 {
			if id := registry.ID(fmt.Sprintf("a%02d", n)); seen[id] != 1 {
				t.Errorf("%s: %s seen %d times", sort, id, seen[id])
			}
		}
	}
}

func TestRenamingWhatIsSharedChangesTheVersionOfSimilar(t *testing.T) {
	s := &source{}
	e := software("a00", "Old")
	s.putSoftware(e)
	for n := range 2 {
		s.putOrganisation(organisation(fmt.Sprintf("b%02d", n), fmt.Sprint("V", n), registry.RoleCollectivity))
		u := registry.Usage{Declared: declared(fmt.Sprintf("d%02d", n)), Organisation: registry.ID(fmt.Sprintf("b%02d", n)), Software: "a00"}
		u.Stage, u.Visibility = registry.StageDefault, registry.Public
		s.putUsage(u)
	}
	c := probe(t, s)
	before := c.Version(registry.KindOrganisation)
	e.Name, e.Rev = "New", 2
	s.putSoftware(e)
	if err := c.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c.Version(registry.KindOrganisation) == before {
		t.Error("similar names the shared software anew under the old version: its 304 is stale")
	}
}

func TestFacetOfServicesMeetsTheSameOffer(t *testing.T) {
	s := &source{}
	s.putSoftware(software("a00", "X"))
	s.putSoftware(software("a01", "Y"))
	s.putOrganisation(organisation("c00", "P", registry.RoleProvider))
	for n, k := range []registry.ServiceKind{"hosting", "audit"} {
		o := registry.Offer{Declared: declared(fmt.Sprintf("e%02d", n)), Provider: "c00", Software: registry.ID(fmt.Sprintf("a%02d", n))}
		o.Services, o.Area.France = []registry.ServiceKind{k}, true
		s.putOffer(o)
	}
	c := probe(t, s)
	where := []catalogue.Term{term("role", "provider"), term("software", "a00")}
	f, err := c.Facets(catalogue.Query{Kind: registry.KindOrganisation, Where: where}, "service")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range f[0].Values {
		p, err := c.Query(catalogue.Query{Kind: registry.KindOrganisation, Size: 9, Where: append(where[:2:2], term("service", v.Value))})
		if err != nil || p.Total != v.Count {
			t.Errorf("service %s: facet %d, filter finds %d (%v)", v.Value, v.Count, p.Total, err)
		}
	}
}
