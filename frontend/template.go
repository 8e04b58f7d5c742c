// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"embed"
	"html/template"
	"strings"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pageNames are the templates of pages. Each defines "main" and is put into layout.html.
var pageNames = []string{"home", "search", "software", "organisation", "data", "error",
	"pick", "address", "confirm", "expired", "welcome", "signin", "second", "leave",
	"prove", "forgot", "reset", "password", "profile", "email", "email_link", "security",
	"sessions", "secrets", "belonging", "leaving", "invitation", "colleagues", "requests", "accounts"}

// tongue is one language: its words, and the templates bound to them.
type tongue struct {
	words *words
	pages map[string]*template.Template
}

// newTongue parses the templates. It panics when one is missing or broken: a mistake of the build.
func newTongue(lang string) *tongue {
	w := newWords(lang)
	shared := template.Must(template.New("layout.html").Funcs(template.FuncMap{
		"t": w.t, "n": w.n, "label": w.label, "number": w.number, "date": w.date, "day": w.day,
		"join": func(list []string) string { return strings.Join(list, ", ") },
		"host": host,
	}).Option("missingkey=error").ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/account_parts.html"))
	out := &tongue{words: w, pages: map[string]*template.Template{}}
	for _, name := range pageNames {
		out.pages[name] = template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, "templates/"+name+".html"))
	}
	return out
}

// host returns the part of an address people recognise: "nextcloud.com".
func host(address string) string {
	_, rest, found := strings.Cut(address, "://")
	if !found {
		rest = address
	}
	return strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
}
