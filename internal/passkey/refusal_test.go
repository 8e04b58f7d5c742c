// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package passkey_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/passkey"
)

// lies are what an authenticator or its browser may say wrongly, in either ceremony.
var lies = map[string]func(*authenticator){
	"another site":                 func(a *authenticator) { a.origin = "https://catalogue.example.evil.test" },
	"another scheme":               func(a *authenticator) { a.origin = "http://catalogue.example" },
	"another port":                 func(a *authenticator) { a.origin = "https://catalogue.example:8443" },
	"a site below":                 func(a *authenticator) { a.origin = "https://sub.catalogue.example" },
	"an origin with a user":        func(a *authenticator) { a.origin = "https://evil@catalogue.example" },
	"no origin":                    func(a *authenticator) { a.origin = "" },
	"another relying party":        func(a *authenticator) { a.rpID = "example" },
	"a frame of another site":      func(a *authenticator) { a.crossSite = true },
	"another challenge":            func(a *authenticator) { a.challenge = b64(make([]byte, 32)) },
	"a person not verified":        func(a *authenticator) { a.flags &^= verified },
	"a person not present":         func(a *authenticator) { a.flags &^= present },
	"backed up yet not eligible":   func(a *authenticator) { a.flags |= backedUp },
	"the type of another ceremony": func(a *authenticator) { a.ceremony = "payment.get" },
}

func TestAnyLieIsRefusedAtRegistration(t *testing.T) {
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			s, a := newSite(t), newAuthenticator(t)
			lie(a)
			options, kept := s.beginRegistration()
			made, err := s.FinishRegistration(s.user, kept, a.create(options))
			wantRefusal(t, err, fault.Invalid, "passkey_refused")
			if made.ID != nil {
				t.Error("a passkey comes with the refusal")
			}
		})
	}
}

func TestAnyLieIsRefusedAtLogin(t *testing.T) {
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			s, a := newSite(t), newAuthenticator(t)
			s.register(a)
			lie(a)
			options, kept := s.beginLogin()
			wantLoginRefused(t, s, kept, a.get(options), "passkey_refused")
		})
	}
}

// wantLoginRefused checks the refusal and that nobody is named.
func wantLoginRefused(t testing.TB, s *site, kept []byte, response json.RawMessage, code string) {
	t.Helper()
	handle, used, err := s.FinishLogin(kept, response, s.find)
	wantRefusal(t, err, fault.Anonymous, code)
	if handle != nil || used.ID != nil {
		t.Error("somebody is named with the refusal")
	}
}

func TestACeremonyIsOverAfterFiveMinutes(t *testing.T) {
	s, a := newSite(t), newAuthenticator(t)
	options, kept := s.beginRegistration()
	response := a.create(options)
	s.now = s.now.Add(passkey.Lifetime)
	_, err := s.FinishRegistration(s.user, kept, response)
	wantRefusal(t, err, fault.Invalid, "passkey_expired")
	s.now = s.now.Add(-time.Second)
	made, err := s.FinishRegistration(s.user, kept, response)
	if err != nil {
		t.Fatalf("refused a second before: %v", err)
	}
	s.keys = append(s.keys, made)

	options, kept = s.beginLogin()
	response = a.get(options)
	s.now = s.now.Add(passkey.Lifetime)
	wantLoginRefused(t, s, kept, response, "passkey_expired")
	s.now = s.now.Add(-time.Second)
	if _, _, err := s.FinishLogin(kept, response, s.find); err != nil {
		t.Errorf("refused a second before: %v", err)
	}
}

func TestAResponseIsOfNoUseInAnotherCeremony(t *testing.T) {
	s, a := newSite(t), newAuthenticator(t)
	first, kept := s.beginRegistration()
	response := a.create(first)
	made, err := s.FinishRegistration(s.user, kept, response)
	if err != nil {
		t.Fatal(err)
	}
	s.keys = append(s.keys, made)
	_, later := s.beginRegistration()
	_, err = s.FinishRegistration(s.user, later, response)
	wantRefusal(t, err, fault.Invalid, "passkey_refused")

	options, kept := s.beginLogin()
	response = a.get(options)
	if _, _, err := s.FinishLogin(kept, response, s.find); err != nil {
		t.Fatal(err)
	}
	_, later = s.beginLogin()
	wantLoginRefused(t, s, later, response, "passkey_refused")
}

func TestTheSameCeremonyTwiceIsAClonedCounter(t *testing.T) {
	s, a := newSite(t), newAuthenticator(t)
	s.register(a)
	a.counter = 5
	options, kept := s.beginLogin()
	response := a.get(options)
	_, used, err := s.FinishLogin(kept, response, s.find)
	if err != nil {
		t.Fatal(err)
	}
	s.keys[0] = used
	// A caller that forgot to take the ceremony away is saved by the counter, when there is one.
	for _, counter := range []uint32{5, 4, 0} {
		a.counter = counter
		handle, stored, err := s.FinishLogin(kept, a.get(options), s.find)
		wantRefusal(t, err, fault.Anonymous, "passkey_cloned")
		if !bytes.Equal(handle, s.user.Handle) || stored.SignCount != 5 {
			t.Errorf("the warning is about %x, counter %d", handle, stored.SignCount)
		}
	}
	a.counter = 6
	if _, used, err = s.FinishLogin(kept, a.get(options), s.find); err != nil || used.SignCount != 6 {
		t.Errorf("the honest one is refused: %v", err)
	}
}

func TestACeremonyIsForItsUserAndItsKind(t *testing.T) {
	s, a := newSite(t), newAuthenticator(t)
	options, kept := s.beginRegistration()
	other := passkey.User{Handle: passkey.NewHandle(), Name: "bob"}
	_, err := s.FinishRegistration(other, kept, a.create(options))
	wantRefusal(t, err, fault.Invalid, "passkey_refused")
	s.register(a)
	login, loginKept := s.beginLogin()
	for _, wrong := range [][]byte{kept, nil, []byte(`{"kind":"login"}`), []byte("x")} {
		if _, _, err := s.FinishLogin(wrong, a.get(login), s.find); fault.KindOf(err) != fault.Internal {
			t.Errorf("%q finishes a login: %v", wrong, err)
		}
	}
	if _, err := s.FinishRegistration(s.user, loginKept, a.create(options)); fault.KindOf(err) != fault.Internal {
		t.Errorf("a login finishes a registration: %v", err)
	}
}

func TestAStrangersPasskeyIsRefused(t *testing.T) {
	s, a := newSite(t), newAuthenticator(t)
	s.register(a)
	for name, lie := range map[string]func(*authenticator){
		"another key":                  func(a *authenticator) { a.key = newAuthenticator(t).key },
		"an unknown passkey":           func(a *authenticator) { a.id = []byte("unknown") },
		"an unknown handle":            func(a *authenticator) { a.handle = passkey.NewHandle() },
		"no handle":                    func(a *authenticator) { a.handle = nil },
		"another backup eligibility":   func(a *authenticator) { a.flags |= eligible },
		"the type of the registration": func(a *authenticator) { a.ceremony = "webauthn.create" },
	} {
		t.Run(name, func(t *testing.T) {
			liar := *a
			liar.t = t
			lie(&liar)
			options, kept := s.beginLogin()
			wantLoginRefused(t, s, kept, liar.get(options), "passkey_refused")
		})
	}
}

func TestNobodyIsLookedUpForAnotherSiteOrAHandleThatIsNotOurs(t *testing.T) {
	s, a := newSite(t), newAuthenticator(t)
	s.register(a)
	for name, lie := range map[string]func(*authenticator){
		"a short handle": func(a *authenticator) { a.handle = []byte("ana@mairie.example") },
		"no handle":      func(a *authenticator) { a.handle = nil },
		"another site":   func(a *authenticator) { a.origin = "https://evil.test" },
	} {
		liar := *a
		lie(&liar)
		options, kept := s.beginLogin()
		wantLoginRefused(t, s, kept, liar.get(options), "passkey_refused")
		if s.lookups != 0 {
			t.Errorf("%s: %d lookups", name, s.lookups)
		}
	}
}

func TestOneUsersPasskeyDoesNotLogAnotherIn(t *testing.T) {
	s, a := newSite(t), newAuthenticator(t)
	s.register(a)
	a.handle = passkey.NewHandle() // of a victim
	options, kept := s.beginLogin()
	// A caller that looks the passkey up and forgets the handle.
	careless := func(_, _ []byte) (passkey.User, []passkey.Credential, error) { return s.user, s.keys, nil }
	_, _, err := s.FinishLogin(kept, a.get(options), careless)
	wantRefusal(t, err, fault.Anonymous, "passkey_refused")
}

func TestAFailureToLookUpIsNoRefusal(t *testing.T) {
	s, a := newSite(t), newAuthenticator(t)
	s.register(a)
	options, kept := s.beginLogin()
	broken := errors.New("the database is away")
	_, _, err := s.FinishLogin(kept, a.get(options), func(_, _ []byte) (passkey.User, []passkey.Credential, error) {
		return passkey.User{}, nil, broken
	})
	if !errors.Is(err, broken) || fault.KindOf(err) != fault.Internal {
		t.Errorf("got %v", err)
	}
}

func TestAWeakOrBrokenKeyIsRefused(t *testing.T) {
	for name, use := range map[string]func(*authenticator){
		"ES384": func(a *authenticator) {
			key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			point, err := key.PublicKey.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			a.use(key, map[int]any{1: 2, 3: -35, -1: 2, -2: point[1:49], -3: point[49:]})
		},
		"a point off the curve": func(a *authenticator) {
			a.use(a.key, map[int]any{1: 2, 3: -7, -1: 1, -2: make([]byte, 32), -3: bytes.Repeat([]byte{7}, 32)})
		},
		"a point cut short": func(a *authenticator) {
			a.use(a.key, map[int]any{1: 2, 3: -7, -1: 1, -2: make([]byte, 31), -3: make([]byte, 32)})
		},
		"an Ed25519 key cut short": func(a *authenticator) { a.use(a.key, map[int]any{1: 1, 3: -8, -1: 6, -2: make([]byte, 31)}) },
		"RSA of 1024 bits":         func(a *authenticator) { a.useRSA(1024) },
		"RSA of 40000 bits": func(a *authenticator) {
			a.use(a.key, map[int]any{1: 3, 3: -257, -1: bytes.Repeat([]byte{0xff}, 5000), -2: []byte{1, 0, 1}})
		},
		"a key of no kind": func(a *authenticator) { a.use(a.key, map[int]any{1: 9, 3: -7}) },
		"an id too long":   func(a *authenticator) { a.id = make([]byte, 1024) },
		"no id":            func(a *authenticator) { a.id = nil },
	} {
		t.Run(name, func(t *testing.T) {
			s, a := newSite(t), newAuthenticator(t)
			use(a)
			options, kept := s.beginRegistration()
			_, err := s.FinishRegistration(s.user, kept, a.create(options))
			wantRefusal(t, err, fault.Invalid, "passkey_refused")
		})
	}
}

func TestAResponseThatIsNoneIsRefusedBeforeAnybodyIsLookedUp(t *testing.T) {
	s, a := newSite(t), newAuthenticator(t)
	s.register(a)
	create, keptCreate := s.beginRegistration()
	get, keptGet := s.beginLogin()
	for _, c := range []struct {
		name, response string
		kind           fault.Kind // Internal stands for the ceremony's own
		code           string
	}{
		{"empty", "", fault.Invalid, "passkey_missing"},
		{"blank", " \n", fault.Invalid, "passkey_missing"},
		{"too long", strings.Repeat(" ", passkey.ResponseLimit) + "{", fault.TooLarge, "body_too_large"},
		{"nothing", "null", 0, "passkey_refused"},
		{"an empty object", "{}", 0, "passkey_refused"},
		{"no JSON", "<html>", 0, "passkey_refused"},
		{"the other ceremony's", string(a.get(get)), fault.Invalid, "passkey_refused"},
		{"deep", strings.Repeat(`{"a":`, 12000), 0, "passkey_refused"},
		{"twice", string(a.get(get)) + string(a.get(get)), 0, "passkey_refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			kind := func(own fault.Kind) fault.Kind {
				if c.kind == fault.Internal {
					return own
				}
				return c.kind
			}
			_, err := s.FinishRegistration(s.user, keptCreate, json.RawMessage(c.response))
			wantRefusal(t, err, kind(fault.Invalid), c.code)
			if c.name == "the other ceremony's" {
				c.response = string(a.create(create))
				c.kind = fault.Anonymous
			}
			_, _, err = s.FinishLogin(keptGet, json.RawMessage(c.response), s.find)
			wantRefusal(t, err, kind(fault.Anonymous), c.code)
		})
	}
	if s.lookups != 0 {
		t.Errorf("%d lookups", s.lookups)
	}
}
