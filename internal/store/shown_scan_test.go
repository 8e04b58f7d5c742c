// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"testing"
	"time"
)

func TestInstantsAreReadAsTheirLayoutSays(t *testing.T) {
	for _, s := range []string{"2026-11-24 13:55:38.075393+00:00", "2026-05-01 09:00:00+00:00", "2024-02-29 23:59:59.9+00:00",
		"2026-05-01 09:00:00.123456789+00:00", "1969-12-31 00:00:00+00:00", "2026-05-01 09:00:00+02:00", "0001-01-01 00:00:00+00:00"} {
		want, err := time.Parse(instantLayout, s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := readInstant(s); err != nil || !got.Equal(want.Truncate(time.Microsecond)) || got.Location() != time.UTC {
			t.Errorf("%s was read as %v (%v)", s, got, err)
		}
	}
}

func FuzzInstantsAreReadAsTheirLayoutSays(f *testing.F) {
	for _, s := range []string{"2026-11-24 13:55:38.075393+00:00", "2023-02-29 00:00:00+00:00", "2026-13-01 00:00:00+00:00", "2026-01-01 24:00:00+00:00",
		"2026-01-01 00:00:60+00:00", "2026-01-0x 00:00:00+00:00", "2026-01-01 00:00:00.+00:00", "2026-01-01 00:00:00", "", "+00:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, wantErr := time.Parse(instantLayout, s)
		got, err := readInstant(s)
		if (err == nil) != (wantErr == nil) || err == nil && !got.Equal(want.UTC().Truncate(time.Microsecond)) {
			t.Errorf("%q was read as %v (%v), its layout says %v (%v)", s, got, err, want, wantErr)
		}
	})
}

func TestAnInstantIsReadFromEitherDatabase(t *testing.T) {
	at := time.Date(2026, 11, 24, 13, 55, 38, 75393000, time.UTC)
	for _, from := range []any{at, at.In(time.FixedZone("", 7200)), "2026-11-24 13:55:38.075393+00:00"} {
		var got instant
		if err := got.Scan(from); err != nil || !got.Equal(at) || got.Location() != time.UTC {
			t.Errorf("%v was read as %v (%v)", from, got, err)
		}
	}
	never := instant{at}
	if err := never.Scan(nil); err != nil || !never.IsZero() {
		t.Errorf("NULL was read as %v (%v)", never, err)
	}
	if err := never.Scan(int64(3)); err == nil {
		t.Error("a number was read as an instant")
	}
}
