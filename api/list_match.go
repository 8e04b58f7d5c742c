// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"strconv"

	"maillage/internal/catalogue"
)

// appendMatched appends an item with why it is there: the item's own object, one member longer.
func (a *API) appendMatched(b []byte, item *catalogue.Item, m *catalogue.Match) []byte {
	b = item.AppendJSON(b)
	b = b[:len(b)-1] // its closing brace
	b = append(b, `,"match":`...)
	b = append(b, m.Shown(func(m *catalogue.Match) []byte { return a.appendMatch(nil, m) })...)
	return append(b, '}')
}

func (a *API) appendMatch(b []byte, m *catalogue.Match) []byte {
	b = append(b, `{"score":`...)
	b = appendNumber(b, m.Score)
	b = append(b, `,"reasons":`...)
	b = a.appendReasons(b, m.Reasons)
	return append(b, '}')
}

// appendReasons appends reasons: the code for programmes, and the sentence for people beside it.
func (a *API) appendReasons(b []byte, reasons []catalogue.Reason) []byte {
	b = append(b, '[')
	for i := range reasons {
		r := &reasons[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"code":`...)
		b = appendString(b, r.Code)
		if r.Value != "" {
			b = appendString(append(b, `,"value":`...), r.Value)
		}
		if r.Amount != 0 {
			b = appendNumber(append(b, `,"amount":`...), r.Amount)
		}
		if r.Of != "" {
			b = appendString(append(b, `,"of":`...), string(r.Of))
		}
		if r.Name != "" {
			b = appendString(append(b, `,"name":`...), r.Name)
		}
		fr, en := a.sentences(r)
		b = appendString(append(b, `,"text":{"fr":`...), fr)
		b = appendString(append(b, `,"en":`...), en)
		b = append(b, '}', '}')
	}
	return append(b, ']')
}

// appendNumber writes at most three decimals: a score to the billionth says nothing more.
func appendNumber(b []byte, f float64) []byte {
	return strconv.AppendFloat(b, float64(int64(f*1000+0.5))/1000, 'f', -1, 64)
}

// appendFacets appends the counts by dimension, each value with its name where it has one.
func (a *API) appendFacets(b []byte, facets []catalogue.Facet) []byte {
	b = append(b, '{')
	for i := range facets {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, facets[i].Dim)
		b = append(b, ':', '[')
		for j, v := range facets[i].Values {
			if j > 0 {
				b = append(b, ',')
			}
			b = appendString(append(b, `{"value":`...), v.Value)
			if l := a.facetLabel(facets[i].Dim, v.Value); l != nil {
				b = appendString(append(b, `,"label":{"fr":`...), l.FR)
				b = appendString(append(b, `,"en":`...), l.EN)
				b = append(b, '}')
			}
			b = strconv.AppendInt(append(b, `,"count":`...), int64(v.Count), 10)
			b = append(b, '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}
