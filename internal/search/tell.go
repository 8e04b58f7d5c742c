// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/text"
)

// Figures of the passages shown with a hit.
const (
	maxPassages  = 2
	passageBytes = 160
	maxCached    = 512
	tellWithin   = 150 * time.Millisecond
)

// told is what is read of an entity to explain a hit.
type told struct {
	rev          int64
	texts        map[string][]string // by language: summary, description
	replaces     []string
	alternatives []string
}

// textCache keeps the texts of what was shown last, so that a busy page asks the database once.
type textCache struct {
	mu   sync.Mutex
	kept map[registry.ID]*told
}

// tell adds to the hits of a page why they were found: passages, products replaced, synonyms,
// distance. The texts come from the database; when it is slow the page goes without.
func (ix *Index) tell(ctx context.Context, r *request, a *answer, out *catalogue.SearchResult) {
	texts := ix.textsOf(ctx, out.Hits)
	for i := range out.Hits {
		h, item := &out.Hits[i], out.Hits[i].Item
		if p, placed := item.Point(); placed && r.Near != nil {
			h.Why = append(h.Why, catalogue.Reason{Code: "distance", Amount: kilometres(*r.Near, p)})
		}
		if i >= len(a.hits) {
			continue
		}
		how := a.hits[i].how
		t := texts[item.ID()]
		if t != nil {
			h.Highlights = ix.passages(t.texts, a.plan, r.Lang, how)
			h.Why = append(h.Why, products("replaces", how&byReplaces != 0, t.replaces, a.plan)...)
			h.Why = append(h.Why, products("alternative", how&byAlternative != 0, t.alternatives, a.plan)...)
		}
		if how&bySynonym != 0 && how&byItself == 0 {
			for _, g := range a.plan.groups {
				h.Why = append(h.Why, catalogue.Reason{Code: "synonym", Value: ix.describer.concepts.label[g]})
			}
		}
	}
}

// products returns a reason for each product among names that the plan's words name.
func products(code string, matched bool, names []string, pl *plan) []catalogue.Reason {
	var out []catalogue.Reason
	for _, name := range names {
		if !matched {
			break
		}
		for _, w := range read(name) {
			if pl.means(w.stem) {
				out = append(out, catalogue.Reason{Code: code, Value: name})
				break
			}
		}
	}
	return out
}

// means reports whether a stem is one of the terms the plan looks for.
func (pl *plan) means(stem string) bool {
	for _, w := range pl.words {
		for _, v := range w.variants {
			if v.term == stem {
				return true
			}
		}
	}
	return false
}

// textsOf returns the texts of the first hits of a page.
func (ix *Index) textsOf(ctx context.Context, hits []catalogue.Hit) map[registry.ID]*told {
	out := make(map[registry.ID]*told, len(hits))
	var missing []registry.ID
	ix.texts.mu.Lock()
	for _, h := range hits[:min(len(hits), defaultSize)] {
		if t := ix.texts.kept[h.Item.ID()]; t != nil && t.rev == h.Item.Rev {
			out[h.Item.ID()] = t
		} else if h.Item.Kind() == registry.KindSoftware {
			missing = append(missing, h.Item.ID())
		}
	}
	ix.texts.mu.Unlock()
	if len(missing) == 0 {
		return out
	}
	ctx, cancel := context.WithTimeout(ctx, tellWithin)
	defer cancel()
	shown, err := ix.cfg.Source.SoftwareShown(ctx, missing...)
	if err != nil {
		return out // a page without passages is a page
	}
	ix.texts.mu.Lock()
	defer ix.texts.mu.Unlock()
	if len(ix.texts.kept) > maxCached || ix.texts.kept == nil {
		ix.texts.kept = map[registry.ID]*told{}
	}
	for _, s := range shown {
		t := &told{rev: s.Rev, replaces: s.Replaces, alternatives: s.Alternatives, texts: map[string][]string{}}
		for _, l := range []registry.Localised{s.Summary, s.Description} {
			for lang := range l {
				t.texts[lang] = []string{s.Summary[lang], strings.ReplaceAll(text.Plain(s.Description[lang]), "\n", " ")}
			}
		}
		ix.texts.kept[s.ID], out[s.ID] = t, t
	}
	return out
}

// passages returns where the words of the plan stand in the texts of that language, or of French.
// Only the texts in which the index found them are read.
func (ix *Index) passages(texts map[string][]string, pl *plan, lang string, how uint16) []string {
	if len(texts[lang]) == 0 {
		lang = "fr"
	}
	var out []string
	for i, t := range texts[lang] {
		if i == 0 && how&bySummary == 0 || i > 0 && how&byText == 0 {
			continue
		}
		if from, to, ok := ix.spot(t, pl); ok && len(out) < maxPassages {
			out = append(out, passage(t, from, to))
		}
	}
	return out
}

// spot returns where the first word or phrase of the plan stands in a text, read a sentence at a
// time.
func (ix *Index) spot(t string, pl *plan) (from, to int, ok bool) {
	for at := 0; at < len(t); {
		end := len(t)
		if i := strings.Index(t[at:], ". "); i >= 0 {
			end = at + i + 2
		}
		words := read(t[at:end])
		for _, w := range words {
			if !w.elided && !stopWord(w.folded) && pl.means(w.stem) {
				return at + w.from, at + w.to, true
			}
		}
		seq := telling(words)
		for _, f := range ix.describer.concepts.in(seq, false) {
			if pl.means(conceptTerm(f.group)) {
				return at + seq[f.at].from, at + seq[f.at+f.size-1].to, true
			}
		}
		at = end
	}
	return 0, 0, false
}

// passage cuts a text around a place, between words.
func passage(t string, from, to int) string {
	if len(t) <= passageBytes {
		return t
	}
	start := max(0, from-(passageBytes-(to-from))/3)
	end := min(len(t), max(start+passageBytes, to))
	if start > 0 {
		if i := strings.IndexByte(t[start:from], ' '); i >= 0 {
			start += i + 1
		}
	}
	if end < len(t) {
		if i := strings.LastIndexByte(t[to:end], ' '); i >= 0 {
			end = to + i
		}
	}
	for start > 0 && start < len(t) && !utf8.RuneStart(t[start]) {
		start--
	}
	for end < len(t) && !utf8.RuneStart(t[end]) {
		end++
	}
	out := t[start:end]
	if start > 0 {
		out = "… " + out
	}
	if end < len(t) {
		out += " …"
	}
	return out
}
