// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"
	"encoding/json"
	"time"

	"maillage/internal/event"
	"maillage/internal/member"
)

// Store is what the registry needs of the database. Every method but Write may be called in a
// transaction or outside one; absent things are left out of lists and maps.
type Store interface {
	Transactions
	Entities
	Declarations
	Proposals
	// Save writes a batch inside the current transaction: rows are inserted or replaced by id, the
	// identity keys of the entities replaced, changes numbered in the order given.
	Save(ctx context.Context, b *Batch) error
	event.Log
}

// Transactions open the registry's transactions.
type Transactions interface {
	// Write runs fn in a transaction in which no other writer of the registry is at work, on any
	// replica: the order of changes is then the order of commits. A nested call joins; an error rolls
	// everything back.
	Write(ctx context.Context, fn func(ctx context.Context) error) error
}

// Entities find software and organisations.
type Entities interface {
	// Resolve returns the id of the entity with that id, slug or former slug, following merges.
	// It returns fault.Missing when there is none.
	Resolve(ctx context.Context, kind Kind, ref string) (ID, error)
	SoftwareByID(ctx context.Context, ids ...ID) ([]Known[SoftwareFacts], error)
	OrganisationsByID(ctx context.Context, ids ...ID) ([]Known[OrganisationFacts], error)
	// BySource finds what a source spoke of: the entities of its records, or its declarations.
	BySource(ctx context.Context, kind Kind, keys []SourceKey) (map[SourceKey]ID, error)
	// ByKeys finds live entities by identity key.
	ByKeys(ctx context.Context, kind Kind, keys []Identifier) (map[Identifier][]ID, error)
	// ByName finds live entities by text.Fold of their name.
	ByName(ctx context.Context, kind Kind, folded []string) (map[string][]ID, error)
	// SlugsTaken returns which of these slugs are or were borne by an entity of that kind.
	SlugsTaken(ctx context.Context, kind Kind, slugs []Slug) (map[Slug]ID, error)
}

// Declarations find usages, offers and references.
type Declarations interface {
	UsagesByID(ctx context.Context, ids ...ID) ([]Usage, error)
	OffersByID(ctx context.Context, ids ...ID) ([]Offer, error)
	ReferencesByID(ctx context.Context, ids ...ID) ([]Reference, error)
	// DeclarationsOf returns every declaration that names one of these entities, withdrawn ones too.
	DeclarationsOf(ctx context.Context, entities ...ID) (Declaring, error)
}

// Declaring holds declarations of the three kinds.
type Declaring struct {
	Usages     []Usage
	Offers     []Offer
	References []Reference
}

// Proposals find proposed matches.
type Proposals interface {
	ProposalByID(ctx context.Context, id ID) (Proposal, error)
	// ProposalsAmong returns every proposal about one of these entities, whatever its state.
	ProposalsAmong(ctx context.Context, entities ...ID) ([]Proposal, error)
	// Proposals returns those of a state, oldest first, after that id, up to limit.
	Proposals(ctx context.Context, state ProposalState, after ID, limit int) ([]Proposal, error)
}

// Known is an entity with everything that is said of it: Facts is what the registry shows, Records
// what each source says.
type Known[F Facts] struct {
	Entity
	Facts   F
	Records []Record[F]
}

// Batch is what one use case writes.
type Batch struct {
	Software      []Known[SoftwareFacts]
	Organisations []Known[OrganisationFacts]
	// Keys are the identity keys of every entity in the batch.
	Keys       map[ID][]Identifier
	Usages     []Usage
	Offers     []Offer
	References []Reference
	Proposals  []Proposal
	Audit      []AuditEntry
	Changes    []Change
}

// Op is what a change does to a reader's copy.
type Op string

// The operations.
const (
	OpPut    Op = "put"
	OpDelete Op = "delete"
)

// Change is one step of the registry: what a reader's copy must do to follow. Its number says how
// far a copy has got.
type Change struct {
	// Seq counts from 1 without holes, in the order of commits. The store gives it.
	Seq  int64
	At   time.Time
	Kind Kind
	ID   ID
	Rev  int64
	Op   Op
	// PublicOp is what everybody is told: a declaration that stops being public is a delete to them.
	// Empty when it was never theirs to see.
	PublicOp Op
	// Related are the entities whose pages show this thing.
	Related []ID
}

// AuditEntry is one line of the audit trail.
type AuditEntry struct {
	ID        ID
	At        time.Time
	Actor     member.ActorID
	ActorName string
	Action    string // register, revise, import, merge, split, declare, confirm, withdraw, …
	Kind      Kind
	Object    ID
	// Source is the record's source when the change came from one.
	Source string
	// Before and After hold the fields that changed, as JSON objects; empty when there is nothing on
	// that side.
	Before json.RawMessage
	After  json.RawMessage
}
