// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"maillage/internal/event"
	"maillage/internal/member"
	"maillage/internal/text"
)

// MatchListener is the subscriber's name of ProposeMatches.
const MatchListener = "registry.matches"

// MatchFacts returns the names of the facts ProposeMatches listens to.
func MatchFacts() []string {
	return []string{EntityRegistered{}.FactName(), EntitiesImported{}.FactName()}
}

// ProposeMatches is the listener that looks, after new entities came in, for others they look like,
// and puts the pairs in the curators' queue. It is called outside the transaction that registered
// them; hearing a fact twice proposes nothing twice.
func (s *Service) ProposeMatches(ctx context.Context, e event.Envelope) error {
	var kind Kind
	var ids []ID
	switch e.Name {
	case EntityRegistered{}.FactName():
		var f EntityRegistered
		if err := e.Decode(&f); err != nil {
			return fmt.Errorf("propose matches: %w", err)
		}
		kind, ids = f.Kind, []ID{f.ID}
	case EntitiesImported{}.FactName():
		var f EntitiesImported
		if err := e.Decode(&f); err != nil {
			return fmt.Errorf("propose matches: %w", err)
		}
		kind, ids = f.Kind, f.IDs
	}
	if kind == KindSoftware {
		return proposeAlike(ctx, s, s.software, ids)
	}
	return proposeAlike(ctx, s, s.organisations, ids)
}

// proposeAlike proposes what shares a hint with one of the entities.
func proposeAlike[F Facts](ctx context.Context, s *Service, t *traits[F], ids []ID) error {
	return s.write(ctx, member.System("matches"), func(ctx context.Context, w *session) error {
		fresh, err := t.load(s.store, ctx, ids...)
		if err != nil {
			return err
		}
		var hints []Identifier
		for i := range fresh {
			hints = append(hints, t.hints(&fresh[i].Facts)...)
		}
		found, err := s.store.ByKeys(ctx, t.kind, hints)
		if err != nil {
			return err
		}
		others := slices.Clone(ids)
		for _, alike := range found {
			others = append(others, alike...)
		}
		slices.Sort(others)
		entities, err := t.load(s.store, ctx, slices.Compact(others)...)
		if err != nil {
			return err
		}
		byID := map[ID]Known[F]{}
		for _, k := range entities {
			byID[k.ID] = k
		}
		before, err := s.store.ProposalsAmong(ctx, ids...)
		if err != nil {
			return err
		}
		settled := map[[2]ID]bool{}
		for _, p := range before {
			settled[pair(p.Left, p.Right)] = true
		}
		for i := range fresh {
			if err := w.proposeFor(t.kind, fresh[i].ID, alikes(t, fresh[i], found, byID), settled); err != nil {
				return err
			}
		}
		return nil
	})
}

// maxAlike bounds the proposals for one new entity: a name borne by many proposes nothing useful.
const maxAlike = 5

// alikes returns what one entity may be the same as.
func alikes[F Facts](t *traits[F], k Known[F], found map[Identifier][]ID, byID map[ID]Known[F]) []proposed {
	if !k.Live() {
		return nil
	}
	var out []proposed
	for _, hint := range t.hints(&k.Facts) {
		if len(found[hint]) > maxAlike {
			continue
		}
		for _, id := range found[hint] {
			other, known := byID[id]
			if !known || id == k.ID || told(t, k, other) {
				continue
			}
			reason := ReasonSimilarName
			if hint.Scheme == hintWebsite {
				reason = ReasonSameWebsite
			}
			out = append(out, proposed{id, reason, t.name(&other.Facts)})
		}
	}
	return out
}

// told reports whether official numbers tell two bodies apart: homonymous communes are no match.
func told[F Facts](t *traits[F], a, b Known[F]) bool {
	apart := conflict(t.keys(&a.Facts), t.keys(&b.Facts))
	return slices.Contains(apart, SchemeSIREN) || slices.Contains(apart, SchemeINSEE)
}

func (w *session) proposeFor(kind Kind, id ID, alike []proposed, settled map[[2]ID]bool) error {
	for _, m := range alike {
		if _, err := w.propose(kind, m.with, id, m.reason, m.detail, settled); err != nil {
			return err
		}
	}
	return nil
}

// emptyNames are the words that say what a body is, not which one.
var emptyNames = []string{"mairie", "ville", "commune", "de", "d", "du", "des", "la", "le", "les", "l", "societe", "sarl", "sas", "scop", "association", "the", "software", "logiciel", "project", "projet"}

// lookalikes returns the hints of a name and a website.
func lookalikes(name, website string) []Identifier {
	var out []Identifier
	words := slices.DeleteFunc(text.Words(name), func(w string) bool { return slices.Contains(emptyNames, w) })
	if skeleton := strings.Join(words, ""); len(skeleton) >= 3 {
		out = append(out, Identifier{Scheme: hintSkeleton, Value: skeleton})
	}
	if u, err := url.Parse(website); err == nil && u.Host != "" {
		place := strings.TrimPrefix(strings.ToLower(u.Host), "www.") + strings.TrimSuffix(u.Path, "/")
		out = append(out, Identifier{Scheme: hintWebsite, Value: place})
	}
	return out
}

// ownDomain returns the registrable domain of a website that is a whole site; empty for a page on
// somebody else's (a forge, a social network), which proves nothing.
func ownDomain(website string) string {
	u, err := url.Parse(website)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil || domain != host {
		return "" // somebody.provider.example may be one of many
	}
	return domain
}
