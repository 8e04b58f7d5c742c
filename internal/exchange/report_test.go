// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"maillage/internal/exchange"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// TestATruncatedFileKeepsWhatCameBefore cuts files at every fiftieth of their length.
func TestATruncatedFileKeepsWhatCameBefore(t *testing.T) {
	files := map[string][2]string{"comptoir": {"comptoir", comptoirFixture(t)}, "sill": {"sill", sillCanonical},
		"etalab": {"sill", sillEtalab}}
	if dir := shared(t); dir != "" {
		files["shared sill"] = [2]string{"sill", content(t, filepath.Join(dir, "sill", "sill-softwares-2022-01-27.json"))}
	}
	for name, f := range files {
		t.Run(name, func(t *testing.T) {
			before := 0
			for i := range 50 {
				cut := f[1][:len(f[1])*i/50]
				b := sqliteBench(t)
				report, lines, err := b.run(f[0], "cut.json", cut)
				if err == nil || !fault.Is(err, fault.Malformed) {
					t.Fatalf("cut at %d/50: error %v", i, err)
				}
				place := false
				for _, l := range lines {
					place = place || l.Result == exchange.Fault && l.Line > 0 && l.Column > 0
				}
				if !place {
					t.Errorf("cut at %d/50: no place in\n%s", i, printed(lines))
				}
				kept := report.Count(registry.KindSoftware, exchange.Created)
				if kept < before {
					t.Errorf("cut at %d/50: %d software, fewer than the %d of a shorter file", i, kept, before)
				}
				before = kept
			}
			if before == 0 {
				t.Error("nothing was ever kept")
			}
		})
	}
}

func TestHostileFilesAreNamedFaultsWithTheirPlace(t *testing.T) {
	b := sqliteBench(t)
	for name, c := range map[string]struct {
		content string
		code    string
		place   string
	}{
		"empty":          {"", "empty_file", ":1:1"},
		"not JSON":       {"bonjour", "json_malformed", ":1:1"},
		"wrong shape":    {`"texte"`, "wrong_shape", ":1:1"},
		"no list":        {`{"a": 1}`, "wrong_shape", ":1:1"},
		"broken":         {"[{\"id\": 1, \"name\": \"Un\"},\n {\"id\": 2,, }]", "json_malformed", ":2:11"},
		"trailing":       {`[] []`, "trailing_data", ":1:4"},
		"deep":           {strings.Repeat("[", 200_000), "json_malformed", ""},
		"half a surrog.": {"[{\"id\":1,\"name\":\"\\ud800\"}", "truncated", ":1:26"},
	} {
		_, lines, err := b.run("comptoir", "f", c.content)
		if !fault.Is(err, fault.Malformed) {
			t.Errorf("%s: %v", name, err)
		}
		l := wantLine(t, lines, exchange.Fault, c.code)
		if c.place != "" && l.Place() != "f"+c.place {
			t.Errorf("%s: at %s, want f%s", name, l.Place(), c.place)
		}
	}
}

func TestARecordOverTheLimitIsRefusedAndTheOthersAreTaken(t *testing.T) {
	b := sqliteBench(t)
	big := `{"id":1,"name":"` + strings.Repeat("a", exchange.MaxRecord) + `"}`
	report, lines := b.must("comptoir", "f", `[`+big+`,{"id":2,"name":"Petit"}]`)
	wantLine(t, lines, exchange.Refused, "record_too_large")
	wantCount(t, report, registry.KindSoftware, exchange.Created, 1)
}

func TestAFileOverTheLimitIsRefusedWhole(t *testing.T) {
	b := sqliteBench(t)
	importer, _ := b.Format("comptoir")
	err := importer.Run(t.Context(), exchange.File{Name: "f", Reader: io.MultiReader(strings.NewReader(`[{"id":2,"name":"Petit"},`),
		io.LimitReader(blanks{}, exchange.MaxFile))}, exchange.Options{By: organiser})
	if !fault.Is(err, fault.TooLarge) {
		t.Errorf("%v", err)
	}
	if all, err := b.db.AllSoftware(t.Context(), "", 10); err != nil || len(all) != 0 {
		t.Errorf("%d software, %v", len(all), err)
	}
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

type brokenReader struct{ io.Reader }

func (b brokenReader) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = errors.New("the disk went away")
	}
	return n, err
}

func TestAReaderThatBreaksOffKeepsWhatItGave(t *testing.T) {
	b := sqliteBench(t)
	importer, _ := b.Format("comptoir")
	lines := &exchange.Lines{}
	report := exchange.NewReport(lines)
	err := importer.Run(t.Context(), exchange.File{Name: "f", Reader: brokenReader{strings.NewReader(`[{"id":2,"name":"Petit"},{"id":3,`)}},
		exchange.Options{By: organiser, Report: report})
	if err == nil || !strings.Contains(err.Error(), "the disk went away") {
		t.Errorf("%v", err)
	}
	wantCount(t, report, registry.KindSoftware, exchange.Created, 1)
	wantLine(t, lines.All, exchange.Fault, "unreadable")
}

func TestAnInterruptedRunKeepsItsBatchesAndGoesOnNextTime(t *testing.T) {
	b := sqliteBench(t)
	var file strings.Builder
	file.WriteString("[")
	for i := range 500 {
		if i > 0 {
			file.WriteString(",")
		}
		file.WriteString(`{"id":` + itoa(i+1) + `,"name":"Logiciel ` + itoa(i+1) + `"}`)
	}
	file.WriteString("]")
	ctx, cancel := context.WithCancel(t.Context())
	importer, _ := b.Format("comptoir")
	report := exchange.NewReport()
	err := importer.Run(ctx, exchange.File{Name: "f", Reader: strings.NewReader(file.String())},
		exchange.Options{By: organiser, Report: report, Progress: func(int, int) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	wantCount(t, report, registry.KindSoftware, exchange.Created, registry.ImportBatch)
	again, _ := b.must("comptoir", "f", file.String())
	wantCount(t, again, registry.KindSoftware, exchange.Unchanged, registry.ImportBatch)
	wantCount(t, again, registry.KindSoftware, exchange.Created, 300)
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func TestOnlyOrganisersImport(t *testing.T) {
	b := sqliteBench(t)
	_, _, err := b.run("comptoir", "f", comptoirFixture(t), func(o *exchange.Options) {
		o.By = member.Actor{ID: "x", Role: member.Agent}
	})
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("%v", err)
	}
}

func TestTheReportIsHarmlessOnATerminalAndInASpreadsheet(t *testing.T) {
	hostile := exchange.Line{File: "f", Kind: registry.KindSoftware, Name: "=1+1\x1b[31m\u202eabc", Result: exchange.Refused, Code: "required", Field: "name"}
	var text, table bytes.Buffer
	report := exchange.NewReport(exchange.Terminal(&text, "en", false), exchange.CSV(&table, "fr"))
	for _, l := range []exchange.Line{hostile, {File: "f", Result: exchange.Created, Kind: registry.KindSoftware}} {
		if err := exchange.Add(report, l); err != nil {
			t.Fatal(err)
		}
	}
	if strings.ContainsAny(text.String(), "\x1b\u202e") || strings.Count(text.String(), "\n") != 1 {
		t.Errorf("terminal: %q", text.String())
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(table.String(), "\ufeff")))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != 3 || rows[1][6][0] != '\'' || rows[1][11] != "Cette valeur est nécessaire." {
		t.Errorf("%v %v", rows, err)
	}
	var summary bytes.Buffer
	if err := report.Summary(&summary, "en"); err != nil || !strings.Contains(summary.String(), "1 created  1 refused") {
		t.Errorf("%q %v", summary.String(), err)
	}
}
