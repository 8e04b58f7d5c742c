// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/exchange"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// lived fills a registry with every kind of thing a dump must carry: imports, a curator's word, former
// slugs, a merge, a match undone, withdrawals, a reference confirmed by both sides.
func lived(t *testing.T, b bench) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	b.must("comptoir", "f", comptoirFixture(t))
	b.must("sill", "f", sillCanonical)
	b.clock.Advance(time.Hour)
	soft, err := b.service.Software(ctx, "parapheur-d-essai")
	must(err)
	_, err = b.service.ReviseSoftware(ctx, organiser, string(soft.ID), registry.Patch[registry.SoftwareFacts]{
		Facts: registry.SoftwareFacts{Name: "Parapheur <renommé> & co", Description: registry.Localised{"fr": "=formule\n\"guillemets\""}},
		Set:   []string{"name", "description"}, Clear: []string{"website"}}, 0)
	must(err)
	b.must("comptoir", "g", `[{"id":1,"name":"Essai Texte"},{"id":2,"name":"Essai Retiré"},{"id":3,"name":"À retirer","users":[{"id":22,"name":"Ville de Boé","type":"Administration"}]}]`)
	open, err := b.service.Proposals(ctx, organiser, registry.ProposalOpen, "", 100)
	must(err)
	if len(open) < 2 {
		t.Fatalf("%d proposals", len(open))
	}
	b.clock.Advance(time.Hour)
	_, err = b.service.AcceptMatch(ctx, organiser, open[0].ID)
	must(err)
	_, err = b.service.AcceptMatch(ctx, organiser, open[1].ID)
	must(err)
	_, err = b.service.UndoMatch(ctx, organiser, open[1].ID)
	must(err)
	must(b.service.WithdrawSoftware(ctx, organiser, "a-retirer", 0))
	seats := registry.UsageFacts{Stage: registry.StagePilot, Seats: 12, Visibility: registry.CollectivitiesOnly, Note: "ligne\nligne"}
	_, err = b.service.DeclareUsage(ctx, organiser, registry.UsageOf{Organisation: "boe-47", Software: "essai-texte",
		Provider: "essai-services"}, seats)
	must(err)
	b.must("csv-references", "f", "prestataire;organisation;logiciel;services;depuis\nessai-services;boe-47;essai-texte;support;2023\n")
	all, err := b.db.AllReferences(ctx, "", 10)
	must(err)
	yes := true
	_, err = b.service.ConfirmReference(ctx, member.Actor{ID: "p", Role: member.Provider, Organisation: string(all[0].Provider)},
		all[0].ID, nil, 0)
	must(err)
	_, err = b.service.ConfirmReference(ctx, member.Actor{ID: "c", Role: member.Referent, Organisation: string(all[0].Organisation)},
		all[0].ID, &yes, 0)
	must(err)
}

func export(t *testing.T, db *store.DB, dir string) exchange.Manifest {
	t.Helper()
	m, err := exchange.Export(t.Context(), dir, db, exchange.Options{By: organiser})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// files returns every file of a folder with its content.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		all[rel] = content(t, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestADumpReadBackAndDumpedAgainIsTheSameToTheByteOnBothDatabases(t *testing.T) {
	source := sqliteBench(t)
	lived(t, source)
	first := t.TempDir()
	m := export(t, source.db, first)
	want := files(t, first)
	for _, name := range []string{"software.jsonl", "organisation.jsonl", "usage.jsonl", "offer.jsonl", "reference.jsonl",
		"proposal.jsonl", "audit.jsonl", "tables/software.csv", "manifest.json"} {
		if len(want[filepath.FromSlash(name)]) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	if m.AsOf.IsZero() || m.Version != exchange.DumpVersion {
		t.Errorf("%+v", m)
	}
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db, &testkit.Clock{})
		report := exchange.NewReport()
		if err := exchange.ImportDump(t.Context(), first, db, exchange.Options{By: organiser, Report: report}); err != nil {
			t.Fatal(err)
		}
		if report.Total(exchange.Created) == 0 || report.Total(exchange.Refused) != 0 {
			t.Errorf("%d created, %d refused", report.Total(exchange.Created), report.Total(exchange.Refused))
		}
		second := t.TempDir()
		export(t, db, second)
		if diff := cmp.Diff(want, files(t, second)); diff != "" {
			t.Error(diff)
		}
		// What was restored lives: old slugs, merges, imports and identity keys answer as before.
		if k, err := b.service.Software(t.Context(), "parapheur-d-essai"); err != nil || k.Slug == "parapheur-d-essai" {
			t.Errorf("former slug: %s %v", k.Slug, err)
		}
		again, lines := b.must("sill", "f", sillCanonical)
		if again.Total(exchange.Created)+again.Total(exchange.Updated)+again.Total(exchange.Joined) != 0 {
			t.Errorf("an import after a restore:\n%s", printed(lines))
		}
		found, err := b.service.Find(t.Context(), registry.KindSoftware, []registry.Identifier{{Scheme: "sill", Value: "501"}})
		if err != nil || len(found) != 1 {
			t.Errorf("%v %v", found, err)
		}
		if at, err := db.Position(t.Context()); err != nil || at == 0 {
			t.Errorf("readers of changes are told nothing: %d %v", at, err)
		}
		report = exchange.NewReport()
		if err := exchange.ImportDump(t.Context(), first, db, exchange.Options{By: organiser, Report: report}); err != nil {
			t.Fatal(err)
		}
		if n := report.Total(exchange.Created) + report.Total(exchange.Updated); n != 0 {
			t.Errorf("a second restore wrote %d things", n)
		}
	})
}

func TestWhatIsNewerHereIsKept(t *testing.T) {
	b := sqliteBench(t)
	lived(t, b)
	dir := t.TempDir()
	export(t, b.db, dir)
	k, err := b.service.ReviseSoftware(t.Context(), organiser, "essai-texte", registry.Patch[registry.SoftwareFacts]{
		Facts: registry.SoftwareFacts{Website: "https://plus-recent.example"}, Set: []string{"website"}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	lines := &exchange.Lines{}
	if err := exchange.ImportDump(t.Context(), dir, b.db, exchange.Options{By: organiser, Report: exchange.NewReport(lines)}); err != nil {
		t.Fatal(err)
	}
	wantLine(t, lines.All, exchange.Refused, "newer_here", string(k.Slug))
	now, err := b.service.Software(t.Context(), "essai-texte")
	if err != nil || now.Facts.Website != "https://plus-recent.example" {
		t.Errorf("%q %v", now.Facts.Website, err)
	}
}

func TestAnInterruptedRestoreGoesOnAndARehearsedOneWritesNothing(t *testing.T) {
	source := sqliteBench(t)
	lived(t, source)
	dir := t.TempDir()
	export(t, source.db, dir)
	target := testkit.SQLite(t, store.Config{})
	if err := exchange.ImportDump(t.Context(), dir, target, exchange.Options{By: organiser, DryRun: true}); err != nil {
		t.Fatal(err)
	}
	if all, err := target.AllSoftware(t.Context(), "", 5); err != nil || len(all) != 0 {
		t.Fatalf("%d software, %v", len(all), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := exchange.ImportDump(ctx, dir, target, exchange.Options{By: organiser, Progress: func(int, int) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	report := exchange.NewReport()
	if err := exchange.ImportDump(t.Context(), dir, target, exchange.Options{By: organiser, Report: report}); err != nil {
		t.Fatal(err)
	}
	if report.Total(exchange.Unchanged) == 0 || report.Total(exchange.Created) == 0 {
		t.Errorf("%d unchanged, %d created", report.Total(exchange.Unchanged), report.Total(exchange.Created))
	}
	second := t.TempDir()
	export(t, target, second)
	if diff := cmp.Diff(files(t, dir), files(t, second)); diff != "" {
		t.Error(diff)
	}
}

func TestADamagedNewerOrForeignDumpIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	b := sqliteBench(t)
	lived(t, b)
	for name, c := range map[string]struct {
		harm func(t *testing.T, dir string)
		kind fault.Kind
	}{
		"no manifest": {func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "manifest.json")) }, fault.Missing},
		"a byte":      {func(t *testing.T, dir string) { overwrite(t, filepath.Join(dir, "usage.jsonl"), "{}\n") }, fault.Malformed},
		"a file gone": {func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "software.jsonl")) }, fault.Malformed},
		"newer":       {func(t *testing.T, dir string) { edit(t, dir, func(m *exchange.Manifest) { m.Version = 99 }) }, fault.Conflict},
		"another's":   {func(t *testing.T, dir string) { edit(t, dir, func(m *exchange.Manifest) { m.Format = "autre" }) }, fault.Malformed},
		"outside": {func(t *testing.T, dir string) {
			edit(t, dir, func(m *exchange.Manifest) { m.Files[0].Name = "../ailleurs" })
		}, fault.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			export(t, b.db, dir)
			c.harm(t, dir)
			target := testkit.SQLite(t, store.Config{})
			if err := exchange.ImportDump(t.Context(), dir, target, exchange.Options{By: organiser}); !fault.Is(err, c.kind) {
				t.Errorf("%v", err)
			}
			if at, err := target.Position(t.Context()); err != nil || at != 0 {
				t.Errorf("something was written: %d %v", at, err)
			}
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func overwrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func edit(t *testing.T, dir string, change func(*exchange.Manifest)) {
	t.Helper()
	var m exchange.Manifest
	path := filepath.Join(dir, "manifest.json")
	if err := json.Unmarshal([]byte(content(t, path)), &m); err != nil {
		t.Fatal(err)
	}
	change(&m)
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, path, string(b))
}

func TestAnExportReplacesAnEarlierOneAndTouchesNothingElse(t *testing.T) {
	b := sqliteBench(t)
	lived(t, b)
	dir := t.TempDir()
	overwrite(t, filepath.Join(dir, "notes.txt"), "à moi")
	export(t, b.db, dir)
	before := files(t, dir)
	if err := b.service.WithdrawSoftware(t.Context(), organiser, "essai-texte", 0); err != nil {
		t.Fatal(err)
	}
	export(t, b.db, dir)
	after := files(t, dir)
	gone := filepath.Join("publiccode", "essai-texte", "publiccode.yml")
	if _, was := before[gone]; !was {
		t.Errorf("no %s at first", gone)
	}
	if _, is := after[gone]; is {
		t.Errorf("%s is still there", gone)
	}
	if after["notes.txt"] != "à moi" {
		t.Error("a file of the owner's is gone")
	}
	for name := range after {
		if strings.HasSuffix(name, ".part") {
			t.Errorf("%s was left", name)
		}
	}
	if _, err := exchange.ReadManifest(dir); err != nil {
		t.Error(err)
	}
}

func TestOnlyOrganisersDumpAndSomebodyElsesManifestIsNotTouched(t *testing.T) {
	b := sqliteBench(t)
	dir := t.TempDir()
	agent := exchange.Options{By: member.Actor{ID: "a", Role: member.Agent}}
	if _, err := exchange.Export(t.Context(), dir, b.db, agent); !fault.Is(err, fault.Forbidden) {
		t.Errorf("%v", err)
	}
	if err := exchange.ImportDump(t.Context(), dir, b.db, agent); !fault.Is(err, fault.Forbidden) {
		t.Errorf("%v", err)
	}
	overwrite(t, filepath.Join(dir, "manifest.json"), `{"name":"une application web"}`)
	if _, err := exchange.Export(t.Context(), dir, b.db, exchange.Options{By: organiser}); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
}
