// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"maillage/internal/fault"
)

func TestAnOfficeOpenedByItsPasswordIsLedToItsPasskey(t *testing.T) {
	c := newClub(t, base)
	c.said.me.UsePasskey = true
	there := func(next string) string {
		return "/connexion?fait=use_passkey&next=" + url.QueryEscape(next)
	}
	b := c.browse("")
	to, _, _ := b.send("/connexion", "email=a@b.example&password=x&next=/animation/comptes")
	if to != there("/animation/comptes") || b.jar["__Host-maillage"] != secret {
		t.Errorf("signed in, to %q with %v", to, b.jar)
	}
	if doc := b.see(to); !strings.Contains(words(doc, "main [role=status]"), "connectez-vous avec") || doc.Find("form[data-passkey=login] input[name=next][value='/animation/comptes']").Length() != 1 {
		t.Errorf("there: %s", words(doc, "main"))
	}
	if doc := b.see("/compte/securite"); doc.Find("p.told a[href^='/connexion?']").Length() != 1 {
		t.Errorf("the page of what opens the account: %s", words(doc, "main"))
	}
	c.said.fail = map[string]error{"Accounts": fault.New(fault.Forbidden, "not_allowed"), "BeginTOTP": fault.New(fault.Forbidden, "passkey_needed")}
	if got := b.do(http.MethodGet, "/animation/comptes?q=a", "").Header().Get("Location"); got != there("/animation/comptes?q=a") {
		t.Errorf("a page of the office leads to %q", got)
	}
	if to, _, _ = b.send("/compte/securite", "do=totp_begin"); to != there("/compte/securite") {
		t.Errorf("adding a factor leads to %q", to)
	}
	c.said.me.UsePasskey, c.said.me.MustEnrol = false, true
	if got := b.do(http.MethodGet, "/animation/comptes", "").Header().Get("Location"); got != "/compte/securite?fait=must_enrol" {
		t.Errorf("without a factor it leads to %q", got)
	}
	c.said.me.MustEnrol = false
	if w := b.do(http.MethodGet, "/animation/comptes", ""); w.Code != http.StatusForbidden {
		t.Errorf("to who holds no office: %d", w.Code)
	}
}

func TestAMistypedCodeOfTheAppDoesNotLoseTheSecret(t *testing.T) {
	c := newClub(t, base)
	c.said.fail["ConfirmTOTP"] = fault.OnField("code", "code_wrong")
	b := c.browse("member")
	_, begun, _ := b.send("/compte/securite", "do=totp_begin")
	_, doc, status := b.send("/compte/securite", "do=totp_confirm&token=sealed&code=1")
	for _, selector := range []string{"code.secret", "main img", "input[name=token]"} {
		was, is := begun.Find(selector), doc.Find(selector)
		if is.Length() != 1 || is.Text() != was.Text() || is.AttrOr("src", "") != was.AttrOr("src", "") || is.AttrOr("value", "") != was.AttrOr("value", "") {
			t.Errorf("%d: %s became %q %q", status, selector, is.Text(), is.AttrOr("src", ""))
		}
	}
	if to, _, _ := b.send("/compte/securite", "do=totp_confirm&token=sealed&code=1&secret=ABCD"); to != "" {
		t.Errorf("a secret of the browser's is taken: to %q", to)
	}
	// The fifth mistake ends the step.
	c.said.fail["TOTPBegun"] = fault.New(fault.Missing, "step_over")
	if _, doc, status = b.send("/compte/securite", "do=totp_confirm&token=sealed&code=1"); status != 404 || doc.Find("code.secret").Length() != 0 {
		t.Errorf("%d: %s", status, words(doc, "main"))
	}
}

func TestWhoActsForNobodyIsOfferedTheirBodyOnEveryPage(t *testing.T) {
	c := newClub(t, base)
	c.said.offered = c.said.me.Standings[1:2]
	b := c.browse("administrator")
	for _, at := range []string{"/", "/logiciels/nextcloud?fait=x", "/compte", "/nulle-part"} {
		form := read(t, b.do(http.MethodGet, at, "")).Find("nav.who form[action='/compte/organismes']")
		path, _, _ := strings.Cut(at, "?")
		if got := strings.TrimSpace(form.Text()); got != "Agir pour Échirolles" ||
			form.Find("[name=do]").AttrOr("value", "") != "act" || form.Find("[name=next]").AttrOr("value", "") != path {
			t.Errorf("%s offers %q and comes back to %q", at, got, form.Find("[name=next]").AttrOr("value", ""))
		}
	}
	if to, _, _ := b.send("/compte/organismes", "do=act&id=m2&next=/logiciels/nextcloud"); to != "/logiciels/nextcloud" || !c.said.called("ActFor 1 m2") {
		t.Errorf("to %q, %v", to, c.said.calls)
	}
	if to, _, _ := c.browse("administrator").send("/compte/organismes", "do=act&id=m2&next=//evil.example"); to != "/compte/organismes?fait=body_act" {
		t.Errorf("to %q", to)
	}
	c.said.offered = c.said.me.Standings[:2]
	if a := c.browse("administrator").see("/compte").Find("nav.who a[href='/compte/organismes']"); a.Text() != "Choisir pour qui agir" {
		t.Errorf("of several: %q", a.Text())
	}
	c.said.fail["Offered"] = fault.New(fault.Unavailable, "database")
	if got := words(c.browse("administrator").see("/compte"), "nav.who"); !strings.Contains(got, "Ana Roux") {
		t.Errorf("without an answer: %q", got)
	}
	if got := words(c.browse("member").see("/compte"), "nav.who"); strings.Contains(got, "Agir") || strings.Contains(got, "Choisir") {
		t.Errorf("who acts already: %q", got)
	}
}
