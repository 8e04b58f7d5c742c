// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"maillage/internal/event"
	"maillage/internal/fault"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// said is a fact of these tests.
type said struct {
	Key  string `json:"key"`
	What string `json:"what"`
}

func (said) FactName() string  { return "test.said" }
func (s said) FactKey() string { return s.Key }

var heard = testkit.Directory{"test.said": {"ear"}}

func record(t *testing.T, db *store.DB, facts ...event.Fact) {
	t.Helper()
	err := db.InTx(t.Context(), func(ctx context.Context) error { return db.Record(ctx, facts...) })
	if err != nil {
		t.Fatalf("record: %v", err)
	}
}

func claim(t *testing.T, db *store.DB, until time.Time) []event.Envelope {
	t.Helper()
	es, err := db.Claim(t.Context(), []string{"ear"}, 50, until)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return es
}

func TestAFactRolledBackIsNeverDelivered(t *testing.T) {
	testkit.EachDBAt(t, store.Config{Directory: heard}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		boom := errors.New("boom")
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			if err := db.Record(ctx, said{What: "lost"}); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v", err)
		}
		if got := claim(t, db, clock.Now().Add(time.Minute)); len(got) != 0 {
			t.Errorf("delivered %v of a transaction that failed", got)
		}
		if err := db.Record(t.Context(), said{}); err == nil {
			t.Error("a fact was recorded outside any transaction")
		}
	})
}

func TestOrderIsKeptWithinAKeyAndNotBetweenKeys(t *testing.T) {
	testkit.EachDBAt(t, store.Config{Directory: heard}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		record(t, db, said{Key: "a", What: "1"}, said{Key: "a", What: "2"}, said{Key: "b", What: "3"}, said{What: "4"}, said{What: "5"})
		first := claim(t, db, clock.Now().Add(time.Minute))
		if got := words(t, first); got != "1 3 4 5" {
			t.Fatalf("claimed %q, want the first of each key and all without a key", got)
		}
		if got := claim(t, db, clock.Now().Add(time.Minute)); len(got) != 0 {
			t.Fatalf("claimed %q while the first is unfinished", words(t, got))
		}
		// A retry, however late, still holds back what follows it.
		must(t, db.Retry(t.Context(), first[0], clock.Now().Add(time.Hour), "later"))
		if got := claim(t, db, clock.Now().Add(time.Minute)); len(got) != 0 {
			t.Fatalf("claimed %q before its turn", words(t, got))
		}
		clock.Advance(2 * time.Hour)
		again := claim(t, db, clock.Now().Add(time.Minute))
		if got := words(t, again); got != "1 3 4 5" || again[0].Attempt != 2 || again[0].Delivery != first[0].Delivery {
			t.Fatalf("claimed %q, attempt %d: the leases of the others had also run out", got, again[0].Attempt)
		}
		must(t, db.Done(t.Context(), again[0]))
		if got := words(t, claim(t, db, clock.Now().Add(time.Minute))); got != "2" {
			t.Fatalf("then claimed %q, want 2", got)
		}
	})
}

func TestAWorkerThatLostItsLeaseSettlesNothing(t *testing.T) {
	testkit.EachDBAt(t, store.Config{Directory: heard}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		record(t, db, said{What: "1"})
		slow := claim(t, db, clock.Now().Add(time.Minute))
		clock.Advance(2 * time.Minute)
		quick := claim(t, db, clock.Now().Add(time.Minute))
		if len(quick) != 1 {
			t.Fatalf("an expired lease was not taken over: %v", quick)
		}
		if err := db.Done(t.Context(), slow[0]); !fault.Is(err, fault.Conflict) {
			t.Errorf("the slow worker settled a delivery it had lost: %v", err)
		}
		must(t, db.Done(t.Context(), quick[0]))
		if err := db.Done(t.Context(), quick[0]); !fault.Is(err, fault.Conflict) {
			t.Errorf("settled twice: %v", err)
		}
	})
}

func TestAParkedDeliveryWaitsForAPersonAndHoldsNobodyBack(t *testing.T) {
	testkit.EachDBAt(t, store.Config{Directory: heard}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		record(t, db, said{Key: "a", What: "1"}, said{Key: "a", What: "2"})
		es := claim(t, db, clock.Now().Add(time.Minute))
		must(t, db.Park(t.Context(), es[0], "the homeserver says no"))
		if got := words(t, claim(t, db, clock.Now().Add(time.Minute))); got != "2" {
			t.Fatalf("claimed %q, want 2: a parked delivery must not block its key", got)
		}
		parked, err := db.Parked(t.Context(), 10)
		must(t, err)
		if len(parked) != 1 || parked[0].LastError != "the homeserver says no" || parked[0].Name != "test.said" {
			t.Fatalf("parked: %+v", parked)
		}
		must(t, db.Replay(t.Context(), parked[0].Delivery))
		if err := db.Replay(t.Context(), parked[0].Delivery); !fault.Is(err, fault.Missing) {
			t.Errorf("replayed twice: %v", err)
		}
		clock.Advance(2 * time.Minute)
		got := claim(t, db, clock.Now().Add(time.Minute))
		if words(t, got) != "1" || got[0].Attempt != 1 {
			t.Fatalf("after the replay claimed %q", words(t, got))
		}
	})
}

func TestManyWorkersDeliverEachFactOnceInOrder(t *testing.T) {
	testkit.EachDBWith(t, store.Config{Directory: heard}, func(t *testing.T, db *store.DB) {
		const keys, each = 8, 12
		var facts []event.Fact
		for n := range each {
			for k := range keys {
				facts = append(facts, said{Key: fmt.Sprint(k), What: fmt.Sprint(n)})
			}
		}
		record(t, db, facts...)
		var (
			mu   sync.Mutex
			got  = map[string][]string{}
			done = make(chan struct{})
			left = keys * each
		)
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 3 {
			board := event.NewSwitchboard(event.Config{Poll: 5 * time.Millisecond})
			board.Listen("ear", func(_ context.Context, e event.Envelope) error {
				var s said
				if err := e.Decode(&s); err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				got[s.Key] = append(got[s.Key], s.What)
				if left--; left == 0 {
					close(done)
				}
				return nil
			}, "test.said")
			wg.Go(func() {
				if err := board.Run(ctx, db); err != nil {
					t.Errorf("run: %v", err)
				}
			})
		}
		select {
		case <-done:
		case <-time.After(60 * time.Second):
			t.Error("not everything was delivered")
		}
		stop()
		wg.Wait()
		for k, whats := range got {
			for n, w := range whats {
				if w != fmt.Sprint(n) {
					t.Fatalf("key %s heard %v: out of order, or twice", k, whats)
				}
			}
		}
		pending, parked, _, err := db.OutboxCounts(t.Context())
		must(t, err)
		if pending != 0 || parked != 0 {
			t.Errorf("left behind: %d pending, %d parked", pending, parked)
		}
	})
}

func TestAListenerThatFailsOrPanicsIsTriedAgainLater(t *testing.T) {
	testkit.EachDBAt(t, store.Config{Directory: heard}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		record(t, db, said{What: "1"})
		calls := make(chan int, 10)
		board := event.NewSwitchboard(event.Config{Poll: time.Millisecond, Now: clock.Now})
		board.Listen("ear", func(_ context.Context, e event.Envelope) error {
			calls <- e.Attempt
			switch e.Attempt {
			case 1:
				return errors.New("down")
			case 2:
				panic("a bug")
			}
			return nil
		}, "test.said")
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			if err := board.Run(ctx, db); err != nil {
				t.Errorf("run: %v", err)
			}
		}()
		for want := 1; want <= 3; want++ {
			got := <-calls
			if got != want {
				t.Fatalf("attempt %d, want %d", got, want)
			}
			waitFor(t, func() bool { // the outcome is settled just after the call
				clock.Advance(10 * time.Minute)
				board.Wake()
				return want < 3 && len(calls) > 0 || want == 3
			})
		}
		stop()
		<-ended
	})
}

func TestSettledDeliveriesAreSweptAndTheOthersKept(t *testing.T) {
	testkit.EachDBAt(t, store.Config{Directory: heard}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		record(t, db, said{What: "done"}, said{What: "parked"}, said{What: "pending"})
		es := claim(t, db, clock.Now().Add(time.Minute))
		must(t, db.Done(t.Context(), es[0]))
		must(t, db.Park(t.Context(), es[1], "no"))
		clock.Advance(8 * 24 * time.Hour)
		gone, err := db.Sweep(t.Context(), clock.Now().Add(-7*24*time.Hour))
		must(t, err)
		pending, parked, oldest, err := db.OutboxCounts(t.Context())
		must(t, err)
		if gone != 1 || pending != 1 || parked != 1 || oldest < 7*24*time.Hour {
			t.Errorf("swept %d, left %d pending (oldest %v) and %d parked", gone, pending, oldest, parked)
		}
	})
}

func words(t *testing.T, es []event.Envelope) string {
	t.Helper()
	out := ""
	for _, e := range es {
		var s said
		must(t, e.Decode(&s))
		if out != "" {
			out += " "
		}
		out += s.What
	}
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// waitFor polls a condition: the switchboard works in its own goroutine.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("it did not happen")
		}
	}
}
