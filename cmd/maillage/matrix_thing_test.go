// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"maillage/internal/member"
	"maillage/internal/registry"
)

// The states of things. Own is of the body the asker is in (of A for who is in none), foreign of one
// where nobody who asks is, hidden what is there foreign and not for everybody, deleted what was own.
const (
	own     = "own"
	foreign = "foreign"
	hidden  = "hidden"
	deleted = "deleted"
)

// personal are the kinds that belong to an account; own is then of the one who asks.
var personal = map[string]bool{"session": true, "secret": true, "passkey": true, "identity": true, "standing": true}

// thing returns what to put in a route in place of its parameter: the identifier of a thing of that
// kind in that state, as it stands to that actor. unkept makes sure that it is nobody else's.
func (h *house) thing(kind, state, actor string, who person) string {
	body, provider := h.a, h.p
	if actor == "other" {
		body = h.b
	}
	if state == foreign || state == hidden {
		body, provider = h.c, h.q
	}
	if personal[kind] {
		return h.personal(kind, state, who)
	}
	key := kind + "/" + state + "/" + string(body)
	if actor == "provider" {
		key += "/provider"
	}
	if id, ok := h.kept[key]; ok {
		return id
	}
	id := h.declared(kind, state, body, provider)
	if id == "" {
		id = h.standing(kind, state, body, provider, actor == "provider")
	}
	if id == "" {
		h.t.Fatalf("no %s is known to the matrix", kind)
	}
	h.kept[key] = id
	h.must(h.catalogue.CatchUp(h.t.Context()))
	return id
}

// consumed forgets the things of a kind: one of them was changed.
func (h *house) consumed(id string) {
	for key, have := range h.kept {
		if have == id {
			delete(h.kept, key)
		}
	}
	if slices.Contains([]registry.ID{h.a, h.b, h.c, h.p, h.q}, registry.ID(id)) {
		// It may have left, with everybody who was in it.
		h.must(registry.NewBodies(h.registry, h.db).Return(h.t.Context(), id))
		clear(h.people)
		clear(h.kept)
	}
}

// declared makes a thing of the registry, "" when the kind is of no such thing.
func (h *house) declared(kind, state string, body, provider registry.ID) string {
	ctx, gone := h.t.Context(), state == deleted
	switch kind {
	case "software":
		id := h.sheet()
		if gone {
			h.must(h.registry.WithdrawSoftware(ctx, system(), string(id), 0))
		}
		return string(id)
	case "usage":
		facts := registry.UsageFacts{Stage: registry.StagePilot, Visibility: registry.Public}
		if state == hidden {
			facts.Visibility = registry.CollectivitiesOnly
		}
		u, err := h.registry.DeclareUsage(ctx, system(), registry.UsageOf{Organisation: string(body), Software: string(h.sheet())}, facts)
		h.must(err)
		if gone {
			h.must(h.registry.WithdrawUsage(ctx, system(), u.ID, 0))
		}
		return string(u.ID)
	case "offer":
		o, err := h.registry.PublishOffer(ctx, system(), registry.OfferOf{Provider: string(provider), Software: string(h.sheet())},
			registry.OfferFacts{Services: registry.Services()[:1], Area: registry.Area{France: true}})
		h.must(err)
		if gone {
			h.must(h.registry.WithdrawOffer(ctx, system(), o.ID, 0))
		}
		return string(o.ID)
	case "reference":
		return h.reference(state, body, provider)
	case "proposal":
		p := registry.Proposal{ID: registry.ID(uuid.NewString()), Kind: registry.KindSoftware, Left: h.sheet(), Right: h.sheet(),
			Reason: registry.ReasonSameName, State: registry.ProposalOpen, CreatedAt: time.Now().UTC().Truncate(time.Microsecond)}
		h.must(h.db.Write(ctx, func(ctx context.Context) error {
			return h.db.Save(ctx, &registry.Batch{Proposals: []registry.Proposal{p}})
		}))
		return string(p.ID)
	}
	return ""
}

// reference makes one that both sides confirmed, unless it is hidden.
func (h *house) reference(state string, body, provider registry.ID) string {
	ctx := h.t.Context()
	side := func(of registry.ID, role member.Role) member.Actor {
		return member.Actor{ID: "system:matrix", Role: role, Organisation: string(of)}
	}
	r, err := h.registry.ProposeReference(ctx, side(provider, member.Provider), registry.ReferenceOf{Provider: string(provider), Organisation: string(body),
		Software: string(h.sheet())}, registry.ReferenceFacts{})
	h.must(err)
	if state != hidden {
		_, err = h.registry.ConfirmReference(ctx, side(body, member.Agent), r.ID, nil, 0)
		h.must(err)
	}
	if state == deleted {
		h.must(h.registry.WithdrawReference(ctx, system(), r.ID, 0))
	}
	return string(r.ID)
}

// standing makes a body, or something of its members, as who is in a body or with a provider has it.
func (h *house) standing(kind, state string, body, provider registry.ID, sells bool) string {
	role := member.Agent
	if sells && kind != "collectivity" {
		body, role = provider, member.Provider
	}
	gone := state == deleted
	switch kind {
	case "organisation", "collectivity", "provider":
		return h.body(kind, body, provider, gone)
	case "membership", "request":
		is := map[bool]member.MembershipState{false: member.Accepted, true: member.Ended}[gone]
		if kind == "request" && !gone {
			is = member.Pending
		}
		return h.membership(h.account("", member.Active), body, role, is)
	case "invitation":
		data, err := json.Marshal(map[string]any{"role": role, "by": "system:matrix"})
		h.must(err)
		id := h.challenge(member.Challenge{Purpose: member.ForInvitation, Email: strings.ReplaceAll(h.one("i"), " ", "") + "@exemple.fr", Organisation: string(body), Data: data})
		if gone {
			h.must(h.db.UseChallenge(h.t.Context(), id, time.Now()))
		}
		return id
	case "account":
		id := h.account("", member.Active)
		if gone {
			h.must(h.db.ErasePerson(h.t.Context(), member.Erasure{Account: id, At: time.Now()}))
		}
		return string(id)
	case "newcomer":
		return h.body("provider", "", h.organisation(registry.RoleProvider), gone)
	case "signup":
		return h.link("signup_browser", "")
	case "territory":
		return "38151"
	case "delivery":
		return h.parked()
	case "asset", "identity-provider":
		return "absent"
	}
	return ""
}

func (h *house) body(kind string, body, provider registry.ID, gone bool) string {
	if gone {
		role := registry.RoleProvider
		if kind == "collectivity" {
			role = registry.RoleCollectivity
		}
		id := h.organisation(role)
		h.must(h.registry.WithdrawOrganisation(h.t.Context(), system(), string(id), 0))
		return string(id)
	}
	if kind == "provider" {
		return string(provider)
	}
	return string(body)
}

// personal makes something of an account: of the one who asks, or of another.
func (h *house) personal(kind, state string, who person) string {
	ctx := h.t.Context()
	if state == foreign || who.account == "" {
		who = person{account: h.account("", member.Active)}
	}
	gone := state == deleted
	switch kind {
	case "session":
		id, _ := h.session(who.account, "")
		if gone {
			h.must(h.db.EndSession(ctx, who.account, id, time.Now()))
		}
		return id
	case "secret":
		id, _ := h.own(who.account, "", member.KindToken, member.ScopeAll)
		if gone {
			h.must(h.db.RevokeSecret(ctx, who.account, id, time.Now()))
		}
		return id
	case "identity":
		tie := member.Identity{Issuer: "https://idp.example", Subject: h.one("i"), Account: who.account, Provider: "idp", CreatedAt: time.Now().UTC().Truncate(time.Microsecond)}
		h.must(h.db.AddIdentity(ctx, tie))
		if gone {
			h.must(h.db.DropIdentity(ctx, who.account, tie.Issuer, tie.Subject))
		}
		return tie.ID()
	case "passkey":
		id := hashed(h.one("k"))[:20]
		// Two: the last way in is not to be taken away.
		h.must(h.db.SavePasskey(ctx, member.Passkey{ID: id + "b", Account: who.account, Label: "b", Credential: []byte("{}"), CreatedAt: time.Now()}))
		h.must(h.db.SavePasskey(ctx, member.Passkey{ID: id, Account: who.account, Label: "a", Credential: []byte("{}"), CreatedAt: time.Now()}))
		if gone {
			h.must(h.db.DropPasskey(ctx, who.account, id))
		}
		return id
	}
	if state == own && who.membership != "" {
		return who.membership
	}
	return h.membership(who.account, h.c, member.Agent, map[bool]member.MembershipState{false: member.Accepted, true: member.Ended}[gone])
}

// link makes a one-time secret for a purpose and returns it.
func (h *house) link(p member.Purpose, account member.AccountID) string {
	c := member.Challenge{Purpose: p, Account: account, Email: h.one("l") + "@exemple.fr",
		Data: json.RawMessage(`{"body":"` + string(h.a) + `","name":"Ana","role":"agent","by":"system:matrix"}`)}
	if c.Email = strings.ReplaceAll(c.Email, " ", ""); p == "signup_browser" {
		c.Purpose = member.ForSignup // one sign-up has a secret for its browser and one for its message
	}
	if p == member.ForInvitation {
		c.Organisation = string(h.a)
	}
	link, err := h.sign.Link(p, h.challenge(c))
	h.must(err)
	return link
}

// parked sets a delivery aside and returns its id.
func (h *house) parked() string {
	h.invite(h.one("d"))
	due, err := h.db.Claim(h.t.Context(), []string{mailListener}, 1, time.Now().Add(time.Minute))
	h.must(err)
	if len(due) != 1 {
		h.t.Fatalf("%d deliveries due", len(due))
	}
	h.must(h.db.Park(h.t.Context(), due[0], "no server of mail"))
	return due[0].Delivery
}

// invite sends an invitation into A and returns its id.
func (h *house) invite(name string) string {
	i, err := h.members.Invite(h.t.Context(), member.System("matrix "+name), member.InvitationRequest{Body: string(h.a),
		Email: strings.ReplaceAll(name, " ", "") + "@exemple.fr"})
	h.must(err)
	return i.ID
}
