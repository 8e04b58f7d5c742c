// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

const (
	// tolerance is how far the drawn line may be from the true one, in units of the source: about a
	// pixel on most screens.
	tolerance = 1.2
	// speck is the area below which an islet is left out.
	speck = 2
	// scale makes whole numbers of half units.
	scale = 2
)

type point struct{ x, y float64 }

// ring is a closed line, as arcs. Two départements that touch have the arc between them in common:
// simplified alone, it comes out the same on both sides, and no gap opens.
type ring [][]point

// parse reads a path of relative moves and lines alone, "m x,y dx,dy … z". A move by nothing is the
// mark its author left between two arcs.
func parse(d string) ([]ring, error) {
	var rings []ring
	var at, start point
	var arc []point
	begins := false
	for _, word := range strings.Fields(d) {
		switch word {
		case "m":
			begins = true
			continue
		case "z":
			if len(rings) == 0 {
				return nil, fmt.Errorf("closes before it begins")
			}
			last := len(rings) - 1
			rings[last] = append(rings[last], append(arc, start))
			at, arc = start, nil
			continue
		}
		x, y, ok := strings.Cut(word, ",")
		dx, errX := strconv.ParseFloat(x, 64)
		dy, errY := strconv.ParseFloat(y, 64)
		if !ok || errX != nil || errY != nil {
			return nil, fmt.Errorf("%q is no relative move", word)
		}
		at = point{at.x + dx, at.y + dy}
		switch {
		case begins:
			rings, start, arc, begins = append(rings, nil), at, []point{at}, false
		case len(rings) == 0:
			return nil, fmt.Errorf("a line before the first move")
		case dx == 0 && dy == 0:
			last := len(rings) - 1
			rings[last], arc = append(rings[last], arc), []point{at}
		default:
			arc = append(arc, at)
		}
	}
	return rings, nil
}

// draw returns the path of the rings, simplified; specks are left out, but never all of them.
func draw(rings []ring) string {
	var b strings.Builder
	for _, r := range rings {
		var line []point
		for _, arc := range r {
			line = append(line, simplify(arc)...)
		}
		if len(rings) > 1 && area(line) < speck {
			continue
		}
		write(&b, line)
	}
	return b.String()
}

// simplify drops the points that are nearer than tolerance to the line without them (Ramer, Douglas
// and Peucker). Both ends stay.
func simplify(arc []point) []point {
	if len(arc) < 3 {
		return arc
	}
	first, last := arc[0], arc[len(arc)-1]
	far, most := 0, 0.0
	for i := 1; i < len(arc)-1; i++ {
		if d := apart(arc[i], first, last); d > most {
			far, most = i, d
		}
	}
	if most <= tolerance {
		return []point{first, last}
	}
	left := simplify(arc[:far+1])
	return append(left[:len(left)-1:len(left)-1], simplify(arc[far:])...)
}

// apart is the distance of a point from a segment.
func apart(p, a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	along := 0.0
	if long := dx*dx + dy*dy; long > 0 {
		along = math.Max(0, math.Min(1, ((p.x-a.x)*dx+(p.y-a.y)*dy)/long))
	}
	return math.Hypot(p.x-a.x-along*dx, p.y-a.y-along*dy)
}

func area(line []point) (twice float64) {
	for i, p := range line {
		q := line[(i+1)%len(line)]
		twice += p.x*q.y - q.x*p.y
	}
	return math.Abs(twice) / 2
}

// write appends a ring in whole numbers: each place is rounded, not each move, so that neighbours
// stay together. Horizontal and vertical lines have their shorter form.
func write(b *strings.Builder, line []point) {
	x, y := 0, 0
	for i, p := range line {
		dx, dy := int(math.Round(p.x*scale))-x, int(math.Round(p.y*scale))-y
		x, y = x+dx, y+dy
		switch {
		case i == 0:
			fmt.Fprintf(b, "M%d %d", x, y)
			if len(line) > 1 {
				b.WriteString("l")
			}
		case dx == 0 && dy == 0:
		default:
			pair(b, dx, dy)
		}
	}
	b.WriteString("z")
}

// pair appends two numbers; a minus sign is separator enough (SVG 1.1, 8.3.9).
func pair(b *strings.Builder, dx, dy int) {
	for _, n := range []int{dx, dy} {
		if s := b.String(); n >= 0 && s[len(s)-1] != 'l' {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(n))
	}
}
