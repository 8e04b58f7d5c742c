// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"maillage/internal/fault"
)

func TestBeyondTheQueuePeopleAreToldToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := cheap(t, peppers())
		for range cap(h.queue.slots) { // every processor is taken
			if err := h.queue.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		served := make(chan error, Waiting)
		for range Waiting {
			go func() {
				_, err := h.Hash(t.Context(), "une phrase que je retiens")
				served <- err
			}()
		}
		synctest.Wait() // all of them wait
		if len(served) != 0 || h.queue.waiting.Load() != Waiting {
			t.Fatalf("%d served, %d waiting", len(served), h.queue.waiting.Load())
		}
		encoded := h.decoy.String()
		_, errHash := h.Hash(t.Context(), "une de trop")
		_, _, errVerify := h.Verify(t.Context(), encoded, "une de trop")
		for name, err := range map[string]error{"hash": errHash, "verify": errVerify, "dummy": h.Dummy(t.Context(), "une de trop")} {
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Kind != fault.Unavailable || f.Code != "busy" {
				t.Errorf("%s: %v, want busy", name, err)
			}
		}
		for range cap(h.queue.slots) {
			h.queue.leave()
		}
		for range Waiting {
			if err := <-served; err != nil {
				t.Errorf("one that waited its turn: %v", err)
			}
		}
		if h.queue.waiting.Load() != 0 || len(h.queue.slots) != 0 {
			t.Errorf("%d still waiting, %d still running", h.queue.waiting.Load(), len(h.queue.slots))
		}
	})
}

func TestWhoeverLeavesWhileWaitingCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := cheap(t, peppers())
		for range cap(h.queue.slots) {
			if err := h.queue.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, _, err := h.Verify(ctx, h.decoy.String(), "une phrase que je retiens")
			left <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-left; !fault.Is(err, fault.Unavailable) || !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want busy because of context.Canceled", err)
		}
		if n := h.queue.waiting.Load(); n != 0 {
			t.Errorf("%d still waiting", n)
		}
		for range cap(h.queue.slots) {
			h.queue.leave()
		}
		if err := h.Dummy(ctx, ""); !errors.Is(err, context.Canceled) { // places are free, nobody is there
			t.Errorf("%v, want context.Canceled", err)
		}
	})
}

func TestAnUnknownAccountDoesTheSameWork(t *testing.T) {
	h := cheap(t, peppers())
	if h.decoy.cost != h.cost || len(h.decoy.salt) != SaltBytes || len(h.decoy.key) != KeyBytes || h.decoy.keyID != h.peppers.Current {
		t.Errorf("the decoy costs %+v, a password %+v", h.decoy.cost, h.cost)
	}
	encoded := mustHash(t, h, "une phrase que je retiens")
	real := testing.AllocsPerRun(20, func() {
		if _, _, err := h.Verify(t.Context(), encoded, "une phrase que je retiens"); err != nil {
			t.Error(err)
		}
	})
	for _, candidate := range []string{"", "\xff", "une phrase que je retiens", string(make([]byte, 1<<20))} {
		unknown := testing.AllocsPerRun(20, func() {
			if err := h.Dummy(t.Context(), candidate); err != nil {
				t.Error(err)
			}
		})
		if unknown < real-1 || unknown > real+12 { // writing the decoy takes a few more
			t.Errorf("%.20q: %v allocations, a known account %v", candidate, unknown, real)
		}
	}
}

func TestTheMemoryOfHashesIsCollectedBeforeItPilesUp(t *testing.T) {
	q, collected := newQueue(4), 0
	q.collect = func() { collected++ }
	enter := func(n int) {
		t.Helper()
		for range n {
			if err := q.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	enter(2)
	for round := range 6 { // never alone: one of two is replaced each time
		q.leave()
		enter(1)
		if want := (round + 1) / 4; collected != want {
			t.Fatalf("after %d hashes: collected %d times, want %d", round+1, collected, want)
		}
	}
	q.leave()
	q.leave() // the last one out
	if collected != 2 || q.spent.Load() != 0 {
		t.Errorf("once nobody is there: collected %d times, %d spent", collected, q.spent.Load())
	}
}
