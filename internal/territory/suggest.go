// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package territory

import (
	"cmp"
	"strings"

	"maillage/internal/text"
)

// Reason says what of a body a query matched.
type Reason string

// The reasons, translation keys for the picker.
const (
	ByName        Reason = "name"
	ByFormerName  Reason = "former_name"
	ByPostalCode  Reason = "postal_code"
	ByINSEE       Reason = "insee_code"
	ByFormerINSEE Reason = "former_insee_code"
	BySIREN       Reason = "siren"
	ByFormerSIREN Reason = "former_siren"
)

// Suggestion is one line of the picker.
type Suggestion struct {
	Body   Body
	Label  string // with the département's name, since names are not unique
	Reason Reason
}

// Limits of one Suggest.
const (
	MaxSuggestions = 50
	maxQuery       = 200 // bytes; the rest is not read
	maxQueryWords  = 8
)

// Suggest returns the bodies a person may mean by query, at most limit (10 when not positive, never
// over MaxSuggestions): every word of it begins a word of the name, accents and case aside, "st" and
// "ste" standing for saint and sainte too. A number is taken for a postal code, an INSEE code, a
// département or, with nine or fourteen digits, a SIREN or SIRET. Words such as "mairie de" are
// dropped when nothing is found with them. A body named exactly so comes first, then the most
// populous.
//
// Without kinds, only bodies that can be members answer: those with a legal person of their own, and
// overseas communes. With kinds, territories whose Authority is another body answer too.
func (r *Register) Suggest(query string, limit int, kinds ...Kind) []Suggestion {
	if limit <= 0 {
		limit = 10
	}
	limit = min(limit, MaxSuggestions)
	query = query[:min(len(query), maxQuery)]
	s := search{r: r, limit: limit, kinds: kindSet(kinds)}
	if d, ok := digitsOf(query); ok {
		if id, former, ok := r.bySIREN(SIREN(d[:9])); ok {
			s.offer(id, tierExact, pick(former, ByFormerSIREN, BySIREN))
			return s.suggestions()
		}
	}
	words := text.Words(query)
	words = words[:min(len(words), maxQueryWords)]
	if s.run(words); len(s.found) == 0 {
		if fewer := withoutGeneric(words); len(fewer) < len(words) {
			s.run(fewer)
		}
	}
	return s.suggestions()
}

func pick(first bool, a, b Reason) Reason {
	if first {
		return a
	}
	return b
}

// digitsOf returns the digits of a SIREN or SIRET, typed with or without spaces.
func digitsOf(query string) (string, bool) {
	if d, ok := digits(query, 9); ok {
		return d, true
	}
	return digits(query, 14)
}

// kindSetBits is a set of kinds, zero for "whoever can be a member".
type kindSetBits uint16

func kindSet(kinds []Kind) kindSetBits {
	var set kindSetBits
	for _, k := range kinds {
		if k <= Region {
			set |= 1 << k
		}
	}
	return set
}

// Words that say what a body is and seldom what it is called.
var generic = strings.Fields("mairie ville commune conseil departemental regional general departement region " +
	"communaute communes agglomeration agglo urbaine de d du des la le les l")

func withoutGeneric(words []string) []string {
	var kept []string
words:
	for _, w := range words {
		for _, g := range generic {
			if w == g {
				continue words
			}
		}
		kept = append(kept, w)
	}
	return kept
}

// tier orders suggestions before population does.
type tier uint8

const (
	tierExact tier = iota
	tierFormerExact
	tierName
	tierFormer
)

type hit struct {
	row    int
	tier   tier
	reason Reason
}

// search gathers the best hits of one query.
type search struct {
	r     *Register
	limit int
	kinds kindSetBits
	found []hit // sorted, best first, at most limit
}

// before is the order of suggestions; it is total.
func (s *search) before(a, b hit) int {
	return cmp.Or(cmp.Compare(a.tier, b.tier),
		cmp.Compare(s.r.rows[b.row].population, s.r.rows[a.row].population), cmp.Compare(a.row, b.row))
}

// offer keeps the hit if it is among the best so far. A body met twice keeps its better place.
func (s *search) offer(id int, t tier, reason Reason) {
	x := &s.r.rows[id]
	if s.kinds == 0 && x.authority || s.kinds != 0 && s.kinds&(1<<x.kind) == 0 {
		return
	}
	h := hit{id, t, reason}
	if len(s.found) == s.limit && s.before(h, s.found[s.limit-1]) >= 0 {
		return
	}
	for i, f := range s.found {
		if f.row != id {
			continue
		}
		if s.before(h, f) >= 0 {
			return
		}
		s.found = append(s.found[:i], s.found[i+1:]...)
		break
	}
	at := len(s.found)
	for at > 0 && s.before(h, s.found[at-1]) < 0 {
		at--
	}
	if len(s.found) < s.limit {
		s.found = append(s.found, hit{})
	}
	copy(s.found[at+1:], s.found[at:])
	s.found[at] = h
}

func (s *search) suggestions() []Suggestion {
	out := make([]Suggestion, len(s.found))
	for i, h := range s.found {
		b := s.r.body(h.row)
		out[i] = Suggestion{Body: b, Label: s.r.Label(b), Reason: h.reason}
	}
	return out
}
