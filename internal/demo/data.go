// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package demo

import "maillage/internal/registry"

// The shapes of the embedded files. An unknown key in a file is an error.

type sheet struct {
	Name         string             `yaml:"name"`
	Summary      registry.Localised `yaml:"summary"`
	Description  registry.Localised `yaml:"description"`
	Repository   string             `yaml:"repository"`
	Website      string             `yaml:"website"`
	Licence      string             `yaml:"licence"`
	Categories   []string           `yaml:"categories"`
	Domains      []string           `yaml:"domains"`
	Platforms    []string           `yaml:"platforms"`
	Replaces     []string           `yaml:"replaces"`
	Alternatives []string           `yaml:"alternatives"`
	Keywords     []string           `yaml:"keywords"`
	Status       string             `yaml:"development_status"`
	Identifiers  struct {
		Wikidata   string `yaml:"wikidata"`
		SILL       string `yaml:"sill"`
		Comptoir   string `yaml:"comptoir"`
		Framalibre string `yaml:"framalibre"`
	} `yaml:"identifiers"`
	Release struct {
		Version string        `yaml:"version"`
		Date    registry.Date `yaml:"date"`
	} `yaml:"latest_release"`
}

type body struct {
	INSEE         string `yaml:"insee"`
	SIREN         string `yaml:"siren"`
	Kind          string `yaml:"kind"`
	Name          string `yaml:"name"`
	LegalCategory string `yaml:"legal_category"`
}

// ref is how the other files name the body.
func (b body) ref() string {
	if b.INSEE != "" {
		return b.INSEE
	}
	return b.SIREN
}

type provider struct {
	Name    string             `yaml:"name"`
	SIREN   string             `yaml:"siren"`
	Website string             `yaml:"website"`
	Summary registry.Localised `yaml:"summary"`
	Commune string             `yaml:"commune"`
	Offers  []struct {
		Software string                 `yaml:"software"`
		Services []registry.ServiceKind `yaml:"services"`
		Area     struct {
			France       bool     `yaml:"france"`
			Departements []string `yaml:"departements"`
			Regions      []string `yaml:"regions"`
		} `yaml:"area"`
		Purchase registry.Purchase  `yaml:"purchase"`
		Note     registry.Localised `yaml:"note"`
	} `yaml:"offers"`
}

type usage struct {
	Collectivity   string              `yaml:"collectivity"`
	Software       string              `yaml:"software"`
	Stage          registry.Stage      `yaml:"stage"`
	Since          registry.Date       `yaml:"since"`
	Version        string              `yaml:"version"`
	Seats          int                 `yaml:"seats"`
	Hosting        registry.Hosting    `yaml:"hosting"`
	Provider       string              `yaml:"provider"`
	Note           registry.Localised  `yaml:"note"`
	ContactAllowed bool                `yaml:"contact_allowed"`
	Visibility     registry.Visibility `yaml:"visibility"`
	Confirmed      string              `yaml:"confirmed"`
}

type reference struct {
	Provider            string                 `yaml:"provider"`
	Collectivity        string                 `yaml:"collectivity"`
	Software            string                 `yaml:"software"`
	Services            []registry.ServiceKind `yaml:"services"`
	Since               registry.Date          `yaml:"since"`
	Until               registry.Date          `yaml:"until"`
	Summary             registry.Localised     `yaml:"summary"`
	ConfirmedByProvider bool                   `yaml:"confirmed_by_provider"`
	ConfirmedByCustomer bool                   `yaml:"confirmed_by_customer"`
	ChooseAgain         *bool                  `yaml:"choose_again"`
	Contested           bool                   `yaml:"contested"`
}
