// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package demo fills a registry with a believable collective: real software described in our own
// words, real local authorities lent their names, invented providers, and declarations that say they
// are fictitious. No real person's data.
package demo

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// Name is the name of the demonstration's collective.
const Name = "Alpes Numérique Libre (démonstration)"

//go:embed data/*.yaml
var files embed.FS

// Filled tells who may speak in the demonstration.
type Filled struct {
	// Referent is the collectivity whose referent has an account, Provider likewise.
	Referent registry.ID
	Provider registry.ID
}

// referentOf and providerOf are who has an account: Échirolles and the first invented provider.
const (
	referentOf = "38151"
	providerOf = "Cairn Libre (fictif)"
)

// Fill writes the demonstration into the registry. Running it again changes nothing; progress is
// called as things are written. now is the day the demonstration takes place.
func Fill(ctx context.Context, reg *registry.Service, register *territory.Register, now time.Time, progress func(done, total int)) (Filled, error) {
	f := &filler{registry: reg, register: register, by: member.System("demo"), now: now, progress: progress,
		organisations: map[string]registry.ID{}, software: map[string]registry.ID{}}
	if err := f.read(); err != nil {
		return Filled{}, err
	}
	for _, step := range []func(context.Context) error{f.fillSoftware, f.fillBodies, f.fillOffers, f.fillUsages, f.fillReferences} {
		if err := step(ctx); err != nil {
			return Filled{}, err
		}
	}
	return Filled{Referent: f.organisations[referentOf], Provider: f.organisations[providerOf]}, nil
}

type filler struct {
	registry *registry.Service
	register *territory.Register
	by       member.Actor
	now      time.Time
	progress func(done, total int)
	done     int

	sheets     []sheet
	bodies     []body
	providers  []provider
	usages     []usage
	references []reference

	organisations map[string]registry.ID // by INSEE code, SIREN or name
	software      map[string]registry.ID // by name
}

func (f *filler) read() error {
	for name, into := range map[string]any{"software": &f.sheets, "collectivities": &f.bodies, "providers": &f.providers,
		"usages": &f.usages, "references": &f.references} {
		file, err := files.Open("data/" + name + ".yaml")
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		d := yaml.NewDecoder(file)
		d.KnownFields(true)
		if err := d.Decode(into); err != nil {
			return fmt.Errorf("demo: %s.yaml: %w", name, err)
		}
	}
	return nil
}

// key names a record of the demonstration.
func key(parts ...string) registry.SourceKey {
	for i := range parts {
		parts[i] = text.Slug(parts[i])
	}
	return registry.SourceKey{Origin: registry.OriginLocal, Source: registry.SourceDemo, Key: strings.Join(parts, "/")}
}

// taken notes what became of a batch. A refused statement is a mistake of the embedded data.
func (f *filler) taken(outcomes []registry.Outcome, err error, note func(i int, id registry.ID)) error {
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		if o.Err != nil {
			return fmt.Errorf("demo: statement %d: %w", i+1, o.Err)
		}
		if len(o.Warnings) > 0 {
			return fmt.Errorf("demo: statement %d: %v", i+1, o.Warnings)
		}
		if note != nil {
			note(i, o.ID)
		}
	}
	f.done += len(outcomes)
	if f.progress != nil {
		offers := 0
		for _, p := range f.providers {
			offers += len(p.Offers)
		}
		f.progress(f.done, len(f.sheets)+len(f.bodies)+len(f.providers)+offers+len(f.usages)+len(f.references))
	}
	return nil
}

func (f *filler) fillSoftware(ctx context.Context) error {
	items := make([]registry.Import[registry.SoftwareFacts], 0, len(f.sheets))
	for _, s := range f.sheets {
		items = append(items, registry.Import[registry.SoftwareFacts]{Key: key(s.Name), Facts: s.facts(), RetrievedAt: f.now})
	}
	out, err := f.registry.ImportSoftware(ctx, f.by, items)
	return f.taken(out, err, func(i int, id registry.ID) { f.software[f.sheets[i].Name] = id })
}

func (f *filler) fillBodies(ctx context.Context) error {
	items := make([]registry.Import[registry.OrganisationFacts], 0, len(f.bodies)+len(f.providers))
	for _, b := range f.bodies {
		it, err := f.body(b)
		if err != nil {
			return err
		}
		it.RetrievedAt = f.now
		items = append(items, it)
	}
	for _, p := range f.providers {
		seat, ok := f.register.ByCode(territory.Commune, p.Commune)
		if !ok {
			return fmt.Errorf("demo: %s: no commune %s", p.Name, p.Commune)
		}
		facts := registry.OrganisationFacts{Name: p.Name, SIREN: p.SIREN, Website: p.Website, Summary: p.Summary,
			Roles: []registry.Role{registry.RoleProvider}, Type: "company", Commune: p.Commune,
			Departement: seat.Departement, Region: seat.Region, Point: pointOf(seat)}
		if strings.Contains(strings.ToLower(p.Summary["fr"]), "coopérative") {
			facts.Type = "cooperative"
		}
		items = append(items, registry.Import[registry.OrganisationFacts]{Key: key(p.Name), Facts: facts, RetrievedAt: f.now})
	}
	out, err := f.registry.ImportOrganisations(ctx, f.by, items)
	return f.taken(out, err, func(i int, id registry.ID) {
		if i < len(f.bodies) {
			f.organisations[f.bodies[i].ref()] = id
			return
		}
		f.organisations[f.providers[i-len(f.bodies)].Name] = id
	})
}

func pointOf(b territory.Body) *registry.Point {
	if !b.HasPoint {
		return nil
	}
	return &registry.Point{Lat: b.Lat, Lon: b.Lon}
}

// body finds a member in the official register; one that is not there is invented.
func (f *filler) body(b body) (registry.Import[registry.OrganisationFacts], error) {
	var none registry.Import[registry.OrganisationFacts]
	if b.Name != "" {
		facts := registry.OrganisationFacts{Name: b.Name, SIREN: b.SIREN, LegalCategory: b.LegalCategory, Type: territory.KindOther,
			Roles: []registry.Role{registry.RoleCollectivity}}
		if c, ok := territory.CategoryOf(b.LegalCategory); ok {
			facts.Type = c.Kind
		}
		seat, ok := f.register.ByCode(territory.Commune, referentOf)
		if ok {
			facts.Departement, facts.Region = seat.Departement, seat.Region
		}
		return registry.Import[registry.OrganisationFacts]{Key: key(b.Name), Facts: facts}, nil
	}
	if b.SIREN != "" {
		siren, err := territory.ParseSIREN(b.SIREN)
		if err != nil {
			return none, fmt.Errorf("demo: %s: %w", b.SIREN, err)
		}
		if found, ok := f.register.BySIREN(siren); ok {
			return f.registry.OfficialImport(found), nil
		}
		return none, fmt.Errorf("demo: no body with SIREN %s", b.SIREN)
	}
	kind, ok := territory.ParseKind(b.Kind)
	if !ok {
		return none, fmt.Errorf("demo: unknown kind %q", b.Kind)
	}
	found, ok := f.register.ByCode(kind, b.INSEE)
	if !ok {
		return none, fmt.Errorf("demo: no %s %s", b.Kind, b.INSEE)
	}
	return f.registry.OfficialImport(found), nil
}

// missing says that a file of the demonstration names what the others do not hold.
func missing(what, name string) error { return fmt.Errorf("demo: no %s %q", what, name) }

func (f *filler) find(organisation, software string) (org, sw registry.ID, err error) {
	org, ok := f.organisations[organisation]
	if !ok {
		return "", "", missing("organisation", organisation)
	}
	if sw, ok = f.software[software]; !ok {
		return "", "", missing("software", software)
	}
	return org, sw, nil
}

func (f *filler) fillOffers(ctx context.Context) error {
	var items []registry.ImportOffer
	for _, p := range f.providers {
		for _, o := range p.Offers {
			org, sw, err := f.find(p.Name, o.Software)
			if err != nil {
				return err
			}
			items = append(items, registry.ImportOffer{Key: key(p.Name, o.Software), Provider: org, Software: sw,
				Facts: registry.OfferFacts{Services: o.Services, Area: registry.Area{France: o.Area.France,
					Departements: o.Area.Departements, Regions: o.Area.Regions}, Purchase: o.Purchase, Note: o.Note}})
		}
	}
	out, err := f.registry.ImportOffers(ctx, f.by, items)
	return f.taken(out, err, nil)
}

func (f *filler) fillUsages(ctx context.Context) error {
	var items []registry.ImportUsage
	for _, u := range f.usages {
		org, sw, err := f.find(u.Collectivity, u.Software)
		if err != nil {
			return err
		}
		facts := registry.UsageFacts{Stage: u.Stage, Since: u.Since, Version: u.Version, Seats: u.Seats, Hosting: u.Hosting,
			Note: u.Note["fr"], ContactAllowed: u.ContactAllowed, Visibility: u.Visibility}
		if facts.ConfirmedAt, err = time.Parse(time.DateOnly, u.Confirmed); err != nil {
			return fmt.Errorf("demo: usage of %s: %w", u.Software, err)
		}
		if u.Provider != "" {
			if facts.Provider = f.organisations[u.Provider]; facts.Provider == "" {
				return missing("organisation", u.Provider)
			}
		}
		items = append(items, registry.ImportUsage{Key: key(u.Collectivity, u.Software), Organisation: org, Software: sw, Facts: facts})
	}
	out, err := f.registry.ImportUsages(ctx, f.by, items)
	return f.taken(out, err, nil)
}

func (f *filler) fillReferences(ctx context.Context) error {
	var items []registry.ImportReference
	for _, r := range f.references {
		org, sw, err := f.find(r.Collectivity, r.Software)
		if err != nil {
			return err
		}
		seller := f.organisations[r.Provider]
		if seller == "" {
			return missing("provider", r.Provider)
		}
		// Both sides spoke on the first day of the year after the engagement began, so that filling
		// again says the same.
		said := time.Date(min(max(r.Since.Year(), 2015)+1, 2026), 1, 15, 9, 0, 0, 0, time.UTC)
		it := registry.ImportReference{Key: key(r.Provider, r.Collectivity, r.Software), Provider: seller, Organisation: org, Software: sw,
			Facts: registry.ReferenceFacts{Services: r.Services, Since: r.Since, Until: r.Until, Summary: r.Summary}}
		if r.ConfirmedByProvider {
			it.ProviderConfirmedAt = said
		}
		if r.ConfirmedByCustomer {
			it.CustomerConfirmedAt = said.AddDate(0, 0, 12)
			it.ChooseAgain = r.ChooseAgain
		}
		if r.Contested {
			it.ContestedAt = said.AddDate(0, 1, 0)
		}
		items = append(items, it)
	}
	out, err := f.registry.ImportReferences(ctx, f.by, items)
	return f.taken(out, err, nil)
}

// facts returns what the demonstration says of a software.
func (s sheet) facts() registry.SoftwareFacts {
	f := registry.SoftwareFacts{Name: s.Name, Summary: s.Summary, Description: s.Description, Repository: s.Repository,
		Website: s.Website, Licence: s.Licence, Categories: s.Categories, Domains: s.Domains, Platforms: s.Platforms,
		Keywords: s.Keywords, Replaces: s.Replaces, Alternatives: s.Alternatives, Status: s.Status,
		ReleaseVersion: s.Release.Version, ReleaseDate: s.Release.Date}
	for _, id := range []registry.Identifier{{Scheme: registry.SchemeWikidata, Value: s.Identifiers.Wikidata},
		{Scheme: registry.SchemeSILL, Value: s.Identifiers.SILL}, {Scheme: registry.SchemeComptoir, Value: s.Identifiers.Comptoir},
		{Scheme: registry.SchemeFramalibre, Value: s.Identifiers.Framalibre}} {
		if id.Value != "" {
			f.Identifiers = append(f.Identifiers, id)
		}
	}
	return f
}

// Software returns the sheets of the demonstration as statements, for tests and benchmarks that need
// real texts.
func Software() ([]registry.SoftwareFacts, error) {
	f := &filler{}
	if err := f.read(); err != nil {
		return nil, err
	}
	out := make([]registry.SoftwareFacts, 0, len(f.sheets))
	for _, s := range f.sheets {
		out = append(out, s.facts())
	}
	return slices.Clip(out), nil
}
