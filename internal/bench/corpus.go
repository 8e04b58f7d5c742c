// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"maillage/internal/member"
	"maillage/internal/publiccode"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// sizes of the corpus; the defaults are the figures Maillage is held to.
type sizes struct {
	software, collectivities, providers, usages, offers, references int
}

// corpus is a made-up registry on the real official register, the same at every run.
type corpus struct {
	*rand.Rand
	zipf     *rand.Zipf
	register *territory.Register
	registry *registry.Service
	by       member.Actor
	now      time.Time
	size     sizes

	software, collectivities, providers []registry.ID
}

func newCorpus(reg *registry.Service, register *territory.Register, size sizes) *corpus {
	r := rand.New(rand.NewPCG(2026, 11)) //nolint:gosec // the same at every run
	return &corpus{Rand: r, zipf: rand.NewZipf(r, 1.1, 8, rareWords-1), register: register, registry: reg, by: member.System("bench"),
		now: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC), size: size}
}

var syllables = strings.Fields("ba be bi bo bu ca ce ci co cu da de di do du fa fe fi fo ga ge gi go ha he hi ho ja jo ka ki la le li lo lu ma me mi mo mu na ne ni no pa pe pi po ra re ri ro ru sa se si so ta te ti to tu va ve vi vo za zi zo")

var vocabulary = strings.Fields(`gestion suivi dossier agent service commune délibération courrier archive parapheur signature facture budget
marché achat carte réseau inventaire parc poste sauvegarde supervision annuaire identité agenda messagerie document partage espace collaboratif
état civil cimetière concession élection urbanisme permis école cantine crèche bibliothèque médiathèque musée sport voirie éclairage déchet eau
assainissement énergie bâtiment planning congé paie formation recrutement accueil usager demande rendez-vous sondage participation données ouvertes
portail site formulaire visioconférence téléphonie ticket assistance connaissance tableau bord indicateur statistique géographique cadastre adresse`)

var licences = []string{"AGPL-3.0-only", "GPL-3.0-or-later", "MIT", "Apache-2.0", "EUPL-1.2", "CECILL-2.1", "MPL-2.0", "BSD-3-Clause"}

func (c *corpus) word() string { return vocabulary[c.IntN(len(vocabulary))] }

// rareWords is how many words descriptions draw from: as many as a real catalogue of that size holds.
const rareWords = 40_000

// rare returns a word as texts use them: a few often, most hardly ever (Zipf's law).
func (c *corpus) rare() string {
	n := c.zipf.Uint64()
	var b strings.Builder
	for range 3 {
		b.WriteString(syllables[n%uint64(len(syllables))])
		n = n/uint64(len(syllables)) + 7
	}
	return b.String()
}

// text returns about that many words, one in eight of them of the trade.
func (c *corpus) text(words int) string {
	parts := make([]string, words)
	for i := range parts {
		if i%8 == 0 {
			parts[i] = c.word()
		} else {
			parts[i] = c.rare()
		}
	}
	return strings.ToUpper(parts[0][:1]) + strings.Join(parts, " ")[1:] + "."
}

func (c *corpus) name() string {
	n := 2 + c.IntN(3)
	var b strings.Builder
	for range n {
		b.WriteString(syllables[c.IntN(len(syllables))])
	}
	s := b.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

// sentence returns about that many words.
func (c *corpus) sentence(words int) string {
	parts := make([]string, words)
	for i := range parts {
		parts[i] = c.word()
	}
	return strings.ToUpper(parts[0][:1]) + strings.Join(parts, " ")[1:] + "."
}

func some[V any](c *corpus, from []V, atMost int) []V {
	n := 1 + c.IntN(atMost)
	out := make([]V, 0, n)
	start := c.IntN(len(from))
	for i := range n {
		out = append(out, from[(start+i*7)%len(from)])
	}
	return out
}

func key(what string, n int) registry.SourceKey {
	return registry.SourceKey{Origin: registry.OriginLocal, Source: registry.SourceCSV, Key: fmt.Sprintf("%s-%d", what, n)}
}

// fill writes the corpus and returns how many records it has.
func (c *corpus) fill(ctx context.Context) (int, error) {
	total := 0
	for _, step := range []func(context.Context) (int, error){c.fillSoftware, c.fillCollectivities, c.fillProviders, c.fillOffers, c.fillUsages, c.fillReferences} {
		n, err := step(ctx)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func ids(outcomes []registry.Outcome, err error) ([]registry.ID, error) {
	out := make([]registry.ID, 0, len(outcomes))
	for _, o := range outcomes {
		if o.Err != nil {
			return out, o.Err
		}
		out = append(out, o.ID)
	}
	return out, err
}

func (c *corpus) fillSoftware(ctx context.Context) (int, error) {
	items := make([]registry.Import[registry.SoftwareFacts], 0, c.size.software)
	categories, domains := publiccode.Categories(), registry.DomainKeys()
	for n := range c.size.software {
		name := fmt.Sprintf("%s %s", c.name(), c.name())
		items = append(items, registry.Import[registry.SoftwareFacts]{Key: key("software", n), RetrievedAt: c.now, Facts: registry.SoftwareFacts{
			Name: name, Summary: registry.Localised{"fr": c.sentence(6)}, Description: registry.Localised{"fr": c.text(90)},
			Repository: fmt.Sprintf("https://forge.example/projet/%d", n), Website: fmt.Sprintf("https://logiciel-%d.example/", n),
			Licence: licences[c.IntN(len(licences))], Categories: some(c, categories, 3), Domains: some(c, domains, 2),
			Platforms: some(c, registry.Platforms(), 3), Keywords: some(c, vocabulary, 5), Status: "stable",
			ReleaseVersion: fmt.Sprintf("%d.%d", c.IntN(12), c.IntN(30)), ReleaseDate: registry.Date(fmt.Sprintf("202%d-%02d", c.IntN(7), 1+c.IntN(12)))}})
	}
	var err error
	c.software, err = ids(c.registry.ImportSoftware(ctx, c.by, items))
	return len(items), err
}

func (c *corpus) fillCollectivities(ctx context.Context) (int, error) {
	var items []registry.Import[registry.OrganisationFacts]
	add := func(b territory.Body) {
		if len(items) < c.size.collectivities && b.SIREN != "" {
			it := c.registry.OfficialImport(b)
			it.RetrievedAt = c.now
			items = append(items, it)
		}
	}
	for _, d := range c.register.Departements() {
		for _, b := range c.register.Communes(d.Code) {
			add(b)
		}
	}
	for _, b := range c.register.EPCIs("") {
		add(b)
	}
	var err error
	c.collectivities, err = ids(c.registry.ImportOrganisations(ctx, c.by, items))
	return len(items), err
}

func (c *corpus) fillProviders(ctx context.Context) (int, error) {
	departements := c.register.Departements()
	items := make([]registry.Import[registry.OrganisationFacts], 0, c.size.providers)
	for n := range c.size.providers {
		d := departements[c.IntN(len(departements))]
		items = append(items, registry.Import[registry.OrganisationFacts]{Key: key("provider", n), RetrievedAt: c.now, Facts: registry.OrganisationFacts{
			Name: fmt.Sprintf("%s %s %d", c.name(), c.name(), n), Roles: []registry.Role{registry.RoleProvider}, Type: "company",
			Summary: registry.Localised{"fr": c.sentence(14)}, Website: fmt.Sprintf("https://prestataire-%d.example/", n),
			Departement: d.Code, Region: d.Region, Point: &registry.Point{Lat: 43 + 7*c.Float64(), Lon: -1 + 7*c.Float64()}}})
	}
	var err error
	c.providers, err = ids(c.registry.ImportOrganisations(ctx, c.by, items))
	return len(items), err
}

func (c *corpus) fillOffers(ctx context.Context) (int, error) {
	departements := c.register.Departements()
	items := make([]registry.ImportOffer, 0, c.size.offers)
	for n := range c.size.offers {
		area := registry.Area{France: c.IntN(5) == 0}
		if !area.France {
			for _, d := range some(c, departements, 4) {
				area.Departements = append(area.Departements, d.Code)
			}
		}
		items = append(items, registry.ImportOffer{Key: key("offer", n), Provider: c.providers[c.IntN(len(c.providers))],
			Software: c.popular(), Facts: registry.OfferFacts{Services: some(c, registry.Services(), 3), Area: area}})
	}
	_, err := ids(c.registry.ImportOffers(ctx, c.by, items))
	return len(items), err
}

// popular picks a software as people do: a few are everywhere.
func (c *corpus) popular() registry.ID {
	r := c.Float64()
	return c.software[int(r*r*r*float64(len(c.software)))]
}

func (c *corpus) fillUsages(ctx context.Context) (int, error) {
	items := make([]registry.ImportUsage, 0, c.size.usages)
	for n := range c.size.usages {
		visibility := registry.Public
		if c.IntN(6) == 0 {
			visibility = registry.Members
		}
		items = append(items, registry.ImportUsage{Key: key("usage", n), Organisation: c.collectivities[c.IntN(len(c.collectivities))], Software: c.popular(),
			Facts: registry.UsageFacts{Stage: registry.Stages()[c.IntN(7)], Since: "2023", Seats: c.IntN(2000), Hosting: registry.HostingOwn,
				Visibility: visibility, ConfirmedAt: c.now.AddDate(0, -c.IntN(20), 0)}})
	}
	_, err := ids(c.registry.ImportUsages(ctx, c.by, items))
	return len(items), err
}

func (c *corpus) fillReferences(ctx context.Context) (int, error) {
	items := make([]registry.ImportReference, 0, c.size.references)
	yes := true
	for n := range c.size.references {
		it := registry.ImportReference{Key: key("reference", n), Provider: c.providers[c.IntN(len(c.providers))],
			Organisation: c.collectivities[c.IntN(len(c.collectivities))], Software: c.popular(),
			Facts: registry.ReferenceFacts{Since: "2022", Services: some(c, registry.Services(), 2)}, ProviderConfirmedAt: c.now}
		if c.IntN(4) > 0 {
			it.CustomerConfirmedAt, it.ChooseAgain = c.now, &yes
		}
		items = append(items, it)
	}
	_, err := ids(c.registry.ImportReferences(ctx, c.by, items))
	return len(items), err
}
