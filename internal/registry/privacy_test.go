// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"maillage/internal/member"
	"maillage/internal/registry"
)

func TestTheTrailOfTheRegistryNamesAPersonByIdentifierAlone(t *testing.T) {
	eachRegistry(t, func(b bench) {
		ana := member.Actor{ID: "account:ana", Account: "ana", Name: "Ana Nommée", Role: member.Organiser, Via: member.ViaSession}
		_, err := b.RegisterSoftware(b.t.Context(), ana, registry.SoftwareFacts{Name: "Outil", Repository: "https://example.org/outil"})
		b.must(err)
		lines, err := b.db.TrailOf(b.t.Context(), "account:ana")
		b.must(err)
		raw, err := json.Marshal(lines)
		b.must(err)
		if len(lines) == 0 || bytes.Contains(raw, []byte("Nommée")) {
			b.t.Errorf("the trail: %s", raw)
		}
	})
}
