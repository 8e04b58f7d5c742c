// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"maillage/frontend"
	"maillage/internal/demo"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
	"maillage/internal/web"
)

// club is a house with accounts, its members scripted.
type club struct {
	*house
	said *script
}

// newClub serves under that public address.
func newClub(t *testing.T, base string) *club {
	t.Helper()
	c := &club{newHouse(t, testkit.SQLite(t, store.Config{})), &script{me: somebody(), fail: map[string]error{}}}
	identities := frontend.Identities{
		Providers: []frontend.Provider{{Key: "proconnect", Title: "ProConnect"}, {Key: "keycloak", Title: "Keycloak"}},
		Start: func(context.Context, string) (string, json.RawMessage, error) {
			return "https://idp.example/authorize?state=s&nonce=n", json.RawMessage(`{"state":"s"}`), nil
		},
		Finish: func(_ context.Context, key string, flow json.RawMessage, query url.Values) (member.ExternalIdentity, error) {
			if query.Get("state") != "s" || string(flow) != `{"state":"s"}` {
				return member.ExternalIdentity{}, fault.New(fault.Forbidden, "oidc_answer_refused")
			}
			return member.ExternalIdentity{Provider: key, Subject: query.Get("code")}, nil
		},
	}
	pages := frontend.New(frontend.Config{Catalogue: c.catalogue, Facts: c.reads, Search: c.index, Register: testkit.Register(t),
		Name: demo.Name, BaseURL: base, Now: testkit.Epoch, Members: c.said, Identities: identities, Declarations: c.registry, Engagements: c.registry, Offering: c.registry, Records: c.registry, Matches: c.registry, Journal: c.db,
		BodyFile: func(_ context.Context, by member.Actor, ref string, w io.Writer) error {
			if err := c.said.call("BodyFile", by.Account, ref); err != nil {
				return err
			}
			_, err := w.Write([]byte("PK"))
			return err
		}})
	grenoble, _, err := c.catalogue.Get(registry.KindOrganisation, "grenoble-38", member.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	https := strings.HasPrefix(base, "https:")
	cookies := web.NewCookies(https)
	c.e = web.New(web.Config{ErrorPage: pages.ErrorPage, HTTPS: https, Origin: base,
		AuthenticateSession: func(_ context.Context, r *http.Request) (member.Actor, error) {
			a := member.Actor{ID: "account:1", Account: "1", Name: "Ana Roux", Via: member.ViaSession, Session: "s1"}
			switch strings.TrimPrefix(cookies.Session(r), member.SessionPrefix) {
			case "member":
				a.Role, a.Organisation, a.Leads = member.Referent, string(grenoble.ID()), true
			case "administrator":
				a.Role = member.Administrator
			default:
				return member.Actor{}, fault.New(fault.Anonymous, "session_refused")
			}
			return a, nil
		}})
	pages.Mount(c.e)
	return c
}

// browser keeps cookies as a browser does.
type browser struct {
	*club
	jar  map[string]string
	lang string
}

func (c *club) browse(as string) *browser {
	b := &browser{c, map[string]string{}, "fr"}
	if as != "" {
		b.jar["__Host-maillage"] = member.SessionPrefix + as
	}
	return b
}

// do sends a request; a form is sent as this site's own pages send it.
func (b *browser) do(method, target, form string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(b.t.(*testing.T).Context(), method, target, strings.NewReader(form))
	if method != http.MethodGet {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.Header.Set("Accept-Language", b.lang)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value}) //nolint:gosec // a request's
	}
	w := httptest.NewRecorder()
	b.e.ServeHTTP(w, r)
	for _, k := range w.Result().Cookies() {
		if b.jar[k.Name] = k.Value; k.MaxAge < 0 {
			delete(b.jar, k.Name)
		}
	}
	return w
}

// see asks for a page that must be there, whole.
func (b *browser) see(target string) *goquery.Document {
	b.t.Helper()
	w := b.do(http.MethodGet, target, "")
	if w.Code != http.StatusOK {
		b.t.Fatalf("%s: %d to %s", target, w.Code, w.Header().Get("Location"))
	}
	doc := read(b.t, w)
	b.sound(target, doc, w)
	return doc
}

// send posts a form and returns where it leads, or the page that answers.
func (b *browser) send(target, form string) (to string, doc *goquery.Document, status int) {
	b.t.Helper()
	w := b.do(http.MethodPost, target, form)
	if w.Code == http.StatusSeeOther {
		return w.Header().Get("Location"), nil, w.Code
	}
	doc = read(b.t, w)
	b.sound(target, doc, w)
	return "", doc, w.Code
}

// sound checks what every page of accounts owes its reader.
func (b *browser) sound(at string, doc *goquery.Document, w *httptest.ResponseRecorder) {
	b.t.Helper()
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		b.t.Errorf("%s: Cache-Control %q", at, got)
	}
	for selector, want := range map[string]int{"html[lang=" + b.lang + "]": 1, "h1": 1, "main#main": 1, "title": 1, "style": 0, "[style]": 0,
		"script:not([src^='/assets/'])": 0, "[onclick]": 0, "iframe": 0, "meta[name=robots][content=noindex]": 1} {
		if n := doc.Find(selector).Length(); n != want {
			b.t.Errorf("%s: %d of %s, want %d", at, n, selector, want)
		}
	}
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if ids[id] || id == "" {
			b.t.Errorf("%s: the id %q twice or empty", at, id)
		}
		ids[id] = true
	})
	doc.Find("[aria-labelledby],[aria-describedby],label[for]").Each(func(_ int, s *goquery.Selection) {
		for _, attr := range []string{"aria-labelledby", "aria-describedby", "for"} {
			for _, id := range strings.Fields(s.AttrOr(attr, "")) {
				if !ids[id] {
					b.t.Errorf("%s: %s names %q, which is not there", at, attr, id)
				}
			}
		}
	})
	doc.Find("input:not([type=hidden]),textarea,select").Each(func(_ int, s *goquery.Selection) {
		if doc.Find("label[for='"+s.AttrOr("id", "-")+"']").Length() != 1 {
			b.t.Errorf("%s: a field without label: %s", at, s.AttrOr("name", ""))
		}
		text := strings.Contains("text email password", s.AttrOr("type", "-"))
		if _, said := s.Attr("autocomplete"); text && !said {
			b.t.Errorf("%s: %s does not say what it is for", at, s.AttrOr("name", ""))
		}
		if _, needed := s.Attr("required"); needed && s.AttrOr("type", "") != "radio" && s.Closest(".field").Find(".need").Length() == 0 {
			b.t.Errorf("%s: %s is required and no word says so", at, s.AttrOr("name", ""))
		}
	})
	doc.Find("button,a,h1,h2,summary,legend").Each(func(_ int, s *goquery.Selection) {
		if strings.TrimSpace(s.Text()) == "" {
			b.t.Errorf("%s: a %s without words", at, goquery.NodeName(s))
		}
	})
	doc.Find("form").Each(func(_ int, s *goquery.Selection) {
		if to := s.AttrOr("action", ""); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
			b.t.Errorf("%s: a form to %q", at, to)
		}
	})
	headings(b.t.(*testing.T), at, doc)
}

// public are the pages of accounts for visitors, own those of somebody signed in.
func public() []string {
	return []string{"/rejoindre", "/rejoindre?q=grenoble", "/rejoindre?q=zzzzzz", "/rejoindre/adresse?organisme=register:213801855",
		"/rejoindre/lien?t=" + link, "/connexion", "/connexion?fait=password_reset", "/mot-de-passe/oublie",
		"/mot-de-passe/nouveau?t=" + link, "/invitations?t=" + link}
}

func own() []string {
	return []string{"/bienvenue", "/bienvenue?decide=referent", "/confirmer-identite?next=/compte/donnees", "/compte", "/compte?fait=saved", "/compte/adresse",
		"/compte/adresse/lien?t=" + link, "/compte/mot-de-passe", "/compte/securite", "/compte/sessions", "/compte/secrets",
		"/compte/organismes", "/compte/organismes?q=saint-denis", "/compte/donnees", "/organismes/grenoble-38/membres", "/organismes/grenoble-38/depart", "/organismes/grenoble-38/usages", "/organismes/grenoble-38/fiche", "/organismes/grenoble-38/references", "/organismes/grenoble-38/usages?q=cimetiere", "/animation/demandes"}
}

func TestEveryPageOfAccountsIsWholeInBothLanguages(t *testing.T) {
	c := newClub(t, base)
	for _, lang := range []string{"fr", "en"} {
		visitor, member := c.browse(""), c.browse("member")
		admin := c.browse("administrator")
		for b, pages := range map[*browser][]string{visitor: public(), member: own(), admin: {"/animation", "/animation/comptes?q=a", "/animation/demandes", "/animation/invitations",
			"/animation/comptes/4/effacement"}} {
			b.lang = lang
			titles := map[string]bool{}
			for _, at := range pages {
				doc := b.see(at)
				if title := words(doc, "title"); title == "" || strings.HasPrefix(title, "–") {
					t.Errorf("%s: no title", at)
				} else {
					titles[title] = true
				}
			}
			if len(titles) < len(pages)/2 {
				t.Errorf("%d titles for %d pages", len(titles), len(pages))
			}
		}
	}
}

func TestTheHeadSaysWhoIsReading(t *testing.T) {
	c := newClub(t, base)
	for _, at := range []string{"/connexion", "/", "/organismes/grenoble-38"} {
		w := c.browse("").do(http.MethodGet, at, "")
		if got := words(read(t, w), "nav.who"); got != "Se connecter Rejoindre" {
			t.Errorf("%s to a visitor: %q", at, got)
		}
		if stored := w.Header().Get("Cache-Control") == "no-cache"; stored != (at != "/connexion") {
			t.Errorf("%s: %s", at, w.Header().Get("Cache-Control"))
		}
		w = c.browse("member").do(http.MethodGet, at, "")
		if got := words(read(t, w), "nav.who"); got != "Vous agissez pour "+orgName(c)+" Demandes Ana Roux Se déconnecter" {
			t.Errorf("%s to a member: %q", at, got)
		}
		if got := w.Header().Get("Cache-Control"); got != "no-store" || w.Header().Get("Etag") != "" {
			t.Errorf("%s to a member may be stored: %q", at, got)
		}
	}
	if got := words(c.browse("administrator").see("/compte"), "nav.who"); got != "Demandes Animation Comptes Ana Roux Se déconnecter" {
		t.Errorf("an administrator: %q", got)
	}
}

func TestAVisitorIsLedToSignInAndBack(t *testing.T) {
	c := newClub(t, base)
	for _, at := range own() {
		b := c.browse("")
		w := b.do(http.MethodGet, at, "")
		to, err := url.Parse(w.Header().Get("Location"))
		if err != nil || w.Code != http.StatusSeeOther || to.Path != "/connexion" {
			t.Errorf("%s: %d %s", at, w.Code, to)
			continue
		}
		next := to.Query().Get("next")
		if path, _, _ := strings.Cut(at, "?"); !strings.HasPrefix(next, path) {
			t.Errorf("%s: back to %q", at, next)
		}
		back, _, _ := b.send("/connexion", url.Values{"email": {"a@b.example"}, "password": {"x"}, "next": {next}}.Encode())
		if back != next {
			t.Errorf("%s: signed in, back to %q", at, back)
		}
	}
	for form, want := range map[string]string{"/compte/securite/cle": "/compte/securite", "/compte/donnees/export": "/compte/donnees"} {
		if to, _, _ := c.browse("").send(form, ""); to != "/connexion?next="+url.QueryEscape(want) {
			t.Errorf("%s: back to %q", form, to)
		}
	}
	for _, next := range []string{"//evil.example", "https://evil.example/", "/\\evil.example"} {
		if to, _, _ := c.browse("").send("/connexion", url.Values{"email": {"a@b.example"}, "password": {"x"}, "next": {next}}.Encode()); to != "/compte" {
			t.Errorf("%q leads to %q", next, to)
		}
	}
}

// TestNoFormOfAnotherSiteIsTaken asks every unsafe route there is.
func TestNoFormOfAnotherSiteIsTaken(t *testing.T) {
	c := newClub(t, base)
	n := 0
	for _, r := range c.e.Routes() {
		if r.Method == http.MethodGet || r.Method == http.MethodHead || !strings.HasPrefix(r.Path, "/") || strings.Contains(r.Name, "NotFound") {
			continue
		}
		n++
		path := strings.NewReplacer(":ref", "grenoble-38", ":key", "proconnect").Replace(r.Path)
		for _, as := range []string{"", "member", "administrator"} {
			c.said.calls = nil
			for _, site := range []string{"cross-site", "same-site"} {
				w := c.browse(as).do(r.Method, path, "", "Sec-Fetch-Site", site)
				if doc := read(t, w); w.Code != http.StatusForbidden || !strings.Contains(words(doc, "main"), "envoyé depuis un autre site") {
					t.Errorf("%s %s from %s: %d", r.Method, path, site, w.Code)
				}
			}
			if len(c.said.calls) > 0 {
				t.Errorf("%s %s from elsewhere did %v", r.Method, path, c.said.calls)
			}
			// What is not for who asks is refused from here too, and not for where it comes from.
			if w := c.browse(as).do(r.Method, path, "", "Sec-Fetch-Site", "same-origin"); strings.Contains(w.Body.String(), "envoyé depuis un autre site") || w.Code >= 500 {
				t.Errorf("%s %s from here: %d", r.Method, path, w.Code)
			}
		}
	}
	if n < 28 {
		t.Errorf("%d routes were asked", n)
	}
}

func TestAFormRefusesFieldsItDoesNotHave(t *testing.T) {
	c := newClub(t, base)
	for _, r := range c.e.Routes() {
		if r.Method != http.MethodPost || strings.HasSuffix(r.Path, "/options") || r.Path == "/rejoindre/cle" {
			continue // what reads no body takes none
		}
		path := strings.NewReplacer(":ref", "grenoble-38", ":key", "proconnect").Replace(r.Path)
		for body, want := range map[string]int{"office_of=administrator": 422, "a=" + strings.Repeat("x", 300<<10): 413, "%ff=1": 422} {
			c.said.calls = nil
			if w := c.browse("member").do(http.MethodPost, path, body); w.Code != want || len(c.said.calls) > 0 {
				t.Errorf("%s with %.20s: %d, %v", path, body, w.Code, c.said.calls)
			}
		}
	}
}

func orgName(c *club) string { return words(c.page("/organismes/grenoble-38"), "h1") }
