// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"cmp"
	"slices"
	"strings"
)

// vocab holds the words of names, keywords and summaries as they are written: what an unknown word
// may have meant, and what a word being typed may become. Sorted by folded form.
type vocab struct{ words []vocabWord }

type vocabWord struct {
	folded string
	shown  string
	count  uint32 // documents
	named  bool   // stands in a name
}

// loadVocab reads the vocabulary of a view.
func loadVocab(v *view) (*vocab, error) {
	var all []vocabWord
	err := guard(func() error {
		for _, f := range []fieldNo{inNameWords, inTextWords} {
			dict, err := v.snapshot.FieldDict(fieldNames[f])
			if err != nil {
				return err
			}
			for {
				e, err := dict.Next()
				if err != nil {
					return err
				}
				if e == nil {
					break
				}
				all = append(all, newVocabWord(strings.Clone(e.Term), uint32(e.Count), f))
			}
			if err := dict.Close(); err != nil {
				return err
			}
		}
		return nil
	})
	return merged(all), err
}

func newVocabWord(term string, count uint32, f fieldNo) vocabWord {
	folded, shown, _ := strings.Cut(term, "\x00")
	return vocabWord{folded: folded, shown: shown, count: count, named: f == inNameWords}
}

// merged sorts words and makes one of those with the same folded form, shown as it is most often
// written.
func merged(all []vocabWord) *vocab {
	slices.SortFunc(all, func(a, b vocabWord) int {
		return cmp.Or(cmp.Compare(a.folded, b.folded), cmp.Compare(b.count, a.count), cmp.Compare(a.shown, b.shown))
	})
	out := all[:0]
	for _, w := range all {
		if n := len(out); n > 0 && out[n-1].folded == w.folded {
			out[n-1].count += w.count
			out[n-1].named = out[n-1].named || w.named
			continue
		}
		out = append(out, w)
	}
	return &vocab{words: slices.Clone(out)}
}

// with returns the vocabulary with the new words of entries. Counts stay as they were, and what is no
// longer said stays, until the index is opened again: a suggestion is checked against the index
// before it is made.
func (v *vocab) with(entries []*entry) *vocab {
	var fresh []vocabWord
	for _, e := range entries {
		for _, f := range []fieldNo{inNameWords, inTextWords} {
			for _, term := range e.terms[f] {
				w := newVocabWord(term, 1, f)
				if old, known := v.find(w.folded); !known || w.named && !old.named {
					fresh = append(fresh, w)
				}
			}
		}
	}
	if len(fresh) == 0 {
		return v
	}
	return merged(append(slices.Clone(v.words), fresh...))
}

// find returns the word of that folded form.
func (v *vocab) find(folded string) (vocabWord, bool) {
	found := v.from(folded)
	if len(found) == 0 || found[0].folded != folded {
		return vocabWord{}, false
	}
	return found[0], true
}

// from returns the words that begin with prefix.
func (v *vocab) from(prefix string) []vocabWord {
	at, _ := slices.BinarySearchFunc(v.words, prefix, func(w vocabWord, p string) int { return cmp.Compare(w.folded, p) })
	end := at
	for end < len(v.words) && strings.HasPrefix(v.words[end].folded, prefix) {
		end++
	}
	return v.words[at:end]
}

// maxCompletions is how many words a word being typed may stand for.
const maxCompletions = 16

// completions returns the words a prefix may become, the most frequent first, names before others.
func (v *vocab) completions(prefix string) []vocabWord {
	found := slices.Clone(v.from(prefix))
	slices.SortFunc(found, func(a, b vocabWord) int {
		return cmp.Or(cmp.Compare(b.rank(), a.rank()), cmp.Compare(a.folded, b.folded))
	})
	return found[:min(len(found), maxCompletions)]
}

func (w vocabWord) rank() uint32 {
	if w.named {
		return w.count * 3
	}
	return w.count
}

// tolerance is how many typing errors a word of that many letters may hold.
func tolerance(letters int) int {
	switch {
	case letters < 4:
		return 0
	case letters < 7:
		return 1
	}
	return 2
}

// corrections returns the words w may have been meant for, best first: fewest errors, then names and
// frequent words. Words that begin otherwise are looked at only when no other will do.
func (v *vocab) corrections(w string, max int) []vocabWord {
	errs := tolerance(len(w))
	if errs == 0 || strings.ContainsAny(w, "0123456789") {
		return nil
	}
	found := near(v.from(w[:1]), w, errs)
	if len(found) == 0 {
		found = near(v.words, w, errs)
	}
	slices.SortFunc(found, func(a, b suggestion) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(b.rank(), a.rank()), cmp.Compare(a.folded, b.folded))
	})
	var out []vocabWord
	for _, s := range found[:min(len(found), max)] {
		out = append(out, s.vocabWord)
	}
	return out
}

type suggestion struct {
	vocabWord
	distance int
}

func near(words []vocabWord, w string, errs int) []suggestion {
	var out []suggestion
	var rows distanceRows
	for _, c := range words {
		if d := len(c.folded) - len(w); d > errs || -d > errs || c.folded == w {
			continue
		}
		if d := rows.distance(w, c.folded, errs); d <= errs {
			out = append(out, suggestion{c, d})
		}
	}
	return out
}

// distanceRows are the working memory of distance.
type distanceRows [3][maxWordBytes + 2]int8

// distance returns how many letters must be added, removed, changed or swapped with their neighbour
// to make b of a (Damerau and Levenshtein, no letter touched twice), or more than limit as soon as
// that is certain. Folded words are ASCII but for other alphabets, which count by byte.
func (rows *distanceRows) distance(a, b string, limit int) int {
	if len(a) > maxWordBytes || len(b) > maxWordBytes {
		return limit + 1
	}
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = int8(j)
	}
	for i := 1; i <= len(a); i++ {
		row[0] = int8(i)
		least := row[0]
		for j := 1; j <= len(b); j++ {
			cost := int8(1)
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			least = min(least, d)
		}
		if int(least) > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return int(last[len(b)])
}
