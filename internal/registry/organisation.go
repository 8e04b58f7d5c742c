// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import "slices"

// Role is what an organisation is to the collective. One body may hold several.
type Role string

// The roles: local authority, seller of services, other public body or association.
const (
	RoleCollectivity Role = "collectivity"
	RoleProvider     Role = "provider"
	RolePartner      Role = "partner"
)

// Roles returns the roles an organisation can hold.
func Roles() []Role { return []Role{RoleCollectivity, RoleProvider, RolePartner} }

// OrganisationFacts is what a source can say of an organisation. The JSON names are the record
// vocabulary, like those of SoftwareFacts.
type OrganisationFacts struct {
	Name    string    `json:"name,omitempty"`    // official name
	Summary Localised `json:"summary,omitempty"` // one sentence, up to 300 code points
	Roles   []Role    `json:"roles,omitempty"`
	// Type is the kind of body: commune, epci, departement, region, syndicat, sdis, ccas, cdg, parc,
	// …, company, cooperative, association. For a public body it follows from LegalCategory.
	Type          string `json:"type,omitempty"`
	LegalCategory string `json:"legal_category,omitempty"` // INSEE legal category, four digits
	SIREN         string `json:"siren,omitempty"`
	// FormerSIRENs still find the organisation: a commune that absorbs another may be given a new one.
	FormerSIRENs []string `json:"former_sirens,omitempty"`
	// TerritoryCode is the code in the official register of the body itself: INSEE code of a commune,
	// département or région, SIREN of an EPCI. Empty for other bodies.
	TerritoryCode string       `json:"territory_code,omitempty"`
	Commune       string       `json:"commune,omitempty"`     // INSEE code of the seat
	EPCI          string       `json:"epci,omitempty"`        // SIREN of the EPCI it is in
	Departement   string       `json:"departement,omitempty"` // INSEE code
	Region        string       `json:"region,omitempty"`      // INSEE code
	PostalCode    string       `json:"postal_code,omitempty"`
	Population    int          `json:"population,omitempty"`
	Website       string       `json:"website,omitempty"`
	EmailDomains  []string     `json:"email_domains,omitempty"`
	Point         *Point       `json:"point,omitempty"`
	LabelLevel    string       `json:"label_level,omitempty"` // Territoire Numérique Libre: badge, bronze, silver, gold, 1…5
	LabelYear     int          `json:"label_year,omitempty"`
	Identifiers   []Identifier `json:"identifiers,omitempty"`
	// LeftOn is the day it left the collective: what it declared stays, and is shown with it.
	LeftOn  Date     `json:"left_on,omitempty"`
	Cleared []string `json:"cleared,omitempty"`
}

// Organisation is a body as the registry shows it.
type Organisation struct {
	Entity
	OrganisationFacts
}

// Holds reports whether the organisation has that role.
func (o Organisation) Holds(r Role) bool { return slices.Contains(o.Roles, r) }

// LabelLevels returns the levels of the Territoire Numérique Libre label: 1 to 5 until 2024, then a
// badge and three metals.
func LabelLevels() []string {
	return []string{"1", "2", "3", "4", "5", "badge", "bronze", "silver", "gold"}
}
