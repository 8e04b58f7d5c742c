// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"slices"
	"sync"

	"maillage/internal/registry"
)

// Dims returns the dimensions by which things of that kind are filtered and counted.
//
// software: licence, category, domain, platform, status, replaces and keyword (folded); and of the
// public usages that run: stage, user_type, stratum, departement, region, user (id or slug); and of
// the offers: provider, service; updated_since filters alone.
//
// organisation: role, type, legal_category, departement, region, epci, stratum, label, has_label,
// siren, uses (software by id or slug, public usages that run), stage; and of its offers: software,
// service, area (a département, covered by itself, by its région or by France). Among providers
// (role=provider), departement and region are those its offers cover, and all that is asked of
// offers must be met by a single one.
//
// usage: organisation, software, provider, stage, hosting, departement, region, type, stratum,
// overdue, visibility. offer: provider, software, service, departement (covered), region, purchase.
// reference: provider, organisation, software, service, state, choose_again.
func Dims(kind registry.Kind) []string { return slices.Clone(dims[kind]) }

var dims = map[registry.Kind][]string{
	registry.KindSoftware: {"licence", "category", "domain", "platform", "status", "replaces", "keyword", "stage", "user_type",
		"stratum", "departement", "region", "user", "provider", "service", "updated_since"},
	registry.KindOrganisation: {"role", "type", "legal_category", "departement", "region", "epci", "stratum", "label",
		"has_label", "siren", "uses", "stage", "software", "service", "area", "updated_since"},
	registry.KindUsage: {"organisation", "software", "provider", "stage", "hosting", "departement", "region", "type",
		"stratum", "overdue", "visibility", "updated_since"},
	registry.KindOffer:     {"provider", "software", "service", "departement", "region", "purchase", "updated_since"},
	registry.KindReference: {"provider", "organisation", "software", "service", "state", "choose_again", "updated_since"},
}

// Sorts returns the orders of a kind, the default first. A "-" before one reverses it.
func Sorts(kind registry.Kind) []string { return slices.Clone(sorts[kind]) }

var sorts = map[registry.Kind][]string{
	registry.KindSoftware:     {"name", "updated", "created", "users", "references", "release"},
	registry.KindOrganisation: {"name", "updated", "created", "population", "usages", "references", "distance", "relevance"},
	registry.KindUsage:        {"updated", "created", "since"},
	registry.KindOffer:        {"updated", "created"},
	registry.KindReference:    {"updated", "created"},
}

// entityDims are the dimensions whose values are entities, and their kind: a slug is as good as an id.
var entityDims = map[string]registry.Kind{
	"user": registry.KindOrganisation, "provider": registry.KindOrganisation, "organisation": registry.KindOrganisation,
	"uses": registry.KindSoftware, "software": registry.KindSoftware,
}

// vocabulary numbers the values of the dimensions of one kind. Numbers are given once and kept.
type vocabulary []words

// words are the values of one dimension.
type words struct {
	mu     sync.RWMutex
	number lookup
	names  []string
}

func newVocabulary(kind registry.Kind) vocabulary {
	v := make(vocabulary, len(dims[kind]))
	for i := range v {
		v[i].number = newLookup(0)
	}
	return v
}

func (w *words) name(n uint32) string { return w.names[n] }

// give returns the number of a value, numbering it when it is new.
func (v vocabulary) give(dim uint8, value string) uint32 {
	w := &v[dim]
	w.mu.Lock()
	defer w.mu.Unlock()
	n, ok := w.number.find(value, w.name)
	if !ok {
		n = uint32(len(w.names)) //nolint:gosec // far fewer than 2^32 values
		w.names = append(w.names, value)
		w.number.put(n, w.name)
	}
	return n
}

// find returns the number of a value that has one.
func (v vocabulary) find(dim uint8, value string) (uint32, bool) {
	w := &v[dim]
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.number.find(value, w.name)
}

// names returns the names of a dimension by number, as they are now; they are only ever appended to.
func (v vocabulary) names(dim int) []string {
	v[dim].mu.RLock()
	defer v[dim].mu.RUnlock()
	return v[dim].names
}

// snapshot returns the names of every dimension by number, as they are now.
func (v vocabulary) snapshot() [][]string {
	out := make([][]string, len(v))
	for d := range v {
		out[d] = v.names(d)
	}
	return out
}

// valuesOf gathers the values of one item in its keeper, without doubles.
type valuesOf struct {
	kind  registry.Kind
	words vocabulary
	in    *keeper
}

// values begins the values of an item.
func (b *builder) values(k *keeper, kind registry.Kind) valuesOf {
	k.scratch = k.scratch[:0]
	return valuesOf{kind, b.words[kind], k}
}

func (v valuesOf) add(dim, value string) {
	if value == "" {
		return
	}
	d := slices.Index(dims[v.kind], dim)
	if d < 0 {
		panic("catalogue: no dimension " + dim + " of " + string(v.kind))
	}
	f := newFacetValue(uint8(d), v.words.give(uint8(d), value)) //nolint:gosec // a score of dimensions
	if !slices.Contains(v.in.scratch, f) {
		v.in.scratch = append(v.in.scratch, f)
	}
}
