// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue_test

import (
	"runtime"
	"testing"
	"time"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/testkit"
)

func BenchmarkLoad(b *testing.B) {
	s := big(b)
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		c := catalogue.New(catalogue.Config{Source: s, Renderer: full{}, Register: testkit.Register(b), Now: func() time.Time { return born }})
		b.StartTimer()
		if err := c.Load(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
		rendered := 0
		for _, kind := range []registry.Kind{registry.KindSoftware, registry.KindOrganisation, registry.KindUsage, registry.KindOffer, registry.KindReference} {
			for it := range c.Items(kind) {
				rendered += len(it.JSON())
			}
		}
		b.ReportMetric(float64(rendered)/1e6, "MB-rendered")
		b.StartTimer()
	}
}

func BenchmarkQuery(b *testing.B) {
	_, c := loadedBig()(b)
	isere := &registry.Point{Lat: 45.18, Lon: 5.72}
	for name, q := range map[string]catalogue.Query{
		"two filters":          {Kind: registry.KindSoftware, Where: []catalogue.Term{term("licence", "MIT"), term("platform", "web")}},
		"two rare filters":     {Kind: registry.KindSoftware, Where: []catalogue.Term{term("category", "category-3"), term("licence", "MIT")}},
		"other order":          {Kind: registry.KindSoftware, Sort: "-updated", Where: []catalogue.Term{term("licence", "MIT"), term("platform", "web")}},
		"other order, rare":    {Kind: registry.KindSoftware, Sort: "-users", Where: []catalogue.Term{term("category", "category-3"), term("licence", "MIT")}},
		"towns":                {Kind: registry.KindOrganisation, Where: []catalogue.Term{term("role", "collectivity"), term("departement", "38")}},
		"towns by size":        {Kind: registry.KindOrganisation, Sort: "-population", Where: []catalogue.Term{term("role", "collectivity"), term("departement", "38")}},
		"near":                 {Kind: registry.KindOrganisation, Sort: "distance", Near: isere, Within: 50, Where: []catalogue.Term{term("role", "collectivity")}},
		"usages":               {Kind: registry.KindUsage, Where: []catalogue.Term{term("stage", "default")}},
		"providers":            {Kind: registry.KindOrganisation, Where: []catalogue.Term{term("role", "provider"), term("software", "software-7"), term("departement", "38")}},
		"providers, relevance": {Kind: registry.KindOrganisation, Sort: "relevance", Where: []catalogue.Term{term("role", "provider"), term("service", "hosting"), term("departement", "38")}},
		"changed since":        {Kind: registry.KindSoftware, Where: []catalogue.Term{term("updated_since", "2027-12-01")}},
	} {
		b.Run(name, func(b *testing.B) {
			q.Size = 25
			p, err := c.Query(q)
			if err != nil {
				b.Fatal(err)
			}
			q.After = p.Next // "" when one page holds all
			b.ReportAllocs()
			for b.Loop() {
				if p, err = c.Query(q); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(p.Total), "matches")
		})
	}
}

func BenchmarkGet(b *testing.B) {
	_, c := loadedBig()(b)
	for b.Loop() {
		if _, _, err := c.Get(registry.KindSoftware, "software-12345", visitor); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFacets(b *testing.B) {
	_, c := loadedBig()(b)
	q := catalogue.Query{Kind: registry.KindSoftware, Where: []catalogue.Term{term("licence", "MIT")}}
	for b.Loop() {
		if _, err := c.Facets(q, "category", "domain", "departement", "stratum"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSimilar(b *testing.B) {
	_, c := loadedBig()(b)
	for b.Loop() {
		if _, err := c.Similar("body-14000", visitor, 25); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStats(b *testing.B) {
	s, c := loadedBig()(b)
	n := 0
	for b.Loop() {
		b.StopTimer()
		n++
		touch(s, n)
		if err := c.CatchUp(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := c.Stats(); err != nil {
			b.Fatal(err)
		}
	}
}

// touch changes a software's date of update.
func touch(s *source, n int) {
	e := s.software.things[s.software.ids[n%1000]]
	e.Rev++
	e.UpdatedAt = e.UpdatedAt.Add(time.Second)
	s.putSoftware(e)
}

func BenchmarkCatchUp(b *testing.B) {
	s, c := loadedBig()(b)
	for name, change := range map[string]func(n int){
		"software": func(n int) { touch(s, n) },
		"software renamed": func(n int) {
			e := s.software.things[s.software.ids[5000+n%1000]]
			e.Rev++
			e.Name = e.Name[1:] + e.Name[:1]
			s.putSoftware(e)
		},
		"organisation": func(n int) {
			e := s.organisations.things[s.organisations.ids[n%1000]]
			e.Rev++
			e.Website = "https://example.org/" + time.Duration(n).String()
			s.putOrganisation(e)
		},
		"usage": func(n int) {
			u := s.usages.things[s.usages.ids[n%1000]]
			u.Rev++
			u.UpdatedAt = u.UpdatedAt.Add(time.Hour)
			if u.Stage = registry.StageDefault; n/1000%2 == 0 {
				u.Stage = registry.StageLeft
			}
			s.putUsage(u)
		},
		"offer": func(n int) {
			o := s.offers.things[s.offers.ids[n%1000]]
			o.Rev++
			o.Area.France = !o.Area.France
			s.putOffer(o)
		},
		"nothing": func(int) {},
	} {
		b.Run(name, func(b *testing.B) {
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				n++
				change(n)
				b.StartTimer()
				if err := c.CatchUp(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
