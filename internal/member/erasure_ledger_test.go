// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/member"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

func TestAPersonErasedDoesNotComeBackWithABackup(t *testing.T) {
	dir := t.TempDir()
	path, ledger := filepath.Join(dir, "maillage.db"), filepath.Join(dir, "erasures.jsonl")
	clock := &testkit.Clock{}
	open := func() *store.DB {
		db, err := store.Open(t.Context(), store.Config{Path: path, Now: clock.Now})
		noError(t, err)
		_, err = db.Migrate(t.Context())
		noError(t, err)
		return db
	}
	db := open()
	l := leaversOn(t, db, clock, ledger)
	ana := l.person("ana", "", member.Agent)
	l.person("bob", "", member.Referent)
	noError(t, db.Close())
	backup, err := os.ReadFile(path)
	noError(t, err)

	db = open()
	l = leaversOn(t, db, clock, ledger)
	noError(t, l.Erase(t.Context(), ana, false, true))
	noError(t, db.Close())
	noError(t, os.WriteFile(path, backup, 0o600))
	for _, leftover := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + leftover); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}

	db = open()
	t.Cleanup(func() { noError(t, db.Close()) })
	l = leaversOn(t, db, clock, ledger)
	if a := l.account("ana"); a.State != member.Active {
		t.Fatalf("the backup does not hold ana: %+v", a)
	}
	done, err := l.ReplayErasures(t.Context())
	noError(t, err)
	if diff := cmp.Diff(member.Replayed{Ledger: 1, Erased: 1}, done); diff != "" {
		t.Error(diff)
	}
	if a := l.account("ana"); a.State != member.Erased || a.Email != "" || a.Name != "" {
		t.Errorf("ana is back: %+v", a)
	}
	if a := l.account("bob"); a.State != member.Active {
		t.Errorf("bob is %s", a.State)
	}
	done, err = l.ReplayErasures(t.Context())
	noError(t, err)
	if diff := cmp.Diff(member.Replayed{Ledger: 1}, done); diff != "" {
		t.Errorf("done twice: %s", diff)
	}
}

func TestTheLedgerLearnsWhatOnlyTheDatabaseNamesAndBackwards(t *testing.T) {
	eachLeavers(t, func(l *leavers) {
		ctx, at := t.Context(), l.clock.Now()
		l.person("ana", "", member.Agent)
		noError(l.t, l.db.ErasePerson(ctx, member.Erasure{Account: "ana", At: at}))
		noError(l.t, l.ledger.Append(ctx, member.Erasure{Account: "from-before", At: at}))
		done, err := l.ReplayErasures(ctx)
		noError(l.t, err)
		if diff := cmp.Diff(member.Replayed{Ledger: 1, Written: 1}, done); diff != "" {
			l.t.Error(diff)
		}
		lines, err := l.ledger.Read()
		noError(l.t, err)
		kept, err := l.db.Erasures(ctx)
		noError(l.t, err)
		if len(lines) != 2 || len(kept) != 2 {
			l.t.Errorf("ledger %+v, database %+v", lines, kept)
		}
	})
}

func TestALineCutShortIsPassedOverAndAnUnreadableOneIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "erasures.jsonl")
	ledger, at := member.NewFileLedger(path), time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	if lines, err := ledger.Read(); err != nil || lines != nil {
		t.Errorf("a ledger that is not there: %v %v", lines, err)
	}
	one, two := member.Erasure{Account: "a", At: at}, member.Erasure{Account: "b", At: at, Posts: true}
	noError(t, ledger.Append(t.Context(), one))
	info, err := os.Stat(path)
	noError(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	add(t, path, `{"account":"cut`)
	lines, err := ledger.Read()
	if err != nil || len(lines) != 1 {
		t.Errorf("cut short at the end: %v %v", lines, err)
	}
	noError(t, ledger.Append(t.Context(), two))
	lines, err = ledger.Read()
	noError(t, err)
	if diff := cmp.Diff([]member.Erasure{one, two}, lines); diff != "" {
		t.Error(diff)
	}
	add(t, path, "nonsense\n{}\n")
	lines, err = ledger.Read()
	if err == nil || len(lines) != 2 {
		t.Errorf("unreadable: %v %v", lines, err)
	}
}

func add(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	noError(t, err)
	_, err = f.WriteString(text)
	noError(t, err)
	noError(t, f.Close())
}
