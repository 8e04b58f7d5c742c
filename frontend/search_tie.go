// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/text"
)

// ties say why an organisation answers a question that names a software: it runs it, or sells
// services for it. The index finds it by that word and does not say so.
type ties struct {
	snapshot *catalogue.Snapshot
	software *catalogue.Item // nil when the question names none
	uses     catalogue.Bitmap
	offers   catalogue.Bitmap
}

// ties looks for a software named by the whole question, else by one of its words.
func (p *Pages) ties(asked string) (ties, error) {
	t := ties{snapshot: p.cfg.Catalogue.Snapshot()}
	for _, name := range append([]string{asked}, text.Words(asked)...) {
		slug := text.Slug(name)
		if slug == "" {
			continue
		}
		if it, _, err := p.cfg.Catalogue.Get(registry.KindSoftware, slug, visitor()); err == nil {
			t.software = it
			break
		}
	}
	if t.software == nil {
		return t, nil
	}
	for _, side := range []struct {
		where []catalogue.Term
		into  *catalogue.Bitmap
	}{
		{[]catalogue.Term{where("uses", string(t.software.ID()))}, &t.uses},
		{[]catalogue.Term{where("role", string(registry.RoleProvider)), where("software", string(t.software.ID()))}, &t.offers},
	} {
		found, err := t.snapshot.Match(catalogue.Query{Kind: registry.KindOrganisation, By: visitor(), Where: side.where})
		if err != nil {
			return t, err
		}
		*side.into = found
	}
	return t, nil
}

// of returns the reasons of an organisation.
func (t ties) of(it *catalogue.Item) []catalogue.Reason {
	ord, known := t.snapshot.Ord(registry.KindOrganisation, it.ID())
	if t.software == nil || !known {
		return nil
	}
	var out []catalogue.Reason
	for _, side := range []struct {
		code string
		in   catalogue.Bitmap
	}{{"uses", t.uses}, {"offers", t.offers}} {
		if side.in != nil && side.in.Has(ord) {
			out = append(out, catalogue.Reason{Code: side.code, Of: t.software.ID(), Name: t.software.Name()})
		}
	}
	return out
}
