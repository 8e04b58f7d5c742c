// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"time"

	"maillage/internal/member"
)

// ProposalState is how far a proposed match is.
type ProposalState string

// The states. Undone is a match that was accepted and taken back; like a refused one, it is not
// proposed again.
const (
	ProposalOpen     ProposalState = "open"
	ProposalAccepted ProposalState = "accepted"
	ProposalRefused  ProposalState = "refused"
	ProposalUndone   ProposalState = "undone"
)

// ProposalReason is why two entities may be one.
type ProposalReason string

// The reasons.
const (
	ReasonSameName    ProposalReason = "same_name"
	ReasonSimilarName ProposalReason = "similar_name"
	ReasonSameWebsite ProposalReason = "same_website"
	// ReasonKeyConflict: they share one identity key and differ on another.
	ReasonKeyConflict ProposalReason = "key_conflict"
)

// Proposal is a match for a person to decide: are Left and Right the same thing? When accepted, the
// records and declarations of Right go to Left.
type Proposal struct {
	ID     ID
	Kind   Kind
	Left   ID
	Right  ID
	Reason ProposalReason
	// Detail is the value they share, and for a conflict the values on which they differ.
	Detail    string
	State     ProposalState
	CreatedAt time.Time
	DecidedAt time.Time
	DecidedBy member.ActorID
	// MovedRecords and MovedDeclarations are what went from Right to Left, for undoing.
	MovedRecords      []ID
	MovedDeclarations []ID
}
