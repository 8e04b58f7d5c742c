// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package demo_test

import (
	"testing"

	"maillage/internal/demo"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

func TestTheDemonstrationFillsARegistryAndFillingAgainChangesNothing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		register := testkit.Register(t)
		reg := registry.NewService(db, register, testkit.Epoch)
		filled, err := demo.Fill(t.Context(), reg, register, testkit.Epoch(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if filled.Referent == "" || filled.Provider == "" {
			t.Errorf("nobody may speak: %+v", filled)
		}
		before, err := db.Position(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		again, err := demo.Fill(t.Context(), reg, register, testkit.Epoch(), nil)
		if err != nil {
			t.Fatal(err)
		}
		after, err := db.Position(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if again != filled || after != before {
			t.Errorf("filling again made %d changes", after-before)
		}
		city, err := reg.Organisation(t.Context(), "echirolles-38")
		if err != nil || city.ID != filled.Referent {
			t.Errorf("Échirolles is %v, %v", city.ID, err)
		}
		// What is said of real bodies is marked, and no merge is proposed among the sheets.
		proposals, err := db.Proposals(t.Context(), registry.ProposalOpen, "", 10)
		if err != nil || len(proposals) != 0 {
			t.Errorf("proposed %v, %v", proposals, err)
		}
	})
}
