// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// Limits of the search of a body.
const (
	maxBodies      = 12  // of the official register
	maxRegistered  = 8   // of those that only the registry holds
	maxNear        = 100 // organisations of the département looked at for a postal code
	minBodyLetters = 2
)

// body is one line of the picker.
type body struct{ Ref, Name, Kind, Place string }

// bodies finds the bodies somebody may be of: those of the official register, and those that the
// registry alone holds (providers, syndicats, associations), by name, postal code or SIREN.
func (p *Pages) bodies(ctx context.Context, q string) ([]body, error) {
	if len([]rune(q)) < minBodyLetters {
		return nil, nil
	}
	var out []body
	listed := map[string]bool{} // SIREN and codes
	for _, s := range p.cfg.Register.Suggest(q, maxBodies) {
		listed[string(s.Body.SIREN)], listed[s.Body.Code] = true, true
		out = append(out, body{registry.RegisterRef(s.Body), s.Label, s.Body.Kind.String(), p.where(s.Body.PostalCodes)})
	}
	held, err := p.registered(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, o := range held {
		if o.SIREN != "" && listed[o.SIREN] || o.TerritoryCode != "" && listed[o.TerritoryCode] {
			continue
		}
		place := o.PostalCode
		if o.Departement != "" {
			place = strings.TrimSpace(place + " " + p.place(territory.Departement, o.Departement))
		}
		out = append(out, body{string(o.ID), o.Name, o.Type, place})
	}
	return out, nil
}

// where tells namesakes apart by their first postal code.
func (p *Pages) where(codes []string) string {
	if len(codes) == 0 {
		return ""
	}
	return codes[0]
}

// registered finds organisations of the registry.
func (p *Pages) registered(ctx context.Context, q string) ([]registry.Organisation, error) {
	var ids []registry.ID
	var err error
	siren, notSIREN := territory.ParseSIREN(q)
	postal := postalCode.MatchString(q)
	switch {
	case notSIREN == nil:
		ids, err = p.having("siren", string(siren), maxRegistered)
	case postal:
		ids, err = p.having("departement", p.departementOf(q), maxNear)
	default:
		ids = p.named(q)
	}
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	found, err := p.cfg.Facts.OrganisationsShown(ctx, ids...)
	if postal {
		found = slices.DeleteFunc(found, func(o registry.Organisation) bool { return o.PostalCode != q })
		found = found[:min(len(found), maxRegistered)]
	}
	slices.SortFunc(found, func(a, b registry.Organisation) int {
		return slices.Index(ids, a.ID) - slices.Index(ids, b.ID)
	})
	return found, err
}

var postalCode = regexp.MustCompile(`^[0-9]{5}$`)

// departementOf returns the département of the first commune of a postal code.
func (p *Pages) departementOf(postal string) string {
	for _, s := range p.cfg.Register.Suggest(postal, 1, territory.Commune) {
		return s.Body.Departement
	}
	return postal[:2]
}

// having returns the organisations of which a filter holds.
func (p *Pages) having(dim, value string, most int) (ids []registry.ID, err error) {
	found, err := p.cfg.Catalogue.Query(catalogue.Query{Kind: registry.KindOrganisation, Size: most,
		Where: []catalogue.Term{where(dim, value)}})
	for _, it := range found.Items {
		ids = append(ids, it.ID())
	}
	return ids, err
}

// named returns the organisations of which each word of q begins a word of the name.
func (p *Pages) named(q string) []registry.ID {
	wanted := text.Words(q)
	var ids []registry.ID
	if len(wanted) == 0 || len(wanted) > 8 {
		return nil
	}
	for it := range p.cfg.Catalogue.Items(registry.KindOrganisation) {
		name := text.Fold(it.Name())
		if !strings.Contains(name, wanted[0]) || !begins(text.Words(name), wanted) {
			continue
		}
		if ids = append(ids, it.ID()); len(ids) == maxRegistered {
			break
		}
	}
	return ids
}

func begins(words, wanted []string) bool {
	for _, w := range wanted {
		if !slices.ContainsFunc(words, func(s string) bool { return strings.HasPrefix(s, w) }) {
			return false
		}
	}
	return true
}

// bodyOf names a body by the reference the picker gave; ok is false when it is nobody's.
func (p *Pages) bodyOf(ref string) (name string, ok bool) {
	at, official := strings.CutPrefix(ref, "register:")
	if !official {
		items := p.cfg.Catalogue.ItemsByID(registry.KindOrganisation, visitor(), registry.ID(ref))
		if len(items) != 1 {
			return "", false
		}
		return items[0].Name(), true
	}
	b, ok := territory.Body{}, false
	if kind, code, by := strings.Cut(at, ":"); by {
		k, known := territory.ParseKind(kind)
		if b, ok = p.cfg.Register.ByCode(k, code); !known {
			ok = false
		}
	} else if siren, err := territory.ParseSIREN(at); err == nil {
		b, ok = p.cfg.Register.BySIREN(siren)
	}
	return p.cfg.Register.Label(b), ok
}
