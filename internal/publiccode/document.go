// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

// Document is one publiccode.yml, the fields of every version 0.x together. A field that is absent
// is the zero value; a list that is absent is nil.
type Document struct {
	Version          string // publiccodeYmlVersion, as written
	Name             string
	ApplicationSuite string
	URL              string // of the code repository: it identifies the software
	LandingURL       string
	IsBasedOn        []string // repositories this one is a variant of
	SoftwareVersion  string
	ReleaseDate      string // YYYY-MM-DD
	Logo             string // relative path, or URL
	Organisation     *Organisation
	Platforms        []string // see Platforms; other values are allowed
	Categories       []string // see Categories
	UsedBy           []string // free text nobody verifies
	FundedBy         []Organisation
	Roadmap          string
	Status           string    // developmentStatus, see DevelopmentStatuses
	Type             string    // softwareType, see SoftwareTypes
	Supports         []string  // supports[].id: "alias:gdpr", or a URI
	Audience         *Audience // intendedAudience
	Description      map[string]Description
	Legal            Legal
	Maintenance      Maintenance
	Localisation     Localisation
	DependsOn        *Dependencies

	// Deprecated keys, read from older files and never written. See Upgrade.
	MonochromeLogo string
	InputTypes     []string
	OutputTypes    []string
	Italy          *Italy
	// Sections names the other country sections that were present, as written and sorted. Their
	// content is not read: the standard describes none but the Italian one.
	Sections []string
}

// Organisation is a body: the one that publishes the software, or one that paid for it. URI is a
// URL or a URN.
type Organisation struct {
	Name string
	URI  string
}

// Audience is who the software is meant for. Countries are ISO 3166-1 alpha-2 codes.
type Audience struct {
	Countries            []string
	UnsupportedCountries []string
	Scope                []string // see Scopes
}

// Description is the text in one language. Lengths are counted in characters as people see them.
type Description struct {
	LocalisedName    string
	GenericName      string // deprecated; at most 35
	ShortDescription string // at most 150
	LongDescription  string // 150 to 10,000, light Markdown
	Documentation    string
	APIDocumentation string
	Features         []string
	Screenshots      []string
	Videos           []string
	Awards           []string
}

// Legal is the licence and the owners of the rights. AuthorsFile and RepoOwner are deprecated.
type Legal struct {
	License            string // SPDX expression
	MainCopyrightOwner string
	RepoOwner          string
	AuthorsFile        string
}

// Maintenance is who looks after the software. Type is internal, contract, community or none.
type Maintenance struct {
	Type        string
	Contractors []Contractor
	Contacts    []Contact
}

// Contractor is a company under contract for the maintenance, until a date (YYYY-MM-DD).
type Contractor struct {
	Name    string
	Until   string
	Email   string
	Website string
}

// Contact is a person to write to about the maintenance.
type Contact struct {
	Name        string
	Email       string
	Affiliation string
	Phone       string
}

// Localisation is the languages of the software itself, as BCP 47 tags.
type Localisation struct {
	Ready              bool
	AvailableLanguages []string
}

// Dependencies is what the software needs from outside itself.
type Dependencies struct {
	Open        []Dependency
	Proprietary []Dependency
	Hardware    []Dependency
}

// Dependency is one thing that is needed.
type Dependency struct {
	Name       string
	VersionMin string
	VersionMax string
	Version    string
	Optional   bool
}

// Italy is the Italian section, deprecated since 0.7.
type Italy struct {
	ExtensionVersion string
	Conforms         map[string]bool // conforme
	CodiceIPA        string          // riuso.codiceIPA
	Platforms        map[string]bool // piattaforme
}
