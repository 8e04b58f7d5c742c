// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/testkit"
	"maillage/internal/web"
)

// matrixSite is the public address of the house of the matrix.
const matrixSite = "https://maillage.example"

// matrixPassword is every account's that has one.
const matrixPassword = "quatre tilleuls devant la gare"

// house is a whole instance in this process, and what is needed to put people and things into it.
type house struct {
	t *testing.T
	*app
	e    *echo.Echo
	sign member.Keys
	said int // counts what must differ
	// a and b are bodies with members, p a provider with members; c and q have none.
	a, b, c, p, q registry.ID
	software      registry.ID
	// kept are things that no request consumed yet.
	kept map[string]string
	// people are who asks without changing anything.
	people map[string]person
}

// person is an account and the standing it asks with.
type person struct {
	account    member.AccountID
	membership string
	session    string // id
	secret     string // what the request shows
}

// eachHouse runs fn on a house on SQLite, and one on PostgreSQL.
func eachHouse(t *testing.T, fn func(h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(newHouse(t, "", nil))
	})
	if testkit.OnPostgres() {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			fn(newHouse(t, testkit.PostgresDatabase(t), nil))
		})
	}
}

func newHouse(t *testing.T, database string, with func(*Config)) *house {
	t.Helper()
	cfg := Config{Listen: "127.0.0.1:0", Data: filepath.Join(t.TempDir(), "data"), Database: database, BaseURL: matrixSite,
		LogLevel: slog.LevelError, Name: "Essai", Languages: []string{"fr", "en"}, PasswordMinimum: 15}
	if with != nil {
		with(&cfg)
	}
	log := slog.New(slog.DiscardHandler)
	a, err := openApp(t.Context(), cfg, log, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	h := &house{t: t, app: a, kept: map[string]string{}, people: map[string]person{}}
	h.sign, err = a.keys()
	h.must(err)
	h.must(a.openMail())
	h.must(a.read(t.Context()))
	h.e = a.handler(web.NewHealth(log))
	h.furnish()
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// one returns a name nothing else has.
func (h *house) one(of string) string {
	h.said++
	return fmt.Sprintf("%s %d", of, h.said)
}

func (h *house) furnish() {
	bodies := registry.NewBodies(h.registry, h.db)
	for code, into := range map[string]*registry.ID{"commune:38151": &h.a, "commune:38185": &h.b, "commune:26362": &h.c} {
		b, err := bodies.Admit(h.t.Context(), "register:"+code)
		h.must(err)
		*into = registry.ID(b.ID)
	}
	h.p, h.q = h.organisation(registry.RoleProvider), h.organisation(registry.RoleProvider)
	h.software = h.sheet()
	h.must(h.catalogue.CatchUp(h.t.Context()))
}

func system() member.Actor { return member.System("matrix") }

func (h *house) organisation(role registry.Role) registry.ID {
	k, err := h.registry.RegisterOrganisation(h.t.Context(), system(), registry.OrganisationFacts{Name: h.one("Atelier"), Roles: []registry.Role{role}, Type: "company"})
	h.must(err)
	return k.ID
}

func (h *house) sheet() registry.ID {
	k, err := h.registry.RegisterSoftware(h.t.Context(), system(), registry.SoftwareFacts{Name: h.one("Outil"),
		Repository: fmt.Sprintf("https://git.exemple.fr/outils/%d", h.said)})
	h.must(err)
	return k.ID
}

// challenge keeps a one-time secret and returns its id.
func (h *house) challenge(c member.Challenge) string {
	now := time.Now().UTC().Truncate(time.Microsecond)
	c.ID, c.CreatedAt, c.ExpiresAt, c.CodeExpiresAt, c.Serial = uuid.NewString(), now, now.Add(time.Hour), now.Add(10*time.Minute), 1
	h.must(h.db.AddChallenge(h.t.Context(), c))
	return c.ID
}

// account makes somebody, without a password: no request of the matrix needs one.
func (h *house) account(office member.Role, state member.State) member.AccountID {
	now := time.Now().UTC().Truncate(time.Microsecond)
	h.said++
	id := member.AccountID(uuid.NewString())
	h.must(h.db.SaveAccount(h.t.Context(), member.Account{ID: id, Email: fmt.Sprintf("p%d@exemple.fr", h.said), Name: h.one("Personne"),
		Rhythm: member.WeekDigest, Lang: "fr", Office: office, State: state, Handle: []byte(hashed(string(id))[:32]), CreatedAt: now, UpdatedAt: now}))
	return id
}

func (h *house) membership(account member.AccountID, of registry.ID, role member.Role, state member.MembershipState) string {
	now := time.Now().UTC().Truncate(time.Microsecond)
	m := member.Membership{ID: uuid.NewString(), Account: account, Organisation: string(of), Role: role, State: state, AskedAt: now}
	if state != member.Pending {
		m.Proof, m.DecidedBy, m.DecidedAt = member.ByDecision, "system:matrix", now
	}
	if state == member.Ended {
		m.EndedAt = now
	}
	h.must(h.db.SaveMembership(h.t.Context(), m))
	return m.ID
}

// hashed is how secrets are kept.
func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// session opens a session of an account and returns its id and secret.
func (h *house) session(account member.AccountID, membership string) (id, secret string) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	id, secret = uuid.NewString(), member.SessionPrefix+uuid.NewString()
	h.must(h.db.AddSession(h.t.Context(), member.Session{ID: id, Hash: hashed(secret), Account: account, Membership: membership, Strong: true,
		Method: "passkey", ProvedAt: now, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(time.Hour)}))
	return id, secret
}

// own makes a secret of an account and returns its id and itself.
func (h *house) own(account member.AccountID, membership string, kind member.SecretKind, scope member.Scope) (id, secret string) {
	id, secret = uuid.NewString(), member.TokenPrefix+uuid.NewString()
	if kind == member.KindAppPassword {
		secret = hashed(id)[:32]
	}
	h.must(h.db.AddSecret(h.t.Context(), member.Secret{ID: id, Account: account, Membership: membership, Kind: kind, Name: "outil", Scope: scope,
		Hash: hashed(secret), CreatedAt: time.Now().UTC().Truncate(time.Microsecond)}))
	return id, secret
}
