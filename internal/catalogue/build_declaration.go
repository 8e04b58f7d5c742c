// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"slices"

	"maillage/internal/registry"
)

// covered returns the départements and régions an area holds.
func (b *builder) covered(a registry.Area) (departements, regions []string) {
	departements, regions = slices.Clone(a.Departements), slices.Clone(a.Regions)
	for dep, region := range b.regions {
		if a.France || slices.Contains(a.Regions, region) {
			departements = append(departements, dep)
		}
		if a.France && region != "" {
			regions = append(regions, region)
		}
	}
	slices.Sort(departements)
	slices.Sort(regions)
	return slices.Compact(departements), slices.Compact(regions)
}

// declaration returns what is remembered of a declaration already, else makes it.
func (b *builder) declaration(id registry.ID, make func() declaration) *declaration {
	if d := b.decls[id]; d != nil {
		return d
	}
	d := make()
	return &d
}

func (b *builder) usage(k *keeper, u *registry.Usage) *Item {
	v := UsageView{Usage: *u, Organisation: b.brief(registry.KindOrganisation, u.Organisation), Software: b.brief(registry.KindSoftware, u.Software)}
	values := b.values(k, registry.KindUsage)
	values.add("organisation", string(u.Organisation))
	values.add("software", string(u.Software))
	if u.Provider != "" {
		p := b.brief(registry.KindOrganisation, u.Provider)
		v.Provider = &p
		values.add("provider", string(u.Provider))
	}
	values.add("stage", string(u.Stage))
	values.add("hosting", string(u.Hosting))
	values.add("visibility", string(u.Visibility))
	overdue := "false"
	if u.Overdue(b.now) {
		overdue = "true"
	}
	values.add("overdue", overdue)
	if org, ok := b.entity(registry.KindOrganisation, u.Organisation); ok {
		words := b.words[registry.KindOrganisation]
		for _, dim := range []string{"departement", "region", "type", "stratum"} {
			values.add(dim, words.of(org, dim))
		}
	}
	it := b.item(k, made{kind: registry.KindUsage, id: u.ID, name: v.Organisation.Name + " : " + v.Software.Name, release: string(u.Since), rev: u.Rev,
		created: u.CreatedAt, updated: u.UpdatedAt, body: b.cfg.Renderer.Usage(v, b.now)})
	it.decl = b.declaration(u.ID, func() declaration { return ofUsage(u) })
	return it
}

func (b *builder) offer(k *keeper, o *registry.Offer) *Item {
	v := OfferView{Offer: *o, Provider: b.brief(registry.KindOrganisation, o.Provider), Software: b.brief(registry.KindSoftware, o.Software)}
	values := b.values(k, registry.KindOffer)
	values.add("provider", string(o.Provider))
	values.add("software", string(o.Software))
	for _, s := range o.Services {
		values.add("service", string(s))
	}
	departements, regions := b.covered(o.Area)
	for _, d := range departements {
		values.add("departement", d)
	}
	for _, r := range regions {
		values.add("region", r)
	}
	values.add("purchase", string(o.Purchase))
	it := b.item(k, made{kind: registry.KindOffer, id: o.ID, name: v.Provider.Name + " : " + v.Software.Name, rev: o.Rev,
		created: o.CreatedAt, updated: o.UpdatedAt, body: b.cfg.Renderer.Offer(v, b.now)})
	it.decl = b.declaration(o.ID, func() declaration { return ofOffer(o) })
	return it
}

func (b *builder) reference(k *keeper, r *registry.Reference) *Item {
	v := ReferenceView{Reference: *r, Provider: b.brief(registry.KindOrganisation, r.Provider),
		Organisation: b.brief(registry.KindOrganisation, r.Organisation), Software: b.brief(registry.KindSoftware, r.Software)}
	values := b.values(k, registry.KindReference)
	values.add("provider", string(r.Provider))
	values.add("organisation", string(r.Organisation))
	values.add("software", string(r.Software))
	for _, s := range r.Services {
		values.add("service", string(s))
	}
	values.add("state", r.State())
	if r.ChooseAgain != nil && r.Counts() {
		answer := "false"
		if *r.ChooseAgain {
			answer = "true"
		}
		values.add("choose_again", answer)
	}
	it := b.item(k, made{kind: registry.KindReference, id: r.ID, name: v.Provider.Name + " → " + v.Organisation.Name + " : " + v.Software.Name, rev: r.Rev,
		created: r.CreatedAt, updated: r.UpdatedAt, body: b.cfg.Renderer.Reference(v, b.now)})
	it.decl = b.declaration(r.ID, func() declaration { return ofReference(r) })
	return it
}
