// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"slices"
	"time"
)

// Limit is how often something may be tried under one counter.
type Limit struct {
	// Free failures wait for nothing; the next waits FirstWait, each later one twice as long, up to
	// MaxWait. Free 0 means no waiting.
	Free               int
	FirstWait, MaxWait time.Duration
	// Windows bound the failures in a time.
	Windows []Window
}

// Window is at most N in For.
type Window struct {
	N   int
	For time.Duration
}

// The limits, NIST SP 800-63B-4 §3.2.2 and CNIL délibération 2022-100 together. HardStop disables the
// password itself.
const HardStop = 100

// AccountLimit returns the limit of one account's password, or second factor.
func AccountLimit() Limit {
	return Limit{Free: 4, FirstWait: time.Minute, MaxWait: time.Hour, Windows: []Window{{25, 24 * time.Hour}}}
}

// AddressLimit returns the limit of one network address (an IPv6 /64).
func AddressLimit() Limit {
	return Limit{Windows: []Window{{20, 5 * time.Minute}, {100, time.Hour}}}
}

// MailLimit returns the limit of messages sent to one address on a stranger's word.
func MailLimit() Limit { return Limit{Windows: []Window{{3, time.Hour}}} }

// MailAddressLimit returns the limit of such messages asked from one network address.
func MailAddressLimit() Limit { return Limit{Windows: []Window{{10, time.Hour}}} }

// AskLimit bounds the memberships one account asks for: each may register a body, and is told to whoever
// decides.
func AskLimit() Limit { return Limit{Windows: []Window{{10, 24 * time.Hour}}} }

// Attempts is a counter: what was tried under a name and not yet forgotten. A try is counted before
// its outcome is known, so that a hundred at once are a hundred.
type Attempts struct {
	InARow int         // failures since the last success
	Recent []time.Time // tries of the last day, oldest first, those that succeeded left out
	Last   time.Time
}

// Wait returns how long until the next try is allowed, 0 when it is now.
func (a Attempts) Wait(l Limit, now time.Time) time.Duration {
	var wait time.Duration
	if l.Free > 0 && a.InARow > l.Free {
		delay := l.MaxWait
		if steps := a.InARow - l.Free - 1; steps < 16 {
			delay = min(l.FirstWait<<steps, l.MaxWait)
		}
		wait = a.Last.Add(delay).Sub(now)
	}
	for _, w := range l.Windows {
		in := a.Recent
		for len(in) > 0 && !in[0].After(now.Add(-w.For)) {
			in = in[1:]
		}
		if len(in) >= w.N {
			wait = max(wait, in[len(in)-w.N].Add(w.For).Sub(now))
		}
	}
	return max(wait, 0)
}

// Take counts a try. Call it when Wait is 0.
func (a Attempts) Take(l Limit, now time.Time) Attempts {
	longest := time.Duration(0)
	for _, w := range l.Windows {
		longest = max(longest, w.For)
	}
	a.Recent = slices.DeleteFunc(slices.Clone(a.Recent), func(t time.Time) bool { return !t.After(now.Add(-longest)) })
	a.Recent = append(a.Recent, now)
	a.InARow++
	a.Last = now
	return a
}

// Succeed takes the last try back and ends the row: the failures of others in the day still count.
func (a Attempts) Succeed() Attempts {
	a.InARow = 0
	if n := len(a.Recent); n > 0 {
		a.Recent = slices.Clone(a.Recent[:n-1])
	}
	return a
}
