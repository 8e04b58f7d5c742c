// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"maillage/internal/event"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

func TestOrganisersSeeWhatWasLookedForAndWhatCouldNotBeSent(t *testing.T) {
	heard := testkit.Directory{registry.EntityRegistered{}.FactName(): {"ear"}}
	testkit.EachDBAt(t, store.Config{Directory: heard}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		h := newHouse(t, db)
		h.ask("GET", "/api/v1/searches", "", "").status(401)
		h.ask("GET", "/api/v1/searches", agent, "").status(403)
		h.ask("GET", "/api/v1/deliveries", provider, "").status(403)
		for _, asked := range []string{"Parapheur", "parapheur", "GED"} {
			if err := db.RecordMiss(t.Context(), strings.ToLower(asked), asked); err != nil {
				t.Fatal(err)
			}
		}
		if body := h.ask("GET", "/api/v1/searches", organiser, "").status(200).Body.String(); !strings.Contains(body, `"query":"parapheur","count":2`) {
			t.Errorf("misses: %s", body)
		}
		h.ask("POST", "/api/v1/software", organiser, `{"name":"Un"}`).status(201)
		es, err := db.Claim(t.Context(), []string{"ear"}, 10, clock.Now().Add(time.Minute))
		if err != nil || len(es) != 1 {
			t.Fatalf("claimed %v, %v", es, err)
		}
		if err := db.Park(context.Background(), es[0], "no route"); err != nil {
			t.Fatal(err)
		}
		if body := h.ask("GET", "/api/v1/deliveries", organiser, "").status(200).Body.String(); !strings.Contains(body, "no route") {
			t.Errorf("deliveries: %s", body)
		}
		replay := "/api/v1/deliveries/" + es[0].Delivery + "/replay"
		h.ask("POST", replay, agent, "").status(403)
		h.ask("POST", replay, organiser, "").status(204)
		h.ask("POST", replay, organiser, "").status(404)
		var again []event.Envelope
		if again, err = db.Claim(t.Context(), []string{"ear"}, 10, clock.Now().Add(time.Minute)); err != nil || len(again) != 1 {
			t.Errorf("after the replay claimed %v, %v", again, err)
		}
	})
}

// TestReadingCostsNoStatementWhateverTheNumberOfRows closes the database: what is still answered cost
// it nothing, for one row as for fifty.
func TestReadingCostsNoStatementWhateverTheNumberOfRows(t *testing.T) {
	db := testkit.SQLite(t, store.Config{})
	h := newHouse(t, db)
	h.town()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"software", "organisations", "collectivities", "providers", "usages", "offers", "references"} {
		for _, size := range []string{"1", "50"} {
			h.ask("GET", "/api/v1/"+list+"?page[size]="+size, "", "").status(200)
		}
	}
	h.ask("GET", "/api/v1/stats", "", "").status(200)
}
