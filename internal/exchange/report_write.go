// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// Sentence returns the reason in "fr" or "en"; "" when the result says it all.
func (l Line) Sentence(lang string) string {
	if l.Code == "" {
		return ""
	}
	return say("code."+l.Code, lang, l.Detail)
}

// Lines is a Sink that keeps every line, for tests and small files.
type Lines struct{ All []Line }

// Line implements Sink.
func (l *Lines) Line(line Line) error {
	l.All = append(l.All, line)
	return nil
}

// textSink writes lines for people.
type textSink struct {
	w    io.Writer
	lang string
	all  bool
}

// Terminal returns a Sink for a terminal: problems only, or every line when verbose. What strangers
// wrote cannot move the cursor or change colours.
func Terminal(w io.Writer, lang string, verbose bool) Sink { return textSink{w, lang, verbose} }

// Text returns a Sink that writes every line.
func Text(w io.Writer, lang string) Sink { return textSink{w, lang, true} }

// Line implements Sink.
func (s textSink) Line(l Line) error {
	if !s.all && !l.Result.Problem() {
		return nil
	}
	parts := []string{l.Place(), say("result."+string(l.Result), s.lang, "")}
	if l.Kind != "" {
		parts = append(parts, say("kind."+string(l.Kind), s.lang, ""))
	}
	if who := strings.TrimSpace(l.Name + " " + bracketed(l.Key)); who != "" {
		parts = append(parts, who)
	}
	if l.Field != "" {
		parts = append(parts, l.Field)
	}
	if sentence := l.Sentence(s.lang); sentence != "" {
		parts = append(parts, sentence)
	}
	_, err := fmt.Fprintln(s.w, harmless(strings.Join(parts, ": ")))
	return err
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// harmless replaces what could act on a terminal or hide text: control and format characters.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '�'
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}

// csvSink writes lines as a table.
type csvSink struct {
	w    *csv.Writer
	lang string
}

// CSV returns a Sink that writes every line as a row of a table with ";" between columns, as French
// spreadsheets expect, in UTF-8 with a byte order mark. It writes the header at once; its error comes
// with the first line.
func CSV(w io.Writer, lang string) Sink {
	_, err := io.WriteString(w, utf8BOM)
	s := csvSink{csv.NewWriter(w), lang}
	s.w.Comma = ';'
	if err != nil {
		return brokenSink{err}
	}
	header := []string{"file", "line", "column", "record", "kind", "key", "name", "id", "result", "field", "code", "sentence"}
	if lang != "en" {
		header = []string{"fichier", "ligne", "colonne", "enregistrement", "nature", "clé", "nom", "id", "résultat", "champ", "code", "phrase"}
	}
	if err := s.w.Write(header); err != nil {
		return brokenSink{err}
	}
	return s
}

// Line implements Sink.
func (s csvSink) Line(l Line) error {
	row := []string{l.File, count(l.Line), count(l.Column), count(l.Record), say("kind."+string(l.Kind), s.lang, ""),
		l.Key, l.Name, string(l.ID), say("result."+string(l.Result), s.lang, ""), l.Field, l.Code, l.Sentence(s.lang)}
	if err := s.w.Write(defused(row)); err != nil {
		return err
	}
	s.w.Flush()
	return s.w.Error()
}

type brokenSink struct{ err error }

func (b brokenSink) Line(Line) error { return b.err }

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// defused keeps a spreadsheet from running a cell as a formula (OWASP, CSV injection): a leading
// quote makes it text.
func defused(row []string) []string {
	for i, v := range row {
		if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
			row[i] = "'" + v
		}
	}
	return row
}
