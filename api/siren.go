// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// bySIREN returns the organisation that bears, or bore, that SIREN. It returns fault.Missing when
// there is none in the catalogue.
func (a *API) bySIREN(siren territory.SIREN) (*catalogue.Item, error) {
	page, err := a.cfg.Catalogue.Query(catalogue.Query{Kind: registry.KindOrganisation, Size: 1,
		Where: []catalogue.Term{{Dim: "siren", Values: []string{string(siren)}}}})
	if err != nil {
		return nil, err
	}
	if len(page.Items) == 0 {
		return nil, fault.New(fault.Missing, "organisation_missing")
	}
	return page.Items[0], nil
}
