// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package event_test

import (
	"testing"
	"time"

	"maillage/internal/event"
)

func TestRetriesSpreadOverAWeekAndThenStop(t *testing.T) {
	var total time.Duration
	attempt := 1
	for ; ; attempt++ {
		wait, again := event.Backoff(attempt)
		if !again {
			break
		}
		if attempt == 1 && (wait < 48*time.Second || wait > 72*time.Second) {
			t.Errorf("first retry after %v, want a minute ± 20 %%", wait)
		}
		total += wait
	}
	if attempt != event.MaxAttempts {
		t.Errorf("parked after attempt %d, want %d", attempt, event.MaxAttempts)
	}
	if total < 5*24*time.Hour || total > 9*24*time.Hour {
		t.Errorf("tried for %v, want about a week", total)
	}
}
