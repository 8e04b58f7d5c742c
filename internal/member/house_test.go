// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"bytes"
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"maillage/internal/event"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/passkey"
	"maillage/internal/password"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

const goodPassword = "sept grenouilles vertes au bord de l'Isère"

// house is the members' room on a database, with its outbox read by hand.
type house struct {
	*member.Service
	t     *testing.T
	db    *store.DB
	clock *testkit.Clock
	reg   *registry.Service
	keys  member.Keys
}

var directory = testkit.Directory{member.NoticeDue{}.FactName(): {"post"}}

func eachHouse(t *testing.T, fn func(h *house)) {
	t.Helper()
	testkit.EachDBAt(t, store.Config{Directory: directory}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		fn(newHouse(t, db, clock))
	})
}

func newHouse(t *testing.T, db *store.DB, clock *testkit.Clock, with ...func(*member.Config)) *house {
	t.Helper()
	keys, err := member.NewKeys(bytes.Repeat([]byte{7}, member.MasterSize))
	must(t, err)
	hasher, err := password.NewHasher(keys.Peppers)
	must(t, err)
	return furnished(t, db, clock, keys, hasher, with)
}

// quick is a hasher for tests that sign in a thousand times: what they prove is counted, not hashed.
type quick struct{}

func (quick) Hash(_ context.Context, s string) (string, error) { return "quick:" + s, nil }
func (quick) Verify(_ context.Context, kept, s string) (bool, bool, error) {
	return kept == "quick:"+s, false, nil
}
func (quick) Dummy(context.Context, string) error { return nil }

// eachQuickHouse is eachHouse with that hasher.
func eachQuickHouse(t *testing.T, fn func(h *house)) {
	t.Helper()
	testkit.EachDBAt(t, store.Config{Directory: directory}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		fn(newHouse(t, db, clock, func(c *member.Config) { c.Hasher = quick{} }))
	})
}

func furnished(t *testing.T, db *store.DB, clock *testkit.Clock, keys member.Keys, hasher member.Hasher, with []func(*member.Config)) *house {
	t.Helper()
	site, err := passkey.ForSite("Réseau d’essai", "https://reseau.example")
	must(t, err)
	site.Now = clock.Now
	relying, err := passkey.New(site)
	must(t, err)
	reg := registry.NewService(db, testkit.Register(t), clock.Now)
	cfg := member.Config{Store: db, Bodies: registry.NewBodies(reg, db), Hasher: hasher, Keys: keys, Passkeys: relying,
		Now: clock.Now, Tokens: member.NewTokens(db, clock.Now), Site: "Réseau d’essai"}
	for _, change := range with {
		change(&cfg)
	}
	return &house{t: t, db: db, clock: clock, reg: reg, keys: keys, Service: member.NewService(cfg)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected: %v", err)
	}
}

func wantCode(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || !strings.Contains(err.Error(), code) {
		t.Fatalf("got %v, want %s %s", err, kind, code)
	}
}

// at is a visit from an address of its own.
func at(address string) member.Visit {
	return member.Visit{Address: netip.MustParseAddr(address), UserAgent: "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0", Lang: "fr"}
}

// letters delivers what is due and returns it composed.
func (h *house) letters() []member.Outgoing {
	h.t.Helper()
	var out []member.Outgoing
	for {
		es, err := h.db.Claim(h.t.Context(), []string{"post"}, 50, h.clock.Now().Add(time.Minute))
		must(h.t, err)
		if len(es) == 0 {
			return out
		}
		for _, e := range es {
			if m, ok := h.compose(e); ok {
				out = append(out, m)
			}
			must(h.t, h.db.Done(h.t.Context(), e))
		}
	}
}

func (h *house) compose(e event.Envelope) (member.Outgoing, bool) {
	h.t.Helper()
	var n member.NoticeDue
	must(h.t, e.Decode(&n))
	m, ok, err := h.Compose(h.t.Context(), n, func(p member.Page, arg string) string { return string(p) + "?" + arg })
	must(h.t, err)
	return m, ok
}

// letter returns the last one of a kind to an address.
func letter(t *testing.T, all []member.Outgoing, kind, to string) member.Outgoing {
	t.Helper()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Letter == kind && (to == "" || all[i].Email == to) {
			return all[i]
		}
	}
	t.Fatalf("no %s to %q in %v", kind, to, all)
	return member.Outgoing{}
}

func (h *house) body(siren, domain string) string {
	h.t.Helper()
	facts := registry.OrganisationFacts{SIREN: siren, Roles: []registry.Role{registry.RoleCollectivity}}
	if domain != "" {
		facts.EmailDomains = []string{domain}
	}
	k, err := h.reg.RegisterOrganisation(h.t.Context(), member.System("test"), facts)
	must(h.t, err)
	return string(k.ID)
}

// join walks a person through a sign-up.
func (h *house) join(body, email, name string) member.Joined {
	h.t.Helper()
	v := at("192.0.2.10")
	s, err := h.Join(h.t.Context(), v, member.JoinRequest{Body: body, Email: email, Name: name, Lang: "fr"})
	must(h.t, err)
	code := letter(h.t, h.letters(), "confirm_email", email).Values["code"]
	j, err := h.ConfirmSignup(h.t.Context(), v, member.Confirmation{Signup: s.Token, Code: code, Password: goodPassword,
		Profile: member.Profile{Function: "DSI"}})
	must(h.t, err)
	return j
}

func (h *house) actor(secret string) member.Actor {
	h.t.Helper()
	a, err := h.Authenticate(h.t.Context(), member.DoorSite, member.Credential{Secret: secret})
	must(h.t, err)
	return a
}

// office makes an account with an office and a strong session.
func (h *house) office(role member.Role, email string) member.Actor {
	h.t.Helper()
	a, err := h.Provision(h.t.Context(), member.System("test"), member.NewMember{Email: email, Name: "Bureau", Password: goodPassword, Office: role})
	must(h.t, err)
	return member.Actor{ID: a.ID.Actor(), Account: a.ID, Role: role, Via: member.ViaSession, Strong: true, ProvedAt: h.clock.Now()}
}
