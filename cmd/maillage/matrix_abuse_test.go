// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"maillage/internal/member"
)

// stranger is a host that is not ours.
const stranger = "evil.example"

// answer sends a request made by hand.
func (h *house) answer(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.RemoteAddr = "203.0.113.9:4000"
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.e.ServeHTTP(w, req)
	return w
}

// TestNoPageTakesAFormOfAnotherSite sends to every page that changes something what another site would
// have a browser of an administrator send.
func TestNoPageTakesAFormOfAnotherSite(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "", nil)
	_, secret := h.session(h.account(member.Administrator, member.Active), "")
	cookie := "__Host-maillage=" + secret
	const form = "application/x-www-form-urlencoded"
	pages := 0
	for _, r := range h.e.Routes() {
		if (matrixRow{path: r.Path}).api() || r.Method == "GET" {
			continue
		}
		pages++
		path := matrixParam.ReplaceAllString(r.Path, "x")
		for _, from := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://" + stranger},
			{"Origin", "null"}, {"Origin", "https://" + stranger, "Host", stranger + ":1"}} {
			w := h.answer(r.Method, path, "", append([]string{"Cookie", cookie, "Content-Type", form, "Host", "maillage.example"}, from...)...)
			if w.Code != http.StatusForbidden {
				t.Errorf("%s %s with %v: %d, want 403", r.Method, r.Path, from, w.Code)
			}
		}
	}
	if pages < 20 {
		t.Errorf("%d pages only", pages)
	}
	if w := h.answer("POST", "/connexion", "", "Content-Type", form, "Sec-Fetch-Site", "same-origin"); w.Code == http.StatusForbidden {
		t.Error("our own forms are refused")
	}
}

// TestAnAddressThatIsSaidCountsForNothing: nobody is a proxy here, so whoever says to speak for others
// is counted as themself.
func TestAnAddressThatIsSaidCountsForNothing(t *testing.T) {
	t.Parallel()
	spoofed := func(n int) []string {
		at := fmt.Sprintf("198.51.100.%d", n)
		return []string{"X-Forwarded-For", at, "X-Real-Ip", at, "Forwarded", "for=" + at, "True-Client-Ip", at, "Cf-Connecting-Ip", at}
	}
	t.Run("requests", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, "", func(c *Config) { c.RateLimit = 5 })
		last := 0
		for n := range 12 {
			last = h.answer("GET", "/api/v1/domains", "", spoofed(n)...).Code
		}
		if last != http.StatusTooManyRequests {
			t.Errorf("the twelfth of five requests: %d, want 429", last)
		}
	})
	t.Run("guesses", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, "", nil)
		var codes []int
		for n := range 21 {
			body := fmt.Sprintf(`{"email":"g%d@exemple.fr","password":"ce n'est pas le bon"}`, n)
			codes = append(codes, h.answer("POST", "/api/v1/sessions", body, append(spoofed(n), "Content-Type", "application/json")...).Code)
		}
		if codes[0] != http.StatusUnauthorized || codes[20] != http.StatusTooManyRequests {
			t.Errorf("guesses of one address: %v, want 401 and in the end 429", codes)
		}
	})
	t.Run("tokens", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, "", func(c *Config) { c.RateLimit = 1000 })
		last := 0
		for n := range 30 {
			last = h.answer("GET", "/api/v1/me", "", append(spoofed(n), "Authorization", fmt.Sprintf("Bearer mlg_%d", n))...).Code
		}
		if last != http.StatusTooManyRequests {
			t.Errorf("the thirtieth unknown token: %d, want 429", last)
		}
	})
}

// TestTheHostOfARequestIsInNoLink signs up, forgets a password and invites by requests that say to be
// for another host: neither the letters nor the answers may name it.
func TestTheHostOfARequestIsInNoLink(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(h *house) {
		lie := []string{"Host", stranger, "X-Forwarded-Host", stranger, "X-Forwarded-Proto", "http", "X-Original-Host", stranger, "Forwarded", "host=" + stranger}
		ana, err := h.members.Provision(h.t.Context(), system(), member.NewMember{Email: "ana@exemple.fr", Name: "Ana", Password: matrixPassword, Lang: "fr"})
		h.must(err)
		_, secret := h.session(h.account(member.Administrator, member.Active), "")
		_, own := h.session(ana.ID, "")
		const form = "application/x-www-form-urlencoded"
		for _, c := range []struct {
			path, body, as string
			status         int
		}{
			{"/api/v1/signups", `{"body":"` + string(h.a) + `","email":"bob@exemple.fr","name":"Bob"}`, "", 202},
			{"/api/v1/password/forgot", `{"email":"ana@exemple.fr"}`, "", 202},
			{"/api/v1/invitations", `{"body":"` + string(h.a) + `","email":"cleo@exemple.fr"}`, "Bearer " + secret, 201},
			{"/api/v1/me/email", `{"email":"ana2@exemple.fr"}`, "Bearer " + own, 202},
			{"/api/v1/software", `{"name":"Outil du voisin"}`, "Bearer " + secret, 201},
			{"/rejoindre", "body=register:213801517", "", 303},
			{"/rejoindre/adresse?organisme=register:213801517", "email=dan%40exemple.fr&name=Dan", "", 303},
			{"/mot-de-passe/oublie", "email=ana%40exemple.fr", "", 200},
			{"/organismes/" + string(h.a) + "/membres", "do=invite&role=agent&email=eve%40exemple.fr", secret, 303},
			{"/compte", "name=Ana", "", 303}, // leads to where one signs in
			{"/connexion", "email=ana%40exemple.fr&password=" + strings.ReplaceAll(matrixPassword, " ", "+") + "&next=" + "https%3A%2F%2F" + stranger, "", 303},
			{"/connexion", "email=ana%40exemple.fr&password=" + strings.ReplaceAll(matrixPassword, " ", "+") + "&next=" + "%2F%2F" + stranger, "", 303},
		} {
			headers := append([]string{"Content-Type", "application/json", "Authorization", c.as}, lie...)
			if !(matrixRow{path: c.path}).api() {
				headers = append([]string{"Content-Type", form, "Cookie", "__Host-maillage=" + c.as, "Sec-Fetch-Site", "same-origin"}, lie...)
			}
			w := h.answer("POST", c.path, c.body, headers...)
			if w.Code != c.status {
				h.t.Errorf("%s: %d, want %d: %.300s", c.path, w.Code, c.status, matrixTags.ReplaceAllString(w.Body.String(), ""))
			}
			h.unnamed(c.path, w)
		}
		for _, r := range h.e.Routes() {
			if r.Method == "GET" {
				path := matrixParam.ReplaceAllString(r.Path, string(h.software))
				h.unnamed(path, h.answer("GET", path, "", append([]string{"Cookie", "__Host-maillage=" + secret}, lie...)...))
			}
		}
		// Bob's and Dan's codes, Ana's resets, two invitations, Ana's new address.
		h.letters(7)
	})
}

var matrixTags = regexp.MustCompile(`(?s)<head>.*?</head>|<[^>]*>|\s+`)

// unnamed fails when an answer names the stranger.
func (h *house) unnamed(path string, w *httptest.ResponseRecorder) {
	for name, values := range w.Header() {
		for _, v := range values {
			if strings.Contains(v, stranger) {
				h.t.Errorf("%s: %s: %s", path, name, v)
			}
		}
	}
	if at := strings.Index(w.Body.String(), stranger); at >= 0 {
		h.t.Errorf("%s names it: …%.200s", path, w.Body.String()[max(at-100, 0):])
	}
}

// letters sends what is due and reads it: at least so many letters, all with links to our address.
func (h *house) letters(least int) {
	ctx := h.t.Context()
	for {
		due, err := h.db.Claim(ctx, []string{mailListener}, 100, time.Now().Add(time.Minute))
		h.must(err)
		if len(due) == 0 {
			break
		}
		for _, e := range due {
			h.must(h.deliver(ctx, e))
			h.must(h.db.Done(ctx, e))
		}
	}
	files, err := filepath.Glob(filepath.Join(h.cfg.Data, "mail", "*.eml"))
	h.must(err)
	if len(files) < least {
		h.t.Errorf("%d letters, want %d", len(files), least)
	}
	for _, f := range files {
		raw, err := os.Open(f) //nolint:gosec // the test's own folder
		h.must(err)
		text, err := io.ReadAll(quotedprintable.NewReader(raw))
		h.must(err)
		h.must(raw.Close())
		if strings.Contains(string(text), stranger) || !strings.Contains(string(text), matrixSite) {
			h.t.Errorf("a letter leads elsewhere:\n%s", text)
		}
	}
}
