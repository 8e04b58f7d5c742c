// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"
	"slices"
	"strings"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/territory"
)

// registerRef begins a reference to a body of the official register that the registry may not hold:
// "register:" and a SIREN, or "register:", a kind, ":" and a code.
const registerRef = "register:"

// RegisterRef returns the reference by which Bodies knows a body of the official register.
func RegisterRef(b territory.Body) string {
	if b.SIREN != "" {
		return registerRef + string(b.SIREN)
	}
	return registerRef + b.Kind.String() + ":" + b.Code
}

// Bodies are the registry's organisations as members know them. It implements member.Bodies.
type Bodies struct {
	service *Service
	domains DomainOwners
}

// DomainOwners finds who an e-mail domain was said to belong to. The store is one.
type DomainOwners interface {
	// OrganisationsOfDomain returns the organisations in use whose shown e-mail domains hold that one.
	OrganisationsOfDomain(ctx context.Context, domain string) ([]ID, error)
}

// NewBodies returns the bodies of that registry.
func NewBodies(s *Service, domains DomainOwners) *Bodies { return &Bodies{s, domains} }

var _ member.Bodies = (*Bodies)(nil)

// Body finds an organisation; see member.Bodies.
func (b *Bodies) Body(ctx context.Context, ref string) (member.Body, error) {
	at, official := strings.CutPrefix(ref, registerRef)
	if !official {
		k, err := b.service.Organisation(ctx, ref)
		if err == nil && !k.WithdrawnAt.IsZero() {
			err = fault.New(fault.Missing, "organisation_missing")
		}
		return b.body(k), err
	}
	body, ok := b.official(at)
	if !ok {
		return member.Body{}, fault.New(fault.Missing, "organisation_missing")
	}
	k, held, err := b.held(ctx, keyOf(body))
	if err != nil || held {
		return b.body(k), err
	}
	return b.unheld(body), nil
}

// official finds a body of the official register by SIREN, or by kind and code.
func (b *Bodies) official(at string) (territory.Body, bool) {
	if name, code, ok := strings.Cut(at, ":"); ok {
		kind, known := territory.ParseKind(name)
		if !known {
			return territory.Body{}, false
		}
		return b.service.register.ByCode(kind, code)
	}
	siren, err := territory.ParseSIREN(at)
	if err != nil {
		return territory.Body{}, false
	}
	return b.service.register.BySIREN(siren)
}

func keyOf(body territory.Body) Identifier {
	if body.SIREN != "" {
		return Identifier{Scheme: SchemeSIREN, Value: string(body.SIREN)}
	}
	return Identifier{Scheme: SchemeINSEE, Value: bodyType(body) + ":" + body.Code}
}

// held returns the organisation that bears an identity key, if there is one.
func (b *Bodies) held(ctx context.Context, key Identifier) (k Known[OrganisationFacts], ok bool, err error) {
	found, err := b.service.store.ByKeys(ctx, KindOrganisation, []Identifier{key})
	if err != nil || len(found[key]) == 0 {
		return k, false, err
	}
	k, err = b.service.Organisation(ctx, string(found[key][0]))
	return k, err == nil, err
}

// BySIREN returns the organisation of that SIREN; see member.Bodies.
func (b *Bodies) BySIREN(ctx context.Context, s string) (member.Body, error) {
	siren, err := territory.ParseSIREN(s)
	if err != nil {
		return member.Body{}, fault.OnField("siren", "bad_siren")
	}
	k, held, err := b.held(ctx, Identifier{Scheme: SchemeSIREN, Value: string(siren)})
	if err != nil || held {
		return b.body(k), err
	}
	body, ok := b.service.register.BySIREN(siren)
	if !ok {
		return member.Body{}, fault.New(fault.Missing, "organisation_missing")
	}
	return b.unheld(body), nil
}

// Admit returns the organisation, registering it when only the official register has it.
func (b *Bodies) Admit(ctx context.Context, ref string) (member.Body, error) {
	found, err := b.Body(ctx, ref)
	if err != nil || found.ID != "" {
		return found, err
	}
	body, _ := b.official(strings.TrimPrefix(ref, registerRef))
	k, err := b.service.RegisterOrganisation(ctx, member.System("join"), OrganisationFacts{SIREN: string(body.SIREN),
		Name: body.Name, Type: bodyType(body), TerritoryCode: body.Code, Roles: []Role{RoleCollectivity}})
	return b.body(k), err
}

// AdmitNew registers a body that no register holds; see member.Bodies.
func (b *Bodies) AdmitNew(ctx context.Context, siren, name string, partner bool) (member.Body, error) {
	found, err := b.BySIREN(ctx, siren)
	if err == nil {
		return b.Admit(ctx, found.Ref)
	}
	if !fault.Is(err, fault.Missing) {
		return found, err
	}
	role := RoleProvider
	if partner {
		role = RolePartner
	}
	k, err := b.service.RegisterOrganisation(ctx, member.System("join"), OrganisationFacts{SIREN: siren, Name: name, Roles: []Role{role}})
	return b.body(k), err
}

// OfDomain returns the organisations an e-mail domain belongs to; see member.Bodies. Domains are not a
// body's own to say (ReviseOrganisation), so none of them is its word for itself.
func (b *Bodies) OfDomain(ctx context.Context, domain string) ([]string, error) {
	ids, err := b.domains.OrganisationsOfDomain(ctx, domain)
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, string(id))
	}
	return out, err
}

// Leave marks an organisation as one that left; see member.Bodies.
func (b *Bodies) Leave(ctx context.Context, by member.Actor, id string) error {
	if !by.LeadsIn(id) {
		return forbidden(by)
	}
	return b.service.write(ctx, by, func(ctx context.Context, w *session) error {
		k, err := known(ctx, b.service, b.service.organisations, id)
		if err != nil {
			return err
		}
		if k.Facts.LeftOn != "" {
			return fault.New(fault.Conflict, "body_left_already")
		}
		_, err = revise(ctx, w, b.service.organisations, k, Patch[OrganisationFacts]{
			Facts: OrganisationFacts{LeftOn: Date(w.at.Format(time.DateOnly))}, Set: []string{"left_on"}}, 0)
		return err
	})
}

// Return takes the mark of Leave away; see member.Bodies.
func (b *Bodies) Return(ctx context.Context, id string) error {
	k, err := known(ctx, b.service, b.service.organisations, id)
	if err != nil || k.Facts.LeftOn == "" {
		return err
	}
	return b.service.write(ctx, member.System("join"), func(ctx context.Context, w *session) error {
		_, err := revise(ctx, w, b.service.organisations, k, Patch[OrganisationFacts]{Clear: []string{"left_on"}}, 0)
		return err
	})
}

func (b *Bodies) body(k Known[OrganisationFacts]) member.Body {
	f := k.Facts
	return member.Body{ID: string(k.ID), Ref: string(k.ID), Slug: string(k.Slug), Name: f.Name, SIREN: f.SIREN,
		Provider: slices.Contains(f.Roles, RoleProvider), Place: b.place(f.Departement), Left: f.LeftOn != "",
		Public: slices.Contains(f.Roles, RoleCollectivity) || slices.Contains(f.Roles, RolePartner)}
}

func (b *Bodies) unheld(body territory.Body) member.Body {
	return member.Body{Ref: RegisterRef(body), Name: body.Name, SIREN: string(body.SIREN), Public: true,
		Place: b.place(body.Departement)}
}

// place names a département.
func (b *Bodies) place(code string) string {
	if d, ok := b.service.register.ByCode(territory.Departement, code); ok {
		return d.Name
	}
	return ""
}
