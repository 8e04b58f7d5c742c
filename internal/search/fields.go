// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	index "github.com/blevesearch/bleve_index_api"
)

// fieldNo numbers the fields of the index. A field says where a word stands, hence how much it
// weighs and who may find by it; its terms carry neither frequency nor position.
type fieldNo int

const (
	inName         fieldNo = iota // names of up to three words
	inLongName                    // longer names, former names
	inKeywords                    // keywords, kinds of body
	inCategories                  // names of categories and business domains
	inReplaces                    // products it takes the place of
	inAlternatives                // comparable software
	inSummaryFR
	inSummaryEN
	inTextFR
	inTextEN
	inPlace      // where it is, or where it serves
	inOffers     // software and services offered, software publicly used
	inMembers    // software whose use only members may know of
	inBodies     // software whose use only public bodies may know of
	inIdentifier // numbers and codes, exactly
	inExact      // whole names
	inKind       // software, organisation and its roles
	inWeight     // power of two of the population
	inNameWords  // words of names as they are written, for correction and completion
	inTextWords  // the same of keywords, products and summaries
	fieldCount
)

// fieldNames are the names in the index, by fieldNo.
var fieldNames = [fieldCount]string{"n", "l", "k", "c", "r", "a", "sf", "se", "df", "de", "p", "o", "om", "oc",
	"i", "x", "t", "q", "vn", "vt"}

// weights say how much a word found in each field counts. Languages and intentions change them.
type weights [fieldCount]float32

func plainWeights(lang string) weights {
	w := weights{inName: 10, inLongName: 7.5, inKeywords: 5, inCategories: 2.5, inReplaces: 4, inAlternatives: 1.2,
		inSummaryFR: 2.5, inSummaryEN: 1.5, inTextFR: 1, inTextEN: 0.6, inPlace: 3, inOffers: 4,
		inMembers: 4, inBodies: 4, inIdentifier: 14}
	if lang == "en" {
		w[inSummaryFR], w[inSummaryEN], w[inTextFR], w[inTextEN] = 1.5, 2.5, 0.6, 1
	}
	return w
}

// insteadWeights are those of "alternative à X": what replaces X first, then what compares with it.
func insteadWeights() weights { return weights{inReplaces: 10, inAlternatives: 5} }

// entry is a document of the index: terms by field, each once.
type entry struct {
	id    string
	terms [fieldCount][]string
	seen  map[string]uint32 // fields that have the term, as bits
}

func newEntry(id string) *entry { return &entry{id: id, seen: make(map[string]uint32, 64)} }

// add puts a term in a field.
func (e *entry) add(f fieldNo, term string) {
	if term == "" {
		return
	}
	fields := e.seen[term]
	if fields&(1<<f) != 0 {
		return
	}
	e.seen[term] = fields | 1<<f
	e.terms[f] = append(e.terms[f], term)
}

// The entry is what bleve indexes: see index.Document.

func (e *entry) ID() string { return e.id }

// Size is what bleve accounts for its own statistics.
func (e *entry) Size() int { return len(e.id) }

func (e *entry) VisitFields(visit index.FieldVisitor) {
	visit(&field{name: "_id", terms: []string{e.id}, options: index.IndexField | index.StoreField})
	for f, terms := range e.terms {
		if len(terms) > 0 {
			visit(&field{name: fieldNames[f], terms: terms, options: index.IndexField | index.SkipFreqNorm})
		}
	}
}

func (e *entry) VisitComposite(index.CompositeFieldVisitor) {}
func (e *entry) HasComposite() bool                         { return false }
func (e *entry) NumPlainTextBytes() uint64                  { return 0 }
func (e *entry) AddIDField()                                {} // VisitFields has it
func (e *entry) StoredFieldsBytes() uint64                  { return uint64(len(e.id)) }
func (e *entry) Indexed() bool                              { return true }

// field is one field of an entry, analysed already.
type field struct {
	name    string
	terms   []string
	options index.FieldIndexingOptions
}

func (f *field) Name() string                        { return f.name }
func (f *field) ArrayPositions() []uint64            { return nil }
func (f *field) EncodedFieldType() byte              { return 't' }
func (f *field) Analyze()                            {}
func (f *field) Options() index.FieldIndexingOptions { return f.options }
func (f *field) AnalyzedLength() int                 { return len(f.terms) }
func (f *field) NumPlainTextBytes() uint64           { return 0 }

// Value is what would be stored: nothing but the id is.
func (f *field) Value() []byte {
	if f.options.IsStored() {
		return []byte(f.terms[0])
	}
	return nil
}

func (f *field) AnalyzedTokenFrequencies() index.TokenFrequencies {
	out := make(index.TokenFrequencies, len(f.terms))
	all := make([]index.TokenFreq, len(f.terms))
	for i, t := range f.terms {
		all[i].Term = []byte(t)
		all[i].SetFrequency(1)
		out[t] = &all[i]
	}
	return out
}
