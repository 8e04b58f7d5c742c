// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search_test

import (
	"testing"
	"time"
	"unicode/utf8"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
)

// FuzzSearch: whatever is typed, Search answers within LIMITS.md's quarter of a second, never
// degraded, and only the cursor and the filters can be refused.
func FuzzSearch(f *testing.F) {
	for _, s := range []string{"nextcloud", "l'archivage", "alternative à", "alternative à à la place de", "213 801 855 00012", "\xff\xfe",
		"é\u0301\u0301", "a-b-c-d-e-f", "''''", "openCimetièreOpenElecOpenADS", "日本語 検索", "à la place de", "qu'l'd'", "𝐍𝐞𝐱𝐭", "ﬃ ﬄ"} {
		f.Add(s, "")
	}
	h := newHouse(f, hidden(f), "")
	f.Fuzz(func(t *testing.T, text, after string) {
		began := time.Now()
		r, err := h.index.Search(t.Context(), catalogue.SearchQuery{Text: text, After: after, Facets: []string{"licence", "departement"}})
		if took := time.Since(began); took > 250*time.Millisecond {
			t.Errorf("%q took %v", text, took)
		}
		if err != nil {
			if after == "" || !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if r.Degraded || len(r.Hits) > r.Total || !utf8.ValidString(r.Corrected) {
			t.Errorf("%q: %+v", text, r)
		}
		for _, hit := range r.Hits {
			for _, passage := range hit.Highlights {
				if !utf8.ValidString(passage) {
					t.Errorf("%q: passage %q", text, passage)
				}
			}
		}
	})
}
