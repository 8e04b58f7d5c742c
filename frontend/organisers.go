// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// listSize is how many requests or accounts a page shows.
const listSize = 25

// requestsPage lists the memberships that wait for a decision.
type requestsPage struct {
	accountPage
	Requests []member.Request
	More     string // address of the rest
}

func (p *Pages) requests(c echo.Context, by member.Actor) error {
	return p.drawRequests(by)(c, p.blank(c))
}

func (p *Pages) drawRequests(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		list, err := p.cfg.Members.Requests(c.Request().Context(), by, param(c, "apres", maxRef), listSize+1)
		if err != nil {
			return err
		}
		v := requestsPage{accountPage: p.sheet(c, f, "requests"), Requests: list}
		if len(list) > listSize {
			v.Requests = list[:listSize]
			v.More = v.To("/animation/demandes", "apres", v.Requests[listSize-1].Membership.ID)
		}
		return p.draw(c, f, "requests", v)
	}
}

// requestDecided answers POST /animation/demandes.
func (p *Pages) requestDecided(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "id", "reason")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	switch f.Get("do") {
	case "accept":
		err = p.cfg.Members.AcceptRequest(ctx, by, f.Get("id"))
	case "refuse":
		err = p.cfg.Members.RefuseRequest(ctx, by, f.Get("id"), f.Get("reason"))
	default:
		err = fault.OnField("do", "unknown_value")
	}
	if err != nil {
		return p.again(c, f, err, p.drawRequests(by))
	}
	return p.to(c, "/animation/demandes", "fait", "request_"+f.Get("do"))
}

// accountsPage finds accounts, for organisers.
type accountsPage struct {
	accountPage
	Question      string
	Accounts      []member.Account
	More          string
	Administrates bool
	Offices       []member.Role
	Own           member.AccountID
}

func (p *Pages) accounts(c echo.Context, by member.Actor) error {
	return p.drawAccounts(by)(c, p.blank(c))
}

func (p *Pages) drawAccounts(by member.Actor) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		q := param(c, "q", maxQuestion)
		list, err := p.cfg.Members.Accounts(c.Request().Context(), by, q, member.AccountID(param(c, "apres", maxRef)), listSize+1)
		if err != nil {
			return err
		}
		v := accountsPage{accountPage: p.sheet(c, f, "accounts"), Question: q, Accounts: list,
			Administrates: by.Role == member.Administrator,
			Offices:       []member.Role{"", member.Organiser, member.Administrator}, Own: by.Account}
		if len(list) > listSize {
			v.Accounts = list[:listSize]
			v.More = v.To("/animation/comptes", "q", q, "apres", string(v.Accounts[listSize-1].ID))
		}
		return p.draw(c, f, "accounts", v)
	}
}

// accountChanged answers POST /animation/comptes, by what its field "do" says.
func (p *Pages) accountChanged(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "id", "reason", "office")
	if err != nil {
		return err
	}
	ctx, m, id := c.Request().Context(), p.cfg.Members, member.AccountID(f.Get("id"))
	switch f.Get("do") {
	case "disable":
		err = m.DisableAccount(ctx, by, id, f.Get("reason"))
	case "enable":
		err = m.EnableAccount(ctx, by, id)
	case "office":
		err = m.SetOffice(ctx, by, id, member.Role(f.Get("office")))
	case "force":
		err = m.ForcePasswordChange(ctx, by, id)
	default:
		err = fault.OnField("do", "unknown_value")
	}
	if err != nil {
		return p.again(c, f, err, p.drawAccounts(by))
	}
	return p.to(c, "/animation/comptes", "q", param(c, "q", maxQuestion), "fait", "account_"+f.Get("do"))
}
