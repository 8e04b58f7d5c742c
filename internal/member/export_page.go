// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"html/template"
	"strings"
	"time"
)

// exportTable writes rows as spreadsheets of these parts read them: a byte order mark, semicolons,
// CRLF (RFC 4180), and no cell that is a formula.
func exportTable(rows [][]string) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	w.Comma, w.UseCRLF = ';', true
	for _, row := range rows {
		for i, cell := range row {
			row[i] = defused(cell)
		}
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("export table: %w", err)
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

// defused puts an apostrophe before what a spreadsheet would work out (OWASP ASVS 1.2.10).
func defused(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", []rune(cell)[0]) {
		return "'" + cell
	}
	return cell
}

// emptyCalendar is a calendar without events. RFC 5545 §3.6 asks for one component at least: the time
// zone is it.
func emptyCalendar() []byte {
	return []byte(strings.Join([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Maillage//Export//FR", "BEGIN:VTIMEZONE",
		"TZID:Europe/Paris", "BEGIN:STANDARD", "DTSTART:19961027T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
		"TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET", "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:19810329T020000",
		"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST", "END:DAYLIGHT",
		"END:VTIMEZONE", "END:VCALENDAR", ""}, "\r\n"))
}

const exportHTML = `<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>Vos données – {{.Site}}</title>
</head>
<body>
<main>
<h1>Vos données sur {{.Site}}</h1>
<p>Voici tout ce que {{.Site}} conserve à votre sujet au {{.Day}}. Aucun mot de passe ni secret n’y figure, ni rien
d’autres personnes. Gardez ce dossier pour vous.</p>
<ul>
{{range .Parts}}<li><a href="{{.Name}}">{{.Name}}</a> : {{.FR}}</li>
{{end}}</ul>
<section lang="en">
<h2>Your data on {{.Site}}</h2>
<p>This is all that {{.Site}} holds about you on {{.Day}}. No password or secret is in it, and nothing of other people.
Keep this folder to yourself.</p>
<ul>
{{range .Parts}}<li><a href="{{.Name}}">{{.Name}}</a>: {{.EN}}</li>
{{end}}</ul>
</section>
</main>
</body>
</html>
`

type listedPart struct{ Name, FR, EN string }

// exportIndex is a page that loads nothing.
func exportIndex(site string, at time.Time, parts []part) ([]byte, error) {
	page, err := template.New("index").Parse(exportHTML)
	if err != nil {
		return nil, fmt.Errorf("export index: %w", err)
	}
	listed := []listedPart{{"README.txt", "cette liste, en texte", "this list, as text"}}
	for _, p := range parts {
		listed = append(listed, listedPart{p.name, p.fr, p.en})
	}
	var out bytes.Buffer
	err = page.Execute(&out, map[string]any{"Site": site, "Day": at.Format(time.DateOnly), "Parts": listed})
	if err != nil {
		return nil, fmt.Errorf("export index: %w", err)
	}
	return out.Bytes(), nil
}

// exportReadme lists the files as text.
func exportReadme(site string, at time.Time, parts []part) []byte {
	var out strings.Builder
	fmt.Fprintf(&out, "%s, %s\n\n", site, at.Format(time.DateOnly))
	fmt.Fprintln(&out, "Ouvrez index.html dans un navigateur ; il ne charge rien d’ailleurs. Dates en temps universel (RFC 3339).")
	fmt.Fprint(&out, "Open index.html in a browser; it loads nothing from elsewhere. Dates are in UTC (RFC 3339).\n\n")
	for _, p := range parts {
		fmt.Fprintf(&out, "%s\n  %s\n  %s\n", p.name, p.fr, p.en)
	}
	return []byte(out.String())
}
