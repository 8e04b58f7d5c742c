// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// tell is a word that only the person to be erased brings: it is in all that is written of them.
const tell = "quatrebarbes"

// places are the tables where a person leaves something.
var places = []string{"accounts", "memberships", "challenges", "sessions", "devices", "totp_factors", "recovery_codes", "passkeys",
	"identities", "secrets", "idempotency_keys", "deliveries"}

// leaveTraces has a person use everything there is.
func leaveTraces(t *testing.T, db *store.DB, id member.AccountID) {
	t.Helper()
	ctx, at := t.Context(), testkit.Epoch()
	a := person(string(id), "Zoe.Quatrebarbes@exemple.fr")
	a.Name, a.Function, a.Interests = "Zoé Quatrebarbes", "DSI "+tell, []string{tell}
	a.DisabledFor, a.Password, a.Handle, a.Office = tell, tell, []byte(tell), member.Organiser
	a.PasswordAt, a.SeenAt = at, at
	must(t, db.SaveAccount(ctx, a))
	must(t, db.SaveMembership(ctx, member.Membership{ID: "m1" + string(id), Account: id, Organisation: body, Role: member.Agent,
		State: member.Refused, Reason: "Nous ne connaissons pas Mme Quatrebarbes", AskedAt: at}))
	must(t, db.SaveMembership(ctx, member.Membership{ID: "m2" + string(id), Account: id, Organisation: body, Role: member.Agent,
		State: member.Accepted, AskedAt: at}))
	own, invitation := challenge("c1"), challenge("c2")
	own.Account, own.Email, own.Data = id, tell+"@ailleurs.fr", json.RawMessage(`{"name":"quatrebarbes"}`)
	invitation.Email, invitation.Data = "zoe.QUATREBARBES@exemple.fr", json.RawMessage(`{"name":"Zoé Quatrebarbes"}`)
	must(t, db.AddChallenge(ctx, own))
	must(t, db.AddChallenge(ctx, invitation))
	must(t, db.AddSession(ctx, member.Session{ID: "s1", Hash: tell + "1", Account: id, Device: tell, IDToken: tell}))
	must(t, db.AddDevice(ctx, member.Device{Hash: tell, Account: id, CreatedAt: at, UsedAt: at}))
	must(t, db.SaveTOTP(ctx, member.TOTP{Account: id, Sealed: tell, CreatedAt: at}))
	must(t, db.SetRecoveryCodes(ctx, id, []string{tell}, at))
	must(t, db.SavePasskey(ctx, member.Passkey{ID: tell, Account: id, Label: tell, Credential: []byte(tell), CreatedAt: at}))
	must(t, db.AddIdentity(ctx, member.Identity{Issuer: "iss", Subject: tell, Account: id, Provider: "p", CreatedAt: at}))
	must(t, db.AddSecret(ctx, member.Secret{ID: "k1", Account: id, Kind: member.KindToken, Name: tell, Hash: tell, CreatedAt: at}))
	// Answers: their own, and the one by which an organiser was shown their name.
	for _, by := range []member.ActorID{id.Actor(), "account:other"} {
		_, _, err := db.Once(ctx, by, "key", "f", func(context.Context) (member.Answer, error) {
			return member.Answer{Status: 200, Body: []byte(`{"name":"Zoé Quatrebarbes"}`)}, nil
		})
		must(t, err)
	}
	// What mail servers answered: about letters to the account, to the address, and to another that names it.
	for _, key := range []string{string(id.Actor()), "challenge:c2", ""} {
		record(t, db, said{Key: key, What: "letter"})
		for _, e := range claim(t, db, at.Add(time.Minute)) {
			why := "550 no such user quatrebarbes"
			if key == "" {
				why = "550 <zoe.quatrebarbes@exemple.fr> unknown"
			}
			must(t, db.Park(ctx, e, why))
		}
	}
	must(t, db.InTx(ctx, func(ctx context.Context) error {
		return db.Audit(ctx, member.TrailEntry{ID: "t1", At: at, Actor: id.Actor(), Action: "sign_up", Kind: "account", Object: string(id)})
	}))
	// The registry names who acted; of a person the trail keeps the identifier alone.
	must(t, db.Restore(ctx, &registry.Batch{Audit: []registry.AuditEntry{{ID: "t2", At: at, Actor: id.Actor(),
		ActorName: "Zoé Quatrebarbes", Action: "declare", Kind: registry.KindUsage, Object: "u1"}}}))
}

// found returns the tables where the person is still told.
func found(t *testing.T, db *store.DB) []string {
	t.Helper()
	all, err := store.Everything(t.Context(), db)
	must(t, err)
	out := []string{}
	for table, rows := range all {
		if text := strings.ToLower(strings.Join(rows, "\n")); strings.Contains(text, tell) {
			out = append(out, table)
		}
	}
	return out
}

// crowd makes other people around, so that pages of the file split and fill.
func crowd(t *testing.T, db *store.DB, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		id := member.AccountID(fmt.Sprintf("p%04d", i))
		addPerson(t, db, string(id), fmt.Sprintf("person%d@exemple.fr", i))
		must(t, db.AddSession(t.Context(), member.Session{ID: "s" + string(id), Hash: "h" + string(id), Account: id,
			Device: strings.Repeat("Firefox ", 20)}))
	}
}

func TestOfAnErasedPersonNothingIsLeftAnywhere(t *testing.T) {
	testkit.EachDBWith(t, store.Config{Directory: heard}, func(t *testing.T, db *store.DB) {
		addBody(t, db, body, "rennes")
		crowd(t, db, 0, 60)
		leaveTraces(t, db, "p0030x")
		crowd(t, db, 60, 120)
		there := map[string]bool{}
		for _, table := range found(t, db) {
			there[table] = true
		}
		for _, table := range places {
			if !there[table] {
				t.Errorf("nothing was written to %s: this test would prove nothing of it", table)
			}
		}
		if there["audit_entries"] {
			t.Error("the trail, which is never rewritten, names a person")
		}
		must(t, db.ErasePerson(t.Context(), member.Erasure{Account: "p0030x", At: testkit.Epoch(), Posts: true}))
		if left := found(t, db); len(left) > 0 {
			t.Errorf("the person is still told in %v", left)
		}
		if db.Engine() == "sqlite" {
			must(t, db.Scrub(t.Context()))
			notInFiles(t, db)
		}
		report, err := db.VerifyTrail(t.Context())
		must(t, err)
		if len(report.Problems) > 0 || report.Checked != 2 {
			t.Errorf("the trail after an erasure: %+v", report)
		}
	})
}

// notInFiles looks for the person in the bytes of the database: what is deleted from a table stays in
// its file until something is written over it.
func notInFiles(t *testing.T, db *store.DB) {
	t.Helper()
	path, err := store.File(t.Context(), db)
	must(t, err)
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		must(t, err)
		if suffix == "" && !bytes.Contains(content, []byte("p0030x")) {
			t.Error("not even the identifier is in the file: the wrong file was read")
		}
		if n := bytes.Count(bytes.ToLower(content), []byte(tell)); n > 0 {
			t.Errorf("the person is still %d times in the bytes of the database%s", n, suffix)
		}
	}
}

func TestAnErasedPersonIsErasedAgainWithoutAChange(t *testing.T) {
	testkit.EachDBWith(t, store.Config{Directory: heard}, func(t *testing.T, db *store.DB) {
		addBody(t, db, body, "rennes")
		leaveTraces(t, db, "p1")
		addPerson(t, db, "p2", "ana@exemple.fr")
		first := member.Erasure{Account: "p1", At: testkit.Epoch(), Posts: true}
		must(t, db.ErasePerson(t.Context(), first))
		before, err := store.Everything(t.Context(), db)
		must(t, err)
		must(t, db.ErasePerson(t.Context(), member.Erasure{Account: "p1", At: testkit.Epoch().Add(time.Hour)}))
		after, err := store.Everything(t.Context(), db)
		must(t, err)
		if d := cmp.Diff(before, after); d != "" {
			t.Errorf("the second time changed:\n%s", d)
		}
		a, err := db.AccountByID(t.Context(), "p1")
		same(t, member.Account{ID: "p1", State: member.Erased, Rhythm: member.NoMail, CreatedAt: testkit.Epoch(), UpdatedAt: testkit.Epoch()}, a, err)
		ms, err := db.MembershipsOf(t.Context(), "p1")
		must(t, err)
		if len(ms) != 2 || ms[0].State != member.Refused || ms[1].State != member.Ended || !ms[1].EndedAt.Equal(testkit.Epoch()) {
			t.Errorf("of the memberships is left %+v", ms)
		}
		if other, err := db.AccountByEmail(t.Context(), "ana@exemple.fr"); err != nil || other.Name == "" {
			t.Errorf("another person went with them: %+v, %v", other, err)
		}
		// A backup from before the account was made has the ledger done again, too.
		late := member.Erasure{Account: "p9", At: testkit.Epoch().Add(time.Minute)}
		must(t, db.ErasePerson(t.Context(), late))
		ledger, err := db.Erasures(t.Context())
		same(t, []member.Erasure{first, late}, ledger, err)
	})
}
