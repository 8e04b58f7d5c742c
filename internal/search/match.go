// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"context"
	"math"
	"math/bits"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
)

// hit is a match that passes the filters.
type hit struct {
	kind    registry.Kind
	ordinal int
	id      registry.ID
	score   uint32 // thousandths
	how     uint16
	kinds   uint8
}

// before reports whether h comes before o: best first, then by id.
func (h hit) before(o hit) bool {
	return h.score > o.score || h.score == o.score && h.id < o.id
}

// match looks a plan up and keeps what the catalogue shows and the filters let through. Hits must
// match the required words, or with none required at least half of the plan's, those with most first.
func (r *request) match(ctx context.Context, s *session, pl *plan, required uint32) (*answer, error) {
	if err := s.evaluate(ctx, pl); err != nil {
		return nil, err
	}
	a := &answer{plan: pl}
	r.faces = s.view.facesOn(r.shown, len(s.touched))
	all := bits.OnesCount32(pl.required)
	for _, d := range s.touched {
		score := s.total[d]
		if required != 0 && s.mask[d]&required != required {
			continue
		}
		if required == 0 {
			n := bits.OnesCount32(s.mask[d] & pl.required)
			if 2*n < all {
				continue
			}
			score *= float32(n*n) / float32(all*all)
		}
		r.consider(a, s, d, score)
	}
	return a, nil
}

// consider adds a matching document to the answer if it is a hit.
func (r *request) consider(a *answer, s *session, d uint32, score float32) {
	kinds := s.view.kinds[d]
	wanted := kinds&r.types != 0
	if !wanted && a.any {
		return
	}
	h := hit{kind: registry.KindOrganisation, id: s.view.ids[d], how: s.how[d], kinds: kinds}
	if kinds&isSoftware != 0 {
		h.kind = registry.KindSoftware
	}
	var f face
	if r.faces != nil {
		f = r.faces[d]
	} else {
		f = s.view.face(r.shown, d)
	}
	if f.ordinal < 0 {
		return // not shown by the catalogue
	}
	h.ordinal = int(f.ordinal)
	a.any = true
	if !wanted || !r.passes(h) {
		return
	}
	h.score = uint32(min(score*f.standing*1000, math.MaxUint32))
	a.hits = append(a.hits, h)
}

// passes applies the filters.
func (r *request) passes(h hit) bool {
	sieve := r.organisations
	if h.kind == registry.KindSoftware {
		sieve = r.software
	}
	if !sieve.lets(h.ordinal) {
		return false
	}
	if r.Near == nil {
		return true
	}
	p, placed := r.shown.Item(h.kind, h.ordinal).Point()
	return placed && kilometres(*r.Near, p) <= r.Within
}

// kilometres is the great-circle distance between two points.
func kilometres(a, b registry.Point) float64 {
	const radius, degree = 6371.0088, math.Pi / 180
	x := math.Sin((b.Lat - a.Lat) * degree / 2)
	y := math.Sin((b.Lon - a.Lon) * degree / 2)
	h := x*x + math.Cos(a.Lat*degree)*math.Cos(b.Lat*degree)*y*y
	return 2 * radius * math.Asin(math.Sqrt(min(h, 1)))
}

// page returns the page of an answer, with its total, its facets and the next cursor.
func (r *request) page(a *answer) (catalogue.SearchResult, error) {
	out := catalogue.SearchResult{Total: len(a.hits), Asked: r.Text, Corrected: a.corrected, Degraded: a.degraded}
	best := r.best(a.hits)
	if len(best) > r.Size {
		best = best[:r.Size]
		last := best[r.Size-1]
		out.Next = cursor{last.score, last.id}.encode(r.hash)
	}
	for _, h := range best {
		out.Hits = append(out.Hits, catalogue.Hit{Item: r.shown.Item(h.kind, h.ordinal), Role: r.role(h),
			Score: float64(h.score) / 1000})
	}
	var err error
	if len(r.Facets) > 0 {
		out.Facets, err = r.count(a.hits)
	}
	a.hits = best
	return out, err
}

// best returns the first Size+1 hits after the cursor, in order: a heap whose root is the worst kept.
func (r *request) best(hits []hit) []hit {
	keep := r.Size + 1
	heap := make([]hit, 0, min(keep, len(hits)))
	for _, h := range hits {
		if r.after != nil && !(hit{score: r.after.score, id: r.after.id}).before(h) {
			continue
		}
		if len(heap) < keep {
			heap = append(heap, h)
			up(heap)
		} else if h.before(heap[0]) {
			heap[0] = h
			down(heap)
		}
	}
	for n := len(heap) - 1; n > 0; n-- {
		heap[0], heap[n] = heap[n], heap[0]
		down(heap[:n])
	}
	return heap
}

func up(h []hit) {
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if !h[parent].before(h[i]) {
			return
		}
		h[parent], h[i] = h[i], h[parent]
		i = parent
	}
}

func down(h []hit) {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && h[child].before(h[child+1]) {
			child++
		}
		if !h[i].before(h[child]) {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}

// role says under which role an organisation was found.
func (r *request) role(h hit) string {
	can := func(bit uint8) bool { return h.kinds&bit != 0 }
	switch {
	case h.kind == registry.KindSoftware:
		return ""
	case can(isProvider) && (r.types&isProvider != 0 && !(r.types&isCollectivity != 0 && can(isCollectivity)) || h.how&byOffer != 0):
		return string(registry.RoleProvider)
	case can(isCollectivity):
		return string(registry.RoleCollectivity)
	case can(isProvider):
		return string(registry.RoleProvider)
	case can(isPartner):
		return string(registry.RolePartner)
	}
	return ""
}
