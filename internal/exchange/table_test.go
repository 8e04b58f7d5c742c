// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/exchange"
	"maillage/internal/fault"
	"maillage/internal/registry"
)

func TestEveryTemplateIsImportedAsItIs(t *testing.T) {
	b := sqliteBench(t)
	b.must("comptoir", "f", `[{"id":1,"name":"Nextcloud"}]`)
	b.must("csv-organisations", "f", "nom;siren;roles\nPrestataire d’Essai;552100554;prestataire\n")
	for _, kind := range exchange.TableKinds() {
		template := exchange.Template(kind)
		if !strings.HasPrefix(template, "\ufeff") {
			t.Errorf("%s: no byte order mark", kind)
		}
		format := "csv-" + string(kind) + "s"
		if kind == registry.KindSoftware {
			format = "csv-software"
		}
		report, lines := b.must(format, "template.csv", template)
		if n := report.Count(kind, exchange.Created) + report.Count(kind, exchange.Joined); n != 1 || report.Total(exchange.Warning) != 0 {
			t.Errorf("%s: %d taken in\n%s", kind, n, printed(lines))
		}
		again, lines := b.must(format, "template.csv", template)
		wantCount(t, again, kind, exchange.Unchanged, 1)
		if t.Failed() {
			t.Log(printed(lines))
		}
	}
	if exchange.Template("nothing") != "" {
		t.Error("a template for nothing")
	}
}

func TestASpreadsheetsFileIsReadHoweverItWasSaved(t *testing.T) {
	const plain = "nom;résumé;dépôt;licence;mots_clés\nMaîtrise d’œuvre;\"Suivi – des\nchantiers\";https://github.com/essai/moe;AGPL-3.0;bâtiment, voirie\n"
	ansi := []byte{}
	for _, r := range plain {
		switch r {
		case '’':
			ansi = append(ansi, 0x92)
		case 'œ':
			ansi = append(ansi, 0x9c)
		case '–':
			ansi = append(ansi, 0x96)
		default:
			ansi = append(ansi, byte(r))
		}
	}
	var wide strings.Builder
	wide.WriteString("\xff\xfe")
	for _, u := range utf16.Encode([]rune(plain)) {
		wide.WriteByte(byte(u))
		wide.WriteByte(byte(u >> 8))
	}
	for name, file := range map[string]string{
		"plain": plain, "mark": "\ufeff" + plain, "windows": string(ansi), "utf-16": wide.String(),
		"commas": strings.ReplaceAll(strings.ReplaceAll(plain, "bâtiment, voirie", `"bâtiment, voirie"`), ";", ","),
		"tabs":   strings.ReplaceAll(plain, ";", "\t"), "crlf": strings.ReplaceAll(plain, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			b := sqliteBench(t)
			_, lines := b.must("csv-software", "f.csv", file)
			k, err := b.service.Software(t.Context(), "maitrise-d-oeuvre")
			if err != nil {
				t.Fatalf("%v\n%s", err, printed(lines))
			}
			if k.Facts.Name != "Maîtrise d’œuvre" || k.Facts.Summary["fr"] != "Suivi – des chantiers" || k.Facts.Licence != "AGPL-3.0-only" ||
				!slices.Equal(k.Facts.Keywords, []string{"bâtiment", "voirie"}) {
				t.Errorf("%+v", k.Facts)
			}
			if name == "windows" {
				wantLine(t, lines, exchange.Note, "windows1252")
			}
		})
	}
}

func TestErrorsOfATableNameTheLineAndTheColumn(t *testing.T) {
	b := sqliteBench(t)
	b.must("comptoir", "f", `[{"id":1,"name":"Nextcloud","external_resources":{"repository":"https://github.com/nextcloud/server"}},{"id":2,"name":"Double"},{"id":3,"name":"Double"}]`)
	report, lines := b.must("csv-usages", "u.csv", `organisation;logiciel;stade;postes;depuis;visibilite;inconnue
38185;nextcloud;généralisé;"1 200";03/2023;membres;x
213801855;https://github.com/nextcloud/server.git;pilote;;;;
99999;nextcloud;pilote;;;;
38185;Double;pilote;;;;
38185;Nulle part;pilote;;;;
;nextcloud;pilote;;;;
69123;Nextcloud;bientôt;beaucoup;hier;secret;
69266;"nextcloud";"à l'étude";;;;;en trop
`)
	wantCount(t, report, registry.KindUsage, exchange.Created, 2)
	wantLine(t, lines, exchange.Warning, "column_unknown", "inconnue")
	wantLine(t, lines, exchange.Warning, "said_twice", "u.csv:3") // the same town and software, named otherwise
	wantLine(t, lines, exchange.Refused, "organisation_missing", "u.csv:4", "organisation", "99999")
	wantLine(t, lines, exchange.Refused, "software_ambiguous", "u.csv:5", "logiciel", "Double")
	wantLine(t, lines, exchange.Refused, "software_missing", "u.csv:6", "Nulle part")
	wantLine(t, lines, exchange.Refused, "required", "u.csv:7", "organisation")
	for _, w := range [][2]string{{"unknown_value", "stade"}, {"not_a_number", "postes"}, {"not_a_date", "depuis"}, {"unknown_value", "visibilite"}} {
		wantLine(t, lines, exchange.Warning, w[0], "u.csv:8", w[1])
	}
	wantLine(t, lines, exchange.Warning, "too_many_cells", "u.csv:9")
	grenoble, err := b.service.Organisation(t.Context(), "grenoble-38")
	if err != nil {
		t.Fatal(err)
	}
	all, err := b.db.DeclarationsOf(t.Context(), grenoble.ID)
	if err != nil || len(all.Usages) != 1 {
		t.Fatalf("%v %v", all.Usages, err)
	}
	want := registry.UsageFacts{Stage: "default", Since: "2023-03", Seats: 1200, Visibility: registry.Members}
	if diff := cmp.Diff(want, all.Usages[0].UsageFacts); diff != "" {
		t.Error(diff)
	}
}

func TestATableThatCannotBeReadSaysWhy(t *testing.T) {
	b := sqliteBench(t)
	for name, c := range map[string]struct{ format, content, code string }{
		"empty":          {"csv-software", "", "empty_file"},
		"missing column": {"csv-usages", "organisation;stade\nx;y\n", "columns_missing"},
		"open quote":     {"csv-software", "nom\nUn\n\"Deux", "quote_unclosed"},
	} {
		report, lines, err := b.run(c.format, "f.csv", c.content)
		if !fault.Is(err, fault.Malformed) {
			t.Errorf("%s: %v", name, err)
		}
		l := wantLine(t, lines, exchange.Fault, c.code)
		if name == "open quote" {
			wantCount(t, report, registry.KindSoftware, exchange.Created, 1)
			if l.Line != 3 {
				t.Errorf("at line %d, want 3", l.Line)
			}
		}
	}
}

func TestAnOrganisationIsItsNumberNotItsName(t *testing.T) {
	eachBench(t, func(b bench) {
		_, lines := b.must("csv-organisations", "o.csv", "name,insee_code,siren,roles,website,label_level,label_year\n"+
			"Ville de Grenoble,38185,,collectivity,grenoble.fr,3,2022\n"+
			",,213801855,,,,\n"+
			"Faux numéro,,213801856,,,,\n"+
			"Code inconnu,99999,,,,,\n"+
			"Sans numéro,,,partenaire,,,\n")
		wantLine(b.t, lines, exchange.Refused, "not_a_siren", "o.csv:4")
		wantLine(b.t, lines, exchange.Refused, "unknown_value", "o.csv:5")
		k, err := b.service.Organisation(b.t.Context(), "grenoble-38")
		if err != nil {
			b.t.Fatalf("%v\n%s", err, printed(lines))
		}
		if k.Facts.Website != "https://grenoble.fr" || k.Facts.LabelLevel != "3" || k.Facts.SIREN != "213801855" || k.Facts.Population == 0 {
			b.t.Errorf("%+v", k.Facts)
		}
		if _, err := b.service.Organisation(b.t.Context(), "sans-numero"); err != nil {
			b.t.Error(err)
		}
	})
}

func TestOffersAndReferencesOfATable(t *testing.T) {
	b := sqliteBench(t)
	b.must("csv-software", "f", "nom\nNextcloud\nGLPI\n")
	b.must("csv-organisations", "f", "nom;siren;roles\nPrestataire d’Essai;552100554;prestataire\n")
	report, lines := b.must("csv-offers", "f", "prestataire;logiciel;services;departements;france\n552100554;nextcloud;hébergement, Assistance, magie;38,2A;\nprestataire-d-essai;nextcloud;;;\nprestataire-d-essai;glpi;;;\n")
	wantCount(t, report, registry.KindOffer, exchange.Created, 2)
	wantLine(t, lines, exchange.Warning, "unknown_value", "services", "magie")
	wantLine(t, lines, exchange.Warning, "services_unknown")
	wantLine(t, lines, exchange.Warning, "said_twice")
	report, lines = b.must("csv-references", "f", "prestataire;organisation;logiciel;depuis;jusqu_a;resume\nPrestataire d’Essai;38185;nextcloud;2022;2021;fait\n552100554;38185;nextcloud;2022;;fait\n")
	wantCount(t, report, registry.KindReference, exchange.Refused, 1)
	wantLine(t, lines, exchange.Refused, "before_since", "until")
	r := csv.NewReader(strings.NewReader(exchange.Template(registry.KindReference)))
	r.Comma = ';'
	if rows, err := r.ReadAll(); err != nil || len(rows) != 2 || len(rows[0]) != len(rows[1]) {
		t.Errorf("%v %v", rows, err)
	}
}
