// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed synonyms.txt
var synonymsFile string

// concepts are the groups of words and phrases that mean the same thing. A text that holds a member
// of a group is indexed under the group's own term, so that a phrase costs no more to find than a
// word and never matches its words scattered about.
type concepts struct {
	phrases map[string][]phrase // by first stem, longest first
	label   []string            // first member of each group
}

type phrase struct {
	stems   []string
	group   int
	acronym bool // matches only what is written in capitals in a text: SI is not si, nor PostGIS a GIS
}

var synonyms = sync.OnceValue(func() *concepts { return parseSynonyms(synonymsFile) })

// parseSynonyms reads one group per line, members separated by commas.
func parseSynonyms(file string) *concepts {
	c := &concepts{phrases: map[string][]phrase{}}
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		members := strings.Split(line, ",")
		group := len(c.label)
		c.label = append(c.label, strings.TrimSpace(members[0]))
		for _, m := range members {
			c.add(strings.TrimSpace(m), group)
		}
	}
	for first := range c.phrases {
		sortPhrases(c.phrases[first])
	}
	return c
}

func (c *concepts) add(member string, group int) {
	words := telling(read(member))
	if len(words) == 0 {
		return
	}
	p := phrase{group: group, acronym: len(words) == 1 && words[0].upper && len(words[0].folded) <= 4}
	for _, w := range words {
		p.stems = append(p.stems, w.stem)
	}
	c.phrases[p.stems[0]] = append(c.phrases[p.stems[0]], p)
}

func sortPhrases(ps []phrase) {
	for i := 1; i < len(ps); i++ { // a handful at most
		for j := i; j > 0 && len(ps[j].stems) > len(ps[j-1].stems); j-- {
			ps[j], ps[j-1] = ps[j-1], ps[j]
		}
	}
}

// telling leaves out what carries no meaning and the joined forms: the sequence phrases match.
func telling(words []word) []word {
	out := words[:0:0]
	for _, w := range words {
		if w.joined || w.elided || stopWord(w.folded) && !w.upper {
			continue
		}
		out = append(out, w)
	}
	return out
}

// found is a phrase in a sequence of words.
type found struct {
	group    int
	at, size int
}

// in returns the groups in a sequence of telling words. typed says that a person typed them in a
// box, where acronyms come in small letters too.
func (c *concepts) in(words []word, typed bool) []found {
	var out []found
	for i := range words {
		seen := -1
		for _, p := range c.phrases[words[i].stem] {
			if p.group == seen || !p.matches(words[i:], typed) {
				continue
			}
			seen = p.group
			out = append(out, found{group: p.group, at: i, size: len(p.stems)})
		}
	}
	return out
}

func (p phrase) matches(words []word, typed bool) bool {
	if len(words) < len(p.stems) || p.acronym && !typed && (!words[0].upper || words[0].compact) {
		return false
	}
	for i, s := range p.stems {
		if words[i].stem != s {
			return false
		}
	}
	return true
}
