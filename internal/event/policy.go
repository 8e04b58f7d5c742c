// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package event

import (
	"math/rand/v2"
	"time"
)

// Figures of the outbox; they are shown by `maillage doctor`.
const (
	ClaimBatch  = 50
	LeaseTime   = 60 * time.Second
	MaxAttempts = 14 // the delays below, then once a day until the seventh day
)

// delays between attempts; after the last one, a day each time.
var delays = [...]time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// Backoff returns how long to wait after that failed attempt (counted from 1), spread by ± 20 % so
// that a crowd of failed deliveries does not come back as one. It returns false when the attempt
// was the last and the delivery is to be parked.
func Backoff(attempt int) (time.Duration, bool) {
	if attempt >= MaxAttempts {
		return 0, false
	}
	base := 24 * time.Hour
	if attempt >= 1 && attempt <= len(delays) {
		base = delays[attempt-1]
	}
	// The spread guards against stampedes, not against an adversary.
	spread := 0.8 + 0.4*rand.Float64() //nolint:gosec // see above
	return time.Duration(float64(base) * spread), true
}
