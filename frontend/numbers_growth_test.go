// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func growthOf(t *testing.T, lang string, now time.Time, days ...string) (*figuresTable, *curves) {
	t.Helper()
	var all []joined
	for i, d := range days {
		at, err := time.Parse(time.DateOnly, d)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, joined{at, uint8(1 << (i % 2))})
	}
	table, drawing, err := page{words: newWords(lang)}.growth(all, now)
	if err != nil {
		t.Fatal(err)
	}
	return table, drawing
}

func lines(t *figuresTable) (out []string) {
	for _, r := range t.Rows {
		out = append(out, fmt.Sprint(r.Name, r.Counts))
	}
	return out
}

func TestThePeriodsFitTheTimeThereIsToShow(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		lang  string
		first string
		want  []string
	}{
		{"fr", "2026-09-30", []string{"septembre 2026[1 0 0]", "octobre 2026[1 0 0]", "novembre 2026[1 1 0]"}},
		{"en", "2025-08-01", []string{"Q3 2025[1 0 0]", "Q4 2025[1 0 0]", "Q1 2026[1 0 0]", "Q2 2026[1 0 0]", "Q3 2026[1 0 0]", "Q4 2026[1 1 0]"}},
		{"fr", "2023-02-01", []string{"2023[1 0 0]", "2024[1 0 0]", "2025[1 0 0]", "2026[1 1 0]"}},
	} {
		table, drawing := growthOf(t, c.lang, now, c.first, "2026-11-24")
		if d := cmp.Diff(c.want, lines(table)); d != "" {
			t.Errorf("since %s: %s", c.first, d)
		}
		if drawing == nil || drawing.Most != 1 || len(drawing.Lines) != 3 {
			t.Errorf("drawn %+v", drawing)
		}
	}
}

func TestALineGoesFromTheFirstPeriodToTheLastAndNoHigherThanTheDrawing(t *testing.T) {
	_, drawing := growthOf(t, "fr", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "2026-01-01", "2026-02-01", "2026-02-02")
	if got := drawing.Lines[0].Path; got != "M44 99L258 14L472 14" {
		t.Errorf("collectivities: %s", got)
	}
	if got := drawing.Lines[1].Path; got != "M44 184L258 99L472 99" {
		t.Errorf("providers: %s", got)
	}
}

func TestWithoutTimeThereIsNothingToDraw(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	if table, drawing := growthOf(t, "fr", now, "2026-11-02"); drawing != nil || len(table.Rows) != 1 {
		t.Errorf("one month: %+v", drawing)
	}
	if table, drawing := growthOf(t, "fr", now); drawing != nil || !table.Empty() {
		t.Errorf("nobody: %+v", drawing)
	}
	// A hundred years are not a hundred rows.
	if table, _ := growthOf(t, "fr", now, "1926-01-01"); len(table.Rows) != maxPeriods || table.Rows[0].Counts[0] != 1 {
		t.Errorf("%d rows, %v", len(table.Rows), table.Rows[0])
	}
}

func TestACellThatASpreadsheetWouldRunIsText(t *testing.T) {
	for cell, want := range map[string]string{"=1+1": "'=1+1", "-2": "'-2", "a;b": `"a;b"`, `x"y`: `"x""y"`, "Lille": "Lille", "": ""} {
		if got := csvCell(cell); got != want {
			t.Errorf("%q is written %s", cell, got)
		}
	}
}
