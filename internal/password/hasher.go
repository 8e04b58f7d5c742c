// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"maps"
	"runtime"
	"slices"
)

// Hasher hashes passwords and verifies them, as many at once as there are processors. One is shared
// by the whole process: two would allow twice the memory. It is safe for concurrent use.
type Hasher struct {
	peppers Peppers
	cost    cost
	queue   *queue
	decoy   stored // what unknown accounts are verified against
}

// NewHasher returns a hasher that hashes with the current pepper and verifies with all of them. The
// error is ErrPepper, to be shown to the administrator at start.
func NewHasher(p Peppers) (*Hasher, error) { return newHasher(p, defaultCost()) }

func newHasher(p Peppers, c cost) (*Hasher, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	keys := maps.Clone(p.Keys)
	for id, key := range keys {
		keys[id] = slices.Clone(key)
	}
	h := &Hasher{peppers: Peppers{p.Current, keys}, cost: c, queue: newQueue(runtime.GOMAXPROCS(0))}
	h.decoy = stored{cost: c, keyID: p.Current, salt: salt(), key: make([]byte, KeyBytes)}
	return h, nil
}

// salt returns SaltBytes random bytes. crypto/rand ends the program rather than giving fewer.
func salt() []byte {
	s := make([]byte, SaltBytes)
	rand.Read(s)
	return s
}

// Hash returns the string to store for a password that Check returned. It is another string each
// time. It returns fault.Unavailable "busy" when too many wait, or when ctx ended while waiting.
func (h *Hasher) Hash(ctx context.Context, normalised string) (string, error) {
	s := stored{cost: h.cost, keyID: h.peppers.Current, salt: salt()}
	var err error
	s.key, err = h.derive(ctx, s, normalised, KeyBytes)
	if err != nil {
		return "", err
	}
	return s.String(), nil
}

// Verify reports whether the password, as Normalize returned it, is the stored one, in a time that
// does not depend on where they differ. When it is, rehash tells that the cost or the pepper has
// changed since: call Hash and store what it gives. It returns fault.Unavailable "busy" as Hash
// does, and ErrEncoded or ErrPepper, which are no fault of the caller's, when the stored string
// cannot be read or needs a pepper this process lacks.
func (h *Hasher) Verify(ctx context.Context, encoded, normalised string) (ok, rehash bool, err error) {
	s, err := parse(encoded)
	if err != nil {
		return false, false, err
	}
	return h.verify(ctx, s, normalised)
}

func (h *Hasher) verify(ctx context.Context, s stored, normalised string) (ok, rehash bool, err error) {
	key, err := h.derive(ctx, s, normalised, len(s.key))
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(key, s.key) == 1
	same := s.cost == h.cost && s.keyID == h.peppers.Current && len(s.salt) == SaltBytes && len(s.key) == KeyBytes
	return ok, ok && !same, nil
}

// Dummy does all that Verify does and says nothing of it. It is called where there is nothing to
// verify, an unknown account or a password that Normalize refuses, so that both cost the same. It
// takes the same place in the queue and returns the same fault.Unavailable "busy".
func (h *Hasher) Dummy(ctx context.Context, candidate string) error {
	if len(candidate) > MaxBytes {
		candidate = candidate[:MaxBytes]
	}
	_, _, err := h.Verify(ctx, h.decoy.String(), candidate)
	return err
}

// derive waits for its turn, then computes.
func (h *Hasher) derive(ctx context.Context, s stored, normalised string, size int) ([]byte, error) {
	mixed, err := h.peppers.mix(s.keyID, normalised)
	if err != nil {
		return nil, err
	}
	if err := h.queue.enter(ctx); err != nil {
		return nil, err
	}
	defer h.queue.leave()
	return s.derive(mixed, s.salt, size), nil
}
