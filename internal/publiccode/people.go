// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import "regexp"

func (r *reader) maintenanceRules(m Maintenance) {
	r.oneOf("maintenance.type", m.Type, MaintenanceTypes())
	contract := m.Type == "contract"
	switch {
	case contract && !r.present.contractors:
		r.fail("maintenance.contractors", "required_if", `is required when type is "contract"`)
	case !contract && r.present.contractors && m.Type != "":
		r.fail("maintenance.contractors", "excluded", `must be absent unless type is "contract"`)
	}
	if (m.Type == "community" || m.Type == "internal") && !r.present.contacts {
		r.fail("maintenance.contacts", "required_if", "is required when type is "+m.Type)
	}
	for i, c := range m.Contractors {
		if !contract {
			break
		}
		field := index("maintenance.contractors", i)
		r.required(field+".name", c.Name)
		if r.required(field+".until", c.Until) {
			r.date(field+".until", c.Until)
		}
		r.email(field+".email", c.Email)
		r.httpURL(field+".website", c.Website, c.Website != "")
	}
	for i, c := range m.Contacts {
		field := index("maintenance.contacts", i)
		r.required(field+".name", c.Name)
		r.email(field+".email", c.Email)
	}
}

func (r *reader) email(field, value string) {
	if value != "" && !isEmail(value) {
		r.fail(field, "email", "must be a valid e-mail address")
	}
}

func (r *reader) localisationRules(l Localisation) {
	if !r.present.ready {
		r.fail("localisation.localisationReady", "required", "is required")
	}
	const field = "localisation.availableLanguages"
	switch {
	case !r.present.languages:
		r.fail(field, "required", "is required")
	case len(l.AvailableLanguages) == 0:
		r.fail(field, "empty", "must contain at least one item")
	}
	for i, tag := range l.AvailableLanguages {
		if !r.isLanguage(tag) {
			r.fail(index(field, i), "language", "must be a BCP 47 language")
		}
	}
}

func (r *reader) dependencies(d *Dependencies) {
	if d == nil {
		return
	}
	for kind, all := range map[string][]Dependency{"open": d.Open, "proprietary": d.Proprietary, "hardware": d.Hardware} {
		for i, one := range all {
			r.required(index("dependsOn."+kind, i)+".name", one.Name)
		}
	}
}

// italianCode is the shape of an iPA code. The register itself (about 23,000 codes that change
// every month) is not embedded: a code of the right shape is believed.
var italianCode = regexp.MustCompile(`^[A-Za-z0-9-]+(_[A-Za-z0-9-]*)?$`)

func isItalianCode(code string) bool { return len(code) <= 20 && italianCode.MatchString(code) }

func (r *reader) italyRules(it *Italy) {
	if r.present.lowerItaly {
		r.warn("it", "country_case", `is in lower case, which is DEPRECATED; use "IT"`)
		if r.present.upperItaly {
			r.fail("it", "duplicate", `"IT" is already present; remove this key`)
		}
	}
	if it == nil {
		return
	}
	field := func(name string) string {
		if !r.present.upperItaly {
			return "it." + name
		}
		return "IT." + name
	}
	if v := it.ExtensionVersion; v != "" && v != "0.2" && v != "1.0" {
		r.fail(field("countryExtensionVersion"), "one_of", "must be one of: 0.2, 1.0")
	}
	if it.Conforms != nil {
		r.deprecated(field("conforme"), "it is safe to drop it")
	}
	switch {
	case it.CodiceIPA == "":
	case isItalianCode(it.CodiceIPA):
		r.deprecated(field("riuso.codiceIPA"), "use organisation.uri with urn:x-italian-pa:"+it.CodiceIPA)
	default:
		r.fail(field("riuso.codiceIPA"), "ipa_code", "must be a code of the Italian register of public bodies")
	}
}
