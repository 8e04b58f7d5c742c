// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"html/template"
	"slices"
	"strings"
)

// block is one paragraph of the HTML part.
type block struct {
	Lines []string
	Link  string // the whole paragraph, when it is one of the letter's links
	Quote bool   // what a person wrote
}

// pageForm is the HTML part: the paragraphs of the text and nothing else. Styles are in the elements
// themselves, because mail programmes drop the others.
const pageForm = `<!DOCTYPE html>
<html lang="{{.Lang}}">
<head><meta charset="utf-8"><title>{{.Title}}</title></head>
<body style="margin:1.5em;max-width:40em;font:16px/1.5 sans-serif;color:#161616;background:#ffffff">
{{range .Body}}{{template "block" .}}{{end -}}
<hr style="border:0;border-top:1px solid #929292">
<div style="font-size:14px;color:#3a3a3a">
{{range .Footer}}{{template "block" .}}{{end -}}
</div>
</body>
</html>
{{define "block"}}
{{- if .Link}}<p><a href="{{.Link}}" style="color:#000091;overflow-wrap:anywhere">{{.Link}}</a></p>
{{else if .Quote}}<blockquote style="margin:1em 0;padding-left:1em;border-left:3px solid #929292">
{{- range $i, $line := .Lines}}{{if $i}}<br>{{end}}{{$line}}{{end}}</blockquote>
{{else}}<p>{{range $i, $line := .Lines}}{{if $i}}<br>{{end}}{{$line}}{{end}}</p>
{{end}}{{end}}`

// page turns paragraphs into the HTML part. html/template escapes every value where it stands.
func page(lang, title string, body, footer, links []string) (string, error) {
	t, err := template.New("page").Parse(pageForm)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, struct {
		Lang, Title  string
		Body, Footer []block
	}{lang, title, blocks(body, links), blocks(footer, nil)})
	return b.String(), err
}

func blocks(paragraphs, links []string) []block {
	var all []block
	for _, p := range paragraphs {
		switch {
		case slices.Contains(links, p):
			all = append(all, block{Link: p})
		case strings.HasPrefix(p, "> "):
			lines := strings.Split(p, "\n")
			for i, line := range lines {
				lines[i] = strings.TrimPrefix(strings.TrimPrefix(line, ">"), " ")
			}
			all = append(all, block{Lines: lines, Quote: true})
		default:
			all = append(all, block{Lines: strings.Split(p, "\n")})
		}
	}
	return all
}
