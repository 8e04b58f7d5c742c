// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"maillage/internal/member"
	"maillage/internal/registry"
)

// SearchQuery is what one box over the whole catalogue is asked. It is answered by whoever holds
// the index; the words of the answer are here because doors and index both speak them.
type SearchQuery struct {
	// Text is what a person typed, at most 200 code points; empty asks for everything, by name.
	Text string
	// Types keeps some types: "software", "organisation", "collectivity", "provider". Empty is all.
	// The last two are organisations with that role.
	Types []string
	// Where holds filters by dimension, named as in Query.Where; all must be met.
	Where []Term
	// Near, when set, keeps what lies within Within kilometres of it.
	Near   *registry.Point
	Within float64
	// By decides what is visible; the index must apply it inside the query.
	By member.Actor
	// After is the cursor of an earlier page of the same search; empty for the first page.
	After string
	Size  int // 1 to 100
	// Facets names the dimensions to count.
	Facets []string
	// Aside is set for what a page asks beside the reader's own question, such as the count of another
	// tab: finding nothing is then not counted as a need that was not met.
	Aside bool
	// Lang is "fr" or "en": the language whose texts weigh more.
	Lang string
}

// SearchResult is a page of what was found, best first.
type SearchResult struct {
	Hits   []Hit
	Total  int
	Facets []Facet
	// Next is the cursor of the next page; empty on the last.
	Next string
	// Asked is the text as it was asked. Corrected is the text that was searched instead because
	// Asked found nothing or next to nothing ("Résultats pour …"); empty when nothing was corrected.
	Asked     string
	Corrected string
	// Degraded reports that the index did not answer and the catalogue itself was searched: plainer
	// matches, no correction.
	Degraded bool
	// Version changes whenever the answer may: part of the answer's ETag.
	Version string
}

// Hit is one thing found.
type Hit struct {
	Item *Item
	// Role is the role under which an organisation was found: "collectivity", "provider", "partner",
	// or empty for a software or an organisation without role.
	Role  string
	Score float64
	// Highlights are passages in which the words were found, as plain text.
	Highlights []string
	// Why says what else than its words made the hit match: replaces, alternative, synonym, distance…
	Why []Reason
}
