// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"strconv"
	"strings"
)

// Language returns the language to answer in, "fr" or "en", from Accept-Language (RFC 9110
// §12.5.4). French is the answer to no preference, to a tie, and to any other language.
func Language(r *http.Request) string {
	values := r.Header["Accept-Language"]
	if len(values) == 0 {
		return "fr"
	}
	fr, en, rest := -1.0, -1.0, 0.0
	for i, part := range strings.Split(values[0], ",") {
		if i == 32 { // nobody speaks that many
			break
		}
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := quality(params)
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		switch primary {
		case "fr":
			fr = max(fr, q)
		case "en":
			en = max(en, q)
		case "*":
			rest = max(rest, q)
		}
	}
	if fr < 0 {
		fr = rest
	}
	if en < 0 {
		en = rest
	}
	if en > fr {
		return "en"
	}
	return "fr"
}

// quality reads "q=0.8"; anything else counts as no preference stated, which is 1.
func quality(params string) float64 {
	v, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
	if !ok {
		return 1
	}
	q, err := strconv.ParseFloat(v, 64)
	if err != nil || q < 0 || q > 1 {
		return 0
	}
	return q
}
