// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import "context"

// Answer is what an actor was answered to a request it gave a key to (the Idempotency-Key header):
// asked again with the same key, it is answered the same and nothing is done twice.
type Answer struct {
	Status   int
	Location string
	ETag     string
	Body     []byte
}

// Answers keep answers for 24 hours.
type Answers interface {
	// Once runs fn and keeps its answer, in one transaction, unless that actor's key has an answer
	// already: that one is then returned, and replayed is true. It returns fault.Conflict when the key
	// was used for another request (another fingerprint). An error of fn keeps nothing.
	Once(ctx context.Context, by ActorID, key, fingerprint string, fn func(ctx context.Context) (Answer, error)) (a Answer, replayed bool, err error)
}
