// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"encoding/json"
	"time"

	"maillage/internal/member"
	"maillage/internal/registry"
)

// The lines of a dump. Their JSON names are a format: they are added to, never changed.

// entityLine is a software or an organisation with everything that is said of it.
type entityLine[F registry.Facts] struct {
	ID          registry.ID         `json:"id"`
	Slug        registry.Slug       `json:"slug"`
	FormerSlugs []registry.Slug     `json:"former_slugs,omitempty"`
	Rev         int64               `json:"rev"`
	CreatedAt   time.Time           `json:"created_at"`
	UpdatedAt   time.Time           `json:"updated_at"`
	MergedInto  registry.ID         `json:"merged_into,omitempty"`
	WithdrawnAt time.Time           `json:"withdrawn_at,omitzero"`
	Shown       F                   `json:"shown"`
	Provenance  registry.Provenance `json:"provenance,omitempty"`
	Records     []recordLine[F]     `json:"records,omitempty"`
}

// recordLine is what one source says.
type recordLine[F registry.Facts] struct {
	ID          registry.ID     `json:"id"`
	Origin      string          `json:"origin"`
	Source      registry.Source `json:"source"`
	Key         string          `json:"key"`
	Rev         int64           `json:"rev"`
	RetrievedAt time.Time       `json:"retrieved_at"`
	CreatedAt   time.Time       `json:"created_at"`
	UpdatedAt   time.Time       `json:"updated_at"`
	Facts       F               `json:"facts"`
}

func (l entityLine[F]) changed() time.Time { return l.UpdatedAt }

func entityToLine[F registry.Facts](k registry.Known[F]) (registry.ID, entityLine[F]) {
	l := entityLine[F]{ID: k.ID, Slug: k.Slug, FormerSlugs: k.FormerSlugs, Rev: k.Rev, CreatedAt: k.CreatedAt.UTC(),
		UpdatedAt: k.UpdatedAt.UTC(), MergedInto: k.MergedInto, WithdrawnAt: k.WithdrawnAt.UTC(), Shown: k.Facts,
		Provenance: k.Provenance}
	for _, r := range k.Records {
		l.Records = append(l.Records, recordLine[F]{ID: r.ID, Origin: r.SourceKey.Origin, Source: r.SourceKey.Source,
			Key: r.SourceKey.Key, Rev: r.Rev, RetrievedAt: r.RetrievedAt.UTC(), CreatedAt: r.CreatedAt.UTC(),
			UpdatedAt: r.UpdatedAt.UTC(), Facts: r.Facts})
	}
	return k.ID, l
}

func (l entityLine[F]) known() registry.Known[F] {
	k := registry.Known[F]{Facts: l.Shown, Entity: registry.Entity{ID: l.ID, Slug: l.Slug, FormerSlugs: l.FormerSlugs,
		Rev: l.Rev, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt, MergedInto: l.MergedInto, WithdrawnAt: l.WithdrawnAt,
		Provenance: l.Provenance}}
	for _, r := range l.Records {
		k.Records = append(k.Records, registry.Record[F]{ID: r.ID, Entity: l.ID,
			SourceKey: registry.SourceKey{Origin: r.Origin, Source: r.Source, Key: r.Key}, Rev: r.Rev, Facts: r.Facts,
			RetrievedAt: r.RetrievedAt, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt})
	}
	return k
}

// declaredLine is what usages, offers and references have in common.
type declaredLine struct {
	ID          registry.ID     `json:"id"`
	Origin      string          `json:"origin"`
	Source      registry.Source `json:"source"`
	Key         string          `json:"key,omitempty"`
	Rev         int64           `json:"rev"`
	CreatedAt   time.Time       `json:"created_at"`
	UpdatedAt   time.Time       `json:"updated_at"`
	WithdrawnAt time.Time       `json:"withdrawn_at,omitzero"`
}

func (l declaredLine) changed() time.Time { return l.UpdatedAt }

func declaredToLine(d registry.Declared) declaredLine {
	return declaredLine{ID: d.ID, Origin: d.SourceKey.Origin, Source: d.SourceKey.Source, Key: d.SourceKey.Key, Rev: d.Rev,
		CreatedAt: d.CreatedAt.UTC(), UpdatedAt: d.UpdatedAt.UTC(), WithdrawnAt: d.WithdrawnAt.UTC()}
}

func (l declaredLine) declared() registry.Declared {
	return registry.Declared{ID: l.ID, SourceKey: registry.SourceKey{Origin: l.Origin, Source: l.Source, Key: l.Key},
		Rev: l.Rev, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt, WithdrawnAt: l.WithdrawnAt}
}

type usageLine struct {
	declaredLine
	Organisation registry.ID         `json:"organisation"`
	Software     registry.ID         `json:"software"`
	Facts        registry.UsageFacts `json:"facts"`
}

func usageToLine(u registry.Usage) (registry.ID, usageLine) {
	return u.ID, usageLine{declaredToLine(u.Declared), u.Organisation, u.Software, u.UsageFacts}
}

type offerLine struct {
	declaredLine
	Provider registry.ID         `json:"provider"`
	Software registry.ID         `json:"software"`
	Facts    registry.OfferFacts `json:"facts"`
}

func offerToLine(o registry.Offer) (registry.ID, offerLine) {
	return o.ID, offerLine{declaredToLine(o.Declared), o.Provider, o.Software, o.OfferFacts}
}

type referenceLine struct {
	declaredLine
	Provider            registry.ID             `json:"provider"`
	Organisation        registry.ID             `json:"organisation"`
	Software            registry.ID             `json:"software"`
	Facts               registry.ReferenceFacts `json:"facts"`
	ProviderConfirmedAt time.Time               `json:"provider_confirmed_at,omitzero"`
	CustomerConfirmedAt time.Time               `json:"customer_confirmed_at,omitzero"`
	ContestedAt         time.Time               `json:"contested_at,omitzero"`
	ChooseAgain         *bool                   `json:"choose_again,omitempty"`
}

func referenceToLine(r registry.Reference) (registry.ID, referenceLine) {
	return r.ID, referenceLine{declaredToLine(r.Declared), r.Provider, r.Organisation, r.Software, r.ReferenceFacts,
		r.ProviderConfirmedAt.UTC(), r.CustomerConfirmedAt.UTC(), r.ContestedAt.UTC(), r.ChooseAgain}
}

type proposalLine struct {
	ID                registry.ID             `json:"id"`
	Kind              registry.Kind           `json:"kind"`
	Left              registry.ID             `json:"left"`
	Right             registry.ID             `json:"right"`
	Reason            registry.ProposalReason `json:"reason"`
	Detail            string                  `json:"detail,omitempty"`
	State             registry.ProposalState  `json:"state"`
	CreatedAt         time.Time               `json:"created_at"`
	DecidedAt         time.Time               `json:"decided_at,omitzero"`
	DecidedBy         member.ActorID          `json:"decided_by,omitempty"`
	MovedRecords      []registry.ID           `json:"moved_records,omitempty"`
	MovedDeclarations []registry.ID           `json:"moved_declarations,omitempty"`
}

func (l proposalLine) changed() time.Time {
	if l.DecidedAt.After(l.CreatedAt) {
		return l.DecidedAt
	}
	return l.CreatedAt
}

func proposalToLine(p registry.Proposal) (registry.ID, proposalLine) {
	return p.ID, proposalLine{p.ID, p.Kind, p.Left, p.Right, p.Reason, p.Detail, p.State, p.CreatedAt.UTC(), p.DecidedAt.UTC(),
		p.DecidedBy, p.MovedRecords, p.MovedDeclarations}
}

type auditLine struct {
	ID        registry.ID     `json:"id"`
	At        time.Time       `json:"at"`
	Actor     member.ActorID  `json:"actor,omitempty"`
	ActorName string          `json:"actor_name,omitempty"`
	Action    string          `json:"action"`
	Kind      registry.Kind   `json:"kind"`
	Object    registry.ID     `json:"object"`
	Source    string          `json:"source,omitempty"`
	Before    json.RawMessage `json:"before,omitempty"`
	After     json.RawMessage `json:"after,omitempty"`
}

func (l auditLine) changed() time.Time { return l.At }

func auditToLine(a registry.AuditEntry) (registry.ID, auditLine) {
	return a.ID, auditLine{a.ID, a.At.UTC(), a.Actor, a.ActorName, a.Action, a.Kind, a.Object, a.Source, a.Before, a.After}
}
