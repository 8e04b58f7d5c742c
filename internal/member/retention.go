// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Retained is a kind of data that is not kept for ever.
type Retained string

// The kinds the daily job prunes.
const (
	RetainChallenges Retained = "challenges"
	RetainSessions   Retained = "sessions"
	RetainDevices    Retained = "devices"
	RetainAttempts   Retained = "attempts"
	RetainSecrets    Retained = "secrets"
	RetainRefusals   Retained = "refusals"
	RetainLetters    Retained = "letters"
	RetainAnswers    Retained = "answers"
	RetainMail       Retained = "mail_folder"
	RetainDormant    Retained = "dormant_accounts"
)

// The kinds that no job prunes; their rules say why.
const (
	RetainAccounts    Retained = "accounts"
	RetainMemberships Retained = "memberships"
	RetainTrail       Retained = "trail"
	RetainLedger      Retained = "erasures"
)

// Pruner deletes what is old. The store is one.
type Pruner interface {
	Prune(ctx context.Context, what Retained, before time.Time, dry bool) (int64, error)
	DormantAccounts(ctx context.Context, seenBefore time.Time, limit int) ([]Account, error)
}

// Purged is what the job did, or would do, about one kind.
type Purged struct {
	What   Retained
	Before time.Time
	// Rows is how many were deleted; for dormant accounts how many there are, none of them erased.
	Rows int64
	// Dormant are the first hundred of those accounts, by identifier.
	Dormant []AccountID
}

// maxDormant is how many dormant accounts a report names.
const maxDormant = 100

// Retention applies the retention table.
type Retention struct {
	Pruner Pruner
	// Mail deletes the messages of the mail folder older than that, or counts them; nil when messages
	// go to a server.
	Mail func(ctx context.Context, olderThan time.Duration, dry bool) (int64, error)
	Now  func() time.Time
}

// Purge deletes what the table does not let be kept, or counts it when dry is set. What fails does not
// keep the rest from being done: beside an error it returns what was done.
//
// Dormant accounts are named and not erased: whoever comes back after a leave of years would find
// their standing gone without a word, and a programme cannot know who left. An administrator writes to
// them, then erases.
func (r Retention) Purge(ctx context.Context, now time.Time, dry bool) (done []Purged, err error) {
	for _, rule := range Rules() {
		if rule.Keep == 0 {
			continue
		}
		p := Purged{What: rule.Retained, Before: now.Add(-rule.Keep).UTC()}
		var failed error
		switch rule.Retained {
		case RetainMail:
			if r.Mail == nil {
				continue
			}
			p.Rows, failed = r.Mail(ctx, rule.Keep, dry)
		case RetainDormant:
			failed = r.dormant(ctx, &p)
		default:
			p.Rows, failed = r.Pruner.Prune(ctx, rule.Retained, p.Before, dry)
		}
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("retention of %s: %w", rule.Retained, failed))
			continue
		}
		done = append(done, p)
	}
	return done, err
}

func (r Retention) dormant(ctx context.Context, p *Purged) error {
	as, err := r.Pruner.DormantAccounts(ctx, p.Before, maxDormant)
	for _, a := range as {
		p.Dormant = append(p.Dormant, a.ID)
	}
	p.Rows = int64(len(as))
	return err
}

// Run purges now and every day until ctx ends, and reports each time.
func (r Retention) Run(ctx context.Context, report func([]Purged, error)) error {
	tick := time.NewTicker(24 * time.Hour)
	defer tick.Stop()
	for {
		done, err := r.Purge(ctx, r.Now(), false)
		if ctx.Err() != nil {
			return nil
		}
		report(done, err)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
