// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"maillage/internal/registry"
)

func TestAnItemFitsTwoCacheLines(t *testing.T) {
	if size := unsafe.Sizeof(Item{}); size > 128 {
		t.Errorf("an item takes %d bytes: there are a hundred thousand", size)
	}
}

func TestALookupFindsWhatAMapFinds(t *testing.T) {
	var texts []string
	of := func(n uint32) string { return texts[n] }
	l, m := newLookup(0), map[string]uint32{}
	for n := range uint32(3000) {
		texts = append(texts, fmt.Sprint("text ", n*7%2003)) // a third of them twice
		l.put(n, of)
		m[texts[n]] = n
	}
	for n := range 3000 {
		text := fmt.Sprint("text ", n)
		want, is := m[text]
		if got, ok := l.find(text, of); ok != is || got != want {
			t.Fatalf("%q: found %d %t, want %d %t", text, got, ok, want, is)
		}
	}
}

func TestAnEmptyLookupFindsNothing(t *testing.T) {
	l := newLookup(0)
	if n, ok := l.find("", nil); ok {
		t.Errorf("found %d", n)
	}
}

func TestWhatAKeeperHandsOutIsNobodyElses(t *testing.T) {
	for _, things := range []int{1, blockFrom} {
		k := newKeeper(things)
		var texts, wantTexts []string
		var values, wantValues [][]facetValue
		seen := map[*Item]bool{}
		for n := range 5000 {
			long := strings.Repeat("é", n%90)
			wantTexts = append(wantTexts, fmt.Sprint(n)+long)
			texts = append(texts, k.join(fmt.Sprint(n), long))
			own := []facetValue{facetValue(n), facetValue(n + 1)}[:n%3]
			wantValues, values = append(wantValues, own), append(values, k.keep(own))
			it := k.item()
			if seen[it] {
				t.Fatal("an item is handed out twice")
			}
			seen[it] = true
		}
		if !slices.Equal(texts, wantTexts) {
			t.Error("a text changed after it was handed out")
		}
		for n := range values {
			if !slices.Equal(values[n], wantValues[n]) || cap(values[n]) != len(values[n]) {
				t.Fatalf("values %d: %v (cap %d), want %v", n, values[n], cap(values[n]), wantValues[n])
			}
		}
	}
}

func TestAnItemGivesItsPartsBack(t *testing.T) {
	var it Item
	it.setText(joined, "id", "slug", "Name", "name", `"1-x"`, "2024-05")
	got := []string{string(it.ID()), string(it.Slug()), it.Name(), it.nameKey(), it.ETag(), it.release()}
	if want := []string{"id", "slug", "Name", "name", `"1-x"`, "2024-05"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestASpotKeepsAPlaceToTheCentimetre(t *testing.T) {
	for _, p := range []registry.Point{{Lat: 45.1885291, Lon: 5.7245239}, {Lat: -21.1151, Lon: 55.5364}, {Lat: 90, Lon: -180}, {}} {
		got, ok := spotOf(&p).point()
		if !ok || distance(got, p) > 0.00002 {
			t.Errorf("%v became %v (%t)", p, got, ok)
		}
	}
	if _, ok := spotOf(nil).point(); ok {
		t.Error("what has no place has one")
	}
}

func TestPostingsHoldEachOrdinalOnceUnderItsValues(t *testing.T) {
	words := newVocabulary(registry.KindSoftware)
	var items []*Item
	want := map[facetValue][]uint32{}
	for n := range 700 {
		it := &Item{spot: nowhere}
		it.setText(joined, fmt.Sprintf("%04d", n), "", "", fmt.Sprintf("%04d", n), "", "")
		for _, v := range [][2]string{{"licence", "MIT"}, {"category", fmt.Sprint(n % 40)}, {"keyword", fmt.Sprint(n)}}[n%2:] {
			d := uint8(slices.Index(dims[registry.KindSoftware], v[0])) //nolint:gosec // a score
			f := newFacetValue(d, words.give(d, v[1]))
			it.values = append(it.values, f)
			want[f] = append(want[f], uint32(n)) //nolint:gosec // small
		}
		items = append(items, it)
	}
	table := newTable(registry.KindSoftware, items, words, 1, 1)
	total := 0
	for d := range table.dims {
		for v := range table.dims[d].len() {
			f := newFacetValue(uint8(d), uint32(v)) //nolint:gosec // small
			got := table.dims[d].of(uint32(v))      //nolint:gosec // small
			total += len(got)
			b := newBitmap(len(items))
			table.dims[d].addTo(b, uint32(v)) //nolint:gosec // small
			if !slices.Equal(got, want[f]) || b.Count() != len(got) || !slices.ContainsFunc(got, func(o uint32) bool { return b.Has(int(o)) }) {
				t.Errorf("dimension %d value %d: %v, want %v", d, v, got, want[f])
			}
		}
	}
	if total != 700+700+350 {
		t.Errorf("%d postings", total)
	}
}

func TestWhatAnArenaKeepsIsReadBackAsItWasWhoeverElseReads(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		a := newArena(dir)
		want := map[int]string{}
		bodies := map[int]body{}
		for n := range 3000 {
			want[n] = strings.Repeat(fmt.Sprint(n, " "), 1+n%300)
			kept, err := a.add([]byte(want[n]))
			if err != nil {
				t.Fatal(err)
			}
			bodies[n] = kept
		}
		if err := a.flush(); err != nil {
			t.Fatal(err)
		}
		late, err := a.add([]byte("late"))
		if err := errors.Join(err, a.flush()); err != nil {
			t.Fatal(err)
		}
		a = nil // bodies live on without it
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				for n := range bodies {
					if got := string(bodies[n].append([]byte("=>"))); got != "=>"+want[n] {
						t.Errorf("%d: read %.20q of %d bytes, want %.20q of %d", n, got, len(got), want[n], len(want[n]))
						return
					}
				}
				runtime.GC()
			})
		}
		readers.Wait()
		if got := string(late.append(nil)); got != "late" {
			t.Errorf("read %q", got)
		}
		if dir == "" {
			continue
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("left behind: %v (%v)", left, err)
		}
	}
}
