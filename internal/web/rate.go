// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"
)

// A bucket names whom requests are counted for.
type bucket struct {
	kind byte
	id   [16]byte
}

func addressBucket(a netip.Addr) bucket { return bucket{'a', network(a)} }
func failureBucket(a netip.Addr) bucket { return bucket{'f', network(a)} }
func tokenBucket(id string) bucket {
	sum := sha256.Sum256([]byte(id))
	return bucket{'t', [16]byte(sum[:16])}
}

const (
	rateShards = 16
	shardLimit = 4096 // buckets a shard remembers: 16 × 4096 × about 60 bytes is 4 MB at most
)

// rates are token buckets that fill over a period. Each is kept as one instant, the one at which it
// will be full again (the generic cell rate algorithm, ITU-T I.371), so a full bucket needs no memory.
type rates struct {
	step     time.Duration // to gain one token; 0 means that nothing is limited
	period   time.Duration // to fill an empty bucket
	epoch    time.Time
	failures *rates
	shards   [rateShards]shard
}

type shard struct {
	mu   sync.Mutex
	full map[bucket]time.Duration // since epoch
}

// newRates limits each bucket to n per period. The credentials of strangers are limited in any case.
func newRates(n int, period time.Duration, now time.Time) *rates {
	r := oneRate(n, period, now)
	r.failures = oneRate(failedCredentials, period, now)
	return r
}

func oneRate(n int, period time.Duration, now time.Time) *rates {
	r := &rates{period: period, epoch: now}
	if n > 0 {
		r.step = period / time.Duration(n)
	}
	for i := range r.shards {
		r.shards[i].full = map[bucket]time.Duration{}
	}
	return r
}

func (r *rates) off() bool { return r.step == 0 }

// take removes a token and returns 0, or returns how long to wait for the next one.
func (r *rates) take(b bucket, now time.Time) time.Duration { return r.count(b, now, r.step) }

// peek is take without removing anything.
func (r *rates) peek(b bucket, now time.Time) time.Duration { return r.count(b, now, 0) }

func (r *rates) count(b bucket, now time.Time, cost time.Duration) time.Duration {
	if r.off() {
		return 0
	}
	at := now.Sub(r.epoch) // monotonic: setting the clock neither frees nor locks anybody
	s := &r.shards[(b.id[15]^b.id[7]^b.id[3])%rateShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	full := max(s.full[b], at)
	if wait := full + r.step - at - r.period; wait > 0 {
		return wait
	}
	if cost == 0 {
		return 0
	}
	if len(s.full) >= shardLimit {
		s.forget(at)
	}
	s.full[b] = full + cost
	return 0
}

// forget drops the buckets that are full again and, if a crowd fills the shard all the same, a
// quarter of it at random: better to be lenient with some than to grow, or to refuse newcomers.
func (s *shard) forget(at time.Duration) {
	for b, full := range s.full {
		if full <= at {
			delete(s.full, b)
		}
	}
	for b := range s.full {
		if len(s.full) <= shardLimit*3/4 {
			return
		}
		delete(s.full, b)
	}
}
