// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Latest is the version that Write writes and Upgrade leads to.
const Latest = "0.7"

// Upgrade turns a document of any version into one of Latest: deprecated keys move to the key that
// replaced them when there is one, and are dropped otherwise. The owner of the repository
// (legal.repoOwner) becomes the name of the organisation when its URI is known, the owner of the
// copyright when that was not said, and is lost otherwise. Doing it twice changes nothing more.
func Upgrade(d *Document) {
	d.Version = Latest
	d.Logo = cmp.Or(d.Logo, d.MonochromeLogo)
	d.MonochromeLogo, d.InputTypes, d.OutputTypes = "", nil, nil
	if d.Italy != nil {
		upgradeItaly(d)
	}
	if d.Legal.RepoOwner != "" {
		if d.Organisation != nil {
			d.Organisation.Name = cmp.Or(d.Organisation.Name, d.Legal.RepoOwner)
		} else {
			d.Legal.MainCopyrightOwner = cmp.Or(d.Legal.MainCopyrightOwner, d.Legal.RepoOwner)
		}
	}
	d.Legal.RepoOwner, d.Legal.AuthorsFile = "", ""
	d.Italy, d.Sections = nil, nil
	if d.Audience != nil {
		upper(d.Audience.Countries)
		upper(d.Audience.UnsupportedCountries)
	}
	for i, tag := range d.Localisation.AvailableLanguages {
		d.Localisation.AvailableLanguages[i] = shortest(tag)
	}
	upgradeDescriptions(d)
}

// upgradeItaly keeps what the Italian section said in the keys that exist for everybody.
func upgradeItaly(d *Document) {
	if d.Organisation == nil && d.Italy.CodiceIPA != "" {
		d.Organisation = &Organisation{URI: italianPrefix + d.Italy.CodiceIPA}
	}
	for _, alias := range Aliases() {
		id := "alias:" + alias
		if (d.Italy.Platforms[alias] || d.Italy.Conforms[alias]) && !slices.Contains(d.Supports, id) {
			d.Supports = append(d.Supports, id)
		}
	}
}

func upgradeDescriptions(d *Document) {
	if d.Description == nil {
		return
	}
	all := make(map[string]Description, len(d.Description))
	for tag, text := range d.Description {
		text.GenericName = ""
		short := shortest(tag)
		// "fra" gives way to "fr" when both are there.
		if _, taken := d.Description[short]; taken && short != tag {
			continue
		}
		all[short] = text
	}
	d.Description = all
}

func upper(codes []string) {
	for i, c := range codes {
		codes[i] = strings.ToUpper(c)
	}
}

// shortest writes a language of versions 0.2 and 0.3 ("fra", "fr_FR") as BCP 47 wants it; a tag that
// is fine already, or that nobody knows, is left as it is.
func shortest(tag string) string {
	if strictLanguage(tag) {
		return tag
	}
	known, err := language.Parse(tag)
	if err != nil || !strictLanguage(known.String()) {
		return tag
	}
	return known.String()
}
