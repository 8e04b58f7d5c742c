// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"maillage/internal/fault"
	"maillage/internal/publiccode"
	"maillage/internal/spdx"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// Limits of what a source can say, in code points or entries.
const (
	MaxName        = 200
	MaxSummary     = 300
	MaxDescription = 10_000
	MaxURL         = 2_048
	MaxList        = 100
	MaxTerm        = 100
	MaxNote        = 2_000
	MaxVersion     = 100
	MaxSeats       = 10_000_000
)

var (
	wikidataID = regexp.MustCompile(`^Q[1-9][0-9]{0,11}$`)
	schemeName = regexp.MustCompile(`^[a-z][a-z0-9:-]{0,39}$`)
	langTag    = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	hostName   = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)
	communeRE  = regexp.MustCompile(`^(\d{2}|2[AB])\d{3}$`)
	postalRE   = regexp.MustCompile(`^\d{5}$`)
	legalRE    = regexp.MustCompile(`^\d{4}$`)
)

// checker gathers faults while it cleans values in place.
type checker struct{ fields fault.Fields }

func (c *checker) name(field string, v *string, limit int) {
	if *v == "" {
		return
	}
	clean, code := text.CheckName(*v, limit)
	if code != "" {
		c.fields.AddDetail(field, code, limitDetail(code, limit))
		return
	}
	*v = clean
}

func limitDetail(code string, limit int) string {
	if code == "too_long" {
		return strconv.Itoa(limit)
	}
	return ""
}

func (c *checker) texts(field string, l Localised, limit int) {
	for _, lang := range sortedKeys(l) {
		name := field + "." + lang
		if !langTag.MatchString(lang) {
			c.fields.Add(name, "unknown_language")
			continue
		}
		clean, code := text.CheckText(l[lang], limit)
		switch {
		case code != "":
			c.fields.AddDetail(name, code, limitDetail(code, limit))
		case clean == "":
			delete(l, lang)
		default:
			l[lang] = clean
		}
	}
}

// url checks an absolute http or https address without user information.
func (c *checker) url(field string, v *string) {
	if *v == "" {
		return
	}
	s := strings.TrimSpace(*v)
	u, err := url.Parse(s)
	switch {
	case len(s) > MaxURL:
		c.fields.AddDetail(field, "too_long", strconv.Itoa(MaxURL))
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		c.fields.Add(field, "not_a_url")
	case u.User != nil:
		c.fields.Add(field, "url_with_password")
	default:
		*v = s
	}
}

// terms checks a list of free words: cleaned, without doubles, blanks dropped.
func (c *checker) terms(field string, l *[]string) {
	if len(*l) > MaxList {
		c.fields.AddDetail(field, "too_many", strconv.Itoa(MaxList))
		return
	}
	var out []string
	for i, v := range *l {
		clean, code := text.CheckName(v, MaxTerm)
		if code != "" {
			c.fields.AddDetail(field+"."+strconv.Itoa(i), code, limitDetail(code, MaxTerm))
			continue
		}
		if clean != "" && !slices.Contains(out, clean) {
			out = append(out, clean)
		}
	}
	*l = out
}

// oneOf checks a value, when given, against a vocabulary.
func oneOf[V ~string](c *checker, field string, v V, known []V) {
	if v != "" && !slices.Contains(known, v) {
		c.fields.AddDetail(field, "unknown_value", string(v))
	}
}

// allOf checks every value of a list against a vocabulary.
func allOf[V ~string](c *checker, field string, l *[]V, known []V) {
	var out []V
	for i, v := range *l {
		if !slices.Contains(known, v) {
			c.fields.AddDetail(field+"."+strconv.Itoa(i), "unknown_value", string(v))
		} else if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	*l = out
}

func (c *checker) date(field string, d Date) {
	if d == "" {
		return
	}
	if _, ok := ParseDate(string(d)); !ok {
		c.fields.Add(field, "not_a_date")
	}
}

func (c *checker) siren(field string, v *string) {
	if *v == "" {
		return
	}
	s, err := territory.ParseSIREN(*v)
	if err != nil {
		c.fields.Add(field, "not_a_siren")
		return
	}
	*v = string(s)
}

func (c *checker) identifiers(field string, ids []Identifier) {
	if len(ids) > MaxList {
		c.fields.AddDetail(field, "too_many", strconv.Itoa(MaxList))
		return
	}
	for i, id := range ids {
		at := field + "." + strconv.Itoa(i)
		switch {
		case !schemeName.MatchString(id.Scheme):
			c.fields.Add(at+".scheme", "unknown_value")
		case id.Value == "" || len(id.Value) > MaxURL:
			c.fields.Add(at+".value", "required")
		case !utf8.ValidString(id.Value) || strings.ContainsFunc(id.Value, unicode.IsControl):
			c.fields.Add(at+".value", "control_character")
		case id.Scheme == SchemeWikidata && !wikidataID.MatchString(id.Value):
			c.fields.Add(at+".value", "not_a_wikidata_id")
		}
	}
}

// checkSoftware cleans f in place and returns everything wrong with it. It does not require a name:
// a source may complete what another named.
func checkSoftware(f *SoftwareFacts) fault.Fields {
	var c checker
	c.name("name", &f.Name, MaxName)
	c.texts("summary", f.Summary, MaxSummary)
	c.texts("description", f.Description, MaxDescription)
	c.url("repository", &f.Repository)
	for i := range f.RepositoryAliases {
		c.url("repository_aliases."+strconv.Itoa(i), &f.RepositoryAliases[i])
	}
	c.url("website", &f.Website)
	c.url("documentation", &f.Documentation)
	c.url("logo", &f.Logo)
	c.licence(f)
	allOf(&c, "categories", &f.Categories, publiccode.Categories())
	allOf(&c, "domains", &f.Domains, DomainKeys())
	allOf(&c, "platforms", &f.Platforms, Platforms())
	c.terms("keywords", &f.Keywords)
	c.terms("replaces", &f.Replaces)
	c.terms("alternatives", &f.Alternatives)
	c.identifiers("identifiers", f.Identifiers)
	c.name("release_version", &f.ReleaseVersion, MaxVersion)
	c.date("release_date", f.ReleaseDate)
	oneOf(&c, "status", f.Status, DevelopmentStatuses())
	return c.fields
}

// licence reads the SPDX expression. A label that is not one is mapped when it is known; else it is
// an error, unless it came as LicenceLabel: importers keep what they could not read, flagged.
func (c *checker) licence(f *SoftwareFacts) {
	if len(f.Licence) > MaxName || len(f.LicenceLabel) > MaxName {
		c.fields.AddDetail("licence", "too_long", strconv.Itoa(MaxName))
		return
	}
	c.name("licence_label", &f.LicenceLabel, MaxName)
	if f.Licence == "" {
		if l := spdx.Parse(f.LicenceLabel); l.Known {
			f.Licence = l.Expression
		}
		return
	}
	l := spdx.Parse(f.Licence)
	if !l.Known {
		c.fields.AddDetail("licence", "unknown_spdx", f.Licence)
		return
	}
	if f.LicenceLabel == "" && l.Expression != f.Licence {
		f.LicenceLabel = f.Licence
	}
	f.Licence = l.Expression
}

// checkOrganisation cleans f in place and returns everything wrong with it.
func checkOrganisation(f *OrganisationFacts) fault.Fields {
	var c checker
	c.name("name", &f.Name, MaxName)
	c.texts("summary", f.Summary, MaxSummary)
	allOf(&c, "roles", &f.Roles, Roles())
	oneOf(&c, "type", f.Type, OrganisationTypes())
	c.pattern("legal_category", f.LegalCategory, legalRE, "unknown_value")
	c.siren("siren", &f.SIREN)
	for i := range f.FormerSIRENs {
		c.siren("former_sirens."+strconv.Itoa(i), &f.FormerSIRENs[i])
	}
	c.pattern("commune", f.Commune, communeRE, "unknown_value")
	c.siren("epci", &f.EPCI)
	c.pattern("postal_code", f.PostalCode, postalRE, "unknown_value")
	if f.Population < 0 || f.Population > 100_000_000 {
		c.fields.Add("population", "out_of_range")
	}
	c.url("website", &f.Website)
	for i, d := range f.EmailDomains {
		f.EmailDomains[i] = strings.ToLower(strings.TrimSpace(d))
		c.pattern("email_domains."+strconv.Itoa(i), f.EmailDomains[i], hostName, "not_a_domain")
	}
	if p := f.Point; p != nil && (p.Lat < -90 || p.Lat > 90 || p.Lon < -180 || p.Lon > 180) {
		c.fields.Add("point", "out_of_range")
	}
	oneOf(&c, "label_level", f.LabelLevel, LabelLevels())
	c.date("left_on", f.LeftOn)
	if f.LabelYear != 0 && (f.LabelYear < 2016 || f.LabelYear > 2100) {
		c.fields.Add("label_year", "out_of_range")
	}
	c.identifiers("identifiers", f.Identifiers)
	return c.fields
}

func (c *checker) pattern(field, v string, re *regexp.Regexp, code string) {
	if v != "" && !re.MatchString(v) {
		c.fields.AddDetail(field, code, v)
	}
}

func checkUsage(f *UsageFacts) fault.Fields {
	var c checker
	if f.Stage == "" {
		c.fields.Add("stage", "required")
	}
	oneOf(&c, "stage", f.Stage, Stages())
	c.date("since", f.Since)
	c.name("version", &f.Version, MaxVersion)
	c.name("scope", &f.Scope, MaxName)
	if f.Seats < 0 || f.Seats > MaxSeats {
		c.fields.Add("seats", "out_of_range")
	}
	oneOf(&c, "hosting", f.Hosting, Hostings())
	c.text("note", &f.Note, MaxNote)
	if f.Visibility == "" {
		f.Visibility = Public
	}
	oneOf(&c, "visibility", f.Visibility, Visibilities())
	return c.fields
}

func (c *checker) text(field string, v *string, limit int) {
	clean, code := text.CheckText(*v, limit)
	if code != "" {
		c.fields.AddDetail(field, code, limitDetail(code, limit))
		return
	}
	*v = clean
}

// checkOffer also takes the INSEE codes that exist.
func checkOffer(f *OfferFacts, departements, regions []string) fault.Fields {
	var c checker
	if len(f.Services) == 0 {
		c.fields.Add("services", "required")
	}
	allOf(&c, "services", &f.Services, Services())
	if !f.Area.France && len(f.Area.Departements) == 0 && len(f.Area.Regions) == 0 {
		c.fields.Add("area", "required")
	}
	allOf(&c, "area.departements", &f.Area.Departements, departements)
	allOf(&c, "area.regions", &f.Area.Regions, regions)
	if f.Purchase == "" {
		f.Purchase = "none"
	}
	oneOf(&c, "purchase", f.Purchase, Purchases())
	c.url("url", &f.URL)
	c.texts("note", f.Note, MaxNote)
	return c.fields
}

func checkReference(f *ReferenceFacts) fault.Fields {
	var c checker
	allOf(&c, "services", &f.Services, Services())
	c.date("since", f.Since)
	c.date("until", f.Until)
	if f.Since != "" && f.Until != "" && f.Until.Year() < f.Since.Year() {
		c.fields.Add("until", "before_since")
	}
	c.texts("summary", f.Summary, MaxSummary)
	return c.fields
}
