// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

// SoftwareFacts is what a source can say of a software. The JSON names are the record vocabulary:
// stored, exported, and later exchanged with other instances.
type SoftwareFacts struct {
	Name        string    `json:"name,omitempty"`
	Summary     Localised `json:"summary,omitempty"`     // one sentence, up to 150 code points
	Description Localised `json:"description,omitempty"` // light Markdown
	Repository  string    `json:"repository,omitempty"`  // canonical address of the source code
	// RepositoryAliases are other addresses of the same repository.
	RepositoryAliases []string `json:"repository_aliases,omitempty"`
	Website           string   `json:"website,omitempty"`
	Documentation     string   `json:"documentation,omitempty"`
	Logo              string   `json:"logo,omitempty"` // address; shown as a link, never hot-linked
	// Licence is a canonical SPDX expression when LicenceLabel is empty; else LicenceLabel is what
	// the source wrote and Licence is the expression it was read as, empty when it is unknown.
	Licence      string       `json:"licence,omitempty"`
	LicenceLabel string       `json:"licence_label,omitempty"`
	Categories   []string     `json:"categories,omitempty"` // terms of publiccode.yml 0.7
	Domains      []string     `json:"domains,omitempty"`    // business domains of local authorities
	Platforms    []string     `json:"platforms,omitempty"`  // web, windows, mac, linux, ios, android
	Keywords     []string     `json:"keywords,omitempty"`
	Replaces     []string     `json:"replaces,omitempty"`     // products it takes the place of
	Alternatives []string     `json:"alternatives,omitempty"` // names of comparable free software
	Identifiers  []Identifier `json:"identifiers,omitempty"`
	// ReleaseVersion and ReleaseDate are those of the last release known.
	ReleaseVersion string   `json:"release_version,omitempty"`
	ReleaseDate    Date     `json:"release_date,omitempty"`
	Status         string   `json:"status,omitempty"` // concept, development, beta, stable, obsolete
	Cleared        []string `json:"cleared,omitempty"`
}

// Software is a free software as the registry shows it.
type Software struct {
	Entity
	SoftwareFacts
}

// DevelopmentStatuses are the states a software can be in, the terms of publiccode.yml.
func DevelopmentStatuses() []string {
	return []string{"concept", "development", "beta", "stable", "obsolete"}
}

// Platforms returns the platforms a software can run on, the terms of publiccode.yml.
func Platforms() []string { return []string{"web", "windows", "mac", "linux", "ios", "android"} }
