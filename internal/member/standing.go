// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"time"

	"maillage/internal/fault"
	"maillage/internal/text"
)

// ask asks for a membership inside a Write; a proof grants it at once. The first person of a body
// becomes its referent. It returns fault.Conflict "already_member" when one is asked for or held.
func (s *Service) ask(ctx context.Context, account AccountID, body Body, proof Proof) (Membership, error) {
	id, err := newID()
	if err != nil {
		return Membership{}, err
	}
	m := Membership{ID: id, Account: account, Organisation: body.ID, Role: Agent, State: Pending, AskedAt: s.clock()}
	if body.Provider && !body.Public {
		m.Role = Provider
	}
	if err := s.store.SaveMembership(ctx, m); err != nil {
		return m, err
	}
	if proof != "" {
		return s.grant(ctx, m, account.Actor(), proof, "welcome")
	}
	if err := s.audit(ctx, account.Actor(), "ask", "membership", m.ID, map[string]string{"organisation": body.ID}); err != nil {
		return m, err
	}
	if err := s.notice(ctx, NoticeDue{Letter: "request_received", Account: account, Membership: m.ID}); err != nil {
		return m, err
	}
	return m, s.tellDeciders(ctx, m)
}

// grant accepts a pending membership inside a Write.
func (s *Service) grant(ctx context.Context, m Membership, by ActorID, proof Proof, letter string) (Membership, error) {
	others, err := s.store.MembersOf(ctx, m.Organisation, Accepted)
	if err != nil {
		return m, err
	}
	led := false
	for _, o := range others {
		led = led || o.Leads()
	}
	if !led {
		m.Role = m.Role.lead()
	}
	m.State, m.Proof, m.DecidedBy, m.DecidedAt = Accepted, proof, by, s.clock()
	if err := s.store.SaveMembership(ctx, m); err != nil {
		return m, err
	}
	if err := s.cfg.Bodies.Return(ctx, m.Organisation); err != nil {
		return m, err
	}
	if err := s.changed(ctx, m, by, "accept", map[string]string{"proof": string(proof), "role": string(m.Role)}); err != nil {
		return m, err
	}
	return m, s.notice(ctx, NoticeDue{Letter: letter, Account: m.Account, Membership: m.ID})
}

// changed notes a membership's change in the trail and tells the rooms that listen.
func (s *Service) changed(ctx context.Context, m Membership, by ActorID, action string, detail map[string]string) error {
	if err := s.audit(ctx, by, action, "membership", m.ID, detail); err != nil {
		return err
	}
	s.gate.forget()
	return s.store.Record(ctx, MembershipChanged{Account: m.Account, Membership: m.ID, Organisation: m.Organisation,
		State: m.State, Role: m.Role})
}

// deciders says who decides for a body: "referent" when it has one, else "organiser".
func (s *Service) deciders(ctx context.Context, organisation string) (string, error) {
	ms, err := s.store.MembersOf(ctx, organisation, Accepted)
	for _, m := range ms {
		if m.Leads() {
			return "referent", err
		}
	}
	return "organiser", err
}

// tellDeciders writes to the body's referents, or to the organisers when it has none.
func (s *Service) tellDeciders(ctx context.Context, m Membership) error {
	ms, err := s.store.MembersOf(ctx, m.Organisation, Accepted)
	if err != nil {
		return err
	}
	var to []AccountID
	for _, o := range ms {
		if o.Leads() {
			to = append(to, o.Account)
		}
	}
	if len(to) == 0 {
		holders, err := s.store.OfficeHolders(ctx)
		if err != nil {
			return err
		}
		for _, h := range holders {
			to = append(to, h.ID)
		}
	}
	for _, id := range to {
		if err := s.notice(ctx, NoticeDue{Letter: "request_to_decide", Account: id, Membership: m.ID}); err != nil {
			return err
		}
	}
	return nil
}

// AskToJoin asks for a membership of another body. An address whose domain is the body's alone is
// granted it at once. It returns fault.TooMany beyond AskLimit.
func (s *Service) AskToJoin(ctx context.Context, by Actor, ref string) (m Membership, err error) {
	if err := bySession(by); err != nil {
		return m, err
	}
	if err := s.take(ctx, s.keys.counter("ask", string(by.Account)), AskLimit()); err != nil {
		return m, err
	}
	err = s.store.Write(ctx, func(ctx context.Context) error {
		a, err := s.own(ctx, by)
		if err != nil {
			return err
		}
		body, err := s.cfg.Bodies.Admit(ctx, ref)
		if fault.Is(err, fault.Missing) {
			return fault.OnField("body", "unknown_body")
		}
		if err != nil {
			return err
		}
		email, _ := ParseEmail(a.Email)
		proved, err := s.proves(ctx, email, body)
		if err != nil {
			return err
		}
		proof := Proof("")
		if proved {
			proof = ByDomain
		}
		m, err = s.ask(ctx, a.ID, body, proof)
		return err
	})
	return m, err
}

// Requests returns the memberships the actor may decide, oldest first, after that id, up to limit.
func (s *Service) Requests(ctx context.Context, by Actor, after string, limit int) ([]Request, error) {
	if !by.Authenticated() {
		return nil, fault.New(fault.Anonymous, "sign_in_needed")
	}
	var ms []Membership
	var err error
	switch {
	case by.Organises():
		ms, err = s.store.PendingMemberships(ctx, after, limit)
	case by.Known() && by.Leads:
		ms, err = s.store.MembersOf(ctx, by.Organisation, Pending)
		for len(ms) > 0 && ms[0].ID <= after {
			ms = ms[1:]
		}
		ms = ms[:min(limit, len(ms))]
	default:
		return nil, fault.New(fault.Forbidden, "not_allowed")
	}
	if err != nil {
		return nil, err
	}
	return s.requests(ctx, ms)
}

// requests completes memberships with people and bodies: one query for the people, whatever the number.
func (s *Service) requests(ctx context.Context, ms []Membership) ([]Request, error) {
	people, err := s.people(ctx, ms)
	if err != nil {
		return nil, err
	}
	out := make([]Request, 0, len(ms))
	for _, m := range ms {
		body, err := s.cfg.Bodies.Body(ctx, m.Organisation)
		if err != nil {
			return nil, err
		}
		a := people[m.Account]
		out = append(out, Request{Membership: m, Name: a.Name, Email: a.Email, Function: a.Function, Body: body})
	}
	return out, nil
}

func (s *Service) people(ctx context.Context, ms []Membership) (map[AccountID]Account, error) {
	ids := make([]AccountID, 0, len(ms))
	for _, m := range ms {
		ids = append(ids, m.Account)
	}
	as, err := s.store.AccountsByID(ctx, ids...)
	out := make(map[AccountID]Account, len(as))
	for _, a := range as {
		out[a.ID] = a
	}
	return out, err
}

// deciding finds a pending membership the actor may decide, inside a Write. One they may not is
// missing to them, like one there never was.
func (s *Service) deciding(ctx context.Context, by Actor, id string) (Membership, error) {
	m, err := s.store.MembershipByID(ctx, id)
	if err != nil {
		return m, missing(err, "request_missing")
	}
	if !by.LeadsIn(m.Organisation) {
		return m, fault.New(fault.Missing, "request_missing")
	}
	if m.State != Pending {
		return m, fault.New(fault.Conflict, "already_decided")
	}
	return m, nil
}

// AcceptRequest grants a membership that waits.
func (s *Service) AcceptRequest(ctx context.Context, by Actor, id string) error {
	if !by.Authenticated() {
		return fault.New(fault.Anonymous, "sign_in_needed")
	}
	return s.store.Write(ctx, func(ctx context.Context) error {
		m, err := s.deciding(ctx, by, id)
		if err != nil {
			return err
		}
		_, err = s.grant(ctx, m, by.ID, ByDecision, "request_accepted")
		return err
	})
}

// RefuseRequest refuses a membership that waits; the person is told the reason, which is required.
func (s *Service) RefuseRequest(ctx context.Context, by Actor, id, reason string) error {
	if !by.Authenticated() {
		return fault.New(fault.Anonymous, "sign_in_needed")
	}
	reason, code := text.CheckText(reason, maxReason)
	if code == "" && reason == "" {
		code = "required"
	}
	return s.store.Write(ctx, func(ctx context.Context) error {
		m, err := s.deciding(ctx, by, id)
		if err != nil {
			return err
		}
		if code != "" {
			return fault.OnField("reason", code)
		}
		m.State, m.Reason, m.DecidedBy, m.DecidedAt = Refused, reason, by.ID, s.clock()
		if err := s.store.SaveMembership(ctx, m); err != nil {
			return err
		}
		if err := s.changed(ctx, m, by.ID, "refuse", nil); err != nil {
			return err
		}
		return s.notice(ctx, NoticeDue{Letter: "request_refused", Account: m.Account, Membership: m.ID})
	})
}

// missing gives an absence the code of what is absent.
func missing(err error, code string) error {
	if fault.Is(err, fault.Missing) {
		return fault.New(fault.Missing, code)
	}
	return err
}

func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
