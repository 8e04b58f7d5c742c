// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"maillage/internal/spdx"
)

// validate applies the rules of the standard to what was decoded.
func (r *reader) validate(doc *Document) {
	r.required("name", doc.Name)
	if r.required("url", doc.URL) && !isURL(doc.URL) {
		r.fail("url", "url", "must be a valid URL of a code repository")
	}
	r.httpURL("landingURL", doc.LandingURL, r.present.landingURL)
	for i, u := range doc.IsBasedOn {
		if !isURL(u) {
			r.fail(index("isBasedOn", i), "url", "must be a valid URL")
		}
	}
	if r.present.releaseDate {
		r.date("releaseDate", doc.ReleaseDate)
	} else if n := child(r.root, "releaseDate"); r.legacy && (n == nil || isNull(n)) {
		r.fail("releaseDate", "required", "is required before version 0.4")
	}
	r.picture("logo", doc.Logo)
	r.monochromeLogo(doc)
	if doc.Organisation != nil {
		r.organisationURI("organisation.uri", doc.Organisation.URI)
	}
	r.mimeTypes("inputTypes", doc.InputTypes, r.present.inputTypes)
	r.mimeTypes("outputTypes", doc.OutputTypes, r.present.outputTypes)
	if len(doc.Platforms) == 0 {
		r.fail("platforms", "empty", "must contain at least one item")
	}
	r.categories(doc.Categories)
	for i, o := range doc.FundedBy {
		r.organisationURI(index("fundedBy", i)+".uri", o.URI)
	}
	r.httpURL("roadmap", doc.Roadmap, r.present.roadmap)
	r.oneOf("developmentStatus", doc.Status, DevelopmentStatuses())
	r.oneOf("softwareType", doc.Type, SoftwareTypes())
	r.supports(doc.Supports)
	r.audienceRules(doc.Audience)
	r.descriptionRules(doc.Description)
	r.legalRules(doc.Legal)
	r.maintenanceRules(doc.Maintenance)
	r.localisationRules(doc.Localisation)
	r.dependencies(doc.DependsOn)
	r.italyRules(doc.Italy)
}

func (r *reader) required(field, value string) bool {
	if value == "" {
		r.fail(field, "required", "is required")
	}
	return value != ""
}

func (r *reader) oneOf(field, value string, allowed []string) {
	if r.required(field, value) && !slices.Contains(allowed, value) {
		r.fail(field, "one_of", "must be one of: "+strings.Join(allowed, ", "))
	}
}

func (r *reader) date(field, value string) {
	if _, err := time.Parse(time.DateOnly, value); err != nil {
		r.fail(field, "date", "must be a date written YYYY-MM-DD")
	}
}

func (r *reader) httpURL(field, value string, present bool) {
	if present && !isHTTP(value) {
		r.fail(field, "http_url", "must be an http or https URL")
	}
}

func (r *reader) deprecated(field, instead string) {
	r.warn(field, "deprecated", "is DEPRECATED; "+instead)
}

func (r *reader) monochromeLogo(doc *Document) {
	if doc.MonochromeLogo != "" {
		r.deprecated("monochromeLogo", "use logo instead")
		r.picture("monochromeLogo", doc.MonochromeLogo)
	}
}

// mimeType is the shape of RFC 2045, without parameters.
var mimeType = regexp.MustCompile(`^ *[A-Za-z0-9][A-Za-z0-9!#$&^_-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126} *$`)

func (r *reader) mimeTypes(field string, values []string, present bool) {
	for i, v := range values {
		if !mimeType.MatchString(v) {
			r.fail(index(field, i), "mime", "must be a MIME type")
		}
	}
	if present {
		r.deprecated(field, "it is safe to drop it")
	}
}

func (r *reader) categories(values []string) {
	if r.legacy && len(values) == 0 {
		r.fail("categories", "required", "is required before version 0.4")
	}
	known := Categories()
	for i, v := range values {
		if !slices.Contains(known, v) {
			r.fail(index("categories", i), "category", "must be a category of the vocabulary")
		}
	}
}

func (r *reader) supports(ids []string) {
	for i, id := range ids {
		field := index("supports", i) + ".id"
		name, alias := strings.CutPrefix(id, "alias:")
		switch {
		case !r.required(field, id):
		case alias && !slices.Contains(Aliases(), name):
			r.fail(field, "alias", "must be a known alias: "+strings.Join(Aliases(), ", "))
		case !alias && !isURI(id):
			r.fail(field, "uri", "must be an alias or a URI")
		}
	}
}

func (r *reader) audienceRules(a *Audience) {
	if a == nil {
		return
	}
	scopes := Scopes()
	for i, s := range a.Scope {
		if !slices.Contains(scopes, s) {
			r.fail(index("intendedAudience.scope", i), "scope", "must be a scope of the vocabulary")
		}
	}
	r.countries("intendedAudience.countries", a.Countries)
	r.countries("intendedAudience.unsupportedCountries", a.UnsupportedCountries)
}

func (r *reader) countries(field string, codes []string) {
	for i, c := range codes {
		upper := strings.ToUpper(c)
		switch {
		case !isCountry(upper) || c != upper && c != strings.ToLower(c):
			r.fail(index(field, i), "country", "must be an ISO 3166-1 alpha-2 country code")
		case c != upper:
			r.warn(index(field, i), "country_case", "is in lower case, which is DEPRECATED; use "+upper)
		}
	}
}

func (r *reader) descriptionRules(all map[string]Description) {
	if len(all) == 0 {
		r.fail("description", "empty", "must be given in at least one language")
		return
	}
	tags := slices.Sorted(maps.Keys(all))
	languages := true
	for _, tag := range tags {
		if !r.isLanguage(tag) {
			r.fail("description", "language", fmt.Sprintf("must be keyed by BCP 47 languages, which %q is not", tag))
			languages = false
			break
		}
	}
	for _, tag := range tags {
		r.descriptionText(tag, all[tag], languages)
	}
}

var letters = regexp.MustCompile(`^[A-Za-z]+$`)

func (r *reader) descriptionText(tag string, d Description, languages bool) {
	field := func(name string) string {
		if letters.MatchString(tag) {
			return "description." + tag + "." + name
		}
		return "description[" + tag + "]." + name
	}
	if languages {
		r.longest(field("genericName"), d.GenericName, 35)
		if r.required(field("shortDescription"), d.ShortDescription) {
			r.longest(field("shortDescription"), d.ShortDescription, 150)
		}
		if r.required(field("longDescription"), d.LongDescription) {
			if Characters(d.LongDescription) < 150 {
				r.fail(field("longDescription"), "too_short", "must have at least 150 characters")
			}
			r.longest(field("longDescription"), d.LongDescription, 10_000)
		}
		r.httpURL(field("documentation"), d.Documentation, r.present.documentation[tag])
		r.httpURL(field("apiDocumentation"), d.APIDocumentation, r.present.apiDocumentation[tag])
		if len(d.Features) == 0 {
			r.fail(field("features"), "empty", "must contain at least one item")
		}
	}
	if d.GenericName != "" {
		r.deprecated("description."+tag+".genericName", "it is safe to drop it")
	}
	for i, s := range d.Screenshots {
		r.screenshot(index("description."+tag+".screenshots", i), s)
	}
	for i, v := range d.Videos {
		r.video(index("description."+tag+".videos", i), v)
	}
}

func (r *reader) longest(field, value string, limit int) {
	if Characters(value) > limit {
		r.fail(field, "too_long", fmt.Sprintf("must have at most %d characters", limit))
	}
}

func (r *reader) legalRules(l Legal) {
	if r.required("legal.license", l.License) && !spdx.Valid(l.License) {
		r.fail("legal.license", "licence", "must be an SPDX expression (https://spdx.org/licenses)")
	}
	if r.present.repoOwner {
		r.deprecated("legal.repoOwner", "use organisation.name instead")
	}
	if r.present.authorsFile {
		r.deprecated("legal.authorsFile", "it is safe to drop it")
		r.file("legal.authorsFile", l.AuthorsFile)
	}
}
