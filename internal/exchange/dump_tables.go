// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"maillage/internal/publiccode"
	"maillage/internal/registry"
)

// tables gathers the CSV tables of a dump: what is live, in the columns of Template, so that what
// people changed in a spreadsheet can be imported. Rows name things by their slugs, which are known
// only at the end.
type tables struct {
	slugs map[registry.ID]registry.Slug
	rows  map[registry.Kind][][]string
	// named are the columns of a kind that hold ids until slugs are known.
	named map[registry.Kind][]int
}

func newTables() *tables {
	return &tables{slugs: map[registry.ID]registry.Slug{}, rows: map[registry.Kind][][]string{},
		named: map[registry.Kind][]int{registry.KindUsage: {0, 1, 8}, registry.KindOffer: {0, 1}, registry.KindReference: {0, 1, 2}}}
}

func joined[V ~string](list []V) string {
	var words []string
	for _, v := range list {
		words = append(words, strings.ReplaceAll(string(v), ",", " "))
	}
	return strings.Join(words, ", ")
}

func yesNo(v bool) string {
	if v {
		return "oui"
	}
	return "non"
}

// called returns what a thing is called elsewhere, under one scheme.
func called(ids []registry.Identifier, scheme string) string {
	for _, id := range ids {
		if id.Scheme == scheme {
			return id.Value
		}
	}
	return ""
}

func (t *tables) software(k registry.Known[registry.SoftwareFacts]) {
	if !k.Live() {
		return
	}
	t.slugs[k.ID] = k.Slug
	f := k.Facts
	licence := f.Licence
	if licence == "" {
		licence = f.LicenceLabel
	}
	t.rows[registry.KindSoftware] = append(t.rows[registry.KindSoftware], []string{f.Name, f.Summary["fr"], f.Summary["en"],
		f.Description.In("fr"), f.Repository, f.Website, f.Documentation, licence, joined(f.Categories), joined(f.Domains),
		joined(f.Platforms), joined(f.Keywords), joined(f.Replaces), joined(f.Alternatives),
		called(f.Identifiers, registry.SchemeWikidata), called(f.Identifiers, registry.SchemeSILL),
		called(f.Identifiers, registry.SchemeComptoir), called(f.Identifiers, registry.SchemeFramalibre),
		called(f.Identifiers, registry.SchemeCNLL), f.ReleaseVersion, string(f.ReleaseDate), f.Status, string(k.ID)})
}

func (t *tables) organisation(k registry.Known[registry.OrganisationFacts]) error {
	if !k.Live() {
		return nil
	}
	t.slugs[k.ID] = k.Slug
	f := k.Facts
	insee := ""
	if f.Type == "commune" {
		insee = f.TerritoryCode
	}
	year := ""
	if f.LabelYear != 0 {
		year = strconv.Itoa(f.LabelYear)
	}
	t.rows[registry.KindOrganisation] = append(t.rows[registry.KindOrganisation], []string{f.Name, joined(f.Roles), f.SIREN, insee,
		f.Type, f.LegalCategory, f.PostalCode, f.Website, joined(f.EmailDomains), f.Summary.In("fr"), f.LabelLevel, year,
		called(f.Identifiers, registry.SchemeComptoir), string(k.ID)})
	return nil
}

func (t *tables) usage(u registry.Usage) error {
	if !u.WithdrawnAt.IsZero() {
		return nil
	}
	seats := ""
	if u.Seats > 0 {
		seats = strconv.Itoa(u.Seats)
	}
	t.rows[registry.KindUsage] = append(t.rows[registry.KindUsage], []string{string(u.Organisation), string(u.Software),
		string(u.Stage), string(u.Since), u.Version, u.Scope, seats, string(u.Hosting), string(u.UsageFacts.Provider), u.Note,
		yesNo(u.ContactAllowed), string(u.Visibility), string(u.ID)})
	return nil
}

func (t *tables) offer(o registry.Offer) error {
	if !o.WithdrawnAt.IsZero() {
		return nil
	}
	t.rows[registry.KindOffer] = append(t.rows[registry.KindOffer], []string{string(o.Provider), string(o.Software),
		joined(o.Services), joined(o.Area.Departements), joined(o.Area.Regions), yesNo(o.Area.France), string(o.Purchase), o.URL,
		o.Note.In("fr"), string(o.ID)})
	return nil
}

func (t *tables) reference(r registry.Reference) error {
	if !r.WithdrawnAt.IsZero() {
		return nil
	}
	t.rows[registry.KindReference] = append(t.rows[registry.KindReference], []string{string(r.Provider), string(r.Organisation),
		string(r.Software), joined(r.Services), string(r.Since), string(r.Until), r.Summary.In("fr"), string(r.ID)})
	return nil
}

// write writes the tables.
func (t *tables) write(d *dump) error {
	for _, kind := range TableKinds() {
		err := d.file("tables/"+string(kind)+".csv", "", func(w io.Writer) (int, error) {
			if _, err := io.WriteString(w, utf8BOM); err != nil {
				return 0, err
			}
			out := csv.NewWriter(w)
			out.Comma = ';'
			var header []string
			for _, c := range tableColumns(kind) {
				header = append(header, c.name)
			}
			if err := out.Write(header); err != nil {
				return 0, err
			}
			for _, row := range t.rows[kind] {
				for _, place := range t.named[kind] {
					if slug, ok := t.slugs[registry.ID(row[place])]; ok {
						row[place] = string(slug)
					}
				}
				if err := out.Write(defused(slices.Clone(row))); err != nil {
					return 0, err
				}
			}
			out.Flush()
			return len(t.rows[kind]), out.Error()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// publiccode writes the publiccode.yml of a software, or reports what it would need.
func (d *dump) publiccode(k registry.Known[registry.SoftwareFacts]) error {
	if !k.Live() {
		return nil
	}
	doc, missing := PubliccodeOf(registry.Software{Entity: k.Entity, SoftwareFacts: k.Facts})
	report := func(detail string) {
		d.opts.Report.add(Line{File: "publiccode", Kind: registry.KindSoftware, Key: string(k.Slug), Name: k.Facts.Name, ID: k.ID,
			Result: Note, Code: "no_publiccode_written", Detail: detail})
	}
	if len(missing) > 0 {
		report(strings.Join(missing, ", "))
		return nil
	}
	var content strings.Builder
	if err := publiccode.Write(&content, doc); err != nil {
		f, ok := faultOf(err)
		if !ok {
			return err
		}
		var names []string
		for _, field := range f.Fields {
			names = append(names, field.Name)
		}
		report(strings.Join(names, ", "))
		return nil
	}
	return d.file(fmt.Sprintf("publiccode/%s/publiccode.yml", k.Slug), "", func(w io.Writer) (int, error) {
		_, err := io.WriteString(w, content.String())
		return 1, err
	})
}
