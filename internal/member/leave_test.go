// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// leavers is a members' room with one body and people in it.
type leavers struct {
	*member.Service
	t      *testing.T
	db     *store.DB
	clock  *testkit.Clock
	ledger *member.FileLedger
	path   string
	body   string
}

func eachLeavers(t *testing.T, fn func(l *leavers)) {
	t.Helper()
	testkit.EachDBAt(t, store.Config{TrailKey: []byte("key")}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		fn(leaversOn(t, db, clock, filepath.Join(t.TempDir(), "erasures.jsonl")))
	})
}

func leaversOn(t *testing.T, db *store.DB, clock *testkit.Clock, path string) *leavers {
	t.Helper()
	reg := registry.NewService(db, testkit.Register(t), clock.Now)
	k, err := reg.RegisterOrganisation(t.Context(), member.System("test"),
		registry.OrganisationFacts{SIREN: "213801855", Roles: []registry.Role{registry.RoleCollectivity}})
	if fault.Is(err, fault.Conflict) { // a database opened again
		k, err = reg.Organisation(t.Context(), "grenoble-38")
	}
	noError(t, err)
	keys, err := member.NewKeys(make([]byte, member.MasterSize))
	noError(t, err)
	l := &leavers{t: t, db: db, clock: clock, ledger: member.NewFileLedger(path), path: path, body: string(k.ID)}
	l.Service = member.NewService(member.Config{Store: db, Bodies: registry.NewBodies(reg, db), Keys: keys, Now: clock.Now,
		Site: "Collectif", Ledger: l.ledger})
	return l
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person makes an account, a member of the body when role is given, with a session and a secret.
func (l *leavers) person(id string, office, role member.Role) member.Actor {
	l.t.Helper()
	ctx, now := l.t.Context(), l.clock.Now()
	a := member.Account{ID: member.AccountID(id), Email: id + "@grenoble.example", Name: "Nom de " + id, Function: "=DSI", Rhythm: member.WeekDigest,
		Lang: "fr", Office: office, State: member.Active, Password: "$argon2id$hash-of-" + id, Handle: []byte("handle-of-" + id), CreatedAt: now, UpdatedAt: now, SeenAt: now}
	noError(l.t, l.db.SaveAccount(ctx, a))
	by := member.Actor{ID: a.ID.Actor(), Account: a.ID, Role: office, Via: member.ViaSession, Session: "s-" + id, ProvedAt: now}
	if role != "" {
		noError(l.t, l.db.SaveMembership(ctx, member.Membership{ID: "m-" + id, Account: a.ID, Organisation: l.body, Role: role,
			State: member.Accepted, Proof: member.ByDecision, AskedAt: now, DecidedBy: "account:somebody-else", DecidedAt: now}))
		by.Organisation, by.Role, by.Leads = l.body, role, role == member.Referent
	}
	noError(l.t, l.db.AddSession(ctx, member.Session{ID: "s-" + id, Hash: "hash-of-s-" + id, Account: a.ID, Method: "password", Device: "Firefox",
		Network: "192.0.2.0/24", ProvedAt: now, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(time.Hour)}))
	noError(l.t, l.db.AddSecret(ctx, member.Secret{ID: "k-" + id, Account: a.ID, Membership: "m-" + id, Kind: member.KindToken, Name: "Jeton de " + id,
		Hash: "hash-of-k-" + id, CreatedAt: now}))
	return by
}

func (l *leavers) account(id string) member.Account {
	l.t.Helper()
	a, err := l.db.AccountByID(l.t.Context(), member.AccountID(id))
	noError(l.t, err)
	return a
}

func (l *leavers) wantCode(err error, code string) {
	l.t.Helper()
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != code {
		l.t.Fatalf("got %v, want %s", err, code)
	}
}

func TestTheLastReferentLeavesABodyOnlyWhenSure(t *testing.T) {
	eachLeavers(t, func(l *leavers) {
		ana, bob := l.person("ana", "", member.Referent), l.person("bob", "", member.Agent)
		ctx := t.Context()
		l.wantCode(l.LeaveBody(ctx, ana, "m-ana", false), "last_referent")
		l.wantCode(l.LeaveBody(ctx, bob, "m-ana", true), "membership_missing")
		l.wantCode(l.LeaveBody(ctx, bob, "none", true), "membership_missing")
		noError(l.t, l.LeaveBody(ctx, ana, "m-ana", true))
		m, err := l.db.MembershipByID(ctx, "m-ana")
		noError(l.t, err)
		if m.State != member.Ended || m.EndedAt.IsZero() {
			l.t.Errorf("the membership is %s", m.State)
		}
		secret, err := l.db.SecretByHash(ctx, "hash-of-k-ana")
		if err != nil || secret.RevokedAt.IsZero() {
			l.t.Errorf("the body's secret still opens: %+v %v", secret, err)
		}
		l.wantCode(l.LeaveBody(ctx, ana, "m-ana", true), "membership_missing")
		token := bob
		token.Via = member.ViaToken
		l.wantCode(l.LeaveBody(ctx, token, "m-bob", true), "not_for_tokens")
	})
}

func TestLeavingTheCollectiveKeepsTheAccountAndTheSessionThatAsks(t *testing.T) {
	eachLeavers(t, func(l *leavers) {
		ctx := t.Context()
		chief := l.person("chief", member.Administrator, "")
		l.wantCode(l.LeaveCollective(ctx, chief, true), "last_administrator")
		l.person("other", member.Administrator, "")
		noError(l.t, l.db.AddSession(ctx, member.Session{ID: "s-2", Hash: "hash-2", Account: chief.Account, ProvedAt: l.clock.Now(),
			CreatedAt: l.clock.Now(), SeenAt: l.clock.Now(), ExpiresAt: l.clock.Now().Add(time.Hour)}))
		noError(l.t, l.LeaveCollective(ctx, chief, false))
		if a := l.account("chief"); a.Office != "" || a.State != member.Active || a.Email == "" {
			l.t.Errorf("the account is %+v", a)
		}
		open, err := l.db.SessionsOf(ctx, chief.Account)
		if err != nil || len(open) != 1 || open[0].ID != chief.Session {
			l.t.Errorf("open sessions: %+v %v", open, err)
		}
	})
}

func TestAnErasedPersonLeavesAnIdentifierAndNothingElse(t *testing.T) {
	eachLeavers(t, func(l *leavers) {
		ctx := t.Context()
		ana := l.person("ana", "", member.Agent)
		stale := ana
		stale.ProvedAt = l.clock.Now().Add(-time.Hour)
		l.wantCode(l.Erase(ctx, stale, false, true), "sign_in_again")
		noError(l.t, l.Erase(ctx, ana, true, false))
		a := l.account("ana")
		if a.State != member.Erased || a.Email+a.Name+a.Function+a.Password != "" || len(a.Handle) > 0 {
			l.t.Errorf("left: %+v", a)
		}
		if _, err := l.db.SessionByHash(ctx, "hash-of-s-ana"); !fault.Is(err, fault.Missing) {
			l.t.Errorf("the session: %v", err)
		}
		if _, err := l.db.SecretByHash(ctx, "hash-of-k-ana"); !fault.Is(err, fault.Missing) {
			l.t.Errorf("the secret: %v", err)
		}
		lines, err := l.ledger.Read()
		if err != nil || len(lines) != 1 || lines[0].Account != "ana" || !lines[0].Posts {
			l.t.Errorf("the ledger: %+v %v", lines, err)
		}
		trail, err := l.db.TrailOf(ctx, "account:ana")
		noError(l.t, err)
		erased := false
		for _, e := range trail {
			erased = erased || e.Action == "erase" && e.Object == "ana"
			if strings.Contains(string(e.Detail), "Nom de") || strings.Contains(string(e.Detail), "@") {
				l.t.Errorf("a line names a person: %+v", e)
			}
		}
		if !erased {
			l.t.Errorf("no line of the erasure: %+v", trail)
		}
		l.wantCode(l.Erase(ctx, ana, true, true), "account_missing")
	})
}

func TestErasingSomebodyIsForAdministratorsAndNeverTheLastOne(t *testing.T) {
	eachLeavers(t, func(l *leavers) {
		ctx := t.Context()
		chief, ana := l.person("chief", member.Administrator, ""), l.person("ana", "", member.Referent)
		organiser := l.person("org", member.Organiser, "")
		l.wantCode(l.EraseAccount(ctx, member.Actor{}, "ana", false), "sign_in_needed")
		l.wantCode(l.EraseAccount(ctx, ana, "chief", false), "not_allowed")
		l.wantCode(l.EraseAccount(ctx, organiser, "ana", false), "not_allowed")
		service := member.Actor{ID: "token:x", Role: member.Administrator, Via: member.ViaService}
		l.wantCode(l.EraseAccount(ctx, service, "ana", false), "not_for_tokens")
		l.wantCode(l.EraseAccount(ctx, chief, "nobody", false), "account_missing")
		l.wantCode(l.EraseAccount(ctx, chief, "chief", false), "last_administrator")
		noError(l.t, l.EraseAccount(ctx, chief, "ana", false))
		if a := l.account("ana"); a.State != member.Erased {
			l.t.Errorf("ana is %s", a.State)
		}
		if lines, _ := l.ledger.Read(); len(lines) != 1 {
			l.t.Errorf("what was refused is in the ledger: %+v", lines)
		}
	})
}

// brokenLedger cannot be written.
type brokenLedger struct{}

func (brokenLedger) Append(context.Context, member.Erasure) error { return errors.New("disk full") }
func (brokenLedger) Read() ([]member.Erasure, error)              { return nil, nil }

func TestNobodyIsErasedWithoutTheLedger(t *testing.T) {
	eachLeavers(t, func(l *leavers) {
		ana := l.person("ana", "", member.Agent)
		s := member.NewService(member.Config{Store: l.db, Now: l.clock.Now, Ledger: brokenLedger{}})
		l.wantCode(s.Erase(t.Context(), ana, false, true), "ledger_unwritable")
		if a := l.account("ana"); a.State != member.Active || a.Email == "" {
			l.t.Errorf("ana is %+v", a)
		}
		if m, err := l.db.MembershipByID(t.Context(), "m-ana"); err != nil || m.State != member.Accepted {
			l.t.Errorf("the membership is %+v %v", m, err)
		}
	})
}
