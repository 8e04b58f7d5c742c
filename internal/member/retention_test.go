// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
)

func TestTheDailyJobDeletesWhatIsOldAndOnlyTellsDormantAccounts(t *testing.T) {
	eachLeavers(t, func(l *leavers) {
		ctx := t.Context()
		l.holding()
		// Five years on, everything that has a life is over; bob came yesterday.
		l.clock.Advance(5 * 365 * 24 * time.Hour)
		now := l.clock.Now()
		noError(l.t, l.db.SawAccount(ctx, "bob", now.Add(-24*time.Hour)))
		mails := 0
		job := member.Retention{Pruner: l.db, Now: l.clock.Now, Mail: func(_ context.Context, _ time.Duration, dry bool) (int64, error) {
			if !dry {
				mails++
			}
			return 4, nil
		}}
		rows := func(dry bool) map[member.Retained]int64 {
			done, err := job.Purge(ctx, now, dry)
			noError(l.t, err)
			out := map[member.Retained]int64{}
			for _, p := range done {
				out[p.What] = p.Rows
				if p.What == member.RetainDormant && !slices.Equal(p.Dormant, []member.AccountID{"ana"}) {
					l.t.Errorf("dormant: %v", p.Dormant)
				}
			}
			return out
		}
		want := map[member.Retained]int64{member.RetainSessions: 2, member.RetainDevices: 1, member.RetainChallenges: 2, member.RetainMail: 4, member.RetainDormant: 1}
		for _, dry := range []bool{true, true, false} {
			got := rows(dry)
			for what, n := range want {
				if got[what] != n {
					l.t.Errorf("dry %v, %s: %d, want %d", dry, what, got[what], n)
				}
			}
		}
		if after := rows(true); after[member.RetainSessions] != 0 || after[member.RetainChallenges] != 0 || mails != 1 {
			l.t.Errorf("after: %v, %d runs over the mail", after, mails)
		}
		if a := l.account("ana"); a.State != member.Active || a.Email == "" {
			l.t.Errorf("a dormant account was touched: %+v", a)
		}
		if _, err := l.db.SessionByHash(ctx, "hash-of-s-ana"); !fault.Is(err, fault.Missing) {
			l.t.Errorf("an old session is still there: %v", err)
		}
	})
}

func TestAKindThatFailsDoesNotKeepTheOthersFromBeingPurged(t *testing.T) {
	eachLeavers(t, func(l *leavers) {
		broken := errors.New("unreadable folder")
		job := member.Retention{Pruner: l.db, Now: l.clock.Now, Mail: func(context.Context, time.Duration, bool) (int64, error) { return 0, broken }}
		done, err := job.Purge(t.Context(), l.clock.Now(), false)
		if !errors.Is(err, broken) || len(done) != 9 {
			l.t.Errorf("%d kinds, %v", len(done), err)
		}
	})
}

func TestTheJobStopsWithItsContextAndReportsFirst(t *testing.T) {
	eachLeavers(t, func(l *leavers) {
		ctx, stop := context.WithCancel(t.Context())
		reports := 0
		err := member.Retention{Pruner: l.db, Now: l.clock.Now}.Run(ctx, func(_ []member.Purged, err error) {
			noError(l.t, err)
			reports++
			stop()
		})
		if err != nil || reports != 1 {
			l.t.Errorf("%d reports, %v", reports, err)
		}
	})
}

func TestTheRegisterOfProcessingHasALineForEachRuleInBothLanguages(t *testing.T) {
	for _, l := range []string{"fr", "en"} {
		text := member.ProcessingRegister(l, "Collectif | test", "dpo@example.org")
		for _, r := range member.Rules() {
			for _, part := range []string{r.What.In(l), r.Why.In(l), r.Who.In(l)} {
				if part == "" || !strings.Contains(text, part) {
					t.Errorf("%s: %s is not in the register: %q", l, r.Retained, part)
				}
			}
			if r.Keep == 0 && r.Until.In(l) == "" {
				t.Errorf("%s: nothing says how long %s is kept", l, r.Retained)
			}
		}
		if strings.Contains(text, "Collectif | test") {
			t.Errorf("%s: a name breaks the table", l)
		}
	}
}
