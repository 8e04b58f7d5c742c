// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package territory

// LegalCategory is one line of INSEE's nomenclature of legal categories (third level) that a member
// of the collective may have.
type LegalCategory struct {
	Code    string // four digits
	Kind    string // key of the kind of organisation, one of OrganisationKinds
	French  string
	English string
}

// The kinds of organisation a legal category leads to. A parc or a centre de gestion has no
// category of its own (a parc is a syndicat mixte ouvert, a centre de gestion an établissement
// public local), so KindParc and KindCDG are chosen by people.
const (
	KindCommune       = "commune"
	KindEPCI          = "epci"
	KindDepartement   = "departement"
	KindRegion        = "region"
	KindSyndicat      = "syndicat"
	KindSDIS          = "sdis"
	KindCCAS          = "ccas"
	KindCDG           = "cdg"
	KindParc          = "parc"
	KindEtablissement = "etablissement"
	KindHopital       = "hopital"
	KindUniversite    = "universite"
	KindGIP           = "gip"
	KindOther         = "other"
)

// OrganisationKinds returns the keys above in the order forms show them.
func OrganisationKinds() []string {
	return []string{KindCommune, KindEPCI, KindDepartement, KindRegion, KindSyndicat, KindSDIS, KindCCAS,
		KindCDG, KindParc, KindEtablissement, KindHopital, KindUniversite, KindGIP, KindOther}
}

// LegalCategories returns the categories accepted for members, in the order of their codes.
func LegalCategories() []LegalCategory {
	return []LegalCategory{
		{"7210", KindCommune, "Commune et commune nouvelle", "Municipality"},
		{"7220", KindDepartement, "Département", "Département"},
		{"7225", KindOther, "Collectivité et territoire d'outre-mer", "Overseas collectivity"},
		{"7229", KindOther, "Autre collectivité territoriale", "Other local authority"},
		{"7230", KindRegion, "Région", "Region"},
		{"7331", KindEtablissement, "Établissement public local d'enseignement", "Local public school"},
		{"7340", KindSyndicat, "Pôle métropolitain", "Metropolitan cluster"},
		{"7343", KindEPCI, "Communauté urbaine", "Urban community"},
		{"7344", KindEPCI, "Métropole", "Metropolis"},
		{"7345", KindSyndicat, "Syndicat intercommunal à vocation multiple (SIVOM)", "Multi-purpose union of municipalities"},
		{"7346", KindEPCI, "Communauté de communes", "Community of municipalities"},
		{"7348", KindEPCI, "Communauté d'agglomération", "Agglomeration community"},
		{"7353", KindSyndicat, "Syndicat intercommunal à vocation unique (SIVU)", "Single-purpose union of municipalities"},
		{"7354", KindSyndicat, "Syndicat mixte fermé", "Closed joint authority"},
		{"7355", KindSyndicat, "Syndicat mixte ouvert", "Open joint authority"},
		{"7357", KindSyndicat, "Pôle d'équilibre territorial et rural (PETR)", "Rural development cluster"},
		{"7361", KindCCAS, "Centre communal d'action sociale", "Municipal social welfare centre"},
		{"7364", KindHopital, "Établissement d'hospitalisation", "Public hospital"},
		{"7366", KindEtablissement, "Établissement public local social et médico-social", "Local public social care institution"},
		{"7367", KindCCAS, "Centre intercommunal d'action sociale (CIAS)", "Intermunicipal social welfare centre"},
		{"7372", KindSDIS, "Service départemental d'incendie et de secours (SDIS)", "Fire and rescue service"},
		{"7378", KindEtablissement, "Régie d'une collectivité locale à caractère administratif", "Administrative agency of a local authority"},
		{"7379", KindEtablissement, "Autre établissement public administratif local", "Other local public institution"},
		{"7383", KindUniversite, "Établissement public national à caractère scientifique, culturel et professionnel",
			"National public institution for science, culture and higher education"},
		{"7385", KindUniversite, "Autre établissement public national administratif d'enseignement",
			"Other national public teaching institution"},
		{"7410", KindGIP, "Groupement d'intérêt public (GIP)", "Public interest grouping"},
	}
}

// CategoryOf returns the accepted legal category of that code, and false when members cannot have it.
func CategoryOf(code string) (LegalCategory, bool) {
	for _, c := range LegalCategories() {
		if c.Code == code {
			return c, true
		}
	}
	return LegalCategory{}, false
}
