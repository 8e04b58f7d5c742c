// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// departurePage is about a body's leaving the collective: its file to take along, and what ends.
type departurePage struct {
	accountPage
	Ref, Body string
	Members   int
	// Left says that it has left already: there is its file alone.
	Left bool
}

func (p *Pages) departure(c echo.Context, by member.Actor) error {
	return p.drawDeparture(by)(c, p.blank(c))
}

func (p *Pages) drawDeparture(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		ctx, ref := c.Request().Context(), c.Param("ref")
		people, err := p.cfg.Members.MembersOf(ctx, by, ref)
		if err != nil {
			return err
		}
		item, _, err := p.cfg.Catalogue.Get(registry.KindOrganisation, ref, by)
		if err != nil {
			return err
		}
		if !by.LeadsIn(string(item.ID())) {
			return fault.New(fault.Missing, "organisation_missing")
		}
		return p.draw(c, f, "departure", departurePage{accountPage: p.sheet(c, f, "departure"), Ref: ref, Body: item.Name(),
			Members: len(people), Left: item.Left()})
	}
}

// departed answers POST /organismes/{ref}/depart, by what its field "do" says.
func (p *Pages) departed(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "depart_sure")
	if err != nil {
		return err
	}
	ctx, ref := c.Request().Context(), c.Param("ref")
	switch f.Get("do") {
	case "file":
		if p.cfg.BodyFile == nil {
			return echo.ErrNotFound
		}
		w := &zipWriter{c: c, name: "maillage-" + p.cfg.Now().UTC().Format("2006-01-02") + ".zip"}
		if err := p.cfg.BodyFile(ctx, by, ref, w); err != nil {
			if !w.begun { // nothing was sent: there is still a page to show
				return p.again(c, f, err, p.drawDeparture(by))
			}
			return err
		}
		return nil
	case "leave":
		if !f.Set("depart_sure") {
			// Whoever may not is not told that a box is missing.
			if err = p.drawable(c, by); err == nil {
				err = fault.OnField("depart_sure", "must_be_ticked")
			}
		} else if err = p.cfg.Members.LeaveAsBody(ctx, by, ref); err == nil {
			err = p.cfg.Catalogue.CatchUp(ctx)
		}
	default:
		err = fault.OnField("do", "unknown_value")
	}
	if err != nil {
		return p.again(c, f, err, p.drawDeparture(by))
	}
	return p.to(c, "/organismes/"+ref)
}

// drawable reports whether the actor may see the page at all.
func (p *Pages) drawable(c echo.Context, by member.Actor) error {
	_, err := p.cfg.Members.Invitations(c.Request().Context(), by, c.Param("ref"))
	return err
}
