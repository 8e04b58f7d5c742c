// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"context"
	"slices"
	"strings"
	"time"

	"maillage/internal/registry"
	"maillage/internal/text"
)

// ask tries readings of the question until one finds something: a replacement when it asks for one,
// all of its words, its words corrected, some of its words.
func (ix *Index) ask(ctx context.Context, r *request, p *planner) (*answer, error) {
	first, plain, err := p.understand(r.Text)
	if err != nil {
		return nil, err
	}
	var corrected correction
	for _, pl := range []*plan{first, plain} {
		if pl == nil || len(pl.words) == 0 {
			continue
		}
		a, c, err := ix.read(ctx, r, p, pl)
		if err != nil || a != nil {
			return a, err
		}
		if c.plan != nil {
			corrected = c
		}
	}
	if plain == nil {
		plain = first
	}
	if corrected.plan != nil {
		a, err := r.match(ctx, p.session, corrected.plan, 0)
		if err != nil || a.any {
			if err == nil {
				a.corrected = corrected.text
			}
			return a, err
		}
	}
	if len(plain.words) < 2 {
		return &answer{plan: plain}, nil
	}
	return r.match(ctx, p.session, plain, 0)
}

// read looks for all the words of a plan, then for all of its words corrected. It returns nil when
// neither finds anything, with what was corrected.
func (ix *Index) read(ctx context.Context, r *request, p *planner, pl *plan) (*answer, correction, error) {
	var none correction
	if pl.instead {
		if err := ix.comparable(ctx, p, pl); err != nil {
			return nil, none, err
		}
	}
	a, err := r.match(ctx, p.session, pl, pl.required)
	if err != nil || a.any && !a.weak() {
		return a, none, err
	}
	better, c, err := r.correct(ctx, p, pl, a.any)
	switch {
	case err != nil:
		return nil, none, err
	case better != nil:
		return better, none, nil
	case a.any: // weak, and nothing better
		a, err = r.match(ctx, p.session, pl, pl.required)
		return a, none, err
	}
	return nil, c, nil
}

// weak reports whether an answer is so little that a typing error is more likely: a word or two in
// some description.
func (a *answer) weak() bool {
	if len(a.hits) == 0 || len(a.hits) > 2 {
		return false
	}
	for _, h := range a.hits {
		if h.how&^(byText|bySummary|byItself) != 0 {
			return false
		}
	}
	return true
}

// correction is a question with its unknown words replaced.
type correction struct {
	text string
	plan *plan
}

// maxTries is how many words are tried for an unknown one.
const maxTries = 3

// correct replaces the words that nothing holds by those they may have been meant for, and searches
// again. When the question found a little, only a word one letter away from a name will do.
func (r *request) correct(ctx context.Context, p *planner, pl *plan, little bool) (*answer, correction, error) {
	var last correction
	for try := range maxTries {
		fixed, changed, err := p.fix(r.Text, pl, try, little)
		if err != nil || !changed {
			return nil, last, err
		}
		first, plain, err := p.understand(fixed)
		if err != nil {
			return nil, last, err
		}
		if plain != nil && !pl.instead {
			first = plain
		}
		if try == 0 {
			last = correction{fixed, first}
		}
		a, err := r.match(ctx, p.session, first, first.required)
		if err != nil {
			return nil, last, err
		}
		if a.any {
			a.corrected = fixed
			return a, last, nil
		}
	}
	return nil, last, nil
}

// fix returns the question with each unknown word replaced by its try-th correction; false when none
// has one.
func (p *planner) fix(s string, pl *plan, try int, little bool) (string, bool, error) {
	s = clip(s)
	changed := false
	for _, w := range slices.Backward(pl.words) {
		_, known := p.vocab.find(w.folded)
		if !little {
			var err error
			if known, err = p.known(w.word); err != nil {
				return "", false, err
			}
		}
		if known || w.last && len(p.vocab.from(w.folded)) > 0 {
			continue
		}
		options, err := p.options(w.folded, little)
		if err != nil {
			return "", false, err
		}
		if try < len(options) && w.to <= len(s) {
			s = s[:w.from] + options[try] + s[w.to:]
			changed = true
		}
	}
	return strings.TrimSpace(s), changed, nil
}

// options returns the words an unknown word may have been meant for that something shown today
// holds: the vocabulary may remember what was withdrawn.
func (p *planner) options(folded string, little bool) ([]string, error) {
	var out []string
	for _, c := range p.vocab.corrections(folded, 2*maxTries) {
		if little && (!c.named || near([]vocabWord{c}, folded, 1) == nil) {
			continue
		}
		held, err := p.known(word{stem: stem(c.folded), folded: c.folded})
		if err != nil {
			return nil, err
		}
		if held {
			out = append(out, c.shown)
		}
	}
	return out, nil
}

// comparable adds to "alternative à X" what X itself, when it is in the catalogue, compares itself
// with. The database not answering in time costs that and nothing else.
func (ix *Index) comparable(ctx context.Context, p *planner, pl *plan) error {
	var parts []string
	for _, w := range pl.words {
		parts = append(parts, w.folded)
	}
	var ids []registry.ID
	v := p.session.view
	err := p.session.each(inExact, strings.Join(parts, " "), func(d uint32) {
		if v.kinds[d]&isSoftware != 0 {
			ids = append(ids, v.ids[d])
		}
	})
	if err != nil || len(ids) == 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	shown, err := ix.cfg.Source.SoftwareShown(ctx, ids...)
	if err != nil {
		return nil
	}
	pl.weights[inExact] = 4
	for _, s := range shown {
		for _, name := range s.Alternatives {
			for i := range pl.words {
				pl.words[i].variants = append(pl.words[i].variants, variant{term: text.Fold(name), boost: 1,
					rarity: 5, only: []fieldNo{inExact}, way: byAlternative})
			}
		}
	}
	return nil
}
