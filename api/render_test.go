// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

func register(t testing.TB) *territory.Register {
	t.Helper()
	r, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARepresentationIsAlwaysTheSameBytes(t *testing.T) {
	r := NewRenderer("https://x.example/", register(t))
	v := catalogue.SoftwareView{Software: registry.Software{Entity: registry.Entity{ID: "1", Slug: "a", Rev: 1},
		SoftwareFacts: registry.SoftwareFacts{Name: "A <b> & c", Summary: registry.Localised{"fr": "x", "en": "y", "de": "z"}, LicenceLabel: "Licence maison"}},
		Users: map[registry.Stage]int{"default": 2, "pilot": 1}, UsersTotal: 3}
	first := string(r.Software(v, time.Time{}))
	for range 50 {
		if got := string(r.Software(v, time.Time{})); got != first {
			t.Fatalf("%s\n%s", first, got)
		}
	}
	var d softwareDTO
	if err := json.Unmarshal([]byte(first), &d); err != nil {
		t.Fatal(err)
	}
	if d.Licence.Known || d.Licence.Label != "Licence maison" || d.LDID != "https://x.example/api/v1/software/1" || d.Users.Total != 3 {
		t.Errorf("%s", first)
	}
	if again := string(encode(&d)); again != first {
		t.Errorf("read and written again:\n%s\n%s", first, again)
	}
}

func TestAUsageSaysThatNobodyConfirmedItForTooLong(t *testing.T) {
	r := NewRenderer("https://x.example", register(t))
	at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	v := catalogue.UsageView{Usage: registry.Usage{UsageFacts: registry.UsageFacts{Stage: registry.StageDefault, ConfirmedAt: at}}}
	for _, c := range []struct {
		now  time.Time
		want bool
	}{{at.AddDate(0, 11, 0), false}, {at.AddDate(0, 13, 0), true}} {
		var d usageDTO
		if err := json.Unmarshal(r.Usage(v, c.now), &d); err != nil {
			t.Fatal(err)
		}
		if d.Overdue != c.want {
			t.Errorf("on %s overdue is %v", c.now, d.Overdue)
		}
	}
}

func FuzzAnyTextIsValidJSON(f *testing.F) {
	for _, s := range []string{"", `a"b\c`, "\x00\n\t\x1f", "\xff\xfe", "é\u2028😀", "a\xc3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		b := appendString(nil, s)
		if err := json.Unmarshal(b, &got); err != nil || !utf8.Valid(b) {
			t.Fatalf("%q: %v", b, err)
		}
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var same string
		if err := json.Unmarshal(want, &same); err != nil || same != got {
			t.Errorf("%q read back as %q, want %q", s, got, same)
		}
	})
}

func FuzzACellNeverRuns(f *testing.F) {
	for _, s := range []string{"=1", "+1", "-1", "@x", "\tx", "\rx", ";", `"`, "a;\"=b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := string(appendCell(nil, s, true))
		inner := b
		if len(b) > 1 && b[0] == '"' {
			inner = b[1:]
		}
		if inner != "" && (inner[0] == '=' || inner[0] == '+' || inner[0] == '-' || inner[0] == '@' || inner[0] == '\t' || inner[0] == '\r') {
			t.Errorf("%q gives %q", s, b)
		}
	})
}

func TestEveryReasonHasItsSentence(t *testing.T) {
	a := &API{renderer: NewRenderer("https://x.example", register(t))}
	for _, code := range []string{"service", "offer_area_departement", "offer_area_region", "offer_area_france", "confirmed_reference",
		"choose_again", "reference_nearby", "same_type", "same_stratum", "near_stratum", "same_epci", "same_departement", "distance", "shared_software"} {
		fr, en := a.sentences(&catalogue.Reason{Code: code, Value: "hosting", Amount: 12.4, Name: "N"})
		if fr == code || en == code || fr == en || strings.ContainsAny(fr+en, "{}") {
			t.Errorf("%s: %q %q", code, fr, en)
		}
	}
	for r, want := range map[catalogue.Reason]string{
		{Code: "service", Value: "hosting", Name: "Nextcloud"}: "Propose ce service pour Nextcloud : hébergement",
		{Code: "offer_area_departement", Value: "38"}:          "Intervient dans ce département : Isère",
		{Code: "same_epci", Value: "200040715"}:                "Dans la même intercommunalité : Grenoble-Alpes-Métropole",
		{Code: "distance", Amount: 12.4}:                       "À 12 km",
	} {
		if fr, _ := a.sentences(&r); fr != want {
			t.Errorf("%s: %q, want %q", r.Code, fr, want)
		}
	}
}

func TestACursorIsCutOnlyFromTheEnd(t *testing.T) {
	for _, c := range []struct {
		raw, rest, after, before string
		ok                       bool
	}{
		{"page[after]=x1", "", "x1", "", true},
		{"a=b&page%5Bafter%5D=x1", "a=b", "x1", "", true},
		{"a=b&page[before]=x1", "a=b", "", "x1", true},
		{"page[after]=x1&a=b", "page[after]=x1&a=b", "", "", false},
		{"page[after]=x&page[after]=y", "page[after]=x&page[after]=y", "", "", false},
		{"page[after]=%20", "page[after]=%20", "", "", false},
		{"page[after]=", "page[after]=", "", "", false},
		{"", "", "", "", false},
	} {
		rest, after, before, ok := cutCursor(c.raw)
		if rest != c.rest || after != c.after || before != c.before || ok != c.ok {
			t.Errorf("%q: %q %q %q %v", c.raw, rest, after, before, ok)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	r := NewRenderer("https://catalogue.example", register(b))
	v := catalogue.OrganisationView{Organisation: registry.Organisation{Entity: registry.Entity{ID: "01a20d59-9e52-7eb3-9290-e03222776883", Slug: "grenoble-38", Rev: 1},
		OrganisationFacts: registry.OrganisationFacts{Name: "Grenoble", Roles: []registry.Role{"collectivity"}, Type: "commune", LegalCategory: "7210", SIREN: "213801855",
			TerritoryCode: "38185", Commune: "38185", EPCI: "200040715", Departement: "38", Region: "84", PostalCode: "38000", Population: 156140, Point: &registry.Point{Lat: 45.1, Lon: 5.7}}}, Stratum: "100000+"}
	b.ReportAllocs()
	for b.Loop() {
		r.Organisation(v, time.Time{})
	}
	b.ReportMetric(float64(len(r.Organisation(v, time.Time{}))), "bytes")
}
