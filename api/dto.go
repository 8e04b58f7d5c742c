// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"time"

	"maillage/internal/registry"
)

// The structs of this file are the contract of the API, apart from the core's types: a field that is
// renamed there is not renamed here. What is not known is absent. openapi.yaml describes them.

// headDTO begins every representation: schema.org's keys, so that a page of ours is linked data.
type headDTO struct {
	Context []string `json:"@context"`
	LDType  string   `json:"@type"`
	LDID    string   `json:"@id"`
	ID      string   `json:"id"`
}

type softwareDTO struct {
	headDTO
	Slug              string                `json:"slug"`
	Name              string                `json:"name"`
	Summary           map[string]string     `json:"summary,omitempty"`
	Description       map[string]string     `json:"description,omitempty"`
	Repository        string                `json:"repository,omitempty"`
	RepositoryAliases []string              `json:"repository_aliases,omitempty"`
	Website           string                `json:"website,omitempty"`
	Documentation     string                `json:"documentation,omitempty"`
	Logo              string                `json:"logo,omitempty"`
	Licence           *licenceDTO           `json:"licence,omitempty"`
	Categories        []string              `json:"categories,omitempty"`
	Domains           []string              `json:"domains,omitempty"`
	Platforms         []string              `json:"platforms,omitempty"`
	Keywords          []string              `json:"keywords,omitempty"`
	Replaces          []string              `json:"replaces,omitempty"`
	Alternatives      []string              `json:"alternatives,omitempty"`
	Identifiers       []registry.Identifier `json:"identifiers,omitempty"`
	Release           *releaseDTO           `json:"release,omitempty"`
	Status            string                `json:"status,omitempty"`
	Users             usersDTO              `json:"users"`
	Providers         int                   `json:"providers"`
	References        int                   `json:"references"`
	Rev               int64                 `json:"rev"`
	CreatedAt         time.Time             `json:"created_at"`
	UpdatedAt         time.Time             `json:"updated_at"`
	Links             softwareLinks         `json:"links"`
}

// licenceDTO holds the SPDX expression, or the label of a licence that is not one we know.
type licenceDTO struct {
	SPDX  string `json:"spdx,omitempty"`
	Label string `json:"label,omitempty"`
	Known bool   `json:"known"`
	Free  bool   `json:"free"`
}

type releaseDTO struct {
	Version string `json:"version,omitempty"`
	Date    string `json:"date,omitempty"`
}

type usersDTO struct {
	Total   int                    `json:"total"`
	ByStage map[registry.Stage]int `json:"by_stage,omitempty"`
}

type softwareLinks struct {
	Self       string `json:"self"`
	Usages     string `json:"usages"`
	Offers     string `json:"offers"`
	Providers  string `json:"providers"`
	Provenance string `json:"provenance"`
	Publiccode string `json:"publiccode"`
}

type organisationDTO struct {
	headDTO
	Slug               string                `json:"slug"`
	Name               string                `json:"name"`
	Summary            map[string]string     `json:"summary,omitempty"`
	Roles              []registry.Role       `json:"roles,omitempty"`
	Type               string                `json:"type,omitempty"`
	TypeLabel          *words                `json:"type_label,omitempty"`
	LegalCategory      *codedDTO             `json:"legal_category,omitempty"`
	SIREN              string                `json:"siren,omitempty"`
	FormerSIRENs       []string              `json:"former_sirens,omitempty"`
	Territory          *territoryDTO         `json:"territory,omitempty"`
	PostalCode         string                `json:"postal_code,omitempty"`
	Population         int                   `json:"population,omitempty"`
	Stratum            string                `json:"stratum,omitempty"`
	Website            string                `json:"website,omitempty"`
	EmailDomains       []string              `json:"email_domains,omitempty"`
	Point              *registry.Point       `json:"point,omitempty"`
	Label              *labelDTO             `json:"label,omitempty"`
	Identifiers        []registry.Identifier `json:"identifiers,omitempty"`
	LeftOn             string                `json:"left_on,omitempty"`
	Usages             int                   `json:"usages"`
	Offers             int                   `json:"offers"`
	References         int                   `json:"references"`
	ChooseAgain        int                   `json:"choose_again"`
	AsCustomer         int                   `json:"references_as_customer"`
	DepartementsServed []string              `json:"departements_served,omitempty"`
	Rev                int64                 `json:"rev"`
	CreatedAt          time.Time             `json:"created_at"`
	UpdatedAt          time.Time             `json:"updated_at"`
	Links              organisationLinks     `json:"links"`
}

// codedDTO is a code of a nomenclature with its name.
type codedDTO struct {
	Code  string `json:"code"`
	Label *words `json:"label,omitempty"`
}

type territoryDTO struct {
	Code        string    `json:"code,omitempty"`
	Commune     *placeDTO `json:"commune,omitempty"`
	EPCI        *placeDTO `json:"epci,omitempty"`
	Departement *placeDTO `json:"departement,omitempty"`
	Region      *placeDTO `json:"region,omitempty"`
}

type placeDTO struct {
	Code string `json:"code"`
	Name string `json:"name,omitempty"`
}

type labelDTO struct {
	Level string `json:"level,omitempty"`
	Year  int    `json:"year,omitempty"`
}

type organisationLinks struct {
	Self       string `json:"self"`
	Provenance string `json:"provenance"`
	Usages     string `json:"usages,omitempty"`
	Similar    string `json:"similar,omitempty"`
	Offers     string `json:"offers,omitempty"`
	References string `json:"references,omitempty"`
}

type briefDTO struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
	Left bool   `json:"left,omitempty"`
}

type selfLink struct {
	Self string `json:"self"`
}

type usageDTO struct {
	headDTO
	Organisation   briefDTO   `json:"organisation"`
	Software       briefDTO   `json:"software"`
	Stage          string     `json:"stage"`
	Running        bool       `json:"running"`
	Since          string     `json:"since,omitempty"`
	Version        string     `json:"version,omitempty"`
	Scope          string     `json:"scope,omitempty"`
	Seats          int        `json:"seats,omitempty"`
	Hosting        string     `json:"hosting,omitempty"`
	Provider       *briefDTO  `json:"provider,omitempty"`
	Note           string     `json:"note,omitempty"`
	ContactAllowed bool       `json:"contact_allowed"`
	Visibility     string     `json:"visibility"`
	ConfirmedAt    *time.Time `json:"confirmed_at,omitempty"`
	ConfirmBy      *time.Time `json:"confirm_by,omitempty"`
	Overdue        bool       `json:"overdue"`
	Source         string     `json:"source"`
	Rev            int64      `json:"rev"`
	CreatedAt      time.Time  `json:"created_at"`
	UpdatedAt      time.Time  `json:"updated_at"`
	Links          selfLink   `json:"links"`
}

type areaDTO struct {
	France       bool       `json:"france,omitempty"`
	Departements []placeDTO `json:"departements,omitempty"`
	Regions      []placeDTO `json:"regions,omitempty"`
}

type offerDTO struct {
	headDTO
	Provider  briefDTO               `json:"provider"`
	Software  briefDTO               `json:"software"`
	Services  []registry.ServiceKind `json:"services"`
	Area      areaDTO                `json:"area"`
	Purchase  string                 `json:"purchase,omitempty"`
	URL       string                 `json:"url,omitempty"`
	Note      map[string]string      `json:"note,omitempty"`
	Source    string                 `json:"source"`
	Rev       int64                  `json:"rev"`
	CreatedAt time.Time              `json:"created_at"`
	UpdatedAt time.Time              `json:"updated_at"`
	Links     selfLink               `json:"links"`
}

type referenceDTO struct {
	headDTO
	Provider            briefDTO               `json:"provider"`
	Organisation        briefDTO               `json:"organisation"`
	Software            briefDTO               `json:"software"`
	Services            []registry.ServiceKind `json:"services,omitempty"`
	Since               string                 `json:"since,omitempty"`
	Until               string                 `json:"until,omitempty"`
	Summary             map[string]string      `json:"summary,omitempty"`
	State               string                 `json:"state"`
	ProviderConfirmedAt *time.Time             `json:"provider_confirmed_at,omitempty"`
	CustomerConfirmedAt *time.Time             `json:"customer_confirmed_at,omitempty"`
	ContestedAt         *time.Time             `json:"contested_at,omitempty"`
	ChooseAgain         *bool                  `json:"choose_again,omitempty"`
	Source              string                 `json:"source"`
	Rev                 int64                  `json:"rev"`
	CreatedAt           time.Time              `json:"created_at"`
	UpdatedAt           time.Time              `json:"updated_at"`
	Links               selfLink               `json:"links"`
}
