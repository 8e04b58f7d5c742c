// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"maillage/internal/exchange"
	"maillage/internal/registry"
)

// TestSharedFilesGiveTheirCountsAndASecondRunChangesNothing runs over real exports, when they are there.
func TestSharedFilesGiveTheirCountsAndASecondRunChangesNothing(t *testing.T) {
	dir := shared(t)
	if dir == "" {
		t.Log("no shared data beside the project: nothing to read")
		return
	}
	for _, c := range []struct {
		format, file                   string
		software, organisations, usage int
		offers                         int
	}{
		{"comptoir", "comptoir/real-fragments.json", 2, 2, 1, 1},
		{"sill", "sill/sill-softwares-2022-01-27.json", 232, 0, 0, 0},
		{"sill", "sill/etalab-sill.json", 240, 0, 0, 0},
		{"sill", "sill/sill-2022-01-27.csv", 232, 0, 0, 0},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			eachBench(t, func(b bench) {
				file := content(b.t, filepath.Join(dir, c.file))
				first, lines := b.must(c.format, c.file, file)
				for kind, want := range map[registry.Kind]int{registry.KindSoftware: c.software,
					registry.KindOrganisation: c.organisations, registry.KindUsage: c.usage, registry.KindOffer: c.offers} {
					if got := first.Count(kind, exchange.Created) + first.Count(kind, exchange.Joined); got != want {
						b.t.Errorf("%s: %d taken in, want %d\n%s", kind, got, want, printed(lines))
					}
				}
				if n := first.Total(exchange.Refused); n != 0 {
					b.t.Errorf("%d refused\n%s", n, printed(lines))
				}
				second, lines := b.must(c.format, c.file, file)
				for _, r := range []exchange.Result{exchange.Created, exchange.Joined, exchange.Updated, exchange.Refused, exchange.Proposed} {
					if n := second.Total(r); n != 0 {
						b.t.Errorf("second run: %d %s\n%s", n, r, printed(lines))
					}
				}
				var out bytes.Buffer
				if err := first.Summary(&out, "fr"); err != nil {
					b.t.Fatal(err)
				}
				if os.Getenv("EXCHANGE_VERBOSE") != "" {
					b.t.Log(out.String() + "\n" + printed(lines))
				} else {
					b.t.Log(out.String())
				}
			})
		})
	}
}
