// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"maillage/internal/fault"
)

// Write writes d as a valid publiccode.yml of version Latest, keys in the order of the standard; the
// same document always gives the same bytes. Deprecated keys are not written: see Upgrade. When the
// document would not be valid, nothing is written and a fault.Invalid names the fields.
func Write(w io.Writer, d Document) error {
	d.Version = Latest
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(document(d)); err != nil {
		return fmt.Errorf("encode publiccode.yml: %w", err)
	}
	if err := encoder.Close(); err != nil {
		return fmt.Errorf("encode publiccode.yml: %w", err)
	}
	_, problems, err := Parse(bytes.NewReader(b.Bytes()), Options{})
	if err != nil {
		return err
	}
	var fields fault.Fields
	for _, p := range problems.Errors() {
		fields.AddDetail(p.Field, p.Code, p.Message)
	}
	if err := fields.Err(); err != nil {
		return err
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write publiccode.yml: %w", err)
	}
	return nil
}

// mapping is a YAML mapping that grows in order; absent values are not written.
type mapping struct{ node yaml.Node }

func newMapping() *mapping { return &mapping{yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}} }

func (m *mapping) put(key string, value *yaml.Node) {
	if value != nil {
		m.node.Content = append(m.node.Content, scalar("!!str", key), value)
	}
}

func (m *mapping) text(key, value string) {
	if value != "" {
		m.put(key, scalar("!!str", value))
	}
}

func (m *mapping) texts(key string, values []string) {
	m.put(key, sequence(values, func(s string) *yaml.Node { return scalar("!!str", s) }))
}

func (m *mapping) flag(key string, value bool) {
	m.put(key, scalar("!!bool", fmt.Sprint(value)))
}

// done returns the mapping, nil when it is empty.
func (m *mapping) done() *yaml.Node {
	if len(m.node.Content) == 0 {
		return nil
	}
	return &m.node
}

func scalar(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value, Style: style(tag, value)}
}

// style quotes what the plain and block styles would not bring back unchanged.
func style(tag, value string) yaml.Style {
	if tag != "!!str" {
		return 0
	}
	for _, r := range value {
		if r < ' ' && r != '\n' || r >= 0x7F && r < 0xA0 || r == 0x2028 || r == 0x2029 || r == 0xFEFF || r > 0xFFFF {
			return yaml.DoubleQuotedStyle
		}
	}
	if len(value) > 0 && (value[0] == ' ' || value[0] == '\n' || value[len(value)-1] == ' ') {
		return yaml.DoubleQuotedStyle
	}
	return 0
}

func sequence[T any](values []T, write func(T) *yaml.Node) *yaml.Node {
	if len(values) == 0 {
		return nil
	}
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, v := range values {
		n.Content = append(n.Content, write(v))
	}
	return n
}

func document(d Document) *yaml.Node {
	m := newMapping()
	m.text("publiccodeYmlVersion", d.Version)
	m.text("name", d.Name)
	m.text("applicationSuite", d.ApplicationSuite)
	m.text("url", d.URL)
	m.text("landingURL", d.LandingURL)
	m.texts("isBasedOn", d.IsBasedOn)
	m.text("softwareVersion", d.SoftwareVersion)
	m.text("releaseDate", d.ReleaseDate)
	m.text("logo", d.Logo)
	if d.Organisation != nil {
		m.put("organisation", body(*d.Organisation))
	}
	m.texts("platforms", d.Platforms)
	m.texts("categories", d.Categories)
	m.texts("usedBy", d.UsedBy)
	m.put("fundedBy", sequence(d.FundedBy, body))
	m.text("roadmap", d.Roadmap)
	m.text("developmentStatus", d.Status)
	m.text("softwareType", d.Type)
	m.put("supports", sequence(d.Supports, func(id string) *yaml.Node {
		one := newMapping()
		one.text("id", id)
		return &one.node
	}))
	m.put("intendedAudience", audience(d.Audience))
	m.put("description", descriptions(d.Description))
	legal := newMapping()
	legal.text("license", d.Legal.License)
	legal.text("mainCopyrightOwner", d.Legal.MainCopyrightOwner)
	m.put("legal", legal.done())
	m.put("maintenance", maintenance(d.Maintenance))
	localisation := newMapping()
	localisation.flag("localisationReady", d.Localisation.Ready)
	localisation.texts("availableLanguages", d.Localisation.AvailableLanguages)
	m.put("localisation", localisation.done())
	m.put("dependsOn", dependsOn(d.DependsOn))
	return &m.node
}

func body(o Organisation) *yaml.Node {
	m := newMapping()
	m.text("uri", o.URI)
	m.text("name", o.Name)
	return &m.node
}

func audience(a *Audience) *yaml.Node {
	if a == nil {
		return nil
	}
	m := newMapping()
	m.texts("countries", a.Countries)
	m.texts("unsupportedCountries", a.UnsupportedCountries)
	m.texts("scope", a.Scope)
	return m.done()
}

func descriptions(all map[string]Description) *yaml.Node {
	m := newMapping()
	for _, tag := range slices.Sorted(maps.Keys(all)) {
		d, one := all[tag], newMapping()
		one.text("localisedName", d.LocalisedName)
		one.text("shortDescription", d.ShortDescription)
		one.text("longDescription", d.LongDescription)
		one.text("documentation", d.Documentation)
		one.text("apiDocumentation", d.APIDocumentation)
		one.texts("features", d.Features)
		one.texts("screenshots", d.Screenshots)
		one.texts("videos", d.Videos)
		one.texts("awards", d.Awards)
		m.put(tag, &one.node)
	}
	return m.done()
}

func maintenance(from Maintenance) *yaml.Node {
	m := newMapping()
	m.text("type", from.Type)
	m.put("contractors", sequence(from.Contractors, func(c Contractor) *yaml.Node {
		one := newMapping()
		one.text("name", c.Name)
		one.text("until", c.Until)
		one.text("email", c.Email)
		one.text("website", c.Website)
		return &one.node
	}))
	m.put("contacts", sequence(from.Contacts, func(c Contact) *yaml.Node {
		one := newMapping()
		one.text("name", c.Name)
		one.text("email", c.Email)
		one.text("affiliation", c.Affiliation)
		one.text("phone", c.Phone)
		return &one.node
	}))
	return m.done()
}

func dependsOn(d *Dependencies) *yaml.Node {
	if d == nil {
		return nil
	}
	m := newMapping()
	write := func(one Dependency) *yaml.Node {
		n := newMapping()
		n.text("name", one.Name)
		n.text("versionMin", one.VersionMin)
		n.text("versionMax", one.VersionMax)
		n.text("version", one.Version)
		if one.Optional {
			n.flag("optional", true)
		}
		return &n.node
	}
	m.put("open", sequence(d.Open, write))
	m.put("proprietary", sequence(d.Proprietary, write))
	m.put("hardware", sequence(d.Hardware, write))
	return m.done()
}
