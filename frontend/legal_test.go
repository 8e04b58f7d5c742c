// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"maillage/frontend"
	"maillage/internal/member"
	"maillage/internal/store"
	"maillage/internal/testkit"
	"maillage/internal/web"
)

// kept returns a page of the house kept by somebody.
func (h *house) kept(legal frontend.Legal, contact, at string) *goquery.Document {
	h.t.Helper()
	pages := frontend.New(frontend.Config{Catalogue: h.catalogue, Facts: h.reads, Register: testkit.Register(h.t), Name: "Alpes", BaseURL: base,
		Now: testkit.Epoch, Legal: legal, Contact: contact})
	e := web.New(web.Config{ErrorPage: pages.ErrorPage})
	pages.Mount(e)
	other := *h
	other.e = e
	return other.page(at)
}

func TestWhatNobodyGaveIsSaidToBeMissing(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for at, n := range map[string]int{"/mentions-legales": 4, "/contact": 1, "/confidentialite": 1, "/accessibilite": 2} {
		if got := h.page(at).Find("main .due").Length(); got != n {
			t.Errorf("%s: %d things are said to be missing, want %d", at, got, n)
		}
	}
	doc := h.page("/accessibilite")
	for _, want := range []string{"n’est pas en conformité avec le référentiel général d’amélioration de l’accessibilité (RGAA), version 4.1.2", "Aucun audit"} {
		if !strings.Contains(words(doc, "main"), want) {
			t.Errorf("not said: %s", want)
		}
	}
}

func TestWhoKeepsTheSiteIsSaidAsTheyGaveIt(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	legal := frontend.Legal{Publisher: "Syndicat <b>Alpin</b>, 1 rue de l’Exemple", Director: "Ana Martin", Host: "Hébergeur, 2 rue de l’Exemple",
		Accessibility: frontend.PartiallyAccessible, Audit: "Audit de Cairn, 92 % des critères", Date: "2026-01-31"}
	for at, wants := range map[string][]string{
		"/mentions-legales": {legal.Publisher, legal.Director, legal.Host, "a@alpes.example"},
		"/contact":          {"a@alpes.example"},
		"/confidentialite":  {"Responsable du traitement : " + legal.Publisher, "a@alpes.example"},
		"/accessibilite": {legal.Publisher + " s’engage à rendre", "Alpes est en conformité partielle", legal.Audit, "établie le 31 janvier 2026",
			"a@alpes.example", "Défenseur des droits"},
		"/": {},
	} {
		doc := h.kept(legal, "a@alpes.example", at)
		if n := doc.Find("main .due, main b b, main .card b").Length(); n != 0 && at != "/" {
			t.Errorf("%s: %d things are missing or bold", at, n)
		}
		for _, want := range wants {
			if !strings.Contains(loose(words(doc, "main")), loose(want)) {
				t.Errorf("%s does not say %q", at, want)
			}
		}
		if got := words(doc, "footer a[href='/accessibilite']"); loose(got) != loose("Accessibilité : partiellement conforme") {
			t.Errorf("%s says at its foot %q", at, got)
		}
	}
	if got := h.kept(legal, "a@alpes.example", "/contact").Find("main a[href='mailto:a@alpes.example']").Length(); got != 1 {
		t.Errorf("%d ways to write", got)
	}
}

// The order and the titles of the arrêté of 20 September 2019, annexe, "déclaration d'accessibilité".
func TestTheStatementHasTheFormThatIsImposed(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	doc := h.page("/accessibilite")
	want := "Déclaration d’accessibilité|État de conformité|Résultats des tests|Contenus non accessibles|Non-conformités|" +
		"Dérogations pour charge disproportionnée|Contenus non soumis à l’obligation d’accessibilité|" +
		"Établissement de cette déclaration d’accessibilité|Retour d’information et contact|Voies de recours"
	if got := strings.Join(texts(doc, "main h1, main h2, main h3"), "|"); got != want {
		t.Errorf("titles %s", got)
	}
	for _, to := range []string{"https://formulaire.defenseurdesdroits.fr/", "https://www.defenseurdesdroits.fr/carte-des-delegues"} {
		if doc.Find("main a[href='"+to+"']").Length() != 1 {
			t.Errorf("nothing leads to %s", to)
		}
	}
}

func TestEveryPageLeadsToThoseTheLawWants(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	for _, at := range []string{"/", "/recherche", "/logiciels/nextcloud", "/nulle-part"} {
		doc := read(t, h.get(at))
		for _, to := range []string{"/accessibilite", "/plan-du-site", "/aide", "/mentions-legales", "/confidentialite", "/contact", "/carte", "/chiffres"} {
			if doc.Find("footer a[href='"+to+"']").Length() != 1 {
				t.Errorf("%s does not lead to %s", at, to)
			}
		}
	}
}

func TestThePageOfPrivacyIsTheRegisterOfProcessing(t *testing.T) {
	c := newClub(t, base)
	for _, lang := range []string{"fr", "en"} {
		b := c.browse("")
		b.lang = lang
		w := b.do(http.MethodGet, "/confidentialite", "")
		rows := read(t, w).Find("table.kept tbody tr")
		if rows.Length() != len(member.Rules()) {
			t.Errorf("%s: %d rows for %d rules", lang, rows.Length(), len(member.Rules()))
		}
		for i, r := range member.Rules() {
			if got := loose(rows.Eq(i).Text()); got != loose(r.What.In(lang)+r.Why.In(lang)+r.HowLong(lang)+r.Who.In(lang)) {
				t.Errorf("%s: %s", lang, got)
			}
		}
	}
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	if doc := h.page("/confidentialite"); doc.Find("table").Length() != 0 || !strings.Contains(words(doc, "main"), "pas de comptes") {
		t.Error("without accounts, data of members are listed")
	}
}
