// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/spdx"
	"maillage/internal/territory"
)

// facetLabel returns the words for a value of a dimension, nil when the value speaks for itself.
func (a *API) facetLabel(dim, value string) *words {
	same := func(s string) *words { return &words{s, s} }
	switch dim {
	case "departement", "region", "epci", "commune":
		kind, _ := territory.ParseKind(dim)
		if b, ok := a.cfg.Register.ByCode(kind, value); ok {
			return same(b.Name)
		}
		return nil
	case "licence":
		if name := spdx.Name(value); name != value {
			return same(name)
		}
		return nil
	case "software":
		return a.nameOf(registry.KindSoftware, value)
	case "organisation", "provider", "customer":
		return a.nameOf(registry.KindOrganisation, value)
	}
	return label(dim, value)
}

func (a *API) nameOf(kind registry.Kind, ref string) *words {
	item, err := a.item(kind, ref, member.Actor{})
	if err != nil {
		return nil
	}
	return &words{item.Name(), item.Name()}
}

var _ catalogue.Renderer = (*Renderer)(nil)
