// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import "time"

// KeepAnswers is how long a request that carried a key is remembered: the same key within that time
// is the same request.
const KeepAnswers = 24 * time.Hour

// Stored is what a request that carried a key was answered, kept so that repeating the request, by a
// programme that never saw the answer, repeats nothing else.
type Stored struct {
	Status   int
	Location string
	ETag     string
	Body     []byte
}
