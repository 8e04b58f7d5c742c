// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"maillage/internal/registry"
)

// readProviders reads lists of providers by SILL number:
//
//   - the CNLL's prestataires-sill.json, [{nom, sill_id, prestataires: [{nom, siren, url}]}];
//   - code.gouv.fr's sill-prestataires.json, which merges that list with the Comptoir's:
//     [{sill_id, prestataires: [{nom, website?, cdl_url?, cnll_url?, siren?}]}].
//
// The first is the CNLL's word, the second the SILL's. Neither describes software: an unknown number
// is reported, and the providers are taken in all the same.
func readProviders(s *source) (*harvest, error) {
	l := &sill{source: s, harvest: &harvest{source: registry.SourceCNLL}, software: map[string]string{},
		providers: map[string]int{}}
	offered := map[string]bool{}
	err := s.elements([]string{"data", "softwares"}, nil, func(o object) {
		if !o.has("nom") && len(l.harvest.offers) == 0 {
			l.harvest.source = registry.SourceSILL
		}
		number, name := o.number("sill_id", "sillId"), oneLine(o.text("nom"))
		if number == "" {
			s.said(registry.KindSoftware, o.at, "", name, Refused, "sill_id", "no_id", "")
			return
		}
		for _, p := range o.children("prestataires") {
			renamed := object{members: map[string]any{"name": p.text("nom", "name"), "siren": p.text("siren"),
				"website": p.text("website"), "cdl_url": p.text("cdl_url"), "url": p.text("url"), "cnll_url": p.text("cnll_url")},
				path: p.path, at: p.at, source: s}
			seller := l.seller(renamed)
			key := number + ":" + seller
			if seller == "" || offered[key] {
				continue
			}
			offered[key] = true
			l.harvest.offers = append(l.harvest.offers, relation{at: o.at, key: key, organisation: seller,
				name:  cmpText(name, "SILL "+number) + " – " + p.text("nom", "name"),
				known: registry.Identifier{Scheme: registry.SchemeSILL, Value: number}})
		}
	})
	return l.harvest, err
}
