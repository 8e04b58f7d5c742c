// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"context"
	"math"
)

// others is the share of a word's other terms in its score.
const others = 0.25

// evaluate looks a plan up: afterwards the session's touched documents have their score, the words
// they match and how. It stops with ctx.
//
// A word scores in each field it stands in; of the terms that count as a word the best one counts,
// and the others a little; words add up. A word that few documents hold counts more.
func (s *session) evaluate(ctx context.Context, pl *plan) error {
	s.reset()
	for i := range pl.words {
		for _, v := range pl.words[i].variants {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := s.variant(pl, v); err != nil {
				return err
			}
		}
		s.word(uint32(1) << i)
	}
	return s.whole(pl)
}

// variant adds one term up over its fields, and keeps it where it is better than the word's others.
func (s *session) variant(pl *plan, v variant) error {
	if len(v.only) > 0 {
		for _, f := range v.only {
			if err := s.field(f, v, pl.weights[f]); err != nil {
				return err
			}
		}
	} else {
		for f, w := range pl.weights[:inExact] {
			if err := s.field(fieldNo(f), v, w); err != nil {
				return err
			}
		}
	}
	factor := v.boost * v.rarity
	if v.rarity == 0 {
		factor = v.boost * float32(1+math.Log(float64(s.view.live+1)/float64(len(s.parts)+1)))
	}
	for _, d := range s.parts {
		score := s.part[d] * factor
		s.part[d] = 0
		if s.best[d] == 0 {
			s.bests = append(s.bests, d)
		}
		s.best[d] = max(s.best[d], score) + others*min(s.best[d], score)
	}
	s.parts = s.parts[:0]
	return nil
}

func (s *session) field(f fieldNo, v variant, weight float32) error {
	if weight == 0 {
		return nil
	}
	way := ways[f] | v.way
	return s.each(f, v.term, func(d uint32) {
		if s.view.kinds[d] == 0 {
			return
		}
		if s.part[d] == 0 {
			s.parts = append(s.parts, d)
		}
		s.part[d] += weight
		s.how[d] |= way
	})
}

// word adds the best variant of a word to the totals.
func (s *session) word(bit uint32) {
	for _, d := range s.bests {
		if s.mask[d] == 0 {
			s.touched = append(s.touched, d)
		}
		s.total[d] += s.best[d]
		s.mask[d] |= bit
		s.best[d] = 0
	}
	s.bests = s.bests[:0]
}

// whole raises what is named exactly as was typed.
func (s *session) whole(pl *plan) error {
	for _, name := range pl.exact {
		if name == "" {
			continue
		}
		err := s.each(inExact, name, func(d uint32) {
			if s.mask[d] != 0 {
				s.total[d] = s.total[d]*1.5 + 40
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}
