// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search_test

import (
	"slices"
	"strings"
	"testing"

	"maillage/internal/catalogue"
)

func TestABoxFindsWhatPeopleMean(t *testing.T) {
	h := newHouse(t, alps(t), t.TempDir())
	for _, c := range []struct{ asked, first, corrected string }{
		{"cimetiere", "openCimetière", ""},
		{"cimetières", "openCimetière", ""},
		{"CIMETIÈRE", "openCimetière", ""},
		{"open cimetiere", "openCimetière", ""},
		{"opencimetiere", "openCimetière", ""},
		{"openCimetière", "openCimetière", ""},
		{"logiciel de gestion des cimetières", "openCimetière", ""},
		{"nextcloud", "Nextcloud", ""},
		{"nextclud", "Nextcloud", "nextcloud"},
		{"nxetcloud", "Nextcloud", "nextcloud"},
		{"next cloud", "Nextcloud", ""},
		{"nextc", "Nextcloud", ""},
		{"libreofice", "LibreOffice", "libreoffice"},
		{"alternative photoshop", "GIMP", ""},
		{"alternative à photoshop", "GIMP", ""},
		{"alternative libre à Adobe Photoshop", "GIMP", ""},
		{"remplace Photoshop", "GIMP", ""},
		{"logiciel pour remplacer photoshop", "GIMP", ""},
		{"photoshop alternative", "GIMP", ""},
		{"à la place de Photoshop", "GIMP", ""},
		{"instead of photoshop", "GIMP", ""},
		{"alternative photoshp", "GIMP", "alternative photoshop"},
		{"SIG", "QGIS", ""},
		{"système d'information géographique", "QGIS", ""},
		{"i-parapheur", "i-Parapheur", ""},
		{"iparapheur", "i-Parapheur", ""},
		{"parapheur", "i-Parapheur", ""},
		{"s2low", "S2LOW", ""},
		{"lemonldap", "LemonLDAP::NG", ""},
		{"itop", "iTop", ""},
		{"38000", "Grenoble", ""},
		{"38185", "Grenoble", ""},
		{"213801855", "Grenoble", ""},
		{"213 801 855", "Grenoble", ""},
		{"grenoble", "Grenoble", ""},
		{"hébergement nextcloud isère", "Belledonne Services", ""},
		{"hebergement nextclud isere", "Belledonne Services", "hebergement nextcloud isere"},
		{"formation nextcloud isère", "Cime Conseil", ""},
	} {
		r := h.ask(c.asked)
		if len(r.Hits) == 0 || r.Hits[0].Item.Name() != c.first || r.Corrected != c.corrected {
			t.Errorf("%q: %v, corrected %q; want %s, %q", c.asked, names(r)[:min(len(r.Hits), 5)], r.Corrected, c.first, c.corrected)
		}
		if r.Degraded || r.Asked != c.asked {
			t.Errorf("%q: degraded %t, asked %q", c.asked, r.Degraded, r.Asked)
		}
	}
}

func TestABoxFindsAmongTheFirst(t *testing.T) {
	h := newHouse(t, alps(t), "")
	for asked, want := range map[string][]string{
		"GED":                                  {"Alfresco Community"},
		"RH":                                   {"Odoo Community"},
		"ressources humaines":                  {"Odoo Community"},
		"gestion électronique de documents":    {"Alfresco Community"},
		"visioconférence":                      {"Jitsi Meet", "BigBlueButton"},
		"visio":                                {"Jitsi Meet", "BigBlueButton"},
		"état civil":                           {"openCimetière"},
		"etat-civil":                           {"openCimetière"},
		"l'archivage":                          {"as@lae"},
		"élections":                            {"openElec", "openRésultat"},
		"mot de passe":                         {"Passbolt", "Vaultwarden", "KeePassXC"},
		"remplace excel":                       {"LibreOffice", "Grist"},
		"alternative à Teams":                  {"Jitsi Meet", "Mattermost"},
		"office":                               {"LibreOffice", "OnlyOffice Docs"},
		"video conferencing":                   {"Jitsi Meet", "BigBlueButton"},
		"inventaire parc":                      {"GLPI", "OCS Inventory"},
		"alternative à openElec dans le cloud": {"openElec"},
	} {
		got := names(h.ask(asked))
		for _, name := range want {
			if !slices.Contains(got[:min(len(got), 8)], name) {
				t.Errorf("%q: %v, want %s among the first", asked, got[:min(len(got), 8)], name)
			}
		}
	}
}

func TestAShortAcronymIsNotTheBeginningOfAWord(t *testing.T) {
	h := newHouse(t, alps(t), "")
	for _, name := range names(h.ask("SIG")) {
		if strings.Contains(strings.ToLower(name), "sign") {
			t.Errorf("SIG found %s", name)
		}
	}
}

func TestAReplacementSaysWhatItReplaces(t *testing.T) {
	h := newHouse(t, alps(t), "")
	r := h.ask("alternative photoshop")
	if !slices.ContainsFunc(r.Hits[0].Why, func(w catalogue.Reason) bool { return w.Code == "replaces" && w.Value == "Adobe Photoshop" }) {
		t.Errorf("why %s: %+v", r.Hits[0].Item.Name(), r.Hits[0].Why)
	}
}

func TestAPassageShowsWhereTheWordStands(t *testing.T) {
	h := newHouse(t, alps(t), "")
	r := h.ask("concessions")
	if len(r.Hits) == 0 || len(r.Hits[0].Highlights) == 0 || !strings.Contains(strings.ToLower(r.Hits[0].Highlights[0]), "concession") {
		t.Fatalf("%+v", r.Hits)
	}
}
