// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"maillage/internal/member"
	"maillage/internal/registry"
)

// declared returns the names of what a page says that the body runs, with their stages.
func declared(doc *goquery.Document) map[string]string {
	out := map[string]string{}
	doc.Find("section[aria-labelledby=runs] .cards > li").Each(func(_ int, s *goquery.Selection) {
		out[strings.TrimSpace(s.Find("label").Text())] = strings.TrimSpace(s.Find(".stage").Text())
	})
	return out
}

func TestSeveralSoftwareAreDeclaredAtOnceAndConfirmedInOneClick(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("member")
	const at = "/organismes/grenoble-38/usages"
	before := declared(b.see(at))
	rows := b.see(at + "?q=tableur").Find(".grid > li")
	if rows.Length() == 0 {
		rows = b.see(at).Find(".grid > li")
	}
	form, chosen := url.Values{"do": {"declare"}}, map[string]string{}
	rows.Each(func(i int, s *goquery.Selection) {
		name := s.Find("label").Text()
		if _, have := before[name]; have {
			t.Errorf("%s is declared already and proposed", name)
		}
		stage := map[int]string{0: "pilot", 1: "default"}[i]
		form.Add("software", s.Find("input[name=software]").AttrOr("value", ""))
		form.Add("stage", stage)
		if stage != "" {
			chosen[name] = map[string]string{"pilot": "Pilote", "default": "Par défaut"}[stage]
		}
	})
	to, _, status := b.send(at, form.Encode())
	if to != at+"?fait=usage_declare" {
		t.Fatalf("%d to %q", status, to)
	}
	after := declared(b.see(to))
	for name, stage := range chosen {
		if after[name] != stage {
			t.Errorf("%s is %q, want %q", name, after[name], stage)
		}
	}
	if len(after) != len(before)+len(chosen) {
		t.Errorf("%d usages, want %d", len(after), len(before)+len(chosen))
	}
	// The same again is refused on its line, and what was chosen is still chosen.
	if _, doc, status := b.send(at, form.Encode()); status != http.StatusConflict || doc.Find(".wrong li").Length() != 1 {
		t.Errorf("twice: %d", status)
	}
	if _, _, status := b.send(at, "do=declare&software=x&stage="); status != http.StatusUnprocessableEntity {
		t.Errorf("nothing chosen: %d", status)
	}

	doc := b.see(at)
	form = url.Values{"do": {"confirm"}}
	doc.Find("input[name=id]").Each(func(_ int, s *goquery.Selection) { form.Add("id", s.AttrOr("value", "")) })
	if to, _, _ := b.send(at, form.Encode()); to != at+"?fait=usage_confirm" {
		t.Errorf("to %q", to)
	}
	if n := b.see(at).Find("input[name=id][checked]").Length(); n != 0 {
		t.Errorf("%d usages are still to be confirmed", n)
	}
	if _, doc, status := b.send(at, "do=confirm"); status != http.StatusUnprocessableEntity || doc.Find(".wrong").Length() != 1 {
		t.Errorf("nothing ticked: %d", status)
	}
}

func TestAUsageIsToldInDetailAndWithdrawn(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("member")
	at, _ := b.see("/organismes/grenoble-38/usages").Find(".cards a[href^='/usages/']").First().Attr("href")
	_, doc, status := b.send(at, "do=save&stage=pilot&since=hier&visibility=public&note=%3Cb%3E")
	if status != http.StatusUnprocessableEntity || doc.Find("a[href='#f-since']").Length() != 1 || doc.Find("#f-note").Text() != "<b>" {
		t.Errorf("a wrong day: %d", status)
	}
	if _, doc, status := b.send(at, "do=save&stage=pilot&seats=beaucoup&visibility=public"); status != http.StatusUnprocessableEntity || doc.Find("#f-seats[aria-invalid]").Length() != 1 {
		t.Errorf("a wrong number: %d", status)
	}
	if to, _, status := b.send(at, "do=save&stage=leaving&since=2024-09&seats=12&hosting=own&visibility=members&contact=1"); to != "/organismes/grenoble-38/usages?fait=usage_save" {
		t.Fatalf("%d to %q", status, to)
	}
	doc = b.see(at)
	for selector, want := range map[string]string{"#f-since": "2024-09", "#f-seats": "12", "input[name=stage][checked]": "leaving",
		"input[name=hosting][checked]": "own", "input[name=visibility][checked]": "members"} {
		if got := doc.Find(selector).AttrOr("value", ""); got != want {
			t.Errorf("%s is %q, want %q", selector, got, want)
		}
	}
	if _, doc, status := b.send(at, "do=withdraw"); status != http.StatusUnprocessableEntity || doc.Find("#f-since").AttrOr("value", "") != "2024-09" {
		t.Errorf("withdrawn without being sure: %d", status)
	}
	if to, _, _ := b.send(at, "do=withdraw&withdraw_sure=1"); to != "/organismes/grenoble-38/usages?fait=usage_withdraw" {
		t.Errorf("to %q", to)
	}
	if w := b.do(http.MethodGet, at, ""); w.Code != http.StatusNotFound {
		t.Errorf("a withdrawn usage: %d", w.Code)
	}
}

func TestAnotherBodysUsagesAreMissing(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("member")
	echirolles, _, err := c.catalogue.Get(registry.KindOrganisation, "echirolles-38", member.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := c.db.DeclarationsOf(t.Context(), echirolles.ID())
	if err != nil || len(theirs.Usages) == 0 {
		t.Fatalf("%v %v", theirs, err)
	}
	id := string(theirs.Usages[0].ID)
	for path, form := range map[string]string{"/organismes/echirolles-38/usages": "do=confirm&id=" + id,
		"/usages/" + id: "do=save&stage=left&visibility=public", "/usages/nobody": "do=withdraw&withdraw_sure=1"} {
		if w := b.do(http.MethodGet, path, ""); w.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, w.Code)
		}
		if w := b.do(http.MethodPost, path, form); w.Code != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, w.Code)
		}
	}
	// A usage of another body slipped among one's own confirms nothing.
	if w := b.do(http.MethodPost, "/organismes/grenoble-38/usages", "do=confirm&id="+id); w.Code != http.StatusNotFound {
		t.Errorf("confirming theirs: %d", w.Code)
	}
}
