// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import "strings"

// stem returns the folded word w without the endings of plural and feminine, French and English, so
// that "cimetières" finds "cimetière" and "actives" finds "actif". It goes no further on purpose:
// stemmers that cut derivations too make "formation" and "forme" the same word, and people notice.
// Words of up to three letters and words with digits are names; they are left alone.
func stem(w string) string {
	if len(w) <= 3 || strings.ContainsAny(w, "0123456789") {
		return w
	}
	w = singular(w)
	switch {
	case len(w) > 6 && strings.HasSuffix(w, "trice"):
		w = w[:len(w)-5] + "teur"
	case len(w) > 6 && strings.HasSuffix(w, "euse"):
		w = w[:len(w)-4] + "eur"
	case len(w) > 6 && strings.HasSuffix(w, "ing"):
		w = w[:len(w)-3]
	case len(w) > 4 && strings.HasSuffix(w, "if"):
		w = w[:len(w)-1] + "v"
	case len(w) > 4 && w[len(w)-1] == 'y':
		w = w[:len(w)-1] + "i" // library and libraries
	}
	if len(w) > 3 && w[len(w)-1] == 'e' {
		w = w[:len(w)-1]
	}
	if n := len(w); n > 4 && w[n-1] == 'e' { // adhérée, musée
		w = w[:n-1]
	}
	if n := len(w); n > 4 && w[n-1] == w[n-2] && w[n-1] < 0x80 {
		w = w[:n-1] // professionnelle, citoyenne
	}
	return w
}

// singular drops the plural's ending.
func singular(w string) string {
	n := len(w)
	switch {
	case n > 5 && strings.HasSuffix(w, "eaux"), n > 4 && strings.HasSuffix(w, "eux"):
		return w[:n-1] // reseaux, jeux
	case n > 4 && strings.HasSuffix(w, "aux"):
		return w[:n-2] + "l" // communaux
	case w[n-1] == 's' && !strings.HasSuffix(w, "ss"):
		return w[:n-1]
	}
	return w
}
