// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"slices"
	"strings"
	"sync"

	"maillage/internal/territory"
	"maillage/internal/text"
)

// bodyNames finds bodies of the official register by the names catalogues give them: "Ville de Boé",
// "Abbeville - Mairie d'Abbeville", "Conseil départemental de l'Isère", "Grenoble-Alpes Métropole".
// A name that fits several bodies finds none: 1,441 names are borne by several communes.
type bodyNames struct {
	register *territory.Register
	// epcis, departements and regions are the register's few thousand names, by their words.
	epcis, departements, regions func() map[string][]territory.Body
}

func newBodyNames(r *territory.Register) *bodyNames {
	n := &bodyNames{register: r}
	n.epcis = sync.OnceValue(func() map[string][]territory.Body { return byWords(r.EPCIs("")) })
	n.departements = sync.OnceValue(func() map[string][]territory.Body { return byWords(r.Departements()) })
	n.regions = sync.OnceValue(func() map[string][]territory.Body { return byWords(r.Regions()) })
	return n
}

// found is what a name leads to.
type found struct {
	body *territory.Body // nil when none, or several
	// name is the name without its doubled part.
	name string
	// others are the labels of the bodies among which the name does not decide.
	others []string
}

// find looks a name up.
func (n *bodyNames) find(name string) found {
	name = oneLine(name)
	out := found{name: name}
	for _, candidate := range spellings(name) {
		bodies := n.bodies(candidate)
		switch len(bodies) {
		case 0:
			continue
		case 1:
			return found{body: &bodies[0], name: candidate.text}
		}
		out.name = candidate.text
		for _, b := range bodies {
			out.others = append(out.others, n.register.Label(b))
		}
		out.others = out.others[:min(len(out.others), 5)]
		return out
	}
	return out
}

// spelling is one way to read a name: what kind of body it says it is, and the words of its name.
type spelling struct {
	text        string
	kind        territory.Kind // 0 when the name does not say
	words       []string
	departement string // "38", when the name ends with it in brackets
}

// spellings reads a name as a whole, then by its parts: "Abbeville - Mairie d'Abbeville" says the
// same thing twice, and only then may one part be taken for the whole.
func spellings(name string) []spelling {
	whole := spell(name)
	parts := strings.Split(strings.ReplaceAll(name, " – ", " - "), " - ")
	if len(parts) != 2 {
		return []spelling{whole}
	}
	a, b := spell(parts[0]), spell(parts[1])
	for _, pair := range [][2]spelling{{b, a}, {a, b}} {
		typed, bare := pair[0], pair[1]
		switch {
		case typed.kind == 0 || bare.kind != 0:
		case len(typed.words) == 0: // "Abbeville - Mairie"
			bare.kind = typed.kind
			return []spelling{whole, bare}
		case sameWords(typed.words, bare.words):
			return []spelling{typed}
		}
	}
	return []spelling{whole}
}

// forms are the words by which a name says what it names, longest first.
func forms() []struct {
	words string
	kind  territory.Kind
} {
	return []struct {
		words string
		kind  territory.Kind
	}{
		{"hotel de ville", territory.Commune}, {"ville", territory.Commune}, {"mairie", territory.Commune},
		{"commune", territory.Commune}, {"municipalite", territory.Commune},
		{"conseil departemental", territory.Departement}, {"conseil general", territory.Departement},
		{"departement", territory.Departement},
		{"conseil regional", territory.Region}, {"region", territory.Region},
		{"communaute de communes", territory.EPCI}, {"communaute d agglomeration", territory.EPCI},
		{"communaute d agglo", territory.EPCI}, {"communaute urbaine", territory.EPCI}, {"metropole", territory.EPCI},
	}
}

func spell(name string) spelling {
	s := spelling{text: strings.TrimSpace(name)}
	folded := text.Fold(name)
	if open := strings.LastIndexByte(name, '('); open > 0 && strings.HasSuffix(strings.TrimSpace(name), ")") {
		if code := strings.ToUpper(text.Fold(name[open:])); len(code) == 2 || len(code) == 3 {
			s.departement = code
			folded = text.Fold(name[:open])
		}
	}
	words := strings.Fields(folded)
	for _, f := range forms() {
		form := strings.Fields(f.words)
		if len(words) >= len(form) && slices.Equal(words[:len(form)], form) {
			s.kind = f.kind
			if f.kind != territory.EPCI {
				words = words[len(form):]
			}
			break
		}
	}
	if s.kind == 0 && slices.Contains(words, "metropole") {
		s.kind = territory.EPCI
	}
	s.words = words
	return s
}

// linking are the words that join a name to what it is: they differ from one writer to the next.
func linking() []string {
	return []string{"de", "d", "du", "des", "la", "le", "les", "l", "et"}
}

// significant returns the words of a name without its linking words.
func significant(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(linking(), w) })
}

func sameWords(a, b []string) bool {
	a, b = significant(a), significant(b)
	return len(a) > 0 && slices.Equal(a, b)
}

// epciForms are the official abbreviations and what they stand for.
func epciForms() map[string][]string {
	return map[string][]string{"cc": {"communaute", "communes"}, "ca": {"communaute", "agglomeration"},
		"cu": {"communaute", "urbaine"}, "agglo": {"agglomeration"}}
}

// signature is a name as a set of words, so that "Grenoble-Alpes Métropole" and "Métropole Grenoble
// Alpes" are one.
func signature(words []string) string {
	var all []string
	for i, w := range significant(words) {
		if long, ok := epciForms()[w]; ok && i == 0 || ok && w == "agglo" {
			all = append(all, long...)
			continue
		}
		all = append(all, w)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func byWords(bodies []territory.Body) map[string][]territory.Body {
	m := map[string][]territory.Body{}
	for _, b := range bodies {
		names := []string{b.Name, b.Title}
		if b.Kind != territory.EPCI {
			names = append(names, significantName(b.Title))
		}
		var seen []string
		for _, name := range names {
			s := signature(text.Words(name))
			if s != "" && !slices.Contains(seen, s) {
				seen = append(seen, s)
				m[s] = append(m[s], b)
			}
		}
	}
	return m
}

// significantName returns a title without the form it begins with: "Collectivité de Corse".
func significantName(title string) string {
	_, rest, _ := strings.Cut(title, " ")
	return rest
}

// bodies returns the bodies a spelling fits, those with a legal person of their own: a département
// without one leads to the body that acts for it.
func (n *bodyNames) bodies(s spelling) []territory.Body {
	if len(significant(s.words)) == 0 {
		return nil
	}
	var all []territory.Body
	if s.kind == territory.Commune || s.kind == 0 {
		all = append(all, n.communes(s.words)...)
	}
	for _, in := range []struct {
		kind  territory.Kind
		names func() map[string][]territory.Body
	}{{territory.EPCI, n.epcis}, {territory.Departement, n.departements}, {territory.Region, n.regions}} {
		if s.kind == in.kind || s.kind == 0 {
			all = append(all, in.names()[signature(s.words)]...)
		}
	}
	var out []territory.Body
	for _, b := range all {
		if s.departement != "" && b.Departement != s.departement && b.Code != s.departement {
			continue
		}
		if acting, ok := n.register.Authority(b); ok {
			b = acting
		}
		same := func(have territory.Body) bool { return have.Kind == b.Kind && have.Code == b.Code }
		if !slices.ContainsFunc(out, same) {
			out = append(out, b)
		}
	}
	return out
}

// communes returns the communes of that name, its article apart: "du Havre" is Le Havre, while
// "de La Rochelle" keeps its own. A name that fits letter for letter wins over one that fits without
// articles.
func (n *bodyNames) communes(words []string) []territory.Body {
	bare := strings.Join(trimLinking(words), " ")
	if bare == "" {
		return nil
	}
	var near, exact []territory.Body
	seen := map[string]bool{}
	for _, article := range []string{"", "le ", "la ", "les ", "l "} {
		for _, s := range n.register.Suggest(article+bare, territory.MaxSuggestions, territory.Commune) {
			if seen[s.Body.Code] {
				continue
			}
			seen[s.Body.Code] = true
			own := text.Words(s.Body.Name)
			if strings.Join(trimLinking(own), " ") != bare {
				continue
			}
			near = append(near, s.Body)
			_, of, _ := strings.Cut(s.Body.WithArticle(), " ")
			joined := strings.Join(words, " ")
			if joined == strings.Join(own, " ") || joined == text.Fold(of) {
				exact = append(exact, s.Body)
			}
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return near
}

// trimLinking drops the linking words a name begins with.
func trimLinking(words []string) []string {
	for len(words) > 0 && slices.Contains(linking(), words[0]) {
		words = words[1:]
	}
	return words
}
