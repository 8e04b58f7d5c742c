// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"testing"

	"golang.org/x/crypto/argon2"
)

// BenchmarkHash is what a sign-in costs; BenchmarkFloor beside it is argon2id alone, at the same cost.
func BenchmarkHash(b *testing.B) {
	h, err := NewHasher(peppers())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Hash(b.Context(), "une phrase que je retiens"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFloor(b *testing.B) {
	s := salt()
	b.ReportAllocs()
	for b.Loop() {
		argon2.IDKey([]byte("une phrase que je retiens"), s, Passes, MemoryKiB, Lanes, KeyBytes)
	}
}

func BenchmarkCheck(b *testing.B) {
	c := Context{Site: []string{"Maillage"}, Body: "Rennes Métropole", Email: "ana.legoff@rennes.fr", Person: "Ana Le Goff"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (Policy{}).Check("cheval agrafe nuage tambour", c); err != nil {
			b.Fatal(err)
		}
	}
}
