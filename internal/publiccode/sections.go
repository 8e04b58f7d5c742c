// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import "go.yaml.in/yaml/v3"

// section reads a mapping into a value of its own, kept only when all of it has the right type.
func section[T any](into *T, read func(n *yaml.Node, value *T) bool) func(*yaml.Node) bool {
	return func(n *yaml.Node) bool {
		var value T
		if !read(n, &value) {
			return false
		}
		*into = value
		return true
	}
}

func (r *reader) body(n *yaml.Node) (Organisation, bool) {
	var o Organisation
	if isNull(n) {
		return o, true
	}
	ok := r.mapping(n, keyAtLine(r.root, n.Line, ""), map[string]func(*yaml.Node) bool{
		"name": r.text(&o.Name, nil),
		"uri":  r.text(&o.URI, nil),
	})
	return o, ok
}

func (r *reader) organisation(into **Organisation) func(*yaml.Node) bool {
	return section(into, func(n *yaml.Node, value **Organisation) bool {
		var o Organisation
		*value = &o
		return r.mapping(n, "organisation", map[string]func(*yaml.Node) bool{
			"name": r.text(&o.Name, nil),
			"uri":  r.text(&o.URI, nil),
		})
	})
}

func (r *reader) support(n *yaml.Node) (id string, ok bool) {
	if isNull(n) {
		return "", true
	}
	ok = r.mapping(n, "supports", map[string]func(*yaml.Node) bool{"id": r.text(&id, nil)})
	return id, ok
}

func (r *reader) audience(into **Audience) func(*yaml.Node) bool {
	return section(into, func(n *yaml.Node, value **Audience) bool {
		var a Audience
		*value = &a
		return r.mapping(n, "intendedAudience", map[string]func(*yaml.Node) bool{
			"scope":                r.texts(&a.Scope, nil),
			"countries":            r.texts(&a.Countries, nil),
			"unsupportedCountries": r.texts(&a.UnsupportedCountries, nil),
		})
	})
}

func (r *reader) legal(into *Legal) func(*yaml.Node) bool {
	return section(into, func(n *yaml.Node, l *Legal) bool {
		return r.mapping(n, "legal", map[string]func(*yaml.Node) bool{
			"license":            r.text(&l.License, nil),
			"mainCopyrightOwner": r.text(&l.MainCopyrightOwner, nil),
			"repoOwner":          r.text(&l.RepoOwner, &r.present.repoOwner),
			"authorsFile":        r.text(&l.AuthorsFile, &r.present.authorsFile),
		})
	})
}

func (r *reader) maintenance(into *Maintenance) func(*yaml.Node) bool {
	return section(into, func(n *yaml.Node, m *Maintenance) bool {
		return r.mapping(n, "maintenance", map[string]func(*yaml.Node) bool{
			"type":        r.text(&m.Type, nil),
			"contractors": list(r, &m.Contractors, &r.present.contractors, r.contractor),
			"contacts":    list(r, &m.Contacts, &r.present.contacts, r.contact),
		})
	})
}

func (r *reader) contractor(n *yaml.Node) (Contractor, bool) {
	var c Contractor
	if isNull(n) {
		return c, true
	}
	ok := r.mapping(n, "maintenance.contractors", map[string]func(*yaml.Node) bool{
		"name":    r.text(&c.Name, nil),
		"until":   r.text(&c.Until, nil),
		"email":   r.text(&c.Email, nil),
		"website": r.link(&c.Website, nil),
	})
	return c, ok
}

func (r *reader) contact(n *yaml.Node) (Contact, bool) {
	var c Contact
	if isNull(n) {
		return c, true
	}
	ok := r.mapping(n, "maintenance.contacts", map[string]func(*yaml.Node) bool{
		"name":        r.text(&c.Name, nil),
		"email":       r.text(&c.Email, nil),
		"affiliation": r.text(&c.Affiliation, nil),
		"phone":       r.text(&c.Phone, nil),
	})
	return c, ok
}

func (r *reader) localisation(into *Localisation) func(*yaml.Node) bool {
	return func(n *yaml.Node) bool {
		var l Localisation
		ok := r.mapping(n, "localisation", map[string]func(*yaml.Node) bool{
			"localisationReady":  r.flag(&l.Ready, &r.present.ready),
			"availableLanguages": r.texts(&l.AvailableLanguages, &r.present.languages),
		})
		if !ok {
			r.present.ready, r.present.languages = false, false
			return false
		}
		*into = l
		return true
	}
}

func (r *reader) dependsOn(into **Dependencies) func(*yaml.Node) bool {
	return section(into, func(n *yaml.Node, value **Dependencies) bool {
		var d Dependencies
		*value = &d
		return r.mapping(n, "dependsOn", map[string]func(*yaml.Node) bool{
			"open":        list(r, &d.Open, nil, r.dependency),
			"proprietary": list(r, &d.Proprietary, nil, r.dependency),
			"hardware":    list(r, &d.Hardware, nil, r.dependency),
		})
	})
}

func (r *reader) dependency(n *yaml.Node) (Dependency, bool) {
	var d Dependency
	if isNull(n) {
		return d, true
	}
	ok := r.mapping(n, "dependsOn", map[string]func(*yaml.Node) bool{
		"name":       r.text(&d.Name, nil),
		"versionMin": r.text(&d.VersionMin, nil),
		"versionMax": r.text(&d.VersionMax, nil),
		"version":    r.text(&d.Version, nil),
		"optional":   r.flag(&d.Optional, nil),
	})
	return d, ok
}

func (r *reader) italy(into **Italy, present *bool) func(*yaml.Node) bool {
	return func(n *yaml.Node) bool {
		*present = true
		var it Italy
		if !r.mapping(n, "IT", map[string]func(*yaml.Node) bool{
			"countryExtensionVersion": r.text(&it.ExtensionVersion, nil),
			"conforme": r.flags(&it.Conforms, "IT.conforme",
				"lineeGuidaDesign", "modelloInteroperabilita", "misureMinimeSicurezza", "gdpr"),
			"riuso": func(v *yaml.Node) bool {
				return r.mapping(v, "IT.riuso", map[string]func(*yaml.Node) bool{"codiceIPA": r.text(&it.CodiceIPA, nil)})
			},
			"piattaforme": r.flags(&it.Platforms, "IT.piattaforme", "spid", "pagopa", "cie", "anpr", "io"),
		}) {
			return false
		}
		// With both spellings, the capital one counts.
		if *into == nil || present == &r.present.upperItaly {
			*into = &it
		}
		return true
	}
}
