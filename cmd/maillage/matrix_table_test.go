// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	_ "embed"
	"maps"
	"strings"
	"testing"
)

//go:embed testdata/matrix.tsv
var matrixTable string

// What a request may come to. Entry is a page that leads to the one where people sign in; passed is
// everything that is neither refused nor broken: done, or refused for what it says.
const (
	passed = "ok"
	entry  = "in"
)

// matrixActors are who asks. The rest of the actors follow from these: see expects.
func matrixActors() []string {
	return []string{"visitor", "applicant", "agent", "referent", "other", "provider", "organiser", "administrator", "token", "read"}
}

// matrixClasses are the expectations a cell may begin with.
func matrixClasses() map[string]map[string]string {
	all := func(of string, but ...string) map[string]string {
		m := map[string]string{}
		for _, a := range matrixActors() {
			m[a] = of
		}
		for _, b := range but {
			who, what, _ := strings.Cut(b, "=")
			m[who] = what
		}
		return m
	}
	return map[string]map[string]string{
		"public":  all(passed),
		"absent":  all("404"),
		"account": all(passed, "visitor=401"),
		"session": all(passed, "visitor=401", "token=403", "read=403"),
		// A step that was never begun, of somebody signed in: who may not take it is told so first.
		"step":          all("404", "visitor=401", "token=403", "read=403"),
		"wrong":         all("401"), // a password that is nobody's
		"standing":      all(passed, "visitor=401", "applicant=403"),
		"organiser":     all("403", "visitor=401", "organiser=ok", "administrator=ok"),
		"administrator": all("403", "visitor=401", "administrator=ok"),
		"denied":        all("403", "visitor=401"),
		"missing":       all("404", "visitor=401"),
		"unknown":       all("404", "visitor=401", "applicant=403"), // to whoever has standing
	}
}

// matrixRow is what is expected of a route.
type matrixRow struct {
	method, path, object string
	states               map[string]map[string]string // by state, then actor
	send                 string
}

// api reports whether the route is for programmes: they show a secret, browsers a cookie.
func (r matrixRow) api() bool {
	for _, p := range []string{"/api/", "/v1/", "/public/", "/repositories.json"} {
		if strings.HasPrefix(r.path, p) {
			return true
		}
	}
	return false
}

func (r matrixRow) safe() bool { return r.method == "GET" }

// expects says what a request of that actor comes to. Whatever the route, the secret of a disabled
// account and an app password are worth nothing at the API, and one that reads only writes nothing.
// The pages know sessions alone: with anything else one is a visitor.
func (r matrixRow) expects(state, actor string) string {
	of := r.states[state]
	switch actor {
	case "disabled", "app":
		if r.api() {
			return "401"
		}
		return of["visitor"]
	case "basic":
		return of["visitor"]
	case "read":
		if r.api() && !r.safe() {
			return "403"
		}
	}
	if (actor == "read" || actor == "token") && !r.api() {
		return of["visitor"]
	}
	return of[actor]
}

// matrix reads the table: method, path, object, then what is expected of own, foreign, hidden and
// deleted things ("-" for none), then what to send.
func matrix(t *testing.T) map[string]matrixRow {
	t.Helper()
	rows := map[string]matrixRow{}
	for n, line := range strings.Split(strings.TrimSpace(matrixTable), "\n") {
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		c := strings.Split(line, "\t")
		if len(c) != 8 {
			t.Fatalf("matrix.tsv:%d: %d columns, want 8", n+1, len(c))
		}
		r := matrixRow{method: c[0], path: c[1], object: c[2], states: map[string]map[string]string{}, send: c[7]}
		for i, state := range []string{own, foreign, hidden, deleted} {
			if cell := c[3+i]; cell != "-" {
				r.states[state] = matrixCell(t, n+1, cell)
			}
		}
		if key := r.method + " " + r.path; rows[key].method != "" {
			t.Fatalf("matrix.tsv:%d: %s twice", n+1, key)
		} else {
			rows[key] = r
		}
	}
	return rows
}

// matrixCell reads a class and the actors for whom it is otherwise. An agent's tokens are expected to
// do what the agent does.
func matrixCell(t *testing.T, line int, cell string) map[string]string {
	t.Helper()
	words := strings.Fields(cell)
	class, ok := matrixClasses()[words[0]]
	if !ok {
		t.Fatalf("matrix.tsv:%d: no class %q", line, words[0])
	}
	of := maps.Clone(class)
	for _, w := range words[1:] {
		who, what, ok := strings.Cut(w, "=")
		if _, known := of[who]; !ok || !known {
			t.Fatalf("matrix.tsv:%d: %q", line, w)
		}
		if of[who] = what; who == "agent" && words[0] != "session" && words[0] != "step" {
			of["token"], of["read"] = what, what
		}
	}
	return of
}
