// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// resolve returns what the registry shows of an entity from what its sources say, and which source
// each field comes from. Records are taken from the most trusted to the least, the most recent
// first among equals; a source that cleared a field stops the less trusted ones.
func (t *traits[F]) resolve(records []Record[F]) (F, Provenance) {
	ordered := slices.Clone(records)
	slices.SortStableFunc(ordered, func(a, b Record[F]) int {
		return cmp.Or(cmp.Compare(a.SourceKey.Source.Rank(), b.SourceKey.Source.Rank()),
			b.RetrievedAt.Compare(a.RetrievedAt), cmp.Compare(a.ID, b.ID))
	})
	var shown F
	from := Provenance{}
	for _, f := range t.fields {
		for i := range ordered {
			r := &ordered[i]
			if f.take(&shown, &r.Facts) {
				from[f.name] = append(from[f.name], Attribution{Source: r.SourceKey.Source,
					Origin: r.SourceKey.Origin, Key: publicKey(r.SourceKey), At: r.RetrievedAt})
			}
			if slices.Contains(*t.cleared(&r.Facts), f.name) {
				if !f.said(&shown) {
					from[f.name] = append(from[f.name], Attribution{Source: r.SourceKey.Source,
						Origin: r.SourceKey.Origin, At: r.RetrievedAt})
				}
				break
			}
		}
	}
	return shown, from
}

// publicKey returns the source's own name for the thing; a curator's record has none.
func publicKey(k SourceKey) string {
	if k.Source == SourceCurator {
		return ""
	}
	return k.Key
}

// diff returns the names of the fields on which a and b differ, and the values on both sides as
// JSON objects for the audit trail.
func (t *traits[F]) diff(a, b F) (names []string, before, after json.RawMessage, err error) {
	was, is := map[string]any{}, map[string]any{}
	for _, f := range t.fields {
		va, vb := f.value(&a), f.value(&b)
		if same(va, vb) {
			continue
		}
		names = append(names, f.name)
		if f.said(&a) {
			was[f.name] = va
		}
		if f.said(&b) {
			is[f.name] = vb
		}
	}
	if before, err = json.Marshal(was); err != nil {
		return nil, nil, nil, fmt.Errorf("audit %s: %w", t.kind, err)
	}
	if after, err = json.Marshal(is); err != nil {
		return nil, nil, nil, fmt.Errorf("audit %s: %w", t.kind, err)
	}
	return names, before, after, nil
}
