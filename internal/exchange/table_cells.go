// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"strconv"
	"strings"

	"maillage/internal/registry"
	"maillage/internal/text"
)

// words reads what people write for the terms of a vocabulary: the terms themselves, their French
// names, accents and case aside.
func words[V ~string](known []V, french map[string]V) map[string]V {
	m := map[string]V{}
	for _, v := range known {
		m[text.Fold(string(v))] = v
	}
	for word, v := range french {
		m[text.Fold(word)] = v
	}
	return m
}

func stageWords() map[string]registry.Stage {
	return words(registry.Stages(), map[string]registry.Stage{"étude": "study", "à l'étude": "study", "pilote": "pilot",
		"expérimentation": "pilot", "volontaires": "volunteers", "encouragé": "encouraged", "généralisé": "default",
		"par défaut": "default", "en service": "default", "en production": "default", "en cours d'abandon": "leaving",
		"départ": "leaving", "abandonné": "left", "arrêté": "left"})
}

func hostingWords() map[string]registry.Hosting {
	return words(registry.Hostings(), map[string]registry.Hosting{"interne": "own", "en propre": "own", "mutualisé": "shared",
		"prestataire": "provider", "infogéré": "provider"})
}

func serviceWords() map[string]registry.ServiceKind {
	return words(registry.Services(), map[string]registry.ServiceKind{"intégration": "integration", "hébergement": "hosting",
		"assistance": "support", "maintenance": "support", "formation": "training", "développement": "development",
		"reprise de données": "migration"})
}

func purchaseWords() map[string]registry.Purchase {
	return words(registry.Purchases(), map[string]registry.Purchase{"aucun": "none", "accord-cadre": "framework",
		"marché public": "public-tender", "appel d'offres": "public-tender", "gré à gré": "direct", "commande directe": "direct"})
}

func visibilityWords() map[string]registry.Visibility {
	return words(registry.Visibilities(), map[string]registry.Visibility{"publique": "public", "membres": "members",
		"collectivités": "collectivities"})
}

func roleWords() map[string]registry.Role {
	return words(registry.Roles(), map[string]registry.Role{"collectivité": "collectivity", "prestataire": "provider",
		"partenaire": "partner"})
}

func statusWords() map[string]string {
	return words(registry.DevelopmentStatuses(), map[string]string{"projet": "concept", "en développement": "development",
		"bêta": "beta", "obsolète": "obsolete", "abandonné": "obsolete"})
}

func labelWords() map[string]string {
	return words(registry.LabelLevels(), map[string]string{"argent": "silver", "or": "gold"})
}

func platformWords() map[string]string {
	return words(registry.Platforms(), map[string]string{"navigateur": "web", "macos": "mac"})
}

// warn reports a cell that could not be used.
func (r row) warn(kind registry.Kind, name, code, detail string) {
	r.table.said(kind, r.at, "", "", Warning, r.header(name), code, detail)
}

// term reads one term; "" and a warning when it is not of the vocabulary.
func term[V ~string](r row, kind registry.Kind, name string, known map[string]V) V {
	cell := r.cell(name)
	v, ok := known[text.Fold(cell)]
	if !ok && cell != "" {
		r.warn(kind, name, "unknown_value", cell)
	}
	return v
}

// terms reads a list of terms, separated by commas, bars or semicolons.
func terms[V ~string](r row, kind registry.Kind, name string, known map[string]V) []V {
	var out []V
	for _, cell := range r.list(name) {
		v, ok := known[text.Fold(cell)]
		if !ok {
			r.warn(kind, name, "unknown_value", cell)
			continue
		}
		out = append(out, v)
	}
	return out
}

// list reads a list of words.
func (r row) list(name string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(r.cell(name), func(c rune) bool { return c == ',' || c == '|' || c == ';' || c == '\n' }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// whole reads a whole number that is not negative; blanks may group its digits.
func (r row) whole(kind registry.Kind, name string) int {
	cell := r.cell(name)
	if cell == "" {
		return 0
	}
	n, err := strconv.Atoi(whiteSpace.ReplaceAllString(cell, ""))
	if err != nil || n < 0 {
		r.warn(kind, name, "not_a_number", cell)
		return 0
	}
	return n
}

// yes reads a yes or no; no when empty.
func (r row) yes(kind registry.Kind, name string) bool {
	switch text.Fold(r.cell(name)) {
	case "oui", "o", "yes", "y", "vrai", "true", "1", "x":
		return true
	case "", "non", "n", "no", "faux", "false", "0":
		return false
	}
	r.warn(kind, name, "not_yes_no", r.cell(name))
	return false
}

// day reads a date as the registry writes it, or as the French do: 01/03/2024, 03/2024.
func (r row) day(kind registry.Kind, name string) registry.Date {
	cell := r.cell(name)
	if cell == "" {
		return ""
	}
	parts := strings.Split(cell, "/")
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	for i, p := range parts {
		if len(p) == 1 {
			parts[i] = "0" + p
		}
	}
	d, ok := registry.ParseDate(strings.Join(parts, "-"))
	if !ok {
		r.warn(kind, name, "not_a_date", cell)
	}
	return d
}
