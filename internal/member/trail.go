// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"encoding/json"
	"time"
)

// TrailEntry is a line of the audit trail about members and access. It names accounts by identifier
// only: the trail is never rewritten, and a person can be erased.
type TrailEntry struct {
	ID     string
	At     time.Time
	Actor  ActorID
	Action string // sign_up, accept, refuse, invite, sign_in, change_password, disable, erase, …
	Kind   string // account, membership, session, secret, invitation, organisation
	Object string
	// Detail holds public values alone: a role, a method, a state. Never a name or an address.
	Detail json.RawMessage
}

// NoticeDue says that a message is due to somebody. Whom, and with which words, is decided when it is
// sent: an account that was closed in between is not written to, and no address is in the outbox.
type NoticeDue struct {
	ID     string `json:"id"`
	Letter string `json:"letter"` // a kind of the mail room
	// One of Account and Challenge says to whom: an account, or the address a challenge goes to.
	Account   AccountID `json:"account,omitempty"`
	Challenge string    `json:"challenge,omitempty"`
	// Membership, Organisation and By fill the message in.
	Membership   string    `json:"membership,omitempty"`
	Organisation string    `json:"organisation,omitempty"`
	By           AccountID `json:"by,omitempty"`
	Serial       int       `json:"serial,omitempty"` // of the challenge's code
	// Values are public values such as a device's name.
	Values map[string]string `json:"values,omitempty"`
}

// FactName implements event.Fact.
func (NoticeDue) FactName() string { return "member.notice_due" }

// FactKey implements event.Fact: messages to one person keep their order.
func (n NoticeDue) FactKey() string {
	if n.Account != "" {
		return "account:" + string(n.Account)
	}
	return "challenge:" + n.Challenge
}

// MembershipChanged says that somebody's standing in a body changed. Rooms that give access of their
// own (calendars, Matrix) listen to it.
type MembershipChanged struct {
	Account      AccountID       `json:"account"`
	Membership   string          `json:"membership"`
	Organisation string          `json:"organisation"`
	State        MembershipState `json:"state"`
	Role         Role            `json:"role"`
}

// FactName implements event.Fact.
func (MembershipChanged) FactName() string { return "member.membership_changed" }

// FactKey implements event.Fact.
func (m MembershipChanged) FactKey() string { return "account:" + string(m.Account) }

// AccountChanged says that an account's state, office or profile changed.
type AccountChanged struct {
	Account AccountID `json:"account"`
	State   State     `json:"state"`
	Office  Role      `json:"office,omitempty"`
}

// FactName implements event.Fact.
func (AccountChanged) FactName() string { return "member.account_changed" }

// FactKey implements event.Fact.
func (a AccountChanged) FactKey() string { return "account:" + string(a.Account) }
