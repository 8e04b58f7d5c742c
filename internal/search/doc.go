// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package search is the one box over software, organisations and providers: what people type is
// understood (accents, plurals, hyphens, acronyms, "alternative à X", typing errors), looked up in a
// full-text index, and answered with things of the catalogue, ranked, filtered and counted.
//
// The index is bleve's (scorch segments read directly, without its query language: a box that counts
// facets over thousands of hits in a few milliseconds needs document numbers, not documents). It
// holds words only, no text: what a hit says comes from the catalogue, so nothing that was withdrawn
// or hidden can be read from an index that lags. Each process has its own, rebuilt from the database
// whenever it is lost, damaged, of another version, or ahead of the database; otherwise it follows
// the numbered changes of the registry. When it cannot answer, the database's plain search does.
package search
