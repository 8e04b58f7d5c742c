// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"slices"

	"maillage/internal/registry"
)

// declaration is what the catalogue remembers of a usage, an offer or a reference.
type declaration struct {
	kind         registry.Kind
	id           registry.ID
	organisation registry.ID // of a usage or a reference
	software     registry.ID
	provider     registry.ID
	stage        registry.Stage
	visibility   registry.Visibility
	*engagement       // of an offer or a reference
	counts       bool // a reference both sides confirmed
	again        bool // … whose customer would choose the provider again
}

// engagement is what a provider does, and where.
type engagement struct {
	services []registry.ServiceKind
	area     registry.Area
}

// running reports whether the declaration is a public usage somebody works with: what everybody may
// count.
func (d *declaration) running() bool {
	return d.kind == registry.KindUsage && d.visibility == registry.Public && d.stage.Running()
}

// binds returns the entities the declaration names.
func (d *declaration) binds() []registry.ID {
	ids := make([]registry.ID, 0, 3)
	for _, id := range []registry.ID{d.organisation, d.software, d.provider} {
		if id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// named returns the declaration's own copy of an id that it names.
func (d *declaration) named(id registry.ID) registry.ID {
	switch id {
	case d.organisation:
		return d.organisation
	case d.software:
		return d.software
	}
	return d.provider
}

func ofUsage(u *registry.Usage) declaration {
	return declaration{kind: registry.KindUsage, id: u.ID, organisation: u.Organisation, software: u.Software,
		provider: u.Provider, stage: known(registry.Stages(), u.Stage), visibility: known(registry.Visibilities(), u.Visibility)}
}

func ofOffer(o *registry.Offer) declaration {
	return declaration{kind: registry.KindOffer, id: o.ID, software: o.Software, provider: o.Provider,
		engagement: &engagement{o.Services, o.Area}}
}

func ofReference(r *registry.Reference) declaration {
	return declaration{kind: registry.KindReference, id: r.ID, organisation: r.Organisation, software: r.Software,
		provider: r.Provider, engagement: &engagement{services: r.Services}, counts: r.Counts(),
		again: r.ChooseAgain != nil && *r.ChooseAgain}
}

// known returns the word of a vocabulary that v equals, so that a database's own copy of it need not
// be kept; v itself when there is none.
func known[T ~string](words []T, v T) T {
	if i := slices.Index(words, v); i >= 0 {
		return words[i]
	}
	return v
}
