// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"slices"
	"time"
)

// Source is who says something. Its rank decides whose word is shown.
type Source string

// The sources, most trusted first.
const (
	SourceCurator    Source = "curator"    // a member or organiser, here
	SourceTerritory  Source = "territory"  // the official register of local authorities
	SourcePubliccode Source = "publiccode" // the publiccode.yml in the software's own repository
	SourceSILL       Source = "sill"
	SourceComptoir   Source = "comptoir"
	SourceCNLL       Source = "cnll"
	SourceCSV        Source = "csv"
	SourceDemo       Source = "demo"
)

var sourceRanks = []Source{SourceCurator, SourceTerritory, SourcePubliccode, SourceSILL,
	SourceComptoir, SourceCNLL, SourceCSV, SourceDemo}

// Rank returns the place of the source in the order of trust, 0 being the most trusted. A source
// nobody listed comes last.
func (s Source) Rank() int {
	if i := slices.Index(sourceRanks, s); i >= 0 {
		return i
	}
	return len(sourceRanks)
}

// OriginLocal is the origin of records written on this instance.
const OriginLocal = "local"

// SourceKey names one record: where it was written, which source speaks, and what the source calls
// the thing.
type SourceKey struct {
	Origin string
	Source Source
	Key    string
}

// Record is what one source says of one entity. Facts is the source's own statement: a field that
// is empty says nothing, a field listed in its Cleared says "there is none".
type Record[F Facts] struct {
	ID          ID
	Entity      ID
	SourceKey   SourceKey
	Rev         int64
	Facts       F
	RetrievedAt time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Facts are the statements a record can hold.
type Facts interface {
	SoftwareFacts | OrganisationFacts
}

// Provenance says, for each field shown, which sources it comes from and when they last said it.
// Fields made of lists may have several.
type Provenance map[string][]Attribution

// Attribution is one source of one field.
type Attribution struct {
	Source Source    `json:"source"`
	Origin string    `json:"origin"`
	Key    string    `json:"key,omitempty"`
	At     time.Time `json:"at"`
}

// Entity is the part that software and organisations have in common.
type Entity struct {
	ID   ID
	Slug Slug
	// FormerSlugs resolve to this entity as well.
	FormerSlugs []Slug
	// Rev rises by one at each change; it is the number in the entity's ETag.
	Rev       int64
	CreatedAt time.Time
	UpdatedAt time.Time
	// MergedInto is the entity that took this one's records; empty while it stands by itself.
	MergedInto ID
	// WithdrawnAt is when the entity left the registry; zero while it is in.
	WithdrawnAt time.Time
	Provenance  Provenance
}

// Live reports whether the entity is to be shown.
func (e Entity) Live() bool { return e.MergedInto == "" && e.WithdrawnAt.IsZero() }
