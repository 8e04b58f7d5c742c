// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"maillage/internal/registry"
)

func named(id registry.ID, name string) registry.Software {
	sw := registry.Software{Entity: registry.Entity{ID: id}}
	sw.Name, sw.Licence = name, "MIT"
	return sw
}

func TestAnIndexThatIsBehindFollowsTheChangesItMissed(t *testing.T) {
	s, dir := hidden(t), t.TempDir()
	newHouse(t, s, dir).close()
	s.putSoftware(named("late", "Tardigrade"))
	h := newHouse(t, s, dir)
	if r := h.ask("tardigrade"); r.Total != 1 || r.Degraded {
		t.Errorf("found %v", names(r))
	}
	if strings.Contains(h.log.String(), "building the index") {
		t.Errorf("built anew:\n%s", h.log)
	}
}

// TestAnIndexKilledWhileWritingIsFollowedFromWhereItGot copies a folder under the feet of a process at
// work, which is what a kill leaves.
func TestAnIndexKilledWhileWritingIsFollowedFromWhereItGot(t *testing.T) {
	s, dir, copied := hidden(t), t.TempDir(), t.TempDir()
	h := newHouse(t, s, dir)
	for i := range 30 {
		s.putSoftware(named(registry.ID("k"+string(rune('a'+i))), "Kakapo "+string(rune('a'+i))))
		h.index.Wake()
	}
	if err := os.CopyFS(copied+"/x", os.DirFS(dir)); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	h.settle()
	h.close()
	again := newHouse(t, s, copied+"/x")
	if r := again.ask("kakapo"); r.Total != 30 || r.Degraded {
		t.Errorf("%d found after the kill:\n%s", r.Total, again.log)
	}
}

func TestAnIndexAheadOfTheDatabaseIsBuiltAnew(t *testing.T) {
	s, dir := hidden(t), t.TempDir()
	s.putSoftware(named("late", "Tardigrade"))
	s.putSoftware(named("later", "Axolotl"))
	newHouse(t, s, dir).close()
	h := newHouse(t, hidden(t), dir)
	if r := h.ask("tardigrade"); r.Total != 0 {
		t.Errorf("found %v of another database", names(r))
	}
	if !strings.Contains(h.log.String(), "index ahead of the database") {
		t.Errorf("log:\n%s", h.log)
	}
}

func TestAnIndexOfAnotherDatabaseIsBuiltAnew(t *testing.T) {
	dir := t.TempDir()
	newHouse(t, hidden(t), dir).close()
	other := newSource()
	for i := range 40 {
		other.putSoftware(named(registry.ID("other"+string(rune('a'+i))), "Ornithorynque"))
	}
	h := newHouse(t, other, dir)
	if r := h.ask("ornithorynque"); r.Total != 40 {
		t.Errorf("%d found:\n%s", r.Total, h.log)
	}
}

func TestADamagedIndexIsSetAsideAndBuiltAnew(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, path string){
		"emptied":   func(t *testing.T, path string) { must(t, os.Truncate(path, 0)) },
		"cut":       func(t *testing.T, path string) { must(t, os.Truncate(path, 100)) },
		"scribbled": func(t *testing.T, path string) { must(t, os.WriteFile(path, bytes.Repeat([]byte("?"), 9000), 0o600)) },
		"removed":   func(t *testing.T, path string) { must(t, os.Remove(path)) },
	} {
		for _, pattern := range []string{"lock.db", "generation-*/root.bolt", "generation-*/*.zap"} {
			t.Run(name+" "+pattern, func(t *testing.T) {
				s, dir := hidden(t), t.TempDir()
				newHouse(t, s, dir).close()
				files, err := filepath.Glob(filepath.Join(dir, pattern))
				if err != nil || len(files) == 0 {
					t.Fatalf("no %s: %v", pattern, err)
				}
				for _, f := range files {
					damage(t, f)
				}
				h := newHouse(t, s, dir)
				if r := h.ask("zerubabel"); r.Total != 2 || r.Degraded {
					t.Errorf("found %v, degraded %t\n%s", names(r), r.Degraded, h.log)
				}
			})
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestASecondProcessOnTheFolderMakesDoWithoutIt(t *testing.T) {
	s, dir := hidden(t), t.TempDir()
	first := newHouse(t, s, dir)
	began := time.Now()
	second := newHouse(t, s, dir)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("waited %v", took)
	}
	if first.index.Temporary() || !second.index.Temporary() {
		t.Error("both say they have the folder, or neither")
	}
	if !strings.Contains(second.log.String(), "for this process only") {
		t.Errorf("log:\n%s", second.log)
	}
	s.putSoftware(named("late", "Tardigrade"))
	for _, h := range []*house{first, second} {
		h.settle()
		if r := h.ask("tardigrade"); r.Total != 1 || r.Degraded {
			t.Errorf("found %v", names(r))
		}
	}
}

func TestWithoutAnIndexTheDatabaseAnswers(t *testing.T) {
	s := hidden(t)
	h := open(t, s, "") // never run: nothing built
	r := h.ask("zérubabel")
	if !r.Degraded || r.Total != 1 || r.Hits[0].Item.Name() != "Zérubabel" {
		t.Errorf("%+v", r)
	}
	if r := h.ask("Body"); r.Total != 3 || r.Next != "" {
		t.Errorf("%+v", r)
	}
	must(t, h.index.Close())
	if r := h.ask("zérubabel"); !r.Degraded || r.Total != 1 {
		t.Errorf("closed: %+v", r)
	}
	s.setDown(errDown)
	if r := h.ask("zérubabel"); !r.Degraded || r.Total != 0 {
		t.Errorf("database gone too: %+v", r)
	}
}

func TestTheIndexOutlivesAnOutageOfTheDatabase(t *testing.T) {
	s := hidden(t)
	h := newHouse(t, s, "")
	s.setDown(errDown)
	for range 5 {
		h.index.Wake()
		if r := h.ask("zerubabel"); r.Total != 2 || r.Degraded {
			t.Fatalf("%+v", r)
		}
	}
	s.setDown(nil)
	s.putSoftware(named("late", "Tardigrade"))
	h.settle()
	if r := h.ask("tardigrade"); r.Total != 1 {
		t.Errorf("found %v", names(r))
	}
}

func TestARebuildCanBeStoppedAndTheOldIndexAnswersMeanwhile(t *testing.T) {
	s, dir := alps(t), t.TempDir()
	h := newHouse(t, s, dir)
	h.stop()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.index.Rebuild(ctx, nil); err == nil {
		t.Error("a stopped rebuild says it was done")
	}
	if r := h.ask("nextcloud"); r.Degraded || r.Hits[0].Item.Name() != "Nextcloud" {
		t.Errorf("%+v", r)
	}
	seen := 0
	must(t, h.index.Rebuild(t.Context(), func(done int) { seen = done }))
	if want := len(s.software) + len(s.organisations); seen != want {
		t.Errorf("progress ended at %d of %d", seen, want)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 { // the lock and one generation
		t.Errorf("left: %v", left)
	}
}

func TestSearchesAndWritesAtTheSameTime(t *testing.T) {
	s := hidden(t)
	h := newHouse(t, s, "")
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 60 {
				if r := h.ask("zerubabel"); r.Total != 2 || r.Degraded {
					t.Errorf("searcher %d, search %d: %+v", w, i, r)
					return
				}
			}
		})
	}
	wg.Go(func() {
		for i := range 60 {
			s.putSoftware(named(registry.ID("n"+string(rune('a'+i%26))), "Nandou"))
			h.index.Wake()
		}
		h.settle()
	})
	wg.Go(func() { must(t, h.index.Rebuild(t.Context(), nil)) })
	wg.Wait()
	h.settle()
	if r := h.ask("nandou"); r.Total != 26 {
		t.Errorf("%d found", r.Total)
	}
}

func TestAnIndexOfAnotherVersionIsBuiltAnew(t *testing.T) {
	s, dir := hidden(t), t.TempDir()
	old := open(t, s, dir)
	old.index.SetStamp("an older one")
	must(t, old.index.Rebuild(t.Context(), nil))
	old.close()
	h := newHouse(t, s, dir)
	if r := h.ask("zerubabel"); r.Total != 2 || !strings.Contains(h.log.String(), "index of another version") {
		t.Errorf("%d found:\n%s", r.Total, h.log)
	}
}
