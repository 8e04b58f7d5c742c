// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"reflect"
	"slices"
	"strings"
)

// field is one field of the facts F: how to see that a source says nothing of it, and how to take
// the source's value into what is shown.
type field[F Facts] struct {
	name string
	// said reports whether f gives a value.
	said func(f *F) bool
	// take adds the value of src to dst. It reports whether dst got anything from it: the first
	// source to give a scalar wins, lists are united.
	take func(dst, src *F) bool
	// clear empties the field.
	clear func(f *F)
	// value returns the field's value, for the audit trail.
	value func(f *F) any
	// whole marks fields that several sources make together: what a curator states is then marked as
	// the whole of it.
	whole bool
}

func scalar[F Facts, V comparable](name string, at func(*F) *V) field[F] {
	var zero V
	return field[F]{
		name:  name,
		said:  func(f *F) bool { return *at(f) != zero },
		clear: func(f *F) { *at(f) = zero },
		value: func(f *F) any { return *at(f) },
		take: func(dst, src *F) bool {
			if *at(dst) != zero || *at(src) == zero {
				return false
			}
			*at(dst) = *at(src)
			return true
		},
	}
}

// union is a field whose values from several sources add up; the most trusted source's come first.
func union[F Facts, V comparable](name string, at func(*F) *[]V) field[F] {
	return field[F]{
		name:  name,
		whole: true,
		said:  func(f *F) bool { return len(*at(f)) > 0 },
		clear: func(f *F) { *at(f) = nil },
		value: func(f *F) any { return *at(f) },
		take: func(dst, src *F) bool {
			added := false
			for _, v := range *at(src) {
				if !slices.Contains(*at(dst), v) {
					*at(dst) = append(slices.Clip(*at(dst)), v)
					added = true
				}
			}
			return added
		},
	}
}

// list is a field of which the most trusted source gives the whole.
func list[F Facts, V comparable](name string, at func(*F) *[]V) field[F] {
	f := union(name, at)
	f.take = func(dst, src *F) bool {
		if len(*at(dst)) > 0 || len(*at(src)) == 0 {
			return false
		}
		*at(dst) = slices.Clone(*at(src))
		return true
	}
	return f
}

// texts is a localised field: each language comes from the most trusted source that speaks it.
func texts[F Facts](name string, at func(*F) *Localised) field[F] {
	return field[F]{
		name:  name,
		whole: true,
		said:  func(f *F) bool { return len(*at(f)) > 0 },
		clear: func(f *F) { *at(f) = nil },
		value: func(f *F) any { return *at(f) },
		take: func(dst, src *F) bool {
			added := false
			for lang, t := range *at(src) {
				if t == "" || (*at(dst))[lang] != "" {
					continue
				}
				if *at(dst) == nil {
					*at(dst) = Localised{}
				}
				(*at(dst))[lang] = t
				added = true
			}
			return added
		},
	}
}

func softwareFields() []field[SoftwareFacts] {
	type F = SoftwareFacts
	return []field[F]{
		scalar("name", func(f *F) *string { return &f.Name }),
		texts("summary", func(f *F) *Localised { return &f.Summary }),
		texts("description", func(f *F) *Localised { return &f.Description }),
		scalar("repository", func(f *F) *string { return &f.Repository }),
		union("repository_aliases", func(f *F) *[]string { return &f.RepositoryAliases }),
		scalar("website", func(f *F) *string { return &f.Website }),
		scalar("documentation", func(f *F) *string { return &f.Documentation }),
		scalar("logo", func(f *F) *string { return &f.Logo }),
		licenceField(),
		union("categories", func(f *F) *[]string { return &f.Categories }),
		union("domains", func(f *F) *[]string { return &f.Domains }),
		union("platforms", func(f *F) *[]string { return &f.Platforms }),
		union("keywords", func(f *F) *[]string { return &f.Keywords }),
		union("replaces", func(f *F) *[]string { return &f.Replaces }),
		union("alternatives", func(f *F) *[]string { return &f.Alternatives }),
		union("identifiers", func(f *F) *[]Identifier { return &f.Identifiers }),
		scalar("release_version", func(f *F) *string { return &f.ReleaseVersion }),
		scalar("release_date", func(f *F) *Date { return &f.ReleaseDate }),
		scalar("status", func(f *F) *string { return &f.Status }),
	}
}

// licenceField keeps the expression and the label of one source together. A source that gives a
// known expression beats a more trusted one that gives a label nobody understands.
func licenceField() field[SoftwareFacts] {
	type F = SoftwareFacts
	return field[F]{
		name:  "licence",
		said:  func(f *F) bool { return f.Licence != "" || f.LicenceLabel != "" },
		clear: func(f *F) { f.Licence, f.LicenceLabel = "", "" },
		value: func(f *F) any { return strings.TrimSpace(f.Licence + " " + f.LicenceLabel) },
		take: func(dst, src *F) bool {
			better := dst.Licence == "" && (src.Licence != "" || dst.LicenceLabel == "" && src.LicenceLabel != "")
			if better {
				dst.Licence, dst.LicenceLabel = src.Licence, src.LicenceLabel
			}
			return better
		},
	}
}

func organisationFields() []field[OrganisationFacts] {
	type F = OrganisationFacts
	return []field[F]{
		scalar("name", func(f *F) *string { return &f.Name }),
		texts("summary", func(f *F) *Localised { return &f.Summary }),
		union("roles", func(f *F) *[]Role { return &f.Roles }),
		scalar("type", func(f *F) *string { return &f.Type }),
		scalar("legal_category", func(f *F) *string { return &f.LegalCategory }),
		scalar("siren", func(f *F) *string { return &f.SIREN }),
		union("former_sirens", func(f *F) *[]string { return &f.FormerSIRENs }),
		scalar("territory_code", func(f *F) *string { return &f.TerritoryCode }),
		scalar("commune", func(f *F) *string { return &f.Commune }),
		scalar("epci", func(f *F) *string { return &f.EPCI }),
		scalar("departement", func(f *F) *string { return &f.Departement }),
		scalar("region", func(f *F) *string { return &f.Region }),
		scalar("postal_code", func(f *F) *string { return &f.PostalCode }),
		scalar("population", func(f *F) *int { return &f.Population }),
		scalar("website", func(f *F) *string { return &f.Website }),
		list("email_domains", func(f *F) *[]string { return &f.EmailDomains }),
		scalar("point", func(f *F) **Point { return &f.Point }),
		scalar("label_level", func(f *F) *string { return &f.LabelLevel }),
		scalar("label_year", func(f *F) *int { return &f.LabelYear }),
		union("identifiers", func(f *F) *[]Identifier { return &f.Identifiers }),
		scalar("left_on", func(f *F) *Date { return &f.LeftOn }),
	}
}

// same reports whether two values of a field are equal, nil and empty being the same.
func same(a, b any) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	switch va.Kind() {
	case reflect.Slice, reflect.Map:
		return va.Len() == 0 && vb.Len() == 0
	}
	return false
}
