// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"maillage/internal/registry"
	"maillage/internal/web"
)

// softwareBody is what a client may say of a software: the editable part of softwareDTO.
type softwareBody struct {
	Name              string                `json:"name"`
	Summary           map[string]string     `json:"summary"`
	Description       map[string]string     `json:"description"`
	Repository        string                `json:"repository"`
	RepositoryAliases []string              `json:"repository_aliases"`
	Website           string                `json:"website"`
	Documentation     string                `json:"documentation"`
	Logo              string                `json:"logo"`
	Licence           licenceValue          `json:"licence"`
	Categories        []string              `json:"categories"`
	Domains           []string              `json:"domains"`
	Platforms         []string              `json:"platforms"`
	Keywords          []string              `json:"keywords"`
	Replaces          []string              `json:"replaces"`
	Alternatives      []string              `json:"alternatives"`
	Identifiers       []registry.Identifier `json:"identifiers"`
	Release           releaseBody           `json:"release"`
	Status            string                `json:"status"`
}

type releaseBody struct {
	Version string `json:"version"`
	Date    string `json:"date"`
}

// facts returns the body in the core's words.
func (b *softwareBody) facts() registry.SoftwareFacts {
	return registry.SoftwareFacts{
		Name: b.Name, Summary: b.Summary, Description: b.Description, Repository: b.Repository,
		RepositoryAliases: b.RepositoryAliases, Website: b.Website, Documentation: b.Documentation, Logo: b.Logo,
		Licence: string(b.Licence), Categories: b.Categories, Domains: b.Domains, Platforms: b.Platforms,
		Keywords: b.Keywords, Replaces: b.Replaces, Alternatives: b.Alternatives, Identifiers: b.Identifiers,
		ReleaseVersion: b.Release.Version, ReleaseDate: registry.Date(b.Release.Date), Status: b.Status,
	}
}

// softwareBodyOf is the state a merge patch is made over.
func softwareBodyOf(f *registry.SoftwareFacts) softwareBody {
	b := softwareBody{
		Name: f.Name, Summary: copyOf(f.Summary), Description: copyOf(f.Description), Repository: f.Repository,
		RepositoryAliases: f.RepositoryAliases, Website: f.Website, Documentation: f.Documentation, Logo: f.Logo,
		Licence: licenceValue(f.Licence), Categories: f.Categories, Domains: f.Domains, Platforms: f.Platforms,
		Keywords: f.Keywords, Replaces: f.Replaces, Alternatives: f.Alternatives, Identifiers: f.Identifiers,
		Release: releaseBody{Version: f.ReleaseVersion, Date: string(f.ReleaseDate)}, Status: f.Status,
	}
	return b
}

// softwareNames gives the core's names of fields beside the API's, where they differ.
func softwareNames() []renamed {
	return []renamed{{"release_version", "release.version"}, {"release_date", "release.date"}, {"licence_label", "licence"}}
}

// softwareFields are the paths of softwareBody a patch can speak of, beside the core's fields.
func softwareFields() []patched {
	return []patched{{"name", "name"}, {"summary", "summary"}, {"description", "description"},
		{"repository", "repository"}, {"repository_aliases", "repository_aliases"}, {"website", "website"},
		{"documentation", "documentation"}, {"logo", "logo"}, {"licence", "licence"}, {"categories", "categories"},
		{"domains", "domains"}, {"platforms", "platforms"}, {"keywords", "keywords"}, {"replaces", "replaces"},
		{"alternatives", "alternatives"}, {"identifiers", "identifiers"}, {"release.version", "release_version"},
		{"release.date", "release_date"}, {"status", "status"}}
}

// patched is one field a patch can speak of: where it is in the body, and the core's name for it.
type patched struct{ path, field string }

// spokenOf returns the core's fields a patch sets. Whether a value empties a field is for the core to
// see: it takes a field that is set to nothing as stated to be empty.
func spokenOf(p web.Patch, fields []patched) []string {
	var set []string
	for _, f := range fields {
		if has(p, f.path) {
			set = append(set, f.field)
		}
	}
	return set
}

// has reports whether the patch speaks of the path or empties what it is in.
func has(p web.Patch, path string) bool {
	if p.Has(path) {
		return true
	}
	for i := range path {
		if path[i] == '.' && p.Null(path[:i]) {
			return true
		}
	}
	return false
}

func copyOf(m map[string]string) map[string]string {
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}
