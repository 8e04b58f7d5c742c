// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// How far a site conforms to RGAA, as the law has it said.
const (
	NotAccessible       = "none"
	PartiallyAccessible = "partial"
	FullyAccessible     = "full"
)

// Conformities returns the values of Legal.Accessibility.
func Conformities() []string { return []string{NotAccessible, PartiallyAccessible, FullyAccessible} }

// Legal is what the law wants said of those who keep the instance (loi n° 2004-575 art. 1-1, loi n°
// 2005-102 art. 47). What is empty the pages say is not given.
type Legal struct {
	// Publisher and Host are names and addresses, on one line; Director the publication director.
	Publisher, Director, Host string
	// Accessibility is one of Conformities; empty is NotAccessible. Audit says by whom and when it was
	// found, the rate, and what does not conform. Date is the day of the statement, as 2026-01-31.
	Accessibility, Audit, Date string
}

// legalPage is what the pages of law and help show.
type legalPage struct {
	page
	Legal
	// Publishes is the publisher, else the name of the collective.
	Publishes string
	Contact   string
	BaseURL   string
	Accounts  bool // the instance has accounts
	Date      registry.Date
	Rules     []member.Rule
	Vintage   territory.Vintage
	Domains   []string
	Stages    []helpStage
}

// helpStage is a stage of a usage, and where it is on the way to full use.
type helpStage struct {
	Stage registry.Stage
	Step  int
}

// legalPaths are the addresses of the pages by name.
func legalPaths() map[string]string {
	return map[string]string{"access": "/accessibilite", "help": "/aide", "privacy": "/confidentialite", "contact": "/contact",
		"notice": "/mentions-legales", "plan": "/plan-du-site"}
}

// legal returns what answers one of the pages of law and help.
func (p *Pages) legal(name string) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := legalPage{page: p.begin(c), Legal: p.cfg.Legal, Contact: p.cfg.Contact, BaseURL: p.cfg.BaseURL, Accounts: p.cfg.Members != nil,
			Publishes: p.cfg.Legal.Publisher, Date: registry.Date(p.cfg.Legal.Date), Vintage: p.cfg.Register.Vintage(),
			Domains: registry.DomainKeys()}
		if v.Publishes == "" {
			v.Publishes = p.cfg.Name
		}
		if v.Accounts {
			v.Rules = member.Rules()
		}
		for _, s := range stageOrder() {
			v.Stages = append(v.Stages, helpStage{s, step(s)})
		}
		v.Title, v.Description = v.words.text[name+".title"], v.words.text[name+".lead"]
		v.Canonical = p.cfg.BaseURL + legalPaths()[name]
		return p.show(c, http.StatusOK, name, v.Lang, v)
	}
}
