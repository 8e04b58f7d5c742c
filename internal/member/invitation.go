// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"maillage/internal/fault"
	"maillage/internal/text"
)

// invitationData is what an invitation needs besides the address.
type invitationData struct {
	Role    Role    `json:"role,omitempty"`
	Office  Role    `json:"office,omitempty"`
	Name    string  `json:"name,omitempty"`
	Message string  `json:"message,omitempty"`
	Lang    string  `json:"lang,omitempty"`
	By      ActorID `json:"by"`
}

// InviteLimit bounds the invitations one account sends.
func InviteLimit() Limit { return Limit{Windows: []Window{{50, 24 * time.Hour}}} }

// Invite sends an invitation: a body's referents and the organisers invite into it, administrators
// to an office. Whoever may not is answered as if the body were not there.
func (s *Service) Invite(ctx context.Context, by Actor, r InvitationRequest) (Invitation, error) {
	body, err := s.mayInvite(ctx, by, r)
	if err != nil {
		return Invitation{}, err
	}
	var faults fault.Fields
	email, code := ParseEmail(r.Email)
	if code != "" {
		faults.Add("email", code)
	}
	data := invitationData{Role: r.Role, Office: r.Office, Lang: lang(r.Lang), By: by.ID}
	if data.Name, code = text.CheckName(r.Name, maxName); code != "" {
		faults.Add("name", code)
	}
	if data.Message, code = text.CheckText(r.Message, maxMessage); code != "" {
		faults.Add("message", code)
	}
	data.role(body, &faults)
	if err := faults.Err(); err != nil {
		return Invitation{}, err
	}
	if err := s.take(ctx, s.keys.counter("invite", string(by.ID)), InviteLimit()); err != nil {
		return Invitation{}, err
	}
	if err := s.take(ctx, s.keys.counter("mail", email.Key()), MailLimit()); err != nil {
		return Invitation{}, err
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return Invitation{}, fmt.Errorf("invite: %w", err)
	}
	id, err := newID()
	if err != nil {
		return Invitation{}, err
	}
	c := Challenge{ID: id, Purpose: ForInvitation, Email: email.String(), Organisation: body.ID, Data: raw,
		CreatedAt: s.clock(), ExpiresAt: s.clock().Add(InvitationTTL)}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if body.ID == "" && r.Body != "" {
			if body, err = s.cfg.Bodies.Admit(ctx, r.Body); err != nil {
				return err
			}
			c.Organisation = body.ID
		}
		if err := s.store.AddChallenge(ctx, c); err != nil {
			return err
		}
		if err := s.audit(ctx, by.ID, "invite", "invitation", id, map[string]string{"organisation": body.ID,
			"role": string(data.Role), "office": string(data.Office)}); err != nil {
			return err
		}
		return s.notice(ctx, NoticeDue{Letter: "invitation", Challenge: id, Organisation: body.ID, By: by.Account})
	})
	if err != nil {
		return Invitation{}, err
	}
	return s.invitation(ctx, c, data, body)
}

// role checks the role asked for, and gives the body's own when none is.
func (d *invitationData) role(body Body, faults *fault.Fields) {
	if d.Office != "" && d.Office != Organiser && d.Office != Administrator {
		faults.Add("office", "unknown_value")
	}
	if body.Name == "" {
		if d.Role != "" {
			faults.Add("role", "not_for_this_role")
		}
		if d.Office == "" {
			faults.Add("body", "required")
		}
		return
	}
	provider := body.Provider && !body.Public
	switch {
	case d.Role == "" && provider, d.Role == Provider && provider:
		d.Role = Provider
	case d.Role == ProviderReferent && provider, d.Role == Referent && provider:
		d.Role = ProviderReferent
	case d.Role == "" && !provider:
		d.Role = Agent
	case (d.Role == Agent || d.Role == Referent) && !provider:
	default:
		faults.Add("role", "unknown_value")
	}
}

func (s *Service) mayInvite(ctx context.Context, by Actor, r InvitationRequest) (body Body, err error) {
	if !by.Authenticated() {
		return body, fault.New(fault.Anonymous, "sign_in_needed")
	}
	if r.Office != "" && by.Role != Administrator {
		return body, fault.New(fault.Forbidden, "not_allowed")
	}
	if r.Body == "" {
		if r.Office == "" && !by.Organises() {
			return body, fault.OnField("body", "required")
		}
		return body, nil
	}
	if body, err = s.cfg.Bodies.Body(ctx, r.Body); err != nil {
		return body, err
	}
	if !by.LeadsIn(body.ID) {
		return body, fault.New(fault.Missing, "organisation_missing")
	}
	return body, nil
}

// invitation shows a challenge as an invitation.
func (s *Service) invitation(ctx context.Context, c Challenge, d invitationData, body Body) (Invitation, error) {
	i := Invitation{ID: c.ID, Email: c.Email, Name: d.Name, Body: body, Role: d.Role, Office: d.Office, Message: d.Message,
		CreatedAt: c.CreatedAt, ExpiresAt: c.ExpiresAt}
	if id, ok := strings.CutPrefix(string(d.By), "account:"); ok {
		a, err := s.store.AccountByID(ctx, AccountID(id))
		if err != nil && !fault.Is(err, fault.Missing) {
			return i, err
		}
		i.Inviter = a.Name
	}
	return i, nil
}

// Invitations returns the open invitations into a body, newest first, to its referents and the
// organisers; every body's to the organisers when ref is empty.
func (s *Service) Invitations(ctx context.Context, by Actor, ref string) ([]Invitation, error) {
	if !by.Authenticated() {
		return nil, fault.New(fault.Anonymous, "sign_in_needed")
	}
	organisation := ""
	if ref == "" {
		if err := organises(by); err != nil {
			return nil, err
		}
	} else {
		body, err := s.cfg.Bodies.Body(ctx, ref)
		if err != nil {
			return nil, err
		}
		if !by.LeadsIn(body.ID) {
			return nil, fault.New(fault.Missing, "organisation_missing")
		}
		if organisation = body.ID; organisation == "" {
			return nil, nil
		}
	}
	cs, err := s.store.InvitationsOf(ctx, organisation, s.clock())
	if err != nil {
		return nil, err
	}
	out := make([]Invitation, 0, len(cs))
	for _, c := range cs {
		_, d, body, err := s.invited(ctx, c)
		if err != nil {
			return nil, err
		}
		i, err := s.invitation(ctx, c, d, body)
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, nil
}

// invited reads an invitation's data and body.
func (s *Service) invited(ctx context.Context, c Challenge) (Challenge, invitationData, Body, error) {
	var d invitationData
	if err := json.Unmarshal(c.Data, &d); err != nil {
		return c, d, Body{}, fmt.Errorf("invitation %s: %w", c.ID, err)
	}
	if c.Organisation == "" {
		return c, d, Body{}, nil
	}
	body, err := s.cfg.Bodies.Body(ctx, c.Organisation)
	return c, d, body, err
}

// RevokeInvitation takes an invitation back: who may send one like it may. One to an office is the
// administrators', and missing to everybody else.
func (s *Service) RevokeInvitation(ctx context.Context, by Actor, id string) error {
	if !by.Authenticated() {
		return fault.New(fault.Anonymous, "sign_in_needed")
	}
	c, err := s.store.ChallengeByID(ctx, id)
	if err != nil && !fault.Is(err, fault.Missing) {
		return err
	}
	mine := err == nil && c.Purpose == ForInvitation && c.Open(s.now()) &&
		(by.Organises() || c.Organisation != "" && by.LeadsIn(c.Organisation))
	if mine && by.Role != Administrator {
		var d invitationData
		if err := json.Unmarshal(c.Data, &d); err != nil {
			return fmt.Errorf("invitation %s: %w", c.ID, err)
		}
		mine = d.Office == ""
	}
	if !mine {
		return fault.New(fault.Missing, "invitation_missing")
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.UseChallenge(ctx, id, s.clock()); err != nil {
			return missing(err, "invitation_missing")
		}
		return s.audit(ctx, by.ID, "revoke_invitation", "invitation", id, nil)
	})
}

// openInvitation finds an invitation by its link. One whose sender has lost the right to send it is
// worth nothing.
func (s *Service) openInvitation(ctx context.Context, link string) (c Challenge, d invitationData, body Body, err error) {
	id, err := s.keys.ReadLink(ForInvitation, link)
	if err != nil {
		return c, d, body, err
	}
	c, err = s.store.ChallengeByID(ctx, id)
	if err != nil && !fault.Is(err, fault.Missing) {
		return c, d, body, err
	}
	if err != nil || !c.Open(s.now()) {
		return c, d, body, fault.New(fault.Missing, "link_unknown")
	}
	if c, d, body, err = s.invited(ctx, c); err != nil {
		return c, d, body, err
	}
	still, err := s.stillMay(ctx, d, c.Organisation)
	if err == nil && !still {
		err = fault.New(fault.Missing, "link_unknown")
	}
	return c, d, body, err
}

// stillMay reports whether who invited still could: a token that was revoked, or whose time is over,
// could not.
func (s *Service) stillMay(ctx context.Context, d invitationData, organisation string) (bool, error) {
	if id, ok := strings.CutPrefix(string(d.By), "token:"); ok {
		if s.cfg.Tokens == nil {
			return false, nil
		}
		return s.cfg.Tokens.inUse(ctx, id)
	}
	id, ok := strings.CutPrefix(string(d.By), "account:")
	if !ok {
		return true, nil // the instance itself
	}
	a, err := s.store.AccountByID(ctx, AccountID(id))
	if fault.Is(err, fault.Missing) {
		return false, nil
	}
	switch {
	case err != nil || a.State != Active:
		return false, err
	case d.Office != "":
		return a.Office == Administrator, nil
	case a.Entrusted():
		return true, nil
	}
	ms, err := s.store.MembershipsOf(ctx, a.ID)
	for _, m := range ms {
		if m.Organisation == organisation && m.State == Accepted && m.Leads() {
			return true, err
		}
	}
	return false, err
}

// InvitationBy returns the invitation a link is for, without using it.
func (s *Service) InvitationBy(ctx context.Context, link string) (Invitation, error) {
	c, d, body, err := s.openInvitation(ctx, link)
	if err != nil {
		return Invitation{}, err
	}
	i, err := s.invitation(ctx, c, d, body)
	if err != nil {
		return i, err
	}
	email, _ := ParseEmail(c.Email)
	_, err = s.store.AccountByEmail(ctx, email.Key())
	i.HasAccount = err == nil
	if fault.Is(err, fault.Missing) {
		err = nil
	}
	return i, err
}

// AcceptInvitation makes an account of an invitation: the link proves the address. It returns
// fault.Conflict "sign_in_to_accept" when the address has an account.
func (s *Service) AcceptInvitation(ctx context.Context, v Visit, link, pass string, p Profile) (j Joined, err error) {
	c, d, body, err := s.openInvitation(ctx, link)
	if err != nil {
		return j, err
	}
	if p.Name == "" {
		p.Name = d.Name
	}
	var faults fault.Fields
	checkProfile(&p, &faults)
	if p.Name == "" {
		faults.Add("name", "required")
	}
	if pass == "" {
		faults.Add("password", "required")
	}
	if err := faults.Err(); err != nil {
		return j, err
	}
	a := newAccount(c.Email, s.clock())
	a.take(p)
	if err := s.setPassword(ctx, &a, pass, body.Name); err != nil {
		return j, err
	}
	err = s.store.Write(ctx, func(ctx context.Context) error {
		if err := s.store.UseChallenge(ctx, c.ID, s.clock()); err != nil {
			return missing(err, "link_unknown")
		}
		a.Office = d.Office
		if err := s.addAccount(ctx, a, nil, nil); err != nil {
			return err
		}
		if c.Organisation == "" {
			return nil
		}
		j.Membership, err = s.taken(ctx, a.ID, c, d)
		return err
	})
	if fault.Is(err, fault.Conflict) && codeOf(err) == "email_taken" {
		return j, fault.New(fault.Conflict, "sign_in_to_accept")
	}
	if err != nil {
		return j, err
	}
	j.Account, j.Body = a, body
	j.SignedIn, err = s.open(ctx, v, a, "password", false)
	return j, err
}

// taken makes a membership of an invitation, inside a Write.
func (s *Service) taken(ctx context.Context, account AccountID, c Challenge, d invitationData) (Membership, error) {
	id, err := newID()
	if err != nil {
		return Membership{}, err
	}
	m := Membership{ID: id, Account: account, Organisation: c.Organisation, Role: d.Role, State: Pending, AskedAt: s.clock()}
	return s.grant(ctx, m, d.By, ByInvitation, "welcome")
}

// AcceptInvitationAs takes up an invitation for an account that exists. The address must be the
// account's: fault.Conflict "invitation_for_another" when it is not.
func (s *Service) AcceptInvitationAs(ctx context.Context, by Actor, link string) (m Membership, err error) {
	if err := bySession(by); err != nil {
		return m, err
	}
	c, d, _, err := s.openInvitation(ctx, link)
	if err != nil {
		return m, err
	}
	err = s.store.Write(ctx, func(ctx context.Context) error {
		a, err := s.own(ctx, by)
		if err != nil {
			return err
		}
		theirs, _ := ParseEmail(a.Email)
		invited, _ := ParseEmail(c.Email)
		if theirs.Key() != invited.Key() {
			return fault.New(fault.Conflict, "invitation_for_another")
		}
		if err := s.store.UseChallenge(ctx, c.ID, s.clock()); err != nil {
			return missing(err, "link_unknown")
		}
		if d.Office != "" && a.Office != Administrator {
			a.Office, a.UpdatedAt = d.Office, s.clock()
			if err := s.saveAccount(ctx, a, Actor{ID: d.By}, "set_office", map[string]string{"office": string(d.Office)}); err != nil {
				return err
			}
		}
		if c.Organisation == "" {
			return nil
		}
		ms, err := s.store.MembershipsOf(ctx, a.ID)
		if err != nil {
			return err
		}
		for _, had := range ms {
			if had.Organisation == c.Organisation && had.Live() {
				if had.State == Pending {
					had.Role = d.Role
					m, err = s.grant(ctx, had, d.By, ByInvitation, "welcome")
					return err
				}
				m = had
				return nil
			}
		}
		m, err = s.taken(ctx, a.ID, c, d)
		return err
	})
	return m, err
}

// InvitationLink returns the secret of an open invitation, for who installs an instance that cannot
// send mail yet: the instance itself only.
func (s *Service) InvitationLink(by Actor, id string) (string, error) {
	if by.Role != Administrator || by.Account != "" || by.Via != "" {
		return "", fault.New(fault.Forbidden, "not_allowed")
	}
	return s.keys.Link(ForInvitation, id)
}

// codeOf returns the public code of an error, or nothing.
func codeOf(err error) string {
	if f := asFault(err); f != nil {
		return f.Code
	}
	return ""
}
