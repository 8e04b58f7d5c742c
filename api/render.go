// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/spdx"
	"maillage/internal/territory"
)

// Renderer writes the representations of the API, once for each change of a thing: readers are given
// the bytes as they are. It is a catalogue.Renderer.
type Renderer struct {
	base     string
	register *territory.Register
	context  []string

	// licences caches the names of licences: reading an expression costs more than the rest of a
	// representation, and a catalogue holds a few dozen.
	mu       sync.Mutex
	licences map[string]*licenceDTO
	places   map[placeKey]*placeDTO
}

type placeKey struct {
	kind territory.Kind
	code string
}

// maxLicences bounds the cache of licence names: labels come from importers.
const maxLicences = 4096

// NewRenderer returns a Renderer for an instance at that address ("https://catalogue.example", no
// slash at the end), with names of territories from that register.
func NewRenderer(baseURL string, register *territory.Register) *Renderer {
	base := strings.TrimRight(baseURL, "/")
	return &Renderer{base: base, register: register, licences: map[string]*licenceDTO{}, places: map[placeKey]*placeDTO{},
		context: []string{"https://schema.org", base + "/api/v1/context.jsonld"}}
}

// encode writes v without the line feed json.Encoder adds and without its escapes meant for HTML.
// What is given to it are this package's own structs: an error is a developer's mistake.
func encode(v any) []byte {
	var b bytes.Buffer
	b.Grow(2 << 10)
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("api: encode %T: %v", v, err))
	}
	return bytes.Clone(bytes.TrimSuffix(b.Bytes(), []byte{'\n'})) // without the room to grow: it is kept
}

func (r *Renderer) head(kind, ldType string, id registry.ID) headDTO {
	return headDTO{Context: r.context, LDType: ldType, LDID: r.base + "/api/v1/" + kind + "/" + string(id), ID: string(id)}
}

// Software implements catalogue.Renderer.
func (r *Renderer) Software(v catalogue.SoftwareView, _ time.Time) []byte {
	d := softwareDTO{
		headDTO: r.head("software", "SoftwareApplication", v.ID), Slug: string(v.Slug), Name: v.Name,
		Summary: texts(v.Summary), Description: texts(v.Description),
		Repository: v.Repository, RepositoryAliases: v.RepositoryAliases, Website: v.Website,
		Documentation: v.Documentation, Logo: v.Logo, Licence: r.licence(v.Licence, v.LicenceLabel),
		Categories: v.Categories, Domains: v.Domains, Platforms: v.Platforms, Keywords: v.Keywords,
		Replaces: v.Replaces, Alternatives: v.Alternatives, Identifiers: v.Identifiers, Status: v.Status,
		Users:     usersDTO{Total: v.UsersTotal, ByStage: v.Users},
		Providers: v.Providers, References: v.References,
		Rev: v.Rev, CreatedAt: instant(v.CreatedAt), UpdatedAt: instant(v.UpdatedAt),
	}
	if v.ReleaseVersion != "" || v.ReleaseDate != "" {
		d.Release = &releaseDTO{Version: v.ReleaseVersion, Date: string(v.ReleaseDate)}
	}
	self := "/api/v1/software/" + string(v.Slug)
	d.Links = softwareLinks{Self: self, Provenance: self + "/provenance", Publiccode: self + "/publiccode.yml",
		Usages:    "/api/v1/usages?software=" + string(v.Slug),
		Offers:    "/api/v1/offers?software=" + string(v.Slug),
		Providers: "/api/v1/providers?software=" + string(v.Slug)}
	return encode(&d)
}

// licence reads an expression or, without one, keeps the label nobody understands, flagged.
func (r *Renderer) licence(expression, label string) *licenceDTO {
	if expression == "" && label == "" {
		return nil
	}
	key := expression + "\x00" + label
	r.mu.Lock()
	defer r.mu.Unlock()
	if l, ok := r.licences[key]; ok {
		return l
	}
	l := &licenceDTO{SPDX: expression, Label: label, Known: expression != ""}
	if l.Known && label == "" {
		l.Label = spdx.Name(expression)
	}
	l.Free = l.Known && spdx.IsFree(expression)
	if len(r.licences) < maxLicences {
		r.licences[key] = l
	}
	return l
}

// Organisation implements catalogue.Renderer.
func (r *Renderer) Organisation(v catalogue.OrganisationView, _ time.Time) []byte {
	ldType := "Organization"
	if v.Holds(registry.RoleCollectivity) || v.Holds(registry.RolePartner) && v.LegalCategory != "" && v.LegalCategory[0] == '7' {
		ldType = "GovernmentOrganization"
	}
	d := organisationDTO{
		headDTO: r.head("organisations", ldType, v.ID), Slug: string(v.Slug), Name: v.Name,
		Summary: texts(v.Summary), Roles: v.Roles, Type: v.Type, TypeLabel: typeLabel(v.Type),
		LegalCategory: legalCategory(v.LegalCategory), SIREN: v.SIREN, FormerSIRENs: v.FormerSIRENs,
		Territory: r.territory(&v.OrganisationFacts), PostalCode: v.PostalCode,
		Population: v.Population, Stratum: v.Stratum, Website: v.Website, EmailDomains: v.EmailDomains,
		Point: rounded(v.Point), Identifiers: v.Identifiers, LeftOn: string(v.LeftOn),
		Usages: v.Usages, Offers: v.Offers, References: v.References, ChooseAgain: v.ChooseAgain,
		AsCustomer: v.AsCustomer, DepartementsServed: v.Departements,
		Rev: v.Rev, CreatedAt: instant(v.CreatedAt), UpdatedAt: instant(v.UpdatedAt),
	}
	if v.LabelLevel != "" || v.LabelYear != 0 {
		d.Label = &labelDTO{Level: v.LabelLevel, Year: v.LabelYear}
	}
	self := "/api/v1/organisations/" + string(v.Slug)
	d.Links = organisationLinks{Self: self, Provenance: self + "/provenance"}
	if v.Holds(registry.RoleCollectivity) {
		d.Links.Usages = "/api/v1/usages?organisation=" + string(v.Slug)
		d.Links.Similar = "/api/v1/collectivities/" + string(v.Slug) + "/similar"
	}
	if v.Holds(registry.RoleProvider) {
		d.Links.Offers = "/api/v1/offers?provider=" + string(v.Slug)
		d.Links.References = "/api/v1/references?provider=" + string(v.Slug)
	}
	return encode(&d)
}

// territory puts the register's names beside the codes; nil when nothing is known.
func (r *Renderer) territory(f *registry.OrganisationFacts) *territoryDTO {
	t := territoryDTO{Code: f.TerritoryCode,
		Commune:     r.place(territory.Commune, f.Commune),
		EPCI:        r.place(territory.EPCI, f.EPCI),
		Departement: r.place(territory.Departement, f.Departement),
		Region:      r.place(territory.Region, f.Region)}
	if t == (territoryDTO{}) { // pointers: nil as long as nothing is known
		return nil
	}
	return &t
}

func (r *Renderer) place(kind territory.Kind, code string) *placeDTO {
	if code == "" {
		return nil
	}
	key := placeKey{kind, code}
	r.mu.Lock()
	p := r.places[key]
	r.mu.Unlock()
	if p != nil {
		return p
	}
	p = &placeDTO{Code: code}
	b, ok := r.register.ByCode(kind, code)
	if !ok {
		return p
	}
	p.Name = b.Name
	if kind != territory.Commune { // those are asked for once each
		r.mu.Lock()
		r.places[key] = p
		r.mu.Unlock()
	}
	return p
}

// Usage implements catalogue.Renderer.
func (r *Renderer) Usage(v catalogue.UsageView, now time.Time) []byte {
	d := usageDTO{
		headDTO: r.head("usages", "UseAction", v.ID), Organisation: brief(v.Organisation), Software: brief(v.Software),
		Stage: string(v.Stage), Running: v.Stage.Running(), Since: string(v.Since), Version: v.Version, Scope: v.Scope,
		Seats: v.Seats, Hosting: string(v.Hosting), Note: v.Note, ContactAllowed: v.ContactAllowed,
		Visibility: string(v.Visibility), ConfirmedAt: maybe(v.ConfirmedAt), ConfirmBy: maybe(v.ConfirmBy()),
		Overdue: v.Overdue(now), Source: string(v.SourceKey.Source),
		Rev: v.Rev, CreatedAt: instant(v.CreatedAt), UpdatedAt: instant(v.UpdatedAt),
		Links: selfLink{"/api/v1/usages/" + string(v.ID)},
	}
	if v.Provider != nil {
		p := brief(*v.Provider)
		d.Provider = &p
	}
	return encode(&d)
}

// Offer implements catalogue.Renderer.
func (r *Renderer) Offer(v catalogue.OfferView, _ time.Time) []byte {
	d := offerDTO{
		headDTO: r.head("offers", "Offer", v.ID), Provider: brief(v.Provider), Software: brief(v.Software),
		Services: v.Services, Area: r.area(v.Area), Purchase: string(v.Purchase), URL: v.URL, Note: texts(v.Note),
		Source: string(v.SourceKey.Source),
		Rev:    v.Rev, CreatedAt: instant(v.CreatedAt), UpdatedAt: instant(v.UpdatedAt),
		Links: selfLink{"/api/v1/offers/" + string(v.ID)},
	}
	return encode(&d)
}

func (r *Renderer) area(a registry.Area) areaDTO {
	d := areaDTO{France: a.France}
	for _, code := range a.Departements {
		d.Departements = append(d.Departements, *r.place(territory.Departement, code))
	}
	for _, code := range a.Regions {
		d.Regions = append(d.Regions, *r.place(territory.Region, code))
	}
	return d
}

// Reference implements catalogue.Renderer.
func (r *Renderer) Reference(v catalogue.ReferenceView, _ time.Time) []byte {
	d := referenceDTO{
		headDTO: r.head("references", "Review", v.ID), Provider: brief(v.Provider), Organisation: brief(v.Organisation),
		Software: brief(v.Software), Services: v.Services, Since: string(v.Since), Until: string(v.Until),
		Summary: texts(v.Summary), State: v.State(), ProviderConfirmedAt: maybe(v.ProviderConfirmedAt),
		CustomerConfirmedAt: maybe(v.CustomerConfirmedAt), ContestedAt: maybe(v.ContestedAt),
		ChooseAgain: v.ChooseAgain, Source: string(v.SourceKey.Source),
		Rev: v.Rev, CreatedAt: instant(v.CreatedAt), UpdatedAt: instant(v.UpdatedAt),
		Links: selfLink{"/api/v1/references/" + string(v.ID)},
	}
	return encode(&d)
}

func brief(b catalogue.Brief) briefDTO {
	return briefDTO{ID: string(b.ID), Slug: string(b.Slug), Name: b.Name, Left: b.Left}
}

func texts(l registry.Localised) map[string]string { return l }

// rounded keeps a place to the metre: what is beyond is noise.
func rounded(p *registry.Point) *registry.Point {
	if p == nil {
		return nil
	}
	return &registry.Point{Lat: math.Round(p.Lat*1e5) / 1e5, Lon: math.Round(p.Lon*1e5) / 1e5}
}

// instant is how the API writes a time: RFC 3339 in UTC, to the second.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// maybe is instant, nil for a time that never was.
func maybe(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = instant(t)
	return &t
}
