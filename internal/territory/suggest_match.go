// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package territory

import (
	"slices"
	"strconv"
	"strings"
)

// run offers every body that all the words match.
func (s *search) run(words []string) {
	if len(words) == 0 {
		return
	}
	if len(words) == 1 && numeric(words[0]) {
		s.runNumber(words[0])
	}
	// The word that begins the fewest names is looked up; the others are checked on what it finds.
	best, fewest := -1, 0
	for i, w := range words {
		if numeric(w) && len(words) > 1 {
			continue
		}
		n := 0
		for _, spelling := range spellings(w) {
			n += len(s.r.names.starting(spelling))
		}
		if best < 0 || n < fewest {
			best, fewest = i, n
		}
	}
	if best < 0 {
		return // several numbers and no name
	}
	whole := strings.Join(words, " ")
	expanded := strings.Join(expand(words), " ")
	for _, spelling := range spellings(words[best]) {
		for _, w := range s.r.names.starting(spelling) {
			s.check(w.name, words, whole, expanded)
		}
	}
}

func (s *search) check(id uint32, words []string, whole, expanded string) {
	ref := s.r.names.names[id]
	name := s.r.names.name(id)
	for _, w := range words {
		if !s.matches(name, int(ref.row), w, len(words) > 1) {
			return
		}
	}
	t, reason := tierName, ByName
	if ref.former {
		t, reason = tierFormer, ByFormerName
	}
	if name == whole || name == expanded || s.barely(ref, name, whole) {
		t -= 2 // exact, of a name or of a former one
	}
	s.offer(int(ref.row), t, reason)
}

// barely reports whether the name is the query after the short legal form of an EPCI ("CC du …").
func (s *search) barely(ref nameRef, name, whole string) bool {
	return s.r.rows[ref.row].kind == EPCI && len(name) > 3 && name[2] == ' ' && name[3:] == whole
}

func (s *search) matches(name string, id int, word string, several bool) bool {
	for _, spelling := range spellings(word) {
		if hasPrefix(name, spelling) {
			return true
		}
	}
	return several && numeric(word) && s.placed(id, word)
}

// placed reports whether the number is the département, or begins a postal code or the INSEE code,
// of the row.
func (s *search) placed(id int, word string) bool {
	x := s.r.rows[id]
	f, _ := s.r.fields(int(x.offset))
	if d := s.r.at(Departement, x.dept); d >= 0 && strings.EqualFold(s.r.code(s.r.rows[d]), word) {
		return true
	}
	if len(word) < 2 || x.kind != Commune {
		return false
	}
	return hasPrefix(f[colPostal], word) || strings.HasPrefix(strings.ToLower(f[colCode]), word)
}

// spellings returns what a word stands for, itself first.
func spellings(word string) []string {
	switch word {
	case "st":
		return []string{"st", "saint"}
	case "ste":
		return []string{"ste", "sainte"}
	}
	return []string{word}
}

// expand returns the words with their abbreviations written out.
func expand(words []string) []string {
	out := slices.Clone(words)
	for i, w := range out {
		all := spellings(w)
		out[i] = all[len(all)-1]
	}
	return out
}

// numeric reports whether a folded word may be part of a code: digits, and the letter of Corsica.
func numeric(w string) bool {
	if w == "" || len(w) > 14 || w[0] < '0' || w[0] > '9' {
		return false
	}
	for i := 1; i < len(w); i++ {
		digit := w[i] >= '0' && w[i] <= '9'
		letter := i == 1 && w[0] == '2' && (w[i] == 'a' || w[i] == 'b')
		if !digit && !letter {
			return false
		}
	}
	return true
}

// runNumber offers what a single number designates: a département or région, a postal code or an
// INSEE code and, from three digits on, those it begins.
func (s *search) runNumber(word string) {
	code := strings.ToUpper(word)
	for _, kind := range [...]Kind{Departement, Region} {
		if rank := s.r.rank(kind, code); rank != none {
			s.offerAuthority(s.r.at(kind, rank))
		}
	}
	if len(code) < 3 || len(code) > 5 {
		return
	}
	from, exact := s.r.search(Commune, code)
	for i := from; i < s.r.count[Commune]; i++ {
		id := s.r.first[Commune] + i
		if !strings.HasPrefix(s.r.code(s.r.rows[id]), code) {
			break
		}
		s.offer(id, rankOf(exact), ByINSEE)
	}
	if id, ok := s.r.byFormerCode(code); ok && !exact {
		s.offer(id, tierFormerExact, ByFormerINSEE)
	}
	s.runPostal(code)
}

// offerAuthority offers a territory, or the body that acts for it when only members are wanted.
func (s *search) offerAuthority(id int) {
	if s.kinds == 0 && s.r.rows[id].authority {
		f, _ := s.r.fields(int(s.r.rows[id].offset))
		if other, _, ok := s.r.bySIREN(SIREN(f[colAuthority])); ok {
			id = other
		}
	}
	s.offer(id, tierExact, ByINSEE)
}

func (s *search) runPostal(code string) {
	v, err := strconv.ParseUint(code, 10, 32)
	if err != nil {
		return // a Corsican INSEE code
	}
	low, high := uint32(v), uint32(v)
	for range 5 - len(code) {
		low, high = low*10, high*10+9
	}
	from, _ := slices.BinarySearchFunc(s.r.postal, low, compareNumber)
	for _, p := range s.r.postal[from:] {
		if p.value > high {
			break
		}
		s.offer(int(p.row), rankOf(len(code) == 5), ByPostalCode)
	}
}

func rankOf(whole bool) tier {
	if whole {
		return tierExact
	}
	return tierName
}
