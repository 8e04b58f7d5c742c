// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"slices"
	"time"

	"maillage/internal/registry"
)

// usage is an organisation's declaration that it runs a software, seen from either of them.
type usage struct {
	// Of is the other side: who runs it, or what is run.
	Of       link
	Stage    registry.Stage
	Step     int // 1 to 5 on the path of a migration; 0 when off it
	Since    registry.Date
	Version  string
	Scope    string
	Seats    int
	Hosting  registry.Hosting
	Provider link
	Note     string
	// Overdue asks for a confirmation; ConfirmedAt is the last, zero when there was none.
	Overdue     bool
	ConfirmedAt time.Time
	Contact     bool
}

// usages makes usages of those that may be seen: other names the other side of each.
func (p *Pages) usages(pg page, list []registry.Usage, other func(*registry.Usage) registry.ID, kind registry.Kind) []usage {
	var others, providers []registry.ID
	for i := range list {
		others, providers = append(others, other(&list[i])), append(providers, list[i].Provider)
	}
	of, by := p.links(pg, kind, others...), p.links(pg, registry.KindOrganisation, providers...)
	var out []usage
	for i := range list {
		u := &list[i]
		to, known := of[other(u)]
		// It may have been withdrawn from sight since the catalogue was asked.
		if !known || u.Visibility != registry.Public {
			continue
		}
		out = append(out, usage{Of: to, Stage: u.Stage, Step: step(u.Stage), Since: u.Since, Version: u.Version, Scope: u.Scope,
			Seats: u.Seats, Hosting: u.Hosting, Provider: by[u.Provider], Note: u.Note, Overdue: u.Overdue(p.cfg.Now()),
			ConfirmedAt: u.ConfirmedAt, Contact: u.ContactAllowed})
	}
	return out
}

// stageOrder shows what is in full use first.
func stageOrder() []registry.Stage {
	return []registry.Stage{registry.StageDefault, registry.StageEncouraged, registry.StageVolunteers, registry.StagePilot,
		registry.StageStudy, registry.StageLeaving, registry.StageLeft}
}

// step places a stage on the path of a migration, from 1 to 5.
func step(s registry.Stage) int {
	return slices.Index([]registry.Stage{registry.StageStudy, registry.StagePilot, registry.StageVolunteers,
		registry.StageEncouraged, registry.StageDefault}, s) + 1
}

// offer is what a provider sells, seen from either side.
type offer struct {
	Of       link
	Services []string
	Area     string
	Purchase registry.Purchase
	URL      string
	Note     string
}

func (p *Pages) offer(pg page, o *registry.Offer, of link) offer {
	out := offer{Of: of, Area: p.area(pg.words, o.Area), Purchase: o.Purchase, URL: o.URL, Note: o.Note.In(pg.Lang)}
	for _, s := range o.Services {
		out.Services = append(out.Services, pg.words.label("service", s))
	}
	return out
}

// reference is an engagement both sides confirmed.
type reference struct {
	Of       link
	Software link
	Services []string
	Since    registry.Date
	Until    registry.Date
	Summary  string
	Again    bool
	Never    bool // the customer would not choose it again
}

// references makes references of those that count; other names the other side of each.
func (p *Pages) references(pg page, list []registry.Reference, other func(*registry.Reference) registry.ID) []reference {
	var bodies, software []registry.ID
	for i := range list {
		bodies, software = append(bodies, other(&list[i])), append(software, list[i].Software)
	}
	of, about := p.links(pg, registry.KindOrganisation, bodies...), p.links(pg, registry.KindSoftware, software...)
	var out []reference
	for i := range list {
		r := &list[i]
		to, known := of[other(r)]
		if !known || !r.Counts() {
			continue
		}
		v := reference{Of: to, Software: about[r.Software], Since: r.Since, Until: r.Until, Summary: r.Summary.In(pg.Lang)}
		if r.ChooseAgain != nil {
			v.Again, v.Never = *r.ChooseAgain, !*r.ChooseAgain
		}
		for _, s := range r.Services {
			v.Services = append(v.Services, pg.words.label("service", s))
		}
		out = append(out, v)
	}
	return out
}
