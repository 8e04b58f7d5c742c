// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/text"
)

const (
	defaultSize = 25
	maxSize     = 100
)

// Search answers a search. It returns fault.Invalid for a question that cannot be asked: a page size
// outside 1 to 100, a type or dimension nobody knows, a cursor that this search did not give. It
// returns no other error but ctx's: when the index cannot answer, the database's plain search does,
// and when that cannot either, nothing is found and Degraded says so.
func (ix *Index) Search(ctx context.Context, q catalogue.SearchQuery) (catalogue.SearchResult, error) {
	if err := check(&q); err != nil {
		return catalogue.SearchResult{}, err
	}
	if strings.TrimSpace(q.Text) == "" {
		return ix.browse(q)
	}
	r := &request{SearchQuery: q, versions: versions(ix.cfg.Catalogue), shown: ix.cfg.Catalogue.Snapshot(), hash: queryHash(q)}
	if q.After != "" {
		after, err := decodeCursor(q.After, r.hash)
		if err != nil {
			return catalogue.SearchResult{}, err
		}
		r.after = &after
	}
	if err := r.filters(); err != nil {
		return catalogue.SearchResult{}, err
	}
	found, err := ix.find(ctx, r)
	if err != nil {
		if ctx.Err() != nil {
			return catalogue.SearchResult{}, ctx.Err()
		}
		ix.cfg.Logger.Warn("search without the index", slog.Any("error", err))
		found = ix.plain(ctx, r)
	}
	result, err := r.page(found)
	if err != nil {
		return catalogue.SearchResult{}, err
	}
	result.Version = r.version(found)
	ix.tell(ctx, r, found, &result)
	if !found.any && !found.degraded && q.After == "" && !q.Aside {
		ix.miss(q.Text)
	} else if found.any {
		ix.misses.settle(text.Fold(q.Text))
	}
	return result, nil
}

// check refuses what cannot be asked and fills in what was left out.
func check(q *catalogue.SearchQuery) error {
	var faults fault.Fields
	if q.Size == 0 {
		q.Size = defaultSize
	}
	if q.Size < 1 || q.Size > maxSize {
		faults.AddDetail("page[size]", "out_of_range", fmt.Sprint(maxSize))
	}
	for _, t := range q.Types {
		if typeBits(t) == 0 {
			faults.Add("type", "not_a_choice")
		}
	}
	if q.Near != nil && (badNumber(q.Near.Lat) || badNumber(q.Near.Lon) || badNumber(q.Within) || q.Within < 0) {
		faults.Add("near", "not_a_number")
	}
	if q.Lang != "en" {
		q.Lang = "fr"
	}
	q.Text = strings.ToValidUTF8(q.Text, " ")
	return faults.Err()
}

func badNumber(f float64) bool { return math.IsNaN(f) || math.IsInf(f, 0) }

// typeBits returns the kinds a type stands for, 0 when there is no such type.
func typeBits(t string) uint8 {
	switch t {
	case "software":
		return isSoftware
	case "organisation":
		return isOrganisation
	case "collectivity":
		return isCollectivity
	case "provider":
		return isProvider
	}
	return 0
}

// request is one search in progress.
type request struct {
	catalogue.SearchQuery
	versions      string
	shown         *catalogue.Snapshot
	hash          uint64
	after         *cursor
	types         uint8 // kinds kept
	software      *sieve
	organisations *sieve
	faces         []face // by document; nil when few are needed
}

// sieve is what the filters let through of one kind; nil lets everything through.
type sieve struct{ set catalogue.Bitmap }

// filters prepares what decides whether a match is a hit.
func (r *request) filters() (err error) {
	for _, t := range r.Types {
		r.types |= typeBits(t)
	}
	if r.types == 0 {
		r.types = isSoftware | isOrganisation
	}
	if err := knownDims(r.SearchQuery); err != nil {
		return err
	}
	if r.software, err = r.sieve(registry.KindSoftware, r.Where); err != nil {
		return err
	}
	r.organisations, err = r.sieve(registry.KindOrganisation, append(roleTerm(r.Types), r.Where...))
	return err
}

// knownDims refuses filters and facets that neither kind has.
func knownDims(q catalogue.SearchQuery) error {
	var faults fault.Fields
	known := func(dim string) bool {
		return slices.Contains(catalogue.Dims(registry.KindSoftware), dim) ||
			slices.Contains(catalogue.Dims(registry.KindOrganisation), dim)
	}
	for _, t := range q.Where {
		if !known(t.Dim) {
			faults.Add(t.Dim, "unknown_parameter")
		}
	}
	for _, dim := range q.Facets {
		if !known(dim) || dim == "updated_since" {
			faults.Add("facets", "not_a_choice")
		}
	}
	return faults.Err()
}

// sieve returns what the terms let through of a kind. A dimension the kind does not have lets
// nothing through.
func (r *request) sieve(kind registry.Kind, where []catalogue.Term) (*sieve, error) {
	if len(where) == 0 {
		return nil, nil
	}
	for _, t := range where {
		if !slices.Contains(catalogue.Dims(kind), t.Dim) {
			return &sieve{}, nil
		}
	}
	set, err := r.shown.Match(catalogue.Query{Kind: kind, By: r.By, Where: where})
	if err != nil || set == nil {
		return nil, err
	}
	return &sieve{set}, nil
}

// lets reports whether an ordinal passes.
func (s *sieve) lets(ord int) bool { return s == nil || s.set != nil && s.set.Has(ord) }

// roleTerm is the filter that the types "collectivity" and "provider" stand for; none when all
// organisations are wanted. Among providers alone the catalogue takes a département for one they
// serve.
func roleTerm(types []string) []catalogue.Term {
	var roles []string
	for _, t := range types {
		switch t {
		case "organisation":
			return nil
		case "collectivity", "provider":
			if !slices.Contains(roles, t) {
				roles = append(roles, t)
			}
		}
	}
	if roles == nil {
		return nil
	}
	return []catalogue.Term{{Dim: "role", Values: roles}}
}

// weights returns what each field counts for whoever asks: what one may not know is not searched.
func (r *request) weights() weights {
	w := plainWeights(r.Lang)
	if !registry.CanSee(r.By, registry.Members) {
		w[inMembers] = 0
	}
	if !registry.CanSee(r.By, registry.CollectivitiesOnly) {
		w[inBodies] = 0
	}
	return w
}

// answer is everything a search found.
type answer struct {
	hits      []hit
	any       bool // something matched the words, filters aside
	corrected string
	plan      *plan
	degraded  bool
	position  int64
}

// find searches the index. Its errors mean that the index could not answer.
func (ix *Index) find(ctx context.Context, r *request) (a *answer, err error) {
	v, words := ix.look()
	if v == nil {
		return nil, errors.New("index not there yet")
	}
	defer func() {
		if e := v.release(); e != nil {
			ix.cfg.Logger.Warn("close a state of the index", slog.Any("error", e))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	err = guard(func() error {
		s := v.sessions.Get().(*session)
		p := &planner{session: s, vocab: words, concepts: ix.describer.concepts, places: ix.places, weights: r.weights()}
		a, err = ix.ask(ctx, r, p)
		if err == nil {
			v.sessions.Put(s) // one that failed holds half a query
		}
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			ix.suspect()
		}
		return nil, err
	}
	a.position = v.position
	return a, nil
}

// suspect has the index built anew after something that cannot be. When it was built lately the fault
// is not the index's, and building it for each such question would only help whoever found it.
func (ix *Index) suspect() {
	if ix.cfg.Now().Unix()-ix.built.Load() < int64(rebuildAtMost/time.Second) {
		return
	}
	ix.damaged.Store(true)
	ix.Wake()
}
