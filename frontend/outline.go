// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	_ "embed"
	"math"
	"strings"

	"maillage/internal/registry"
)

//go:generate go run ./outline --package package --out outline.tsv

// outlineTSV holds the outlines of the départements of mainland France and Corsica, a line each: code,
// path. Map: MapSVG, CC BY 4.0 (see NOTICE).
//
//go:embed outline.tsv
var outlineTSV string

// outlineFrame is the viewBox of the outlines: they are in half units of the source's frame.
const outlineFrame = "0 0 1250 1190"

type outline struct{ code, path string }

// readOutlines reads the embedded outlines. It panics when they are not well formed: a mistake of the
// build.
func readOutlines() []outline {
	var out []outline
	for line := range strings.Lines(outlineTSV) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		code, path, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			panic("frontend: outline.tsv: " + line)
		}
		out = append(out, outline{code, path})
	}
	return out
}

// onMap returns the place of a point in outlineFrame; ok is false for what is not on the map. The
// figures were fitted to the outlines on 96 départements: they are a Mercator projection (half of the
// points are within a tenth of a unit of their place, 95 of 100 within half a unit).
func onMap(p registry.Point) (x, y int, ok bool) {
	if p.Lat < 41.2 || p.Lat > 51.2 || p.Lon < -5.3 || p.Lon > 9.7 {
		return 0, 0, false
	}
	mercator := math.Log(math.Tan(math.Pi/4+p.Lat*math.Pi/360)) * 180 / math.Pi
	return int(math.Round(2 * (41.4933*p.Lon + 215.340))), int(math.Round(2 * (-41.3672*mercator + 2466.832))), true
}
