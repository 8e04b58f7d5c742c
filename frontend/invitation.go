// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// invitationPage shows an invitation and takes it up. GET takes nothing up: programmes that read mail
// follow links.
type invitationPage struct {
	accountPage
	profileFields
	Invitation member.Invitation
	Action     string
	Return     string // where to come back to after signing in
}

func (p *Pages) invitation(c echo.Context) error { return p.drawInvitation(c, p.blank(c)) }

func (p *Pages) drawInvitation(c echo.Context, f *form) error {
	i, err := p.cfg.Members.InvitationBy(c.Request().Context(), param(c, "t", maxRef))
	if fault.Is(err, fault.Missing) {
		return p.expired(c, f, "/rejoindre")
	}
	if err != nil {
		return err
	}
	f.fill("name", i.Name)
	f.fill("rhythm", string(member.Rhythms()[0]))
	if f.problemCode("sign_in_to_accept") {
		i.HasAccount = true
	}
	v := invitationPage{p.sheet(c, f, "invitation"), newProfileFields(f), i, c.Request().URL.RequestURI(), here(c)}
	v.script(p, "form.js")
	return p.draw(c, f, "invitation", v)
}

// invitationTaken answers POST /invitations.
func (p *Pages) invitationTaken(c echo.Context) error {
	f, err := p.sent(c, "password", "name", "function", "interests[]", "rhythm")
	if err != nil {
		return err
	}
	ctx, link := c.Request().Context(), param(c, "t", maxRef)
	if by := web.Actor(ctx); by.Account != "" && by.Via == member.ViaSession {
		_, err := p.cfg.Members.AcceptInvitationAs(ctx, by, link)
		if fault.Is(err, fault.Missing) {
			return p.expired(c, f, "/compte/organismes")
		}
		if err != nil {
			return p.again(c, f, err, p.drawInvitation)
		}
		return p.to(c, "/compte/organismes", "fait", "invitation_taken")
	}
	joined, err := p.cfg.Members.AcceptInvitation(ctx, p.visit(c), link, f.Get("password"), f.profile())
	if fault.Is(err, fault.Missing) {
		return p.expired(c, f, "/rejoindre")
	}
	if err != nil {
		return p.again(c, f, err, p.drawInvitation)
	}
	return p.welcome(c, joined)
}

// colleaguesPage lists the members of a body, for those who answer for it.
type colleaguesPage struct {
	accountPage
	Ref, Body   string
	Colleagues  []member.Colleague
	Invitations []member.Invitation
	Leads       bool
	Roles       choices
	Own         member.AccountID
	Sure        string
}

// Promoted returns the role that answers for the body, Demoted the one that does not, in the place of
// a member's.
func (colleaguesPage) Promoted(r member.Role) member.Role {
	if r == member.Provider || r == member.ProviderReferent {
		return member.ProviderReferent
	}
	return member.Referent
}

// Demoted is the role beside Promoted.
func (colleaguesPage) Demoted(r member.Role) member.Role {
	if r == member.Provider || r == member.ProviderReferent {
		return member.Provider
	}
	return member.Agent
}

func (p *Pages) colleagues(c echo.Context, by member.Actor) error {
	return p.drawColleagues(by)(c, p.blank(c))
}

func (p *Pages) drawColleagues(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		ctx, ref := c.Request().Context(), c.Param("ref")
		list, err := p.cfg.Members.MembersOf(ctx, by, ref)
		if err != nil {
			return err
		}
		v := colleaguesPage{accountPage: p.sheet(c, f, "colleagues"), Ref: ref, Colleagues: list, Own: by.Account}
		item, _, err := p.cfg.Catalogue.Get(registry.KindOrganisation, ref, by)
		if err == nil {
			v.Body, v.Leads = item.Name(), by.LeadsIn(string(item.ID()))
		} else if fault.Is(err, fault.Missing) { // not in the catalogue yet: its own members may see it
			v.Body, v.Leads = ref, by.LeadsIn(ref)
		} else {
			return err
		}
		if v.Leads {
			if v.Invitations, err = p.cfg.Members.Invitations(ctx, by, ref); err != nil {
				return err
			}
		}
		if f.problemCode("last_referent") {
			v.Sure = f.Get("id")
		}
		f.fill("role", "follow")
		if v.Roles, err = f.Choices("role", "radio", "invite_as", []string{"follow", "lead"}, "hint=role.hint"); err != nil {
			return err
		}
		return p.draw(c, f, "colleagues", v)
	}
}

// colleaguesChanged answers POST /organismes/{ref}/membres, by what its field "do" says.
func (p *Pages) colleaguesChanged(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "id", "role", "email", "name", "message", "sure")
	if err != nil {
		return err
	}
	ctx, m := c.Request().Context(), p.cfg.Members
	switch f.Get("do") {
	case "invite":
		role := member.Role("")
		if f.Get("role") == "lead" {
			if role, err = p.leading(c, by); err != nil {
				return err
			}
		}
		_, err = m.Invite(ctx, by, member.InvitationRequest{Body: c.Param("ref"), Role: role, Email: f.Get("email"),
			Name: f.Get("name"), Message: f.Get("message"), Lang: f.lang})
	case "role":
		err = m.SetMemberRole(ctx, by, f.Get("id"), member.Role(f.Get("role")))
	case "end":
		err = m.EndMembership(ctx, by, f.Get("id"), f.Set("sure"))
	case "revoke":
		err = m.RevokeInvitation(ctx, by, f.Get("id"))
	default:
		err = fault.OnField("do", "unknown_value")
	}
	if err != nil {
		return p.again(c, f, err, p.drawColleagues(by))
	}
	return p.to(c, c.Request().URL.Path, "fait", "colleague_"+f.Get("do"))
}

// leading returns the role that answers for the body, in its members' own terms.
func (p *Pages) leading(c echo.Context, by member.Actor) (member.Role, error) {
	list, err := p.cfg.Members.MembersOf(c.Request().Context(), by, c.Param("ref"))
	for i := range list {
		if r := list[i].Membership.Role; r == member.Provider || r == member.ProviderReferent {
			return member.ProviderReferent, err
		}
	}
	return member.Referent, err
}
