// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"maillage/internal/password"
)

const (
	commonPackage = "@zxcvbn-ts/language-common"
	frenchPackage = "@zxcvbn-ts/language-fr"
)

//go:embed words.txt
var words string

// source is one list of a package, most frequent first.
type source struct {
	pkg, file string
	frequent  int // how many of its first words are frequent: two of them joined are refused
}

// sources returns the lists read. Their words for dice are left out: these are for good passphrases.
func sources() []source {
	return []source{
		{commonPackage, "src/passwords.json", 10000},
		{frenchPackage, "src/commonWords.json", 3000},
		{frenchPackage, "src/wikipedia.json", 500},
		{frenchPackage, "src/firstnames.json", 0}, // in the order of the alphabet
		{frenchPackage, "src/lastnames.json", 0},
	}
}

// list gathers words as passwords are compared, and whether each is frequent.
type list struct{ ranks map[string]bool }

func newList() *list { return &list{map[string]bool{}} }

// read adds the words of one source.
func (l *list) read(archive string, s source) error {
	data, err := file(archive, s.file)
	if err != nil {
		return err
	}
	var entries []string
	if err := json.Unmarshal(data, &entries); err != nil {
		return fmt.Errorf("%s: %s: %w", archive, s.file, err)
	}
	for i, entry := range entries {
		l.add(entry, i < s.frequent)
	}
	return nil
}

// own adds the words of words.txt, all of them frequent.
func (l *list) own() {
	for line := range strings.Lines(words) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			l.add(line, true)
		}
	}
}

// add keeps a word of three bytes or more, as it is written and without the signs in it.
func (l *list) add(entry string, frequent bool) {
	word := password.Fold(strings.TrimSpace(entry))
	bare := strings.NewReplacer("-", "", "'", "", " ", "", ".", "").Replace(word)
	for _, w := range []string{word, bare} {
		if len(w) >= 3 && len(w) <= password.MaxWord {
			l.ranks[w] = l.ranks[w] || frequent
		}
	}
}
