// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"maillage/internal/fault"
)

// Holdings are what the instance knows of somebody, gathered for them alone.
type Holdings interface {
	// TrailOf returns the lines of the trail by an actor and, when it is an account, about it, its
	// memberships, sessions and secrets, oldest first.
	TrailOf(ctx context.Context, actor ActorID) ([]TrailEntry, error)
	// HoldingsOf returns what Sessions, Factors and Challenges do not list. It returns fault.Missing
	// when there is no such account.
	HoldingsOf(ctx context.Context, account AccountID) (Held, error)
}

// Held is what is held about an account beside what its own pages show.
type Held struct {
	Sessions []Session // ended ones too
	Devices  []Device
	Recovery []RecoveryCode
	// Challenges are the one-time links and codes for the account or its address, Invitations those it
	// sent.
	Challenges, Invitations []Challenge
}

// RecoveryCode is a recovery code without what it is.
type RecoveryCode struct{ CreatedAt, UsedAt time.Time }

// Export writes all that the instance holds about who asks as a ZIP: JSON, CSV for the memberships, an
// iCalendar file, an HTML index in French and English that loads nothing. It holds no hash and no
// secret, and nothing of other people: their identifiers are left out of the lines they share.
func (s *Service) Export(ctx context.Context, by Actor, w io.Writer) error {
	if err := bySession(by); err != nil {
		return err
	}
	g := gathering{Service: s, id: by.Account}
	parts, err := g.parts(ctx)
	if err != nil {
		return err
	}
	return writeExport(w, s.cfg.Site, s.clock(), parts)
}

// part is one file of an export.
type part struct {
	name   string
	fr, en string // what it is
	body   []byte
}

// writeExport writes the parts, after an index and a README that list them.
func writeExport(w io.Writer, site string, at time.Time, parts []part) error {
	index, err := exportIndex(site, at, parts)
	if err != nil {
		return err
	}
	all := append([]part{{name: "index.html", body: index}, {name: "README.txt", body: exportReadme(site, at, parts)}}, parts...)
	z := zip.NewWriter(w)
	for _, p := range all {
		f, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: at})
		if err != nil {
			return fmt.Errorf("export %s: %w", p.name, err)
		}
		if _, err := f.Write(p.body); err != nil {
			return fmt.Errorf("export %s: %w", p.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// gathering collects what is held about one account.
type gathering struct {
	*Service
	id      AccountID
	account Account
	held    Held
}

func (g *gathering) parts(ctx context.Context) ([]part, error) {
	var err error
	if g.account, err = g.store.AccountByID(ctx, g.id); err != nil {
		return nil, missing(err, "account_missing")
	}
	if g.account.State == Erased {
		return nil, fault.New(fault.Missing, "account_missing")
	}
	if g.held, err = g.store.HoldingsOf(ctx, g.id); err != nil {
		return nil, err
	}
	memberships, err := g.memberships(ctx)
	if err != nil {
		return nil, err
	}
	table, err := memberships.csv()
	if err != nil {
		return nil, err
	}
	parts := []part{
		{name: "memberships.csv", fr: "vos appartenances, pour un tableur", en: "your memberships, for a spreadsheet", body: table},
		{name: "calendar.ics", fr: "votre agenda ; vide tant que l’instance n’en tient pas", en: "your calendar; empty until the instance keeps one",
			body: emptyCalendar()},
	}
	factors, err := g.factors(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range append([]jsonPart{
		{"account.json", "votre compte : adresse, nom, réglages, dates", "your account: address, name, settings, dates", g.accountOf()},
		{"memberships.json", "vos appartenances, passées et refusées comprises", "your memberships, past and refused ones too", memberships},
	}, factors...) {
		body, err := json.MarshalIndent(f.value, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("export %s: %w", f.name, err)
		}
		parts = append(parts, part{name: f.name, fr: f.fr, en: f.en, body: append(body, '\n')})
	}
	return parts, nil
}

type jsonPart struct {
	name, fr, en string
	value        any
}

// theirs leaves another person's identifier out.
func (g *gathering) theirs(actor ActorID) string {
	if actor != g.id.Actor() && strings.HasPrefix(string(actor), "account:") {
		return "another_member"
	}
	return string(actor)
}
