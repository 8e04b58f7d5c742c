// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"math"
	"strconv"
	"strings"

	"maillage/internal/catalogue"
	"maillage/internal/territory"
)

// reasons says in a sentence each why a thing is there. A reason without a sentence is left out.
func (p *Pages) reasons(w *words, list []catalogue.Reason) []string {
	var out []string
	for i := range list {
		if s := p.reason(w, &list[i]); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (p *Pages) reason(w *words, r *catalogue.Reason) string {
	value := p.reasonValue(w, r)
	name := r.Name
	if name == "" {
		name = value
	}
	amount := strconv.FormatFloat(math.Round(r.Amount), 'f', -1, 64)
	s, err := w.t("reason."+r.Code, "amount", amount, "value", value, "name", name)
	if err != nil {
		return ""
	}
	return s
}

// reasonValue says the value of a reason: a term, or the name of a place.
func (p *Pages) reasonValue(w *words, r *catalogue.Reason) string {
	switch r.Code {
	case "offer_area_departement", "same_departement":
		return p.place(territory.Departement, r.Value)
	case "offer_area_region":
		return p.place(territory.Region, r.Value)
	case "same_epci":
		return p.place(territory.EPCI, r.Value)
	case "service":
		return lowerFirst(w.label("service", r.Value))
	case "same_type":
		return lowerFirst(w.label("type", r.Value))
	case "same_stratum", "near_stratum":
		return lowerFirst(w.label("stratum", r.Value))
	}
	return r.Value
}

// place returns the name of a place of the official register, the code when it is not in it.
func (p *Pages) place(kind territory.Kind, code string) string {
	if b, ok := p.cfg.Register.ByCode(kind, code); ok {
		return b.Name
	}
	return code
}

// lowerFirst puts a label in the middle of a sentence: "Hébergement" but "UGAP".
func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) < 2 || strings.ToUpper(string(r[1])) == string(r[1]) {
		return s
	}
	return strings.ToLower(string(r[0])) + string(r[1:])
}
