// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"maillage/internal/registry"
)

// organisationBody is what a client may say of an organisation: the editable part of
// organisationDTO. For a body of the official register, its SIREN alone is enough.
type organisationBody struct {
	Name          string                `json:"name"`
	Summary       map[string]string     `json:"summary"`
	Roles         []registry.Role       `json:"roles"`
	Type          string                `json:"type"`
	LegalCategory codeValue             `json:"legal_category"`
	SIREN         string                `json:"siren"`
	FormerSIRENs  []string              `json:"former_sirens"`
	Territory     territoryBody         `json:"territory"`
	PostalCode    string                `json:"postal_code"`
	Population    int                   `json:"population"`
	Website       string                `json:"website"`
	EmailDomains  []string              `json:"email_domains"`
	Point         *registry.Point       `json:"point"`
	Label         labelBody             `json:"label"`
	Identifiers   []registry.Identifier `json:"identifiers"`
}

type territoryBody struct {
	Code        string    `json:"code"`
	Commune     codeValue `json:"commune"`
	EPCI        codeValue `json:"epci"`
	Departement codeValue `json:"departement"`
	Region      codeValue `json:"region"`
}

type labelBody struct {
	Level string `json:"level"`
	Year  int    `json:"year"`
}

func (b *organisationBody) facts() registry.OrganisationFacts {
	t := &b.Territory
	return registry.OrganisationFacts{
		Name: b.Name, Summary: b.Summary, Roles: b.Roles, Type: b.Type, LegalCategory: string(b.LegalCategory),
		SIREN: b.SIREN, FormerSIRENs: b.FormerSIRENs, TerritoryCode: t.Code, Commune: string(t.Commune),
		EPCI: string(t.EPCI), Departement: string(t.Departement), Region: string(t.Region),
		PostalCode: b.PostalCode, Population: b.Population, Website: b.Website, EmailDomains: b.EmailDomains,
		Point: b.Point, LabelLevel: b.Label.Level, LabelYear: b.Label.Year, Identifiers: b.Identifiers,
	}
}

func organisationBodyOf(f *registry.OrganisationFacts) organisationBody {
	b := organisationBody{
		Name: f.Name, Summary: copyOf(f.Summary), Roles: f.Roles, Type: f.Type, LegalCategory: codeValue(f.LegalCategory),
		SIREN: f.SIREN, FormerSIRENs: f.FormerSIRENs,
		Territory: territoryBody{Code: f.TerritoryCode, Commune: codeValue(f.Commune), EPCI: codeValue(f.EPCI),
			Departement: codeValue(f.Departement), Region: codeValue(f.Region)},
		PostalCode: f.PostalCode, Population: f.Population, Website: f.Website, EmailDomains: f.EmailDomains,
		Label: labelBody{Level: f.LabelLevel, Year: f.LabelYear}, Identifiers: f.Identifiers,
	}
	if f.Point != nil {
		p := *f.Point // the decoder writes into it
		b.Point = &p
	}
	return b
}

// organisationNames gives the core's names of fields beside the API's, where they differ.
func organisationNames() []renamed {
	return []renamed{{"territory_code", "territory.code"}, {"commune", "territory.commune"},
		{"epci", "territory.epci"}, {"departement", "territory.departement"}, {"region", "territory.region"},
		{"label_level", "label.level"}, {"label_year", "label.year"}}
}

// organisationFields are the paths of organisationBody a patch can speak of.
func organisationFields() []patched {
	fields := []patched{{"name", "name"}, {"summary", "summary"}, {"roles", "roles"}, {"type", "type"},
		{"legal_category", "legal_category"}, {"siren", "siren"}, {"former_sirens", "former_sirens"},
		{"postal_code", "postal_code"}, {"population", "population"}, {"website", "website"},
		{"email_domains", "email_domains"}, {"point", "point"}, {"identifiers", "identifiers"}}
	for _, n := range organisationNames() {
		fields = append(fields, patched{n.api, n.core})
	}
	return fields
}
