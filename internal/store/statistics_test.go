// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import "testing"

func TestTablesAreCountedAsTheyDouble(t *testing.T) {
	var s statistics
	var at []int
	for saved := 500; saved <= 100_000; saved += 500 {
		if s.due(500) {
			at = append(at, saved)
		}
	}
	want := []int{2000, 4000, 8000, 16000, 32000, 64000}
	if len(at) != len(want) {
		t.Fatalf("counted after %v, want %v", at, want)
	}
	for i := range want {
		if at[i] != want[i] {
			t.Fatalf("counted after %v, want %v", at, want)
		}
	}
}
