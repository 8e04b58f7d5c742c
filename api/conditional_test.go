// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"slices"
	"strings"
	"testing"

	"maillage/internal/store"
	"maillage/internal/testkit"
)

func TestAnUnchangedAnswerIsNotSentAgain(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	h.town()
	for _, path := range []string{"/api/v1/software", "/api/v1/software?licence=MIT&page[size]=3", "/api/v1/software/nextcloud",
		"/api/v1/software?format=csv", "/api/v1/providers?software=nextcloud", "/api/v1/openapi.yaml", "/api/v1/stats",
		"/api/v1/territories/213801855", "/repositories.json", "/public/export/comptoir-du-libre_export_v1.json",
		"/api/v1/software/nextcloud/publiccode.yml"} {
		tag := h.ask("GET", path, "", "").status(200).Header().Get("ETag")
		if tag == "" {
			t.Fatalf("%s has no tag", path)
		}
		if w := h.ask("GET", path, "", "", "If-None-Match", tag).status(304); w.Body.Len() != 0 {
			t.Errorf("%s: a 304 with a body", path)
		}
	}
	// A change around a thing moves the tags of what shows it, and of nobody else's question.
	list := h.ask("GET", "/api/v1/software", "", "").Header().Get("ETag")
	if other := h.ask("GET", "/api/v1/software?page[size]=3", "", "").Header().Get("ETag"); other == list {
		t.Errorf("two questions, one tag")
	}
	if theirs := h.ask("GET", "/api/v1/usages", organiser, "").Header().Get("ETag"); theirs == h.ask("GET", "/api/v1/usages", "", "").Header().Get("ETag") {
		t.Errorf("two readers, one tag")
	}
	h.ask("PATCH", "/api/v1/software/nextcloud", agent, `{"status":"beta"}`).status(200)
	h.ask("GET", "/api/v1/software", "", "", "If-None-Match", list).status(200)
}

func TestAChangeMadeFromAnOldVersionIsRefused(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	w := h.town()
	old := h.ask("GET", "/api/v1/software/nextcloud", "", "").Header().Get("ETag")
	fresh := h.ask("PATCH", "/api/v1/software/nextcloud", agent, `{"status":"beta"}`, "If-Match", old).status(200).Header().Get("ETag")
	h.ask("PATCH", "/api/v1/software/nextcloud", agent, `{"status":"stable"}`, "If-Match", old).status(412)
	h.ask("DELETE", "/api/v1/software/nextcloud", organiser, "", "If-Match", old).status(412)
	h.ask("PATCH", "/api/v1/software/nextcloud", agent, `{"status":"stable"}`, "If-Match", "rien").status(400)
	h.ask("PATCH", "/api/v1/software/nextcloud", agent, `{"status":"stable"}`, "If-Match", fresh).status(200)
	h.ask("PATCH", "/api/v1/software/nextcloud", agent, `{"status":"beta"}`, "If-Match", "*").status(200)

	usage := "/api/v1/usages/" + w.usage
	tag := h.ask("GET", usage, "", "").Header().Get("ETag")
	h.ask("POST", usage+"/confirm", agent, "", "If-Match", tag).status(200)
	h.ask("POST", usage+"/confirm", agent, "", "If-Match", tag).status(412)
	h.ask("DELETE", usage, agent, "", "If-Match", tag).status(412)
}

func TestOneMoreUserIsNoReasonToRefuseAChange(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, store.Config{}))
	w := h.town()
	tag := h.ask("GET", "/api/v1/software/nextcloud", "", "").Header().Get("ETag")
	h.ask("DELETE", "/api/v1/usages/"+w.usage, agent, "").status(204)
	if now := h.ask("GET", "/api/v1/software/nextcloud", "", "").Header().Get("ETag"); now == tag {
		t.Fatalf("the count of users moved and the tag did not")
	}
	h.ask("PATCH", "/api/v1/software/nextcloud", agent, `{"status":"beta"}`, "If-Match", tag).status(200)
}

func TestARequestRepeatedWithItsKeyMakesOneThing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		body := `{"name":"Nextcloud"}`
		first := h.ask("POST", "/api/v1/software", agent, body, "Idempotency-Key", "k1").status(201)
		again := h.ask("POST", "/api/v1/software", agent, body, "Idempotency-Key", "k1").status(201)
		if again.text("id") != first.text("id") || again.Header().Get("Location") != first.Header().Get("Location") {
			t.Errorf("a second thing: %s", again.Body)
		}
		if again.Header().Get("Idempotent-Replayed") != "true" || first.Header().Get("Idempotent-Replayed") != "" {
			t.Errorf("replayed is not said, or said of the first")
		}
		if got := h.ask("GET", "/api/v1/software", "", "").at("meta.total"); got != 1.0 {
			t.Errorf("%v software", got)
		}
		h.ask("POST", "/api/v1/software", agent, `{"name":"Autre"}`, "Idempotency-Key", "k1").status(409)
		h.ask("POST", "/api/v1/software", organiser, body, "Idempotency-Key", "k1").status(201)
		// What failed was not done: the same key may be tried again.
		h.ask("POST", "/api/v1/software", agent, `{"name":"X","licence":"inconnue"}`, "Idempotency-Key", "k2").status(422)
		h.ask("POST", "/api/v1/software", agent, `{"name":"X"}`, "Idempotency-Key", "k2").status(201)
		for _, key := range []string{" ", strings.Repeat("k", 101), "à"} {
			if got := h.ask("POST", "/api/v1/software", agent, body, "Idempotency-Key", key).status(422).faults(); !slices.ContainsFunc(got, func(s string) bool {
				return strings.HasPrefix(s, "Idempotency-Key: ")
			}) {
				t.Errorf("key %q: %v", key, got)
			}
		}
	})
}
