// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"maillage/internal/registry"
)

// The kinds as bits, one byte per document.
const (
	isSoftware uint8 = 1 << iota
	isOrganisation
	isCollectivity
	isProvider
	isPartner
)

// view is one state of the index, with what a search needs by document number. It does not change;
// searches in progress keep it open.
type view struct {
	snapshot *scorch.IndexSnapshot
	segments []viewSegment
	ids      []registry.ID
	kinds    []uint8 // 0 for documents that were replaced or removed
	weight   []uint8
	live     int
	position int64
	sessions sync.Pool
	faces    atomic.Pointer[faces]
	users    atomic.Int64 // searches in progress, and one for the index itself
}

type viewSegment struct {
	id      uint64
	segment segment.Segment
	deleted []uint32 // documents that were replaced or removed
	offset  uint32
	ids     []registry.ID
}

// newView prepares the index's present state. The ids of segments that last had are not read again.
func newView(g *generation, position int64, last *view) (*view, error) {
	r, err := g.index.Reader()
	if err != nil {
		return nil, err
	}
	snapshot, ok := r.(*scorch.IndexSnapshot)
	if !ok || snapshot == nil {
		return nil, fmt.Errorf("index reader is a %T", r)
	}
	v := &view{snapshot: snapshot, position: position}
	v.users.Store(1)
	v.sessions.New = func() any { return newSession(v) }
	if err := v.load(last); err != nil {
		return nil, errors.Join(err, v.release())
	}
	return v, nil
}

func (v *view) load(last *view) error {
	known := map[uint64][]registry.ID{}
	if last != nil {
		for _, s := range last.segments {
			known[s.id] = s.ids
		}
	}
	var total uint32
	for _, s := range v.snapshot.Segments() {
		count := uint32(s.Segment().Count())
		vs := viewSegment{id: s.Id(), segment: s.Segment(), offset: total, ids: known[s.Id()]}
		if gone := s.Deleted(); gone != nil {
			vs.deleted = gone.ToArray()
		}
		if len(vs.ids) != int(count) {
			ids, err := readIDs(s.Segment(), count)
			if err != nil {
				return err
			}
			vs.ids = ids
		}
		total += count
		v.segments = append(v.segments, vs)
	}
	if len(v.segments) == 1 {
		v.ids = v.segments[0].ids
	} else {
		v.ids = make([]registry.ID, 0, total)
		for _, s := range v.segments {
			v.ids = append(v.ids, s.ids...)
		}
	}
	return v.loadKinds(total)
}

// readIDs reads the ids of a segment's documents, all in one string: one thing for the collector to
// follow, and not one for each document.
func readIDs(s segment.Segment, count uint32) ([]registry.ID, error) {
	var all strings.Builder
	all.Grow(int(count) * usualID)
	ends := make([]int, count)
	for i := range ends {
		id, err := s.DocID(uint64(i))
		if err != nil {
			return nil, err
		}
		all.Write(id)
		ends[i] = all.Len()
	}
	ids, from := make([]registry.ID, count), 0
	for i, end := range ends {
		ids[i] = registry.ID(all.String()[from:end])
		from = end
	}
	return ids, nil
}

// usualID is the length of an id in bytes (RFC 9562).
const usualID = 36

// loadKinds fills what is known of each document from the few terms that say it.
func (v *view) loadKinds(total uint32) error {
	v.kinds, v.weight = make([]uint8, total), make([]uint8, total)
	s := newSession(v)
	for term, bit := range map[string]uint8{kindSoftware: isSoftware, kindOrganisation: isOrganisation,
		kindCollectivity: isCollectivity, kindProvider: isProvider, kindPartner: isPartner} {
		if err := s.each(inKind, term, func(doc uint32) { v.kinds[doc] |= bit }); err != nil {
			return err
		}
	}
	for w := range 32 {
		if err := s.each(inWeight, strconv.Itoa(w), func(doc uint32) { v.weight[doc] = uint8(w) }); err != nil {
			return err
		}
	}
	for _, seg := range v.segments {
		for _, local := range seg.deleted {
			if int(local) < len(seg.ids) {
				v.kinds[seg.offset+local] = 0
			}
		}
	}
	for _, k := range v.kinds {
		if k != 0 {
			v.live++
		}
	}
	return nil
}

// acquire takes the view for one search; false when it was closed meanwhile.
func (v *view) acquire() bool {
	for {
		n := v.users.Load()
		if n == 0 {
			return false
		}
		if v.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// release gives the view back; the last one out closes it.
func (v *view) release() error {
	if v.users.Add(-1) > 0 {
		return nil
	}
	return guard(v.snapshot.Close)
}

// session is what one search at a time reads a view with: dictionaries, which bleve does not share
// between goroutines, and one number per document for each thing that is summed.
type session struct {
	view         *view
	dictionaries []segment.TermDictionary // by segment and field
	missing      []bool

	part    []float32 // of the variant being read
	best    []float32 // of the word being read, over its variants
	total   []float32
	mask    []uint32 // words matched
	how     []uint16 // ways of matching
	parts   []uint32 // documents touched by the variant
	bests   []uint32 // … by the word
	touched []uint32 // … by the query
}

func newSession(v *view) *session {
	n := len(v.ids)
	s := &session{view: v, dictionaries: make([]segment.TermDictionary, len(v.segments)*int(fieldCount)),
		missing: make([]bool, len(v.segments)*int(fieldCount)),
		part:    make([]float32, n), best: make([]float32, n), total: make([]float32, n),
		mask: make([]uint32, n), how: make([]uint16, n)}
	return s
}

// reset forgets the last query.
func (s *session) reset() {
	for _, d := range s.touched {
		s.total[d], s.mask[d], s.how[d] = 0, 0, 0
	}
	for _, d := range s.parts {
		s.part[d] = 0
	}
	for _, d := range s.bests {
		s.best[d] = 0
	}
	s.parts, s.bests, s.touched = s.parts[:0], s.bests[:0], s.touched[:0]
}

// dictionary returns the terms of a field in a segment, nil when there are none.
func (s *session) dictionary(seg int, f fieldNo) (segment.TermDictionary, error) {
	at := seg*int(fieldCount) + int(f)
	if s.dictionaries[at] != nil || s.missing[at] {
		return s.dictionaries[at], nil
	}
	d, err := s.view.segments[seg].segment.Dictionary(fieldNames[f])
	if err != nil {
		return nil, err
	}
	if d == nil || d.Cardinality() == 0 {
		s.missing[at] = true
		return nil, nil
	}
	s.dictionaries[at] = d
	return d, nil
}

// each calls visit for every document with that term in that field, replaced ones too: their kind
// is 0.
func (s *session) each(f fieldNo, term string, visit func(doc uint32)) error {
	return s.postings(f, term, func(offset uint32, p segment.OptimizablePostingsIterator) {
		if b := p.ActualBitmap(); b != nil {
			for it := b.Iterator(); it.HasNext(); {
				visit(offset + it.Next())
			}
			return
		}
		if doc, ok := p.DocNum1Hit(); ok {
			visit(offset + uint32(doc))
		}
	})
}

func (s *session) postings(f fieldNo, term string, visit func(offset uint32, p segment.OptimizablePostingsIterator)) error {
	for i := range s.view.segments {
		d, err := s.dictionary(i, f)
		if err != nil {
			return err
		}
		if d == nil {
			continue
		}
		list, err := d.PostingsList([]byte(term), nil, nil)
		if err != nil {
			return err
		}
		if p, ok := list.Iterator(false, false, false, nil).(segment.OptimizablePostingsIterator); ok {
			visit(s.view.segments[i].offset, p)
		}
	}
	return nil
}

// has reports whether a live document has that term in that field.
func (s *session) has(f fieldNo, term string) (bool, error) {
	found := false
	err := s.each(f, term, func(doc uint32) { found = found || s.view.kinds[doc] != 0 })
	return found, err
}
