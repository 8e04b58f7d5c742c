// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"encoding/csv"
	"strings"

	"maillage/internal/registry"
)

// TableKinds returns the kinds of things a table can hold.
func TableKinds() []registry.Kind {
	return []registry.Kind{registry.KindSoftware, registry.KindOrganisation, registry.KindUsage, registry.KindOffer,
		registry.KindReference}
}

// Template returns an empty table of that kind to fill in: its header and an example row to replace,
// with ";" between columns, in UTF-8 with a byte order mark. It is "" for another kind.
func Template(kind registry.Kind) string {
	var headers, example []string
	for _, c := range tableColumns(kind) {
		headers = append(headers, c.name)
		example = append(example, c.example)
	}
	if len(headers) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(utf8BOM)
	w := csv.NewWriter(&b)
	w.Comma = ';'
	// Writing to memory does not fail.
	_ = w.Write(headers)
	_ = w.Write(example)
	w.Flush()
	return b.String()
}

// tableColumn is a column of our templates, with its English name and an example.
type tableColumn struct {
	name, english, example string
}

func columnsOf(kind registry.Kind) []column {
	var out []column
	for _, c := range tableColumns(kind) {
		out = append(out, column{name: c.name, aliases: []string{c.english}})
	}
	return out
}

func tableColumns(kind registry.Kind) []tableColumn {
	switch kind {
	case registry.KindSoftware:
		return []tableColumn{
			{"nom", "name", "openCimetière"},
			{"resume", "summary", "Gestion des concessions de cimetières communaux"},
			{"resume_en", "summary_en", "Management of municipal burial plots"},
			{"description", "description", ""},
			{"depot", "repository", "https://gitlab.adullact.net/openmairie/opencimetiere"},
			{"site", "website", ""},
			{"documentation", "documentation", ""},
			{"licence", "license", "AGPL-3.0-only"},
			{"categories", "categories", ""},
			{"domaines", "domains", "civil-registry"},
			{"plateformes", "platforms", "web"},
			{"mots_cles", "keywords", "cimetière, concessions"},
			{"remplace", "replaces", ""},
			{"alternatives", "alternatives", ""},
			{"wikidata", "wikidata", ""},
			{"sill", "sill", ""},
			{"comptoir", "comptoir", "109"},
			{"framalibre", "framalibre", ""},
			{"cnll", "cnll", ""},
			{"version", "version", ""},
			{"date_version", "release_date", ""},
			{"etat", "status", "stable"},
			{"identifiant", "key", ""},
		}
	case registry.KindOrganisation:
		return []tableColumn{
			{"nom", "name", "Ville d’Exemple"},
			{"roles", "roles", "collectivité"},
			{"siren", "siren", ""},
			{"code_insee", "insee_code", "38185"},
			{"type", "type", ""},
			{"categorie_juridique", "legal_category", ""},
			{"code_postal", "postal_code", ""},
			{"site", "website", "https://www.exemple.fr"},
			{"domaines_courriel", "email_domains", "exemple.fr"},
			{"resume", "summary", ""},
			{"label_niveau", "label_level", ""},
			{"label_annee", "label_year", ""},
			{"comptoir", "comptoir", ""},
			{"identifiant", "key", ""},
		}
	case registry.KindUsage:
		return []tableColumn{
			{"organisation", "organisation", "38185"},
			{"logiciel", "software", "nextcloud"},
			{"stade", "stage", "généralisé"},
			{"depuis", "since", "2023"},
			{"version", "version", "29"},
			{"perimetre", "scope", "tous les services"},
			{"postes", "seats", "350"},
			{"hebergement", "hosting", "interne"},
			{"prestataire", "provider", ""},
			{"note", "note", ""},
			{"contact_autorise", "contact_allowed", "oui"},
			{"visibilite", "visibility", "public"},
			{"identifiant", "key", ""},
		}
	case registry.KindOffer:
		return []tableColumn{
			{"prestataire", "provider", "552100554"},
			{"logiciel", "software", "nextcloud"},
			{"services", "services", "hébergement, assistance"},
			{"departements", "departements", "38, 73"},
			{"regions", "regions", ""},
			{"france", "france", "non"},
			{"achat", "purchase", "direct"},
			{"url", "url", ""},
			{"note", "note", ""},
			{"identifiant", "key", ""},
		}
	case registry.KindReference:
		return []tableColumn{
			{"prestataire", "provider", "552100554"},
			{"organisation", "organisation", "38185"},
			{"logiciel", "software", "nextcloud"},
			{"services", "services", "intégration"},
			{"depuis", "since", "2022-09"},
			{"jusqu_a", "until", ""},
			{"resume", "summary", ""},
			{"identifiant", "key", ""},
		}
	}
	return nil
}
