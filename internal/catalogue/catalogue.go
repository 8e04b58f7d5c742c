// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package catalogue is the registry's read model: what visitors and members may read, in memory,
// with its filters, facets, orders and cursors. It follows the registry by the number of its last
// change (registry.Change.Seq), so what it shows is what was committed: one's own write at once,
// everybody's within a second on every replica.
package catalogue

import (
	"context"
	"sync"
	"time"

	"maillage/internal/member"
	"maillage/internal/registry"
)

// Source is what the catalogue needs of the database.
type Source interface {
	// Position returns the number of the last committed change, 0 when there is none.
	Position(ctx context.Context) (int64, error)
	// Changes returns up to limit changes after that number, in order.
	Changes(ctx context.Context, after int64, limit int) ([]registry.Change, error)
	// The pages return what is live or standing, up to limit, after that thing in an order of the
	// database's own that does not change; without what each source says. Entities come without
	// Provenance.
	SoftwarePage(ctx context.Context, after registry.ID, limit int) ([]registry.Software, error)
	OrganisationPage(ctx context.Context, after registry.ID, limit int) ([]registry.Organisation, error)
	UsagePage(ctx context.Context, after registry.ID, limit int) ([]registry.Usage, error)
	OfferPage(ctx context.Context, after registry.ID, limit int) ([]registry.Offer, error)
	ReferencePage(ctx context.Context, after registry.ID, limit int) ([]registry.Reference, error)
	// The others return those of the ids that are live or standing, in no order.
	SoftwareShown(ctx context.Context, ids ...registry.ID) ([]registry.Software, error)
	OrganisationsShown(ctx context.Context, ids ...registry.ID) ([]registry.Organisation, error)
	UsagesShown(ctx context.Context, ids ...registry.ID) ([]registry.Usage, error)
	OffersShown(ctx context.Context, ids ...registry.ID) ([]registry.Offer, error)
	ReferencesShown(ctx context.Context, ids ...registry.ID) ([]registry.Reference, error)
	// FormerSlugs returns every slug that no longer is its entity's own, and merged entities' slugs
	// and ids, with the live entity they lead to.
	FormerSlugs(ctx context.Context) ([]Redirect, error)
}

// Redirect is an old name of an entity.
type Redirect struct {
	Kind registry.Kind
	From string
	To   registry.ID
}

// Renderer writes the representation of a thing that doors serve, once for each change of the thing;
// the catalogue keeps the bytes. now is the day on which they are to be true.
type Renderer interface {
	Software(v SoftwareView, now time.Time) []byte
	Organisation(v OrganisationView, now time.Time) []byte
	Usage(v UsageView, now time.Time) []byte
	Offer(v OfferView, now time.Time) []byte
	Reference(v ReferenceView, now time.Time) []byte
}

// Brief names an entity within the representation of another thing.
type Brief struct {
	ID   registry.ID
	Slug registry.Slug
	Name string
	Left bool // it left the collective
}

// SoftwareView is a software with what the public declarations say of it.
type SoftwareView struct {
	registry.Software
	// Users counts public usages that run, by stage; UsersTotal is their sum.
	Users      map[registry.Stage]int
	UsersTotal int
	// Providers counts providers with a standing offer; References counts confirmed ones.
	Providers  int
	References int
}

// OrganisationView is an organisation with what the public declarations say of it.
type OrganisationView struct {
	registry.Organisation
	Stratum      string // key of its population stratum; empty when the population is not known
	Usages       int    // public usages it declares
	Offers       int
	References   int // confirmed, as provider
	ChooseAgain  int // of these, customers who would choose it again
	AsCustomer   int // confirmed references in which it is the customer
	Departements []string
}

// UsageView is a usage with the names of the things it binds.
type UsageView struct {
	registry.Usage
	Organisation Brief
	Software     Brief
	Provider     *Brief
}

// OfferView is an offer with the names of the things it binds.
type OfferView struct {
	registry.Offer
	Provider Brief
	Software Brief
}

// ReferenceView is a reference with the names of the things it binds.
type ReferenceView struct {
	registry.Reference
	Provider     Brief
	Organisation Brief
	Software     Brief
}

// Query asks for a page of things of one kind.
type Query struct {
	Kind registry.Kind
	// By decides what is visible.
	By member.Actor
	// Where holds the filters; all must be met.
	Where []Term
	// Near, when set, keeps organisations within Within kilometres of it and allows the order
	// "distance".
	Near   *registry.Point
	Within float64
	// Sort is one of Sorts(Kind); empty for the first of them. Descending is written "-name".
	Sort string
	// After and Before are cursors of an earlier page of the same query and sort; at most one.
	After  string
	Before string
	Size   int // 1 to 100
}

// Term is a filter: the dimension has one of the values.
type Term struct {
	Dim    string
	Values []string
}

// Page is the answer to a Query.
type Page struct {
	Items []*Item
	// Matches says, for queries about providers by software, service or area, and for similar
	// collectivities, why each item is there; else nil.
	Matches []Match
	Total   int
	// Next and Prev are cursors; empty when there is no such page.
	Next string
	Prev string
	// Version changes whenever the answer may: part of the page's ETag.
	Version string
}

// Match is why an item was found.
type Match struct {
	Score   float64
	Reasons []Reason
	// shown is what a door made of it, kept with the answer it belongs to.
	shown *memo
}

// memo holds what is made once.
type memo struct {
	once sync.Once
	body []byte
}

// Shown returns what render makes of the match. The first result is kept for as long as the answer
// the match belongs to; it is not to be changed.
func (m *Match) Shown(render func(*Match) []byte) []byte {
	if m.shown == nil {
		return render(m)
	}
	m.shown.once.Do(func() { m.shown.body = render(m) })
	return m.shown.body
}

// Reason is one cause of a match, as a translation key with its public values: offer_area
// {departement|region|france}, service, confirmed_reference, choose_again, same_epci,
// same_departement, same_type, same_stratum, distance, shared_software…
type Reason struct {
	Code   string
	Value  string
	Amount float64
	// Of is the thing the reason points to: an offer, a reference, a software; empty when none.
	Of   registry.ID
	Name string
}

// Facet is the count of each value of a dimension among the things a query matched.
type Facet struct {
	Dim    string
	Values []FacetValue
}

// FacetValue is one value of a facet.
type FacetValue struct {
	Value string
	Count int
}
