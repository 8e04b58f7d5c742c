// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"bytes"
	"embed"
	"html/template"
	"strings"
)

//go:embed templates/*.html
var templateFiles embed.FS

// tongue is one language: its words, and the templates bound to them. A page is the template "page-"
// and its name, between "top" and "bottom" of layout.html. All are in one set: a set for each page
// would hold as many copies of the layout.
type tongue struct {
	words     *words
	templates *template.Template
}

// newTongue parses the templates. It panics when one is broken: a mistake of the build.
func newTongue(lang string) *tongue {
	w := newWords(lang)
	return &tongue{words: w, templates: template.Must(template.New("").Funcs(template.FuncMap{
		"t": w.t, "n": w.n, "label": w.label, "number": w.number, "date": w.date, "day": w.day,
		"join": func(list []string) string { return strings.Join(list, ", ") },
		"host": host,
	}).Option("missingkey=error").ParseFS(templateFiles, "templates/*.html"))}
}

// render returns the page of that name, whole.
func (t *tongue) render(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	for _, part := range []string{"top", "page-" + name, "bottom"} {
		if err := t.templates.ExecuteTemplate(&b, part, data); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// host returns the part of an address people recognise: "nextcloud.com".
func host(address string) string {
	_, rest, found := strings.Cut(address, "://")
	if !found {
		rest = address
	}
	return strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
}
