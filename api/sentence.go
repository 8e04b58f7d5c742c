// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"sync"

	"maillage/internal/catalogue"
	"maillage/internal/territory"
)

//go:embed reasons.tsv
var reasonsTSV string

// reasonSentences are the sentences of reasons by code, in French and English.
var reasonSentences = sync.OnceValue(func() map[string][2]string {
	all := map[string][2]string{}
	for line := range strings.Lines(reasonsTSV) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(line, "\t")
		if len(c) != 3 {
			panic("api: reasons.tsv: three columns wanted in " + line)
		}
		all[c[0]] = [2]string{c[1], c[2]}
	}
	return all
})

// sentences says a reason to people, in French and in English. A code without a sentence is said as
// it is: better than nothing, and a test sees to it that none the catalogue gives is without.
func (a *API) sentences(r *catalogue.Reason) (fr, en string) {
	s, ok := reasonSentences()[r.Code]
	if !ok {
		return r.Code, r.Code
	}
	return a.fill(s[0], r, "fr"), a.fill(s[1], r, "en")
}

// fill puts a reason's values where its sentence wants them.
func (a *API) fill(sentence string, r *catalogue.Reason, lang string) string {
	if strings.IndexByte(sentence, '{') < 0 {
		return sentence
	}
	value := a.inWords(r, lang)
	name := r.Name
	if name == "" {
		name = value
	}
	amount := strconv.FormatFloat(math.Round(r.Amount), 'f', -1, 64)
	sentence = strings.ReplaceAll(sentence, "{amount}", amount)
	sentence = strings.ReplaceAll(sentence, "{value}", value)
	return strings.ReplaceAll(sentence, "{name}", name) // last: a name may hold anything
}

// inWords says the value of a reason: a term, or the name of a place.
func (a *API) inWords(r *catalogue.Reason, lang string) string {
	switch r.Code {
	case "offer_area_departement", "same_departement":
		return a.placeName(territory.Departement, r.Value)
	case "offer_area_region":
		return a.placeName(territory.Region, r.Value)
	case "same_epci":
		return a.placeName(territory.EPCI, r.Value)
	}
	for _, vocabulary := range [...]string{"service", "type", "stratum"} {
		if l := label(vocabulary, r.Value); l != nil {
			return lowerFirst(l.in(lang))
		}
	}
	return r.Value
}

func (a *API) placeName(kind territory.Kind, code string) string {
	if p := a.renderer.place(kind, code); p != nil && p.Name != "" {
		return p.Name
	}
	return code
}

// lowerFirst puts a label in the middle of a sentence: "Hébergement" but "UGAP", "EPCI".
func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) < 2 || strings.ToUpper(string(r[1])) == string(r[1]) {
		return s
	}
	return strings.ToLower(string(r[0])) + string(r[1:])
}
