// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"math/bits"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
)

// face is a document as the catalogue knows it.
type face struct {
	ordinal  int32   // -1 when the catalogue does not show it
	standing float32 // how much it counts whatever was asked
}

// faces are those of every document on one state of the catalogue.
type faces struct {
	on  *catalogue.Snapshot
	all []face
}

// manyFaces is the number of documents from which knowing all of their faces is worth it.
const manyFaces = 2000

// facesOn returns the faces on that state of the catalogue, by document, when so many are needed that
// looking each up would cost more; else nil. They are kept until the catalogue changes.
func (v *view) facesOn(shown *catalogue.Snapshot, needed int) []face {
	if kept := v.faces.Load(); kept != nil && kept.on == shown {
		return kept.all
	}
	if needed < manyFaces {
		return nil
	}
	all := make([]face, len(v.ids))
	for d := range all {
		if v.kinds[d] != 0 {
			all[d] = v.face(shown, uint32(d))
		}
	}
	v.faces.Store(&faces{shown, all})
	return all
}

// face returns the face of a live document. Its standing rises with the organisations that publicly
// run a software, and with the population of an authority; nothing anybody could pay for is part of
// it.
func (v *view) face(shown *catalogue.Snapshot, d uint32) face {
	kind := registry.KindOrganisation
	if v.kinds[d]&isSoftware != 0 {
		kind = registry.KindSoftware
	}
	ord, ok := shown.Ord(kind, v.ids[d])
	if !ok {
		return face{ordinal: -1}
	}
	standing := 0.9 + 0.012*float32(v.weight[d])
	if kind == registry.KindSoftware {
		standing = 1.1 * (1 + 0.04*float32(bits.Len(uint(shown.Item(kind, ord).Users()))))
	}
	return face{ordinal: int32(ord), standing: standing}
}
