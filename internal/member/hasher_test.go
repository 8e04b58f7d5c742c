// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync/atomic"
	"testing"

	"maillage/internal/member"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// counting is a hasher without cost that counts what is looked at. meanwhile, when it is set, runs
// between the comparison of a password and its answer: what others do during the tenth of a second a
// real hash takes.
type counting struct {
	looked    atomic.Int64 // Verify and Dummy
	hashed    atomic.Int64
	meanwhile func()
}

func (c *counting) Hash(_ context.Context, normalised string) (string, error) {
	c.hashed.Add(1)
	sum := sha256.Sum256([]byte(normalised))
	return hex.EncodeToString(sum[:]), nil
}

func (c *counting) Verify(_ context.Context, encoded, normalised string) (ok, rehash bool, err error) {
	c.looked.Add(1)
	sum := sha256.Sum256([]byte(normalised))
	if c.meanwhile != nil {
		c.meanwhile()
	}
	return hex.EncodeToString(sum[:]) == encoded, false, nil
}

func (c *counting) Dummy(context.Context, string) error {
	c.looked.Add(1)
	return nil
}

func (c *counting) use(cfg *member.Config) { cfg.Hasher = c }

// eachQuick is eachHouse with a hasher that counts.
func eachQuick(t *testing.T, fn func(h *house, c *counting)) {
	t.Helper()
	testkit.EachDBAt(t, store.Config{Directory: directory}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		c := &counting{}
		fn(newHouse(t, db, clock, c.use), c)
	})
}
