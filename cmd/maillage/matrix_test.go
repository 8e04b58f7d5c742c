// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"maillage/internal/member"
	"maillage/internal/registry"
)

// TestEveryRouteRefusesWhomItMust asks every route of the instance as everybody there is, of things of
// their own, of others, hidden and gone. testdata/matrix.tsv says what each comes to: a route without
// a row fails, and so does a row without a route.
func TestEveryRouteRefusesWhomItMust(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(h *house) {
		rows, routes, asked := matrix(h.t), map[string]bool{}, 0
		for _, r := range h.e.Routes() {
			routes[r.Method+" "+r.Path] = true
		}
		for route := range routes {
			if _, ok := rows[route]; !ok {
				h.t.Errorf("%s has no row in testdata/matrix.tsv", route)
			}
		}
		names := make([]string, 0, len(rows))
		for route := range rows {
			if !routes[route] {
				h.t.Errorf("no route %s", route)
				continue
			}
			names = append(names, route)
		}
		slices.Sort(names)
		for _, route := range names {
			asked += h.walk(rows[route])
		}
		h.t.Logf("%d routes, %d requests", len(names), asked)
		if asked < 10*len(names) {
			h.t.Errorf("%d requests only", asked)
		}
	})
}

// walk asks one route in every way and returns how many there were.
func (h *house) walk(r matrixRow) (asked int) {
	for _, actor := range append(matrixActors(), "disabled", "app", "basic") {
		absent := ""
		for _, state := range []string{own, foreign, hidden, deleted} {
			if r.states[state] == nil {
				continue
			}
			asked++
			want := r.expects(state, actor)
			got, said := h.try(r, state, actor)
			if got != want {
				h.t.Errorf("%s %s, %s, %s: %s, want %s: %.300s", r.method, r.path, actor, state, got, want, said)
			}
			// The page of a form that is shown again holds the lists of the moment.
			if got != "404" || r.object == "-" || !r.api() && !r.safe() {
				continue
			}
			if absent == "" {
				_, absent = h.try(r, "absent", actor)
			}
			if said != absent {
				h.t.Errorf("%s %s, %s: %s is told from absent:\n%s\n%s", r.method, r.path, actor, state, said, absent)
			}
		}
	}
	return asked
}

// try makes one request and returns what it came to, and the answer without what differs in every one.
func (h *house) try(r matrixRow, state, actor string) (verdict, said string) {
	who := h.person(actor, !r.safe())
	id := ""
	switch {
	case r.object == "-":
	case state == "absent":
		id = uuid.NewString()
	default:
		id = h.thing(r.object, state, actor, who)
	}
	path := matrixParam.ReplaceAllString(r.path, id)
	send := h.fill(r.send, actor, id)
	switch {
	case r.safe() && send != "-":
		path, send = path+"?"+send, ""
	case strings.HasPrefix(send, "?"):
		query, body, _ := strings.Cut(send, " ")
		path, send = path+query, body
	}
	req := httptest.NewRequest(r.method, path, strings.NewReader(strings.TrimPrefix(send, "-")))
	h.as(req, r, actor, who, send)
	w := httptest.NewRecorder()
	h.e.ServeHTTP(w, req)
	if w.Code < 400 && !r.safe() { // a page that did something leads on
		h.consumed(id)
	}
	body := w.Body.String()
	if id != "" {
		body = strings.ReplaceAll(body, id, "ID")
	}
	return came(w), matrixNoise.ReplaceAllString(body, "NOISE")
}

var (
	matrixParam = regexp.MustCompile(`:[a-z]+`)
	// matrixNoise is what differs from one answer to the next: the number of the request, and that of the
	// account that asked.
	matrixNoise = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|"request_id":"[^"]*"|<code>[^<]*</code>`)
)

// as gives a request its credentials and its kind of body.
func (h *house) as(req *http.Request, r matrixRow, actor string, who person, send string) {
	h.said++
	// Each from an address of its own: none is to be slowed down by those before.
	req.RemoteAddr = "10." + strconv.Itoa(h.said>>16&255) + "." + strconv.Itoa(h.said>>8&255) + "." + strconv.Itoa(h.said&255) + ":4000"
	req.Header.Set("Accept-Language", "fr")
	switch {
	case r.safe():
	case !r.api():
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	case r.method == "PATCH":
		req.Header.Set("Content-Type", "application/merge-patch+json")
	case send != "-":
		req.Header.Set("Content-Type", "application/json")
	}
	switch {
	case actor == "visitor":
	case actor == "basic":
		req.SetBasicAuth("ana@exemple.fr", who.secret)
	case r.api():
		req.Header.Set("Authorization", "Bearer "+who.secret)
	default:
		req.AddCookie(&http.Cookie{Name: "__Host-maillage", Value: who.secret})
	}
}

// came says in a word what an answer is.
func came(w *httptest.ResponseRecorder) string {
	to := w.Header().Get("Location")
	switch {
	case w.Code == 303 && strings.HasPrefix(to, "/connexion?") && strings.Contains(to, "next="):
		return entry
	case w.Code == 401, w.Code == 403, w.Code == 404, w.Code == 405, w.Code == 429, w.Code >= 500:
		return strconv.Itoa(w.Code)
	}
	return passed
}

// fill puts identifiers in what is sent.
func (h *house) fill(send, actor, id string) string {
	body, provider := h.a, h.p
	if actor == "other" {
		body = h.b
	}
	if actor == "provider" {
		body = h.p
	}
	h.said++
	for name, purpose := range map[string]member.Purpose{"{reset}": member.ForReset, "{invite}": member.ForInvitation,
		"{signup}": member.ForSignup, "{browser}": "signup_browser"} {
		if strings.Contains(send, name) {
			send = strings.ReplaceAll(send, name, h.link(purpose, h.account("", member.Active)))
		}
	}
	return strings.NewReplacer("{body}", string(body), "{a}", string(h.a), "{c}", string(h.c), "{provider}", string(provider), "{q}", string(h.q),
		"{software}", string(h.software), "{new}", strconv.Itoa(h.said), "{id}", id).Replace(send)
}

// person returns who asks; somebody new when what they ask may change them.
func (h *house) person(actor string, fresh bool) person {
	if actor == "visitor" {
		return person{}
	}
	if p, ok := h.people[actor]; ok && !fresh {
		return p
	}
	p := h.born(actor)
	if !fresh {
		h.people[actor] = p
	}
	return p
}

func (h *house) born(actor string) (p person) {
	office, role, of := member.Role(""), member.Agent, h.a
	switch actor {
	case "organiser", "administrator":
		office, of = member.Role(actor), ""
	case "applicant":
		of = ""
	case "referent":
		role = member.Referent
	case "other":
		of = h.b
	case "provider":
		role, of = member.Provider, h.p
	}
	state := member.Active
	if actor == "disabled" {
		state = member.Disabled
	}
	p.account = h.account(office, state)
	if of != registry.ID("") {
		p.membership = h.membership(p.account, of, role, member.Accepted)
	}
	// A second factor to take away.
	h.must(h.db.SaveTOTP(h.t.Context(), member.TOTP{Account: p.account, Sealed: "x", CreatedAt: time.Now()}))
	switch actor {
	case "token":
		_, p.secret = h.own(p.account, p.membership, member.KindToken, member.ScopeAll)
	case "read":
		_, p.secret = h.own(p.account, p.membership, member.KindToken, member.ScopeRead)
	case "app", "basic":
		_, p.secret = h.own(p.account, p.membership, member.KindAppPassword, member.ScopeCalendar)
	default:
		p.session, p.secret = h.session(p.account, p.membership)
	}
	return p
}
