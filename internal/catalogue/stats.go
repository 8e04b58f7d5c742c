// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"cmp"
	"slices"
	"time"

	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// mostUsed is how many software the figures list.
const mostUsed = 20

// Stats are the figures of the collective, from what everybody may see.
type Stats struct {
	Software      int
	Organisations int
	// ByRole, ByType and ByStratum count organisations; the last two collectivities alone.
	ByRole     []FacetValue
	ByType     []FacetValue
	ByStratum  []FacetValue
	Usages     int
	ByStage    []FacetValue
	Offers     int
	References int // confirmed
	// MostUsed are the software with the most public usages that run.
	MostUsed []Used
	// Coverage counts public usages that run, by business domain and population stratum: the holes
	// are the point.
	Coverage []Coverage
	Position int64
	At       time.Time
}

// Used is a software and how many use it.
type Used struct {
	Brief
	Users int
}

// Coverage is one row of the matrix: a domain, and for each stratum how many usages.
type Coverage struct {
	Domain string
	Counts map[string]int // by stratum
	Total  int
}

// Stats returns the figures of the collective.
func (c *Catalogue) Stats() (Stats, error) {
	s := c.Snapshot()
	software, organisations := s.tables[registry.KindSoftware], s.tables[registry.KindOrganisation]
	out := Stats{Software: len(software.items), Organisations: len(organisations.items), Offers: len(s.tables[registry.KindOffer].items),
		Position: s.position, At: c.cfg.Now().UTC()}
	visitor := member.Actor{}
	collectivities := Query{Kind: registry.KindOrganisation, By: visitor, Where: []Term{{Dim: "role", Values: []string{string(registry.RoleCollectivity)}}}}
	for _, f := range []struct {
		query Query
		dim   string
		into  *[]FacetValue
	}{
		{Query{Kind: registry.KindOrganisation, By: visitor}, "role", &out.ByRole},
		{collectivities, "type", &out.ByType},
		{collectivities, "stratum", &out.ByStratum},
		{Query{Kind: registry.KindUsage, By: visitor}, "stage", &out.ByStage},
	} {
		found, err := s.Match(f.query)
		if err != nil {
			return out, err
		}
		facets, err := s.Counts(f.query.Kind, found, f.dim)
		if err != nil {
			return out, err
		}
		*f.into = facets[0].Values
	}
	for _, v := range out.ByStage {
		out.Usages += v.Count
	}
	if found, err := s.Match(Query{Kind: registry.KindReference, By: visitor}); err != nil {
		return out, err
	} else if found != nil {
		out.References = found.Count()
	}
	out.MostUsed = s.mostUsed()
	out.Coverage = s.coverage(c)
	return out, nil
}

func (s *Snapshot) mostUsed() []Used {
	items := slices.Clone(s.tables[registry.KindSoftware].items)
	slices.SortFunc(items, func(a, b *Item) int {
		return cmp.Or(cmp.Compare(b.uses, a.uses), cmp.Compare(a.nameKey(), b.nameKey()), byID(a, b))
	})
	var out []Used
	for _, it := range items[:min(len(items), mostUsed)] {
		if it.uses > 0 {
			out = append(out, Used{Brief: Brief{ID: it.ID(), Slug: it.Slug(), Name: it.Name()}, Users: int(it.uses)})
		}
	}
	return out
}

// coverage has a row for every domain, those nobody covers too.
func (s *Snapshot) coverage(c *Catalogue) []Coverage {
	rows := map[string]*Coverage{}
	var out []Coverage
	for _, key := range registry.DomainKeys() {
		rows[key] = &Coverage{Domain: key, Counts: map[string]int{}}
		for _, stratum := range territory.Strata() {
			rows[key].Counts[stratum] = 0
		}
	}
	software, organisations := s.tables[registry.KindSoftware], s.tables[registry.KindOrganisation]
	domain, _ := software.dim("domain")
	for _, it := range s.tables[registry.KindUsage].items {
		if !it.decl.running() {
			continue
		}
		sheet, known := software.find(it.decl.software)
		body, placed := organisations.find(it.decl.organisation)
		if !known || !placed {
			continue
		}
		stratum := c.words[registry.KindOrganisation].of(body, "stratum")
		for _, f := range sheet.values {
			if f.dim() == domain && int(f.value()) < len(software.names[domain]) {
				if row := rows[software.names[domain][f.value()]]; row != nil && stratum != "" {
					row.Counts[stratum]++
					row.Total++
				}
			}
		}
	}
	for _, key := range registry.DomainKeys() {
		out = append(out, *rows[key])
	}
	return out
}
