// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// officesPage lists the open invitations to an office, and sends one; for administrators.
type officesPage struct {
	accountPage
	Invitations []member.Invitation
	Offices     choices
}

func (p *Pages) offices(c echo.Context, by member.Actor) error {
	return p.drawOffices(by)(c, p.blank(c))
}

func (p *Pages) drawOffices(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		list, err := p.cfg.Members.OfficeInvitations(c.Request().Context(), by)
		if err != nil {
			return err
		}
		v := officesPage{accountPage: p.sheet(c, f, "offices"), Invitations: list}
		f.fill("office", string(member.Organiser))
		v.Offices, err = f.Choices("office", "radio", "office", []string{string(member.Organiser), string(member.Administrator)},
			"required", "hint=office.hint")
		if err != nil {
			return err
		}
		return p.draw(c, f, "offices", v)
	}
}

// officesChanged answers POST /animation/invitations, by what its field "do" says.
func (p *Pages) officesChanged(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "id", "email", "name", "office", "message")
	if err != nil {
		return err
	}
	ctx, m := c.Request().Context(), p.cfg.Members
	switch office := member.Role(f.Get("office")); {
	case f.Get("do") == "revoke":
		err = m.RevokeInvitation(ctx, by, f.Get("id"))
	case f.Get("do") != "invite":
		err = fault.OnField("do", "unknown_value")
	case office == "": // an invitation to nothing
		err = fault.OnField("office", "required")
	default:
		_, err = m.Invite(ctx, by, member.InvitationRequest{Office: office, Email: f.Get("email"), Name: f.Get("name"),
			Message: f.Get("message"), Lang: f.lang})
	}
	if err != nil {
		return p.again(c, f, err, p.drawOffices(by))
	}
	return p.to(c, "/animation/invitations", "fait", "colleague_"+f.Get("do"))
}
