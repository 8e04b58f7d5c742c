// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"strconv"
	"sync"

	"maillage/internal/registry"
)

// kept is something worked out from the whole catalogue, kept while that does not change: counting
// over everything at each visit would cost more than all the rest of a page.
type kept[T any] struct {
	mu      sync.Mutex
	version string
	value   *T
}

// of returns what is kept for that version, made by build when there is nothing. A failure is not
// kept.
func (k *kept[T]) of(version string, build func() (*T, error)) (*T, error) {
	k.mu.Lock()
	defer k.mu.Unlock() // the others wait for the first rather than count too
	if k.value != nil && k.version == version {
		return k.value, nil
	}
	value, err := build()
	if err != nil {
		return nil, err
	}
	k.version, k.value = version, value
	return value, nil
}

// state names the present state of the catalogue.
func (p *Pages) state() string {
	return strconv.FormatInt(p.cfg.Catalogue.Position(), 36) + "." + p.cfg.Catalogue.Version(registry.KindUsage)
}
