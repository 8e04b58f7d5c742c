// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/exchange"
	"maillage/internal/registry"
)

// The same software in each shape the SILL has had. Names and numbers are ours.
const (
	sillCanonical = `[{"id":501,"name":{"fr":"Essai Texte","en":"Test Text"},"description":{"fr":"Un traitement de texte. Il sert aux essais.","en":"A word processor."},
 "image":"https://exemple.fr/logo.png","latestVersion":{"version":"4.2","releaseDate":"2026-01-05T00:00:00.000Z"},"addedTime":"2018-01-01T00:00:00.000Z",
 "applicationCategories":["Office","Catégorie inédite"],"url":"https://essai-texte.example","codeRepositoryUrl":"https://github.com/essai/texte",
 "softwareHelp":"https://essai-texte.example/aide","license":"MPL-2.0","externalId":"Q10135","sourceSlug":"wikidata",
 "operatingSystems":{"windows":true,"linux":true,"mac":false},"runtimePlatforms":["cloud"],"keywords":["bureautique"],
 "similarSoftwares":[{"name":{"fr":"Texte Privé"},"isLibreSoftware":false},{"name":"Autre Texte","isLibreSoftware":true},{"name":"Inconnu","isLibreSoftware":null}],
 "userAndReferentCountByOrganization":{"DINUM":{"userCount":3,"referentCount":1},"NO_ORGANIZATION":{"userCount":1,"referentCount":0}},
 "identifiers":[{"@type":"PropertyValue","value":"33","subjectOf":{"@type":"Website","name":"Comptoir du Libre","additionalType":"ComptoirDuLibre"}}],
 "providers":[{"@type":"Organization","name":"Essai Services","url":"https://services-essai.example","identifiers":[
   {"value":"552100554","url":"https://annuaire.cnll.fr/societes/552100554","subjectOf":{"additionalType":"CNLL"}},
   {"value":"580","url":"https://comptoir-du-libre.org/fr/users/580","subjectOf":{"additionalType":"ComptoirDuLibre"}}]},
  {"@type":"Organization","name":"Essai Conseil"}]},
 {"id":502,"name":"Essai Retiré","description":"Un ancien logiciel","license":"MIT","dereferencing":{"time":1,"reason":"abandonné","dereferencedByUserId":12},"applicationCategories":[]}]`
	sillCompiled = `[{"id":501,"name":"Essai Texte","description":"Un traitement de texte. Il sert aux essais.","referencedSinceTime":1514764800000,
 "license":"MPL-2.0","operatingSystems":{"windows":true,"linux":true},"runtimePlatforms":["cloud"],"categories":["Office","Catégorie inédite"],"keywords":["bureautique"],"image":"https://exemple.fr/logo.png",
 "externalId":"Q10135","sourceSlug":"wikidata","softwareExternalData":{"url":"https://essai-texte.example","codeRepositoryUrl":"https://github.com/essai/texte","softwareHelp":"https://essai-texte.example/aide",
  "identifiers":[{"value":"33","subjectOf":{"additionalType":"ComptoirDuLibre"}}]},
 "latestVersion":{"semVer":"4.2","publicationTime":1767571200000},"similarExternalSoftwares":[{"name":"Texte Privé","isLibreSoftware":false},{"name":"Autre Texte","isLibreSoftware":true},{"name":"Inconnu"}],
 "serviceProviders":[{"name":"Essai Services","url":"https://services-essai.example","identifiers":[{"value":"552100554","subjectOf":{"additionalType":"CNLL"}},{"value":"580","subjectOf":{"additionalType":"ComptoirDuLibre"}}]},{"name":"Essai Conseil"}],
 "instances":[{"id":1,"organization":"DINUM"}],"userAndReferentCountByOrganization":{}}]`
	sillArchive = `[{"id":501,"name":"Essai Texte","description":"Un traitement de texte. Il sert aux essais.","license":"MPL-2.0","softwareType":{"type":"cloud"},"categories":["Office","Catégorie inédite"],
 "keywords":["bureautique"],"logoUrl":"https://exemple.fr/logo.png","externalId":"Q10135","externalDataOrigin":"wikidata","officialWebsiteUrl":"https://essai-texte.example","codeRepositoryUrl":"https://github.com/essai/texte","documentationUrl":"https://essai-texte.example/aide",
 "comptoirDuLibreSoftware":{"id":33,"external_resources":{"website":"","repository":null},"providers":[{"id":580,"name":"Essai Services","external_resources":{"website":"https://services-essai.example"}}]},
 "annuaireCnllServiceProviders":[{"name":"Essai Services","siren":"552100554","url":"https://annuaire.cnll.fr/societes/552100554"}],
 "serviceProviders":[{"name":"Essai Conseil","cdlUrl":"https://comptoir-du-libre.org/fr/users/581","website":"https://conseil-essai.example"}],
 "latestVersion":{"semVer":"4.2","publicationTime":1767571200000},"similarSoftwares":[{"softwareName":"Texte Privé","isLibreSoftware":false},{"softwareName":"Autre Texte"},{"softwareName":"Inconnu"}]}]`
)

func TestTheShapesOfCatalogiSayTheSame(t *testing.T) {
	want := registry.SoftwareFacts{
		Name: "Essai Texte", Summary: registry.Localised{"fr": "Un traitement de texte. Il sert aux essais."},
		Repository: "https://github.com/essai/texte", Website: "https://essai-texte.example",
		Documentation: "https://essai-texte.example/aide", Logo: "https://exemple.fr/logo.png", Licence: "MPL-2.0",
		Categories: []string{"office"}, Keywords: []string{"Catégorie inédite", "bureautique"}, Replaces: []string{"Texte Privé"},
		Alternatives: []string{"Autre Texte", "Inconnu"},
		Identifiers: []registry.Identifier{{Scheme: "sill", Value: "501"}, {Scheme: "wikidata", Value: "Q10135"},
			{Scheme: "comptoir", Value: "33"}},
		ReleaseVersion: "4.2", ReleaseDate: "2026-01-05",
	}
	for shape, file := range map[string]string{"canonical": sillCanonical, "compiled": sillCompiled, "archive": sillArchive} {
		t.Run(shape, func(t *testing.T) {
			b := sqliteBench(t)
			report, lines := b.must("sill", "sill.json", file)
			k, err := b.service.Software(t.Context(), "essai-texte")
			if err != nil {
				t.Fatal(err)
			}
			got := k.Records[0].Facts
			wantPlatforms := []string{"windows", "linux", "web"}
			if shape == "archive" {
				wantPlatforms = []string{"web"}
			}
			if !slices.Equal(got.Platforms, wantPlatforms) {
				t.Errorf("platforms %v, want %v", got.Platforms, wantPlatforms)
			}
			got.Platforms = nil
			if shape == "canonical" {
				delete(got.Summary, "en")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			wantLine(t, lines, exchange.Warning, "category_unmapped", "Catégorie inédite")
			services, err := b.service.Find(t.Context(), registry.KindOrganisation, []registry.Identifier{{Scheme: "fr:siren", Value: "552100554"}})
			if err != nil || len(services) != 1 {
				t.Fatalf("provider by SIREN: %v %v\n%s", services, err, printed(lines))
			}
			if n := report.Count(registry.KindOffer, exchange.Created); n < 2 {
				t.Errorf("%d offers\n%s", n, printed(lines))
			}
		})
	}
}

func TestWhatIsNotTakenFromTheSILLIsSaid(t *testing.T) {
	b := sqliteBench(t)
	report, lines := b.must("sill", "f", sillCanonical)
	wantLine(t, lines, exchange.Note, "counts_not_usages", "1 organisations, 5")
	wantLine(t, lines, exchange.Note, "dereferenced", "Essai Retiré")
	if n := report.Count(registry.KindUsage, exchange.Created); n != 0 {
		t.Errorf("%d usages out of counts", n)
	}
	k, err := b.service.Software(t.Context(), "essai-retire")
	if err != nil || k.Facts.Status != "obsolete" {
		t.Errorf("dereferenced: %q %v", k.Facts.Status, err)
	}
	_, lines = b.must("sill", "f", sillCompiled)
	wantLine(t, lines, exchange.Note, "instances_not_taken")
}

// Three shapes of 2022: two extensions bear their parent's number of the Comptoir, and one its repository.
const (
	sillWorking = `[{"_id":1,"_name":"Parc","_function":"Gestion de parc","_license":"GPL-3.0","comptoirDuLibreOrgId":27,"wikidataId":"Q3104570","alikeSoftwares":[{"isKnown":true,"softwareId":3},{"isKnown":false,"softwareName":"AilleursCloud"}]},
 {"_id":2,"_name":"Parc Extension","_function":"Extension","_license":"N/A","comptoirDuLibreOrgId":27,"parentSoftware":{"isKnown":false,"softwareName":"Parc"},"alikeSoftwares":[]},
 {"_id":3,"_name":"Inventaire","_function":"Inventaire","_license":"MIT","alikeSoftwares":[]}]`
	sillEtalab = `[{"id":"1","i":"Parc","f":"Gestion de parc","fr-desc":"logiciel","en-desc":"Asset management","l":"GPL-3.0","co":"27","sources":"https://github.com/essai/parc","frama":{"encoded-name":"","name":null},"doc":null,"c":"Déploiement gestion d'actif et de configuration","si":"3","p":"","website":"https://parc.example","logo":null},
 {"id":"2","i":"Parc Extension","f":"Extension","l":"","co":"27","sources":"https://github.com/essai/parc.git","c":"Outil métier","si":"","p":"Parc"},
 {"id":"3","i":"Inventaire","f":"Inventaire","l":"MIT","co":"","c":"","si":"","p":""}]`
	sillCSV = "ID,nom,fonction,annees,statut,parent,public,support,similaire-a,wikidata,comptoir-du-libre,licence,secteur,composant,contexte-usage,label,groupe,version_min,version_max\n" +
		"1,Parc,Gestion de parc,2022,R,,,,3,Q3104570,27,GPL-3.0,Opérations,Déploiement gestion d'actif et de configuration,,,MIMO,1,\n" +
		"2,Parc Extension,\"Extension,\nsur deux lignes\",2022,O,Parc,,,,,27,N/A,,Outil métier,,,MIMO,1,\n" +
		"3,Inventaire,Inventaire,2022,R,,,,,,,MIT,,,,,MIMO,1,\n"
)

func TestTheShapesOf2022AreReadAndASharedNumberJoinsNothing(t *testing.T) {
	for shape, file := range map[string]string{"working": sillWorking, "etalab": sillEtalab, "csv": sillCSV} {
		t.Run(shape, func(t *testing.T) {
			b := sqliteBench(t)
			report, lines := b.must("sill", "f", file)
			wantCount(t, report, registry.KindSoftware, exchange.Created, 3)
			wantLine(t, lines, exchange.Warning, "shared_identifier", "Parc Extension", "27")
			parc, err := b.service.Software(t.Context(), "parc")
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(parc.Facts.Alternatives, "Inventaire") || parc.Facts.Licence != "GPL-3.0-only" {
				t.Errorf("%+v", parc.Facts)
			}
			if shape == "etalab" && parc.Facts.Repository != "https://github.com/essai/parc" {
				t.Errorf("the repository that bears its name was taken from it: %q", parc.Facts.Repository)
			}
			extension, err := b.service.Software(t.Context(), "parc-extension")
			if err != nil || extension.Facts.Repository != "" || !slices.Contains(extension.Facts.Keywords, "Parc") {
				t.Errorf("%+v %v", extension.Facts, err)
			}
		})
	}
}

func TestProvidersBySILLNumberAreJoinedOnTheirSIREN(t *testing.T) {
	eachBench(t, func(b bench) {
		b.must("sill", "sill", sillCanonical)
		report, lines := b.must("cnll", "cnll", `[{"nom":"Essai Texte","sill_id":501,"prestataires":[
			{"nom":"ESSAI SERVICES SAS","siren":"552100554","url":"https://annuaire.cnll.fr/societes/552100554"},
			{"nom":"Mauvais numéro","siren":"552100555","url":""}]},
			{"nom":"Inconnu","sill_id":"999","prestataires":[{"nom":"Autre","siren":"732829320","url":"x"}]},
			{"nom":"Sans numéro","prestataires":[]}]`)
		wantCount(b.t, report, registry.KindOrganisation, exchange.Joined, 1)
		wantCount(b.t, report, registry.KindOffer, exchange.Created, 2)
		wantLine(b.t, lines, exchange.Warning, "not_a_siren", "Mauvais numéro")
		wantLine(b.t, lines, exchange.Refused, "software_missing", "999")
		wantLine(b.t, lines, exchange.Refused, "no_id", "Sans numéro")

		merged, lines := b.must("cnll", "codegouv", `[{"sill_id":501,"prestataires":[{"nom":"Essai Services","website":"https://services-essai.example",
			"cdl_url":"https://comptoir-du-libre.org/fr/users/580","siren":"552100554"},{"nom":"Essai Conseil","cdl_url":"https://comptoir-du-libre.org/fr/users/581"}]}]`)
		if n := merged.Count(registry.KindOffer, exchange.Created) + merged.Count(registry.KindOffer, exchange.Unchanged); n != 2 {
			b.t.Errorf("%d offers\n%s", n, printed(lines))
		}
	})
}
