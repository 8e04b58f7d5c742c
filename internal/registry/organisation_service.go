// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/territory"
)

// Organisation returns a live organisation by id, slug or former slug. It returns fault.Missing when
// there is none.
func (s *Service) Organisation(ctx context.Context, ref string) (Known[OrganisationFacts], error) {
	return known(ctx, s, s.organisations, ref)
}

// RegisterOrganisation adds an organisation. Organisers may; members join through their own use case.
// When the SIREN is in the official register, what the register says is recorded beside it. It
// returns fault.Conflict when the SIREN is already another's.
func (s *Service) RegisterOrganisation(ctx context.Context, by member.Actor, facts OrganisationFacts) (k Known[OrganisationFacts], err error) {
	if !by.Organises() {
		return k, forbidden(by)
	}
	if len(facts.Roles) == 0 {
		return k, fault.OnField("roles", "required")
	}
	err = s.write(ctx, by, func(ctx context.Context, w *session) error {
		body, official := s.body(facts)
		if official {
			facts = s.complete(facts, body)
		}
		if k, err = register(ctx, w, s.organisations, facts); err != nil || !official {
			return err
		}
		head, err := w.newRecord(k.ID, officialKey(body))
		if err != nil {
			return err
		}
		k.Records = append(k.Records, asRecord(head, s.OfficialFacts(body)))
		shown, from := s.organisations.resolve(k.Records)
		k.Facts, k.Provenance = shown, from
		put(w, s.organisations, k)
		return nil
	})
	return k, err
}

// ReviseOrganisation changes what the curators say of an organisation: its own people and the
// organisers may. Roles are for organisers alone. It returns fault.Stale when rev, if not 0, is not
// the current version.
func (s *Service) ReviseOrganisation(ctx context.Context, by member.Actor, ref string, p Patch[OrganisationFacts], rev int64) (k Known[OrganisationFacts], err error) {
	if !by.Known() {
		return k, forbidden(by)
	}
	err = s.write(ctx, by, func(ctx context.Context, w *session) error {
		if k, err = known(ctx, s, s.organisations, ref); err != nil {
			return err
		}
		if err := mayCurate(by, KindOrganisation, k.ID); err != nil {
			return err
		}
		if !by.Organises() {
			for _, name := range append(append([]string{}, p.Set...), p.Clear...) {
				if organisersOnly(name) {
					return &fault.Error{Kind: fault.Forbidden, Code: "not_allowed",
						Fields: []fault.Field{{Name: name, Code: "organisers_only"}}}
				}
			}
		}
		k, err = revise(ctx, w, s.organisations, k, p, rev)
		return err
	})
	return k, err
}

// organisersOnly are what a body does not say of itself. Its e-mail domains admit people to it, so they
// are somebody else's word.
func organisersOnly(field string) bool {
	switch field {
	case "roles", "siren", "label_level", "label_year", "email_domains", "left_on":
		return true
	}
	return false
}

// WithdrawOrganisation takes an organisation, and every declaration that names it, out of the
// registry. Organisers may, and a member for its own body: leaving harms no one, so usages of others
// that named it as provider keep standing without it.
func (s *Service) WithdrawOrganisation(ctx context.Context, by member.Actor, ref string, rev int64) error {
	if !by.Known() {
		return forbidden(by)
	}
	return s.write(ctx, by, func(ctx context.Context, w *session) error {
		k, err := known(ctx, s, s.organisations, ref)
		if err != nil {
			return err
		}
		if !by.LeadsIn(string(k.ID)) {
			return forbidden(by)
		}
		if err := withdraw(w, s.organisations, k, rev); err != nil {
			return err
		}
		return w.withdrawDeclarations(ctx, k.ID)
	})
}

// body finds an organisation in the official register, by SIREN or by its code there.
func (s *Service) body(f OrganisationFacts) (territory.Body, bool) {
	if f.SIREN != "" {
		siren, err := territory.ParseSIREN(f.SIREN)
		if err != nil {
			return territory.Body{}, false
		}
		return s.register.BySIREN(siren)
	}
	kind, ok := territory.ParseKind(f.Type)
	if !ok || f.TerritoryCode == "" {
		return territory.Body{}, false
	}
	return s.register.ByCode(kind, f.TerritoryCode)
}

// OfficialKey names the official register's record about a body.
func officialKey(b territory.Body) SourceKey {
	return SourceKey{Origin: OriginLocal, Source: SourceTerritory, Key: b.Kind.String() + ":" + b.Code}
}

// OfficialImport returns what the official register says of a body, ready for ImportOrganisations.
func (s *Service) OfficialImport(b territory.Body) Import[OrganisationFacts] {
	return Import[OrganisationFacts]{Key: officialKey(b), Facts: s.OfficialFacts(b)}
}

// complete gives a curator's first statement what it needs to stand by itself: name and roles.
func (s *Service) complete(f OrganisationFacts, b territory.Body) OrganisationFacts {
	if f.Name == "" {
		f.Name = b.Name
	}
	if f.Type == "" {
		f.Type = bodyType(b)
	}
	f.Departement = b.Departement // for the slug
	return f
}

// OfficialFacts returns what the official register says of a body.
func (s *Service) OfficialFacts(b territory.Body) OrganisationFacts {
	f := OrganisationFacts{Name: b.Name, Roles: []Role{RoleCollectivity}, Type: bodyType(b),
		LegalCategory: b.LegalCategory, SIREN: string(b.SIREN), TerritoryCode: b.Code, EPCI: string(b.EPCI),
		Departement: b.Departement, Region: b.Region, Population: b.Population}
	for _, former := range b.FormerSIREN {
		f.FormerSIRENs = append(f.FormerSIRENs, string(former))
	}
	if b.Kind == territory.Commune {
		f.Commune = b.Code
	} else {
		f.Commune = string(b.ChefLieu)
	}
	if len(b.PostalCodes) > 0 {
		f.PostalCode = b.PostalCodes[0]
	}
	if b.HasPoint {
		f.Point = &Point{Lat: b.Lat, Lon: b.Lon}
	}
	return f
}

// bodyType returns the type of organisation of a body: the territories of Grand Paris are a kind of
// EPCI to their members.
func bodyType(b territory.Body) string {
	if b.Kind == territory.EPT {
		return territory.KindEPCI
	}
	return b.Kind.String()
}
