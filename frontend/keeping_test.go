// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"maillage/internal/registry"
	"maillage/internal/testkit"
)

func TestOrganisersJoinSeparateAndSeeWhatWasNotFound(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("administrator")
	ctx := t.Context()
	var ids []registry.ID
	for _, name := range []string{"Outil de test", "Outil de tests"} {
		k, err := c.registry.RegisterSoftware(ctx, organiser(), registry.SoftwareFacts{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, k.ID)
	}
	proposal := registry.ID(uuid.NewString())
	if err := c.db.Restore(ctx, &registry.Batch{Proposals: []registry.Proposal{{ID: proposal, Kind: registry.KindSoftware, Left: ids[0], Right: ids[1],
		Reason: registry.ReasonSimilarName, State: registry.ProposalOpen, CreatedAt: testkit.Epoch()}}}); err != nil {
		t.Fatal(err)
	}
	if err := c.db.RecordMiss(ctx, "tableau de chasse", "Tableau de chasse"); err != nil {
		t.Fatal(err)
	}
	if err := c.catalogue.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	doc := b.see("/animation")
	if at := words(doc, "section[aria-labelledby=matches]"); !strings.Contains(at, "Outil de test ") || !strings.Contains(at, "Outil de tests") || !strings.Contains(at, "noms voisins") {
		t.Errorf("the queue: %s", at)
	}
	if at := words(doc, "section[aria-labelledby=misses]"); !strings.Contains(at, "Tableau de chasse") {
		t.Errorf("what was not found: %s", at)
	}
	for _, do := range []string{"accept", "undo"} {
		if to, _, status := b.send("/animation", "do="+do+"&id="+string(proposal)); to != "/animation?fait=keeping_"+do {
			t.Fatalf("%s: %d to %q", do, status, to)
		}
		if n, want := len(c.catalogue.ItemsByID(registry.KindSoftware, organiser(), ids...)), map[string]int{"accept": 1, "undo": 2}[do]; n != want {
			t.Errorf("after %s there are %d records, want %d", do, n, want)
		}
	}
	for form, want := range map[string]int{"do=accept&id=x": 404, "do=accept&id=" + uuid.NewString(): 404, "do=replay&id=" + uuid.NewString(): 404,
		"do=replay&id=x": 404, "do=x": 422} {
		if w := b.do(http.MethodPost, "/animation", form); w.Code != want {
			t.Errorf("%s: %d, want %d", form, w.Code, want)
		}
	}
	if w := c.browse("member").do(http.MethodGet, "/animation", ""); w.Code != http.StatusForbidden {
		t.Errorf("a referent: %d", w.Code)
	}
}
