// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"strings"

	"maillage/internal/text"
)

// Limits of one query.
const (
	maxText       = 200 // code points read
	maxQueryWords = 16  // words looked for; a bit each in a mask of 32
)

// The ways in which a document was matched, as bits.
const (
	byName uint16 = 1 << iota
	byKeyword
	byReplaces
	byAlternative
	bySummary
	byText
	byPlace
	byOffer
	byIdentifier
	bySynonym
	byCompletion
	byItself // the word as it was typed
)

// ways is what a match in each field is called.
var ways = [fieldCount]uint16{inName: byName, inLongName: byName, inKeywords: byKeyword, inCategories: byKeyword, inReplaces: byReplaces,
	inAlternatives: byAlternative, inSummaryFR: bySummary, inSummaryEN: bySummary, inTextFR: byText,
	inTextEN: byText, inPlace: byPlace, inOffers: byOffer, inMembers: byOffer, inBodies: byOffer,
	inIdentifier: byIdentifier}

// plan is what a query looks for.
type plan struct {
	words    []wanted
	required uint32 // mask of the words a hit must match
	exact    []string
	instead  bool // a replacement of what the words name
	weights  weights
	groups   []int // synonyms that widened the query
}

// wanted is one word of a query with everything that counts as that word.
type wanted struct {
	word
	last     bool // being typed, perhaps
	variants []variant
}

// variant is one term that counts as a word.
type variant struct {
	term   string
	boost  float32
	rarity float32 // 0: from the number of documents
	only   []fieldNo
	way    uint16
}

// named are the fields in which two words written as one are looked for.
var named = []fieldNo{inName, inLongName, inKeywords, inReplaces, inAlternatives, inOffers, inMembers, inBodies}

// clip cuts what a person typed to what is read of it.
func clip(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxText {
			return s[:i]
		}
	}
	return s
}

// planner turns words into plans for one state of the index.
type planner struct {
	session  *session
	vocab    *vocab
	concepts *concepts
	places   map[string]bool // stems of départements and régions
	weights  weights
}

// understand returns the plan of a query, and that of its plain words when it asked for a
// replacement: both are needed when nothing replaces the product.
func (p *planner) understand(s string) (first, second *plan, err error) {
	s = clip(s)
	words := read(s)
	typing := s != "" && !strings.HasSuffix(s, " ")
	if second, err = p.plan(words, typing); err != nil {
		return nil, nil, err
	}
	second.exact = []string{text.Fold(s)}
	rest, instead := insteadOf(words)
	if !instead {
		return second, nil, nil
	}
	if first, err = p.plan(rest, typing); err != nil {
		return nil, nil, err
	}
	first.instead, first.weights = true, insteadWeights()
	return first, second, nil
}

// plan makes a plan of words.
func (p *planner) plan(words []word, typing bool) (*plan, error) {
	pl := &plan{weights: p.weights}
	seq := numbers(askable(words))
	if len(seq) > maxQueryWords {
		seq = seq[:maxQueryWords]
	}
	for i, w := range seq {
		pl.words = append(pl.words, wanted{word: w, last: typing && i == len(seq)-1,
			variants: []variant{{term: w.stem, boost: 1, way: byItself}}})
		if !softWord(w.folded) {
			pl.required |= 1 << i
		}
	}
	if pl.required == 0 {
		pl.required = 1<<len(seq) - 1
	}
	p.joinedForms(pl, words)
	p.synonymsOf(pl)
	for i := range pl.words {
		w := &pl.words[i]
		if w.folded != w.stem {
			w.variants = append(w.variants, variant{term: w.folded, boost: 1, only: []fieldNo{inIdentifier}})
		}
		if p.places[w.stem] && len(seq) > 1 {
			w.variants = append(w.variants, variant{term: everywhere, boost: 0.3, rarity: 2, only: []fieldNo{inPlace}})
		}
	}
	return pl, p.complete(pl)
}

// askable leaves out what a person need not find: articles, elisions, single letters. When nothing
// else was typed, it is what they meant.
func askable(words []word) []word {
	var all, out []word
	for _, w := range words {
		if w.joined {
			continue
		}
		all = append(all, w)
		letter := len(w.folded) == 1 && (w.folded[0] < '0' || w.folded[0] > '9')
		if !w.elided && !letter && !stopWord(w.folded) {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return all
	}
	return out
}

// numbers makes one word of the groups in which people write a SIREN (213 800 012) or a SIRET, whose
// first nine digits are the SIREN.
func numbers(words []word) []word {
	for i := range words {
		digits := ""
		for j := i; j < len(words) && allDigits(words[j].folded) && len(digits) < 14; j++ {
			digits += words[j].folded
			if len(digits) != 9 && len(digits) != 14 || j+1 < len(words) && allDigits(words[j+1].folded) {
				continue
			}
			one := words[i]
			one.folded, one.stem, one.shown, one.to = digits[:9], digits[:9], digits[:9], words[j].to
			return append(append(words[:i:i], one), words[j+1:]...)
		}
	}
	return words
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// joinedForms lets two words be found that are written as one: next cloud, open cimetière, e-mail.
func (p *planner) joinedForms(pl *plan, words []word) {
	add := func(i, j int, folded string) {
		for k := i; k < j; k++ {
			pl.words[k].variants = append(pl.words[k].variants,
				variant{term: stem(folded), boost: 0.9 / float32(j-i), only: named})
		}
	}
	for i := 0; i+1 < len(pl.words); i++ {
		add(i, i+2, pl.words[i].folded+pl.words[i+1].folded)
	}
	for _, w := range words { // compounds of more parts, or with a single letter that was left out
		if !w.joined {
			continue
		}
		for k := range pl.words {
			if pl.words[k].partOf == w.partOf {
				add(k, k+1, w.folded)
			}
		}
	}
}

// synonymsOf widens words and phrases with the terms of their groups.
func (p *planner) synonymsOf(pl *plan) {
	seq := make([]word, len(pl.words))
	for i, w := range pl.words {
		seq[i] = w.word
	}
	for _, g := range p.concepts.in(seq, true) {
		pl.groups = append(pl.groups, g.group)
		for k := g.at; k < g.at+g.size; k++ {
			pl.words[k].variants = append(pl.words[k].variants,
				variant{term: conceptTerm(g.group), boost: 0.55, way: bySynonym})
		}
	}
}

// complete lets the last word be the beginning of another. A short one that is a word already, RH or
// SIG, is taken for what it is.
func (p *planner) complete(pl *plan) error {
	if len(pl.words) == 0 {
		return nil
	}
	w := &pl.words[len(pl.words)-1]
	if !w.last || len(w.folded) < 2 {
		return nil
	}
	if len(w.folded) <= 3 {
		if len(p.concepts.in([]word{w.word}, true)) > 0 {
			return nil
		}
		if known, err := p.known(w.word); known || err != nil {
			return err
		}
	}
	seen := map[string]bool{w.stem: true}
	for _, c := range p.vocab.completions(w.folded) {
		s := stem(c.folded)
		if !seen[s] {
			seen[s] = true
			w.variants = append(w.variants, variant{term: s, boost: 0.35, rarity: 5, way: byCompletion})
		}
	}
	return nil
}

// known reports whether a document holds the word in a field that the asker may search.
func (p *planner) known(w word) (bool, error) {
	for f := range fieldCount {
		if p.weights[f] == 0 {
			continue
		}
		for _, term := range []string{w.stem, w.folded} {
			if found, err := p.session.has(f, term); found || err != nil {
				return found, err
			}
		}
	}
	return false, nil
}
