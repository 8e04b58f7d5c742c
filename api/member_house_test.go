// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238's default
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"maillage/internal/member"
	"maillage/internal/passkey"
	"maillage/internal/password"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// goodPassword is one that the policy takes.
const goodPassword = "sept grenouilles vertes au bord de l'Isère"

// post has the notices that are due delivered to the tests.
var post = testkit.Directory{member.NoticeDue{}.FactName(): {"post"}}

// administrator is the token of a programme of the administrator's.
const administrator = "administrator"

func newMembers(t testing.TB, h *house) *member.Service {
	t.Helper()
	keys, err := member.NewKeys(bytes.Repeat([]byte{7}, member.MasterSize))
	must(t, err)
	hasher, err := password.NewHasher(keys.Peppers)
	must(t, err)
	site, err := passkey.ForSite("Alpes Numérique Libre", base)
	must(t, err)
	site.Now = h.clock.Now
	relying, err := passkey.New(site)
	must(t, err)
	return member.NewService(member.Config{Store: h.db, Bodies: registry.NewBodies(h.registry, h.db), Hasher: hasher, Keys: keys,
		Passkeys: relying, Now: h.clock.Now, Tokens: member.NewTokens(h.db, h.clock.Now), Site: "Alpes Numérique Libre"})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected: %v", err)
	}
}

// eachAccountHouse runs fn on both databases, with a body of the collective.
func eachAccountHouse(t *testing.T, fn func(h *accounts)) {
	t.Helper()
	testkit.EachDBAt(t, store.Config{Directory: post}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		h := &accounts{house: newHouseAt(t, db, clock)}
		ada, _, err := member.NewTokens(db, clock.Now).Create(t.Context(), "Ada", member.Administrator, "", 0)
		must(t, err)
		h.actors[administrator] = ada.Actor()
		h.body = h.ask("POST", "/api/v1/organisations", organiser, `{"siren":"213801855"}`).status(201).text("id")
		fn(h)
	})
}

// accounts is a house where people come and go.
type accounts struct {
	*house
	body string
}

// say is ask, and checks what holds of every answer about people: it is not kept, and holds no hash.
func (h *accounts) say(method, path, as, body string) answer {
	h.t.Helper()
	w := h.ask(method, "/api/v1"+path, as, body)
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		h.t.Errorf("%s %s: Cache-Control %q", method, path, got)
	}
	for _, secret := range []string{"argon2", "grenouilles"} {
		if strings.Contains(w.Body.String(), secret) {
			h.t.Errorf("%s %s shows %q: %s", method, path, secret, w.Body)
		}
	}
	return w
}

// letters delivers what is due and returns it composed.
func (h *accounts) letters() []member.Outgoing {
	h.t.Helper()
	var out []member.Outgoing
	for {
		es, err := h.db.Claim(h.t.Context(), []string{"post"}, 50, h.clock.Now().Add(time.Minute))
		must(h.t, err)
		if len(es) == 0 {
			return out
		}
		for _, e := range es {
			var n member.NoticeDue
			must(h.t, e.Decode(&n))
			m, ok, err := h.members.Compose(h.t.Context(), n, func(_ member.Page, arg string) string { return "?t=" + arg })
			must(h.t, err)
			if ok {
				out = append(out, m)
			}
			must(h.t, h.db.Done(h.t.Context(), e))
		}
	}
}

// letter returns the last letter of a kind to an address.
func (h *accounts) letter(kind, to string) member.Outgoing {
	h.t.Helper()
	all := h.letters()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Letter == kind && all[i].Email == to {
			return all[i]
		}
	}
	h.t.Fatalf("no %s to %s in %v", kind, to, all)
	return member.Outgoing{}
}

// secretIn returns the secret of a letter's link.
func secretIn(t testing.TB, m member.Outgoing) string {
	t.Helper()
	for _, v := range m.Values {
		if _, secret, ok := strings.Cut(v, "?t="); ok {
			return secret
		}
	}
	t.Fatalf("no link in %v", m)
	return ""
}

// join signs somebody up and returns their session's token and their membership.
func (h *accounts) join(email, name string) (token, membership string) {
	h.t.Helper()
	s := h.say("POST", "/signups", "", `{"body":"`+h.body+`","email":"`+email+`","name":"`+name+`","lang":"fr"}`).status(202).text("signup")
	code := h.letter("confirm_email", email).Values["code"]
	j := h.say("POST", "/signups/"+s+"/confirm", "", `{"code":"`+code+`","password":"`+goodPassword+`"}`).status(201)
	return j.text("session.token"), j.text("membership.id")
}

// referent is join, accepted, and speaking for the body.
func (h *accounts) referent(email, name string) (token, membership string) {
	h.t.Helper()
	token, membership = h.join(email, name)
	h.say("POST", "/membership-requests/"+membership+"/accept", organiser, "").status(204)
	return h.say("POST", "/me/act", token, `{"membership":"`+membership+`"}`).status(200).text("token"), membership
}

// oneTime returns the code of an app at that time, RFC 6238 by hand.
func oneTime(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
	must(t, err)
	m := hmac.New(sha1.New, key)
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/30))) //nolint:gosec // after 1970
	sum := m.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}
