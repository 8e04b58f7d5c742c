// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"strings"

	"maillage/internal/registry"
)

// listings are the lists of the API.
type listings struct {
	software, organisations, collectivities, providers, usages, offers, references *listing
}

func newListings() listings {
	return listings{
		software: &listing{kind: registry.KindSoftware, path: "/api/v1/software",
			title: map[string]string{"fr": "Logiciels libres", "en": "Free software"}, columns: softwareColumns()},
		organisations: &listing{kind: registry.KindOrganisation, path: "/api/v1/organisations",
			title: map[string]string{"fr": "Organismes", "en": "Organisations"}, columns: organisationColumns()},
		collectivities: &listing{kind: registry.KindOrganisation, path: "/api/v1/collectivities", role: registry.RoleCollectivity,
			title: map[string]string{"fr": "Collectivités", "en": "Local authorities"}, columns: organisationColumns()},
		providers: &listing{kind: registry.KindOrganisation, path: "/api/v1/providers", role: registry.RoleProvider,
			title: map[string]string{"fr": "Prestataires", "en": "Providers"}, columns: organisationColumns()},
		usages: &listing{kind: registry.KindUsage, path: "/api/v1/usages",
			title: map[string]string{"fr": "Usages déclarés", "en": "Declared usages"}, columns: usageColumns()},
		offers: &listing{kind: registry.KindOffer, path: "/api/v1/offers",
			title: map[string]string{"fr": "Offres des prestataires", "en": "Offers of providers"}, columns: offerColumns()},
		references: &listing{kind: registry.KindReference, path: "/api/v1/references",
			title: map[string]string{"fr": "Références confirmées", "en": "Confirmed references"}, columns: referenceColumns()},
	}
}

// row returns an empty struct for the representations of the list.
func (l *listing) row() any {
	switch l.kind {
	case registry.KindSoftware:
		return &softwareDTO{}
	case registry.KindOrganisation:
		return &organisationDTO{}
	case registry.KindUsage:
		return &usageDTO{}
	case registry.KindOffer:
		return &offerDTO{}
	}
	return &referenceDTO{}
}

// entry returns the title and the summary of a thing in a feed.
func (l *listing) entry(row any, lang string) (title, summary string) {
	say := func(vocabulary, key string) string {
		if w := label(vocabulary, key); w != nil {
			return w.in(lang)
		}
		return key
	}
	switch d := row.(type) {
	case *softwareDTO:
		return d.Name, registry.Localised(d.Summary).In(lang)
	case *organisationDTO:
		return d.Name, registry.Localised(d.Summary).In(lang)
	case *usageDTO:
		return d.Organisation.Name + " : " + d.Software.Name, say("stage", d.Stage)
	case *offerDTO:
		services := make([]string, len(d.Services))
		for i, s := range d.Services {
			services[i] = say("service", string(s))
		}
		return d.Provider.Name + " : " + d.Software.Name, strings.Join(services, ", ")
	case *referenceDTO:
		return d.Provider.Name + " → " + d.Organisation.Name + " : " + d.Software.Name, registry.Localised(d.Summary).In(lang)
	}
	return "", ""
}

// plural is the segment of the address of a kind of thing.
func plural(kind registry.Kind) string {
	if kind == registry.KindSoftware {
		return "software"
	}
	return string(kind) + "s"
}
