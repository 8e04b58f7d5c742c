// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"context"
	"slices"
	"strings"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/text"
)

// browse answers an empty search: what passes the filters in the catalogue's own order, software
// first.
func (ix *Index) browse(q catalogue.SearchQuery) (catalogue.SearchResult, error) {
	if err := knownDims(q); err != nil {
		return catalogue.SearchResult{}, err
	}
	out := catalogue.SearchResult{Asked: q.Text, Version: versions(ix.cfg.Catalogue)}
	at, inner, _ := strings.Cut(q.After, ".")
	var facets [][]catalogue.Facet
	reached := q.After == ""
	known := reached
	for _, cq := range shelves(q) {
		if !reached && at == string(cq.Kind) {
			reached, known = true, true
			cq.After = inner
		}
		page, err := ix.visit(&cq, reached && len(out.Hits) < q.Size, q.Size-len(out.Hits))
		if err != nil {
			return catalogue.SearchResult{}, err
		}
		out.Total += page.Total
		for _, item := range page.Items {
			out.Hits = append(out.Hits, catalogue.Hit{Item: item})
		}
		if out.Next == "" && page.Next != "" {
			out.Next = string(cq.Kind) + "." + page.Next
		} else if out.Next == "" && reached && len(out.Hits) == q.Size && len(page.Items) == 0 && page.Total > 0 {
			out.Next = string(cq.Kind) + "."
		}
		if dims := ofKind(catalogue.Dims(cq.Kind), q.Facets); len(dims) > 0 {
			cq.After = ""
			counted, err := ix.cfg.Catalogue.Facets(cq, dims...)
			if err != nil {
				return catalogue.SearchResult{}, err
			}
			facets = append(facets, counted)
		}
	}
	if !known {
		return catalogue.SearchResult{}, errCursor()
	}
	if len(q.Facets) > 0 {
		out.Facets = summed(q.Facets, facets...)
	}
	return out, nil
}

// visit asks the catalogue for a page, or for the total alone.
func (ix *Index) visit(cq *catalogue.Query, wanted bool, size int) (catalogue.Page, error) {
	cq.Size = max(size, 1)
	page, err := ix.cfg.Catalogue.Query(*cq)
	if err != nil {
		if cq.After != "" && fault.Is(err, fault.Invalid) {
			return page, errCursor()
		}
		return page, err
	}
	if !wanted {
		page.Items, page.Next = nil, ""
	}
	return page, nil
}

// shelves returns the catalogue's queries that a search without words stands for.
func shelves(q catalogue.SearchQuery) []catalogue.Query {
	var types uint8
	for _, t := range q.Types {
		types |= typeBits(t)
	}
	var out []catalogue.Query
	add := func(kind registry.Kind, where []catalogue.Term) {
		for _, t := range where {
			if !slices.Contains(catalogue.Dims(kind), t.Dim) {
				return
			}
		}
		out = append(out, catalogue.Query{Kind: kind, By: q.By, Where: where, Near: q.Near, Within: q.Within})
	}
	if (types == 0 || types&isSoftware != 0) && q.Near == nil {
		add(registry.KindSoftware, q.Where)
	}
	if types != isSoftware {
		add(registry.KindOrganisation, append(roleTerm(q.Types), q.Where...))
	}
	return out
}

// maxPlain is how many things the plain search looks at.
const maxPlain = 500

// plain answers from the database when the index does not.
func (ix *Index) plain(ctx context.Context, r *request) *answer {
	a := &answer{degraded: true, plan: &plan{}}
	var words []string
	for _, w := range askable(read(clip(r.Text))) {
		words = append(words, text.Fold(w.folded))
	}
	if ix.cfg.Fallback == nil || len(words) == 0 {
		return a
	}
	var kinds []registry.Kind
	if r.types&isSoftware != 0 {
		kinds = append(kinds, registry.KindSoftware)
	}
	if r.types&^isSoftware != 0 {
		kinds = append(kinds, registry.KindOrganisation)
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	ids, err := ix.cfg.Fallback.SearchPlain(ctx, words[:min(len(words), maxQueryWords)], kinds, maxPlain)
	if err != nil {
		ix.cfg.Logger.Warn("plain search", "error", err)
		return a
	}
	for i, id := range ids {
		for _, kind := range kinds {
			h := hit{kind: kind, id: id, score: uint32(maxPlain-i) * 1000}
			var shown bool
			if h.ordinal, shown = r.shown.Ord(kind, id); shown && r.passes(h) {
				a.hits = append(a.hits, h)
				a.any = true
			}
		}
	}
	return a
}
