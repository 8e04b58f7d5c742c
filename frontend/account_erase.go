// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// erasingPage says what goes and what stays before an administrator erases an account.
type erasingPage struct {
	accountPage
	Account   member.Account
	Standings []member.Standing
	// Leads says that a body may be left without anybody who answers for it.
	Leads    bool
	Writings choices
}

// At is the address of the page.
func (v erasingPage) At() string {
	return v.To("/animation/comptes/" + string(v.Account.ID) + "/effacement")
}

func (p *Pages) erasing(c echo.Context, by member.Actor) error {
	return p.drawErasing(by)(c, p.blank(c))
}

func (p *Pages) drawErasing(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		id := member.AccountID(c.Param("id"))
		a, standings, err := p.cfg.Members.Account(c.Request().Context(), by, id)
		if err != nil {
			return err
		}
		if id == by.Account { // one's own is erased where one may also take it away
			return p.to(c, "/compte/donnees")
		}
		f.fill("writings", "keep")
		v := erasingPage{accountPage: p.sheet(c, f, "erasing"), Account: a, Standings: standings}
		for _, s := range standings {
			v.Leads = v.Leads || s.Membership.State == member.Accepted && s.Membership.Leads()
		}
		if v.Writings, err = f.Choices("writings", "radio", "writings", []string{"keep", "remove"}, "required"); err != nil {
			return err
		}
		return p.draw(c, f, "erasing", v)
	}
}

// accountErased answers POST /animation/comptes/{id}/effacement.
func (p *Pages) accountErased(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "writings", "erasing_sure")
	if err != nil {
		return err
	}
	ctx, m, id := c.Request().Context(), p.cfg.Members, member.AccountID(c.Param("id"))
	switch writings := f.Get("writings"); {
	case id == by.Account:
		return p.to(c, "/compte/donnees")
	case !f.Set("erasing_sure"):
		err = fault.OnField("erasing_sure", "must_be_ticked")
	case writings != "keep" && writings != "remove":
		err = fault.OnField("writings", "unknown_value")
	default:
		err = m.EraseAccount(ctx, by, id, writings == "remove")
	}
	if err != nil {
		return p.again(c, f, err, p.drawErasing(by))
	}
	return p.to(c, "/animation/comptes", "fait", "account_erase")
}
