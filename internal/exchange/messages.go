// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed messages.tsv
var messagesTSV string

// sentences holds what people read, by code: French then English.
var sentences = sync.OnceValue(func() map[string][2]string {
	m := map[string][2]string{}
	for _, c := range tsv(messagesTSV) {
		m[c[0]] = [2]string{c[1], c[2]}
	}
	return m
})

// say returns the sentence of a code in "fr" or "en", the code itself when there is none. The part
// in brackets is left out when there is no detail.
func say(code, lang, detail string) string {
	both, ok := sentences()[code]
	if !ok {
		_, plain, _ := strings.Cut(code, ".")
		return strings.TrimSpace(plain + " " + detail)
	}
	s := both[0]
	if lang == "en" {
		s = both[1]
	}
	before, rest, ok := strings.Cut(s, "[")
	if ok {
		optional, after, _ := strings.Cut(rest, "]")
		if detail == "" {
			optional = ""
		}
		s = before + optional + after
	}
	return strings.ReplaceAll(s, "{detail}", detail)
}

// tsv returns the rows of an embedded table: columns between tabs, comments after "#".
func tsv(table string) [][]string {
	var rows [][]string
	for line := range strings.Lines(table) {
		line = strings.TrimRight(line, "\r\n")
		if line != "" && !strings.HasPrefix(line, "#") {
			rows = append(rows, strings.Split(line, "\t"))
		}
	}
	return rows
}
