// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"maillage/internal/publiccode"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// serviceWords are the words under which a service is looked for.
func serviceWords(s registry.ServiceKind) string {
	switch s {
	case "integration":
		return "intégration, intégrateur, installation, déploiement, integrator"
	case "hosting":
		return "hébergement, hébergeur, hosting"
	case "support":
		return "support, assistance, maintenance"
	case "training":
		return "formation, formateur, training"
	case "development":
		return "développement, développeur, development"
	case "migration":
		return "migration, bascule"
	case "audit":
		return "audit, conseil, expertise, consulting"
	}
	return ""
}

// typeWords are the words under which a kind of body is looked for.
func typeWords(o registry.Organisation) string {
	words := o.Type
	if c, ok := territory.CategoryOf(o.LegalCategory); ok {
		words += ", " + c.French + ", " + c.English
	}
	switch o.Type {
	case territory.KindCommune:
		words += ", commune, mairie, ville, town hall"
	case territory.KindEPCI:
		words += ", intercommunalité"
	case "departement":
		words += ", conseil départemental"
	case "region":
		words += ", conseil régional"
	case "company":
		words += ", entreprise, société"
	case "cooperative":
		words += ", coopérative, SCOP, SCIC"
	case "state":
		words += ", État"
	}
	if o.Holds(registry.RoleProvider) {
		words += ", prestataire, fournisseur, provider"
	}
	return words
}

// categoryWords are a software's categories and business domains in both languages.
func categoryWords(s registry.Software) []string {
	var out []string
	for _, c := range s.Categories {
		out = append(out, publiccode.CategoryLabel(c, "fr"), publiccode.CategoryLabel(c, "en"))
	}
	for _, d := range registry.Domains() {
		for _, key := range s.Domains {
			if d.Key == key {
				out = append(out, d.Label["fr"], d.Label["en"])
			}
		}
	}
	return out
}
