// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

// decode fills doc from the file. A section that holds a value of the wrong type is left out as a
// whole, as the reference reader does, so that what it should have held is reported as missing.
func (r *reader) decode(doc *Document) {
	p := &r.present
	r.mapping(r.root, "", map[string]func(*yaml.Node) bool{
		"publiccodeYmlVersion": func(*yaml.Node) bool { return true },
		"name":                 r.text(&doc.Name, nil),
		"applicationSuite":     r.text(&doc.ApplicationSuite, nil),
		"url":                  r.link(&doc.URL, nil),
		"landingURL":           r.link(&doc.LandingURL, &p.landingURL),
		"isBasedOn":            r.textOrTexts(&doc.IsBasedOn),
		"softwareVersion":      r.text(&doc.SoftwareVersion, nil),
		"releaseDate":          r.text(&doc.ReleaseDate, &p.releaseDate),
		"logo":                 r.text(&doc.Logo, nil),
		"monochromeLogo":       r.text(&doc.MonochromeLogo, nil),
		"organisation":         r.organisation(&doc.Organisation),
		"inputTypes":           r.texts(&doc.InputTypes, &p.inputTypes),
		"outputTypes":          r.texts(&doc.OutputTypes, &p.outputTypes),
		"platforms":            r.texts(&doc.Platforms, nil),
		"categories":           r.texts(&doc.Categories, nil),
		"usedBy":               r.texts(&doc.UsedBy, nil),
		"fundedBy":             list(r, &doc.FundedBy, nil, r.body),
		"roadmap":              r.link(&doc.Roadmap, &p.roadmap),
		"developmentStatus":    r.text(&doc.Status, nil),
		"softwareType":         r.text(&doc.Type, nil),
		"supports":             list(r, &doc.Supports, nil, r.support),
		"intendedAudience":     r.audience(&doc.Audience),
		"description":          r.descriptions(&doc.Description),
		"legal":                r.legal(&doc.Legal),
		"maintenance":          r.maintenance(&doc.Maintenance),
		"localisation":         r.localisation(&doc.Localisation),
		"dependsOn":            r.dependsOn(&doc.DependsOn),
		"IT":                   r.italy(&doc.Italy, &p.upperItaly),
		"it":                   r.italy(&doc.Italy, &p.lowerItaly),
	})
	for k := range pairs(r.root) {
		if isSection(k.Value) {
			r.warn(k.Value, "country_section", "is a country section: DEPRECATED, and not read")
			doc.Sections = append(doc.Sections, k.Value)
		}
	}
	slices.Sort(doc.Sections)
}

// presence tells an absent or null key from an empty one, where the rules do.
type presence struct {
	releaseDate, inputTypes, outputTypes, landingURL, roadmap bool
	contractors, contacts, ready, languages                   bool
	repoOwner, authorsFile, upperItaly, lowerItaly            bool
	documentation, apiDocumentation                           map[string]bool // by language
}

// isSection reports whether key names a country section other than the Italian one.
func isSection(key string) bool {
	return len(key) == 2 && isCountry(strings.ToUpper(key)) && !strings.EqualFold(key, "IT") &&
		(key == strings.ToUpper(key) || key == strings.ToLower(key))
}

// mapping hands each value of n to the function of its key and reports whether all were of the
// right type. A null value is an absent one.
func (r *reader) mapping(n *yaml.Node, path string, known map[string]func(*yaml.Node) bool) bool {
	if n.Kind != yaml.MappingNode {
		r.wrongType(n, "a mapping")
		return false
	}
	ok := true
	for k, v := range pairs(n) {
		read, found := known[k.Value]
		switch {
		case path == "" && !found && isSection(k.Value):
		case !found:
			r.add(Error, join(path, k.Value), "unknown_field", "is not a field of the standard", k.Line, 1)
		case !isNull(v):
			ok = read(v) && ok
		}
	}
	return ok
}

// scalar returns the text of n: numbers and dates are taken as they are written.
func (r *reader) scalar(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!binary" {
		r.wrongType(n, "text")
		return "", false
	}
	if isNull(n) {
		return "", true
	}
	return n.Value, true
}

func (r *reader) text(into *string, present *bool) func(*yaml.Node) bool {
	return func(n *yaml.Node) (ok bool) {
		*into, ok = r.scalar(n)
		if present != nil {
			*present = ok
		}
		return ok
	}
}

// link is text that must at least be readable as a URL reference.
func (r *reader) link(into *string, present *bool) func(*yaml.Node) bool {
	read := r.text(into, present)
	return func(n *yaml.Node) bool {
		if !read(n) {
			return false
		}
		if _, err := url.Parse(*into); err != nil {
			r.add(Error, keyAtLine(r.root, n.Line, ""), "url", "must be a valid URL", n.Line, 1)
			*into = ""
			return false
		}
		return true
	}
}

func (r *reader) flag(into *bool, present *bool) func(*yaml.Node) bool {
	return func(n *yaml.Node) bool {
		// "yes", "no", "on" and "off" are text in YAML 1.2.
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
			r.wrongType(n, "true or false")
			return false
		}
		*into = strings.EqualFold(n.Value, "true")
		if present != nil {
			*present = true
		}
		return true
	}
}

func (r *reader) texts(into *[]string, present *bool) func(*yaml.Node) bool {
	return list(r, into, present, r.scalar)
}

func (r *reader) textOrTexts(into *[]string) func(*yaml.Node) bool {
	return func(n *yaml.Node) bool {
		if n.Kind != yaml.ScalarNode {
			return r.texts(into, nil)(n)
		}
		*into = []string{n.Value}
		return true
	}
}

// list reads a sequence, each item with read. With one item of the wrong type, none is kept.
func list[T any](r *reader, into *[]T, present *bool, read func(*yaml.Node) (T, bool)) func(*yaml.Node) bool {
	return func(n *yaml.Node) bool {
		if n.Kind != yaml.SequenceNode {
			r.wrongType(n, "a list")
			return false
		}
		var items []T
		ok := true
		for _, c := range n.Content {
			item, fine := read(follow(c))
			items, ok = append(items, item), ok && fine
		}
		if !ok {
			return false
		}
		*into = items
		if present != nil {
			*present = true
		}
		return true
	}
}

// flags reads the booleans of an Italian subsection.
func (r *reader) flags(into *map[string]bool, path string, keys ...string) func(*yaml.Node) bool {
	return func(n *yaml.Node) bool {
		values := map[string]bool{}
		known := map[string]func(*yaml.Node) bool{}
		for _, key := range keys {
			known[key] = func(v *yaml.Node) bool {
				var b bool
				ok := r.flag(&b, nil)(v)
				values[key] = b
				return ok
			}
		}
		if !r.mapping(n, path, known) {
			return false
		}
		*into = values
		return true
	}
}

// descriptions reads the texts, each under its language as written.
func (r *reader) descriptions(into *map[string]Description) func(*yaml.Node) bool {
	return func(n *yaml.Node) bool {
		if n.Kind != yaml.MappingNode {
			r.wrongType(n, "a mapping")
			return false
		}
		all := map[string]Description{}
		ok := true
		for k, v := range pairs(n) {
			d, fine := r.description(k.Value, v)
			all[k.Value], ok = d, ok && fine
		}
		if ok {
			*into = all
		}
		return ok
	}
}

func (r *reader) description(lang string, n *yaml.Node) (Description, bool) {
	var d Description
	if isNull(n) {
		return d, true
	}
	var documentation, api bool
	ok := r.mapping(n, join("description", lang), map[string]func(*yaml.Node) bool{
		"localisedName":    r.text(&d.LocalisedName, nil),
		"genericName":      r.text(&d.GenericName, nil),
		"shortDescription": r.text(&d.ShortDescription, nil),
		"longDescription":  r.text(&d.LongDescription, nil),
		"documentation":    r.link(&d.Documentation, &documentation),
		"apiDocumentation": r.link(&d.APIDocumentation, &api),
		"features":         r.texts(&d.Features, nil),
		"screenshots":      r.texts(&d.Screenshots, nil),
		"videos":           r.texts(&d.Videos, nil),
		"awards":           r.texts(&d.Awards, nil),
	})
	r.present.documentation = noted(r.present.documentation, lang, documentation)
	r.present.apiDocumentation = noted(r.present.apiDocumentation, lang, api)
	return d, ok
}

func noted(set map[string]bool, key string, value bool) map[string]bool {
	if set == nil {
		set = map[string]bool{}
	}
	set[key] = value
	return set
}

// isLanguage reports whether tag is a BCP 47 language tag. Versions 0.2 and 0.3 also took three
// letters where two exist ("fra") and the underscore of POSIX ("fr_FR").
func (r *reader) isLanguage(tag string) bool {
	if r.legacy {
		_, err := language.Parse(tag)
		return err == nil
	}
	return strictLanguage(tag)
}

func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
