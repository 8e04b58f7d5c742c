// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/fault"
	"maillage/internal/oidc"
)

func TestNobodyIsContactedBeforeTheFirstLoginAndThenOnce(t *testing.T) {
	f := newFake(t)
	p := f.provider(f.config("proconnect"))
	if len(f.asked) != 0 {
		t.Fatalf("New contacts the provider: %v", f.asked)
	}
	for range 3 {
		if _, err := f.login(p, nil); err != nil {
			t.Fatal(err)
		}
	}
	const discovery = "/.well-known/openid-configuration"
	if f.asked[discovery] != 1 || f.asked["/jwks"] != 1 {
		t.Errorf("asked %v", f.asked)
	}
	f.at = f.at.Add(25 * time.Hour)
	if _, err := f.login(p, nil); err != nil {
		t.Fatal(err)
	}
	if f.asked[discovery] != 2 || f.asked["/jwks"] != 1 {
		t.Errorf("a day later: asked %v", f.asked)
	}
}

// A new key is read when a token names it: providers change theirs without a word.
func TestANewKeyOfTheProviderIsFetched(t *testing.T) {
	f := newFake(t)
	p := f.provider(f.config("proconnect"))
	if _, err := f.login(p, nil); err != nil {
		t.Fatal(err)
	}
	f.rsa = rsaKey(t)
	if _, err := f.login(p, nil); err != nil {
		t.Errorf("after the key changed: %v", err)
	}
}

func TestADeadProviderIsSaidSoAndAskedAgain(t *testing.T) {
	f := newFake(t)
	f.dies(true)
	p := f.provider(f.config("generic"))
	start := func() error {
		_, _, err := p.Start(t.Context())
		return err
	}
	err := start()
	wantCode(t, err, "oidc_unavailable")
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("kind: %v", err)
	}
	if p.LogoutURL(t.Context(), "x", "y", "z") != "" {
		t.Error("an address of a provider that is dead")
	}
	f.dies(false)
	wantCode(t, start(), "oidc_unavailable") // it is left alone for a while
	f.at = f.at.Add(11 * time.Second)
	if err := start(); err != nil {
		t.Errorf("it is back: %v", err)
	}
	f.dies(true)
	f.at = f.at.Add(48 * time.Hour)
	if err := start(); err != nil {
		t.Errorf("what was known of it is forgotten: %v", err)
	}
}

func TestKeysThatCannotBeReadAreNoLie(t *testing.T) {
	f := newFake(t)
	gone := httptest.NewServer(http.NotFoundHandler())
	f.metadata = func(doc claims) { doc["jwks_uri"] = gone.URL }
	gone.Close()
	_, err := f.login(f.provider(f.config("generic")), nil)
	wantCode(t, err, "oidc_unavailable")
}

// One request asks, whoever gives up; the others wait for it.
func TestACrowdAsksOnce(t *testing.T) {
	f := newFake(t)
	var asked atomic.Int32
	inside, leave := make(chan struct{}), make(chan struct{})
	f.metadata = func(claims) {
		if asked.Add(1) == 1 {
			close(inside)
		}
		<-leave
	}
	p := f.provider(f.config("generic"))
	impatient, cancel := context.WithCancel(t.Context())
	var crowd sync.WaitGroup
	crowd.Go(func() {
		if _, _, err := p.Start(impatient); err != nil {
			t.Errorf("the one who asks: %v", err)
		}
	})
	<-inside
	cancel()
	for range 20 {
		crowd.Go(func() {
			if _, _, err := p.Start(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	close(leave)
	crowd.Wait()
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestADiscoveryThatLeadsElsewhereIsRefused(t *testing.T) {
	whole := newFake(t)
	for name, change := range map[string]func(claims){
		"another issuer":                func(d claims) { d["issuer"] = "https://evil.example" },
		"the token's address over http": func(d claims) { d["token_endpoint"] = "http://evil.example/token" },
		"keys over http":                func(d claims) { d["jwks_uri"] = "http://evil.example/jwks" },
		"userinfo over http":            func(d claims) { d["userinfo_endpoint"] = "http://evil.example/" },
		"no authorize":                  func(d claims) { delete(d, "authorization_endpoint") },
		"a script":                      func(d claims) { d["authorization_endpoint"] = "javascript:alert(1)" },
	} {
		f := whole.again(t)
		f.metadata = change
		_, _, err := f.provider(f.config("generic")).Start(t.Context())
		if f, ok := err.(*fault.Error); !ok || f.Code != "oidc_misconfigured" { //nolint:errorlint // it is not wrapped
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPrivateNetworkIsClosedUnlessTheAdministratorOpensIt(t *testing.T) {
	f := newFake(t)
	secure := httptest.NewTLSServer(f.server.Config.Handler)
	t.Cleanup(secure.Close)
	f.issuer = secure.URL
	cfg := f.config("generic")
	cfg.RootCAs = secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	cfg.AllowPrivate = nil
	_, _, err := f.provider(cfg).Start(t.Context())
	wantCode(t, err, "oidc_misconfigured")
	cfg.AllowPrivate = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	_, _, err = f.provider(cfg).Start(t.Context())
	wantCode(t, err, "oidc_misconfigured")
	if len(f.asked) != 0 {
		t.Fatalf("it was reached: %v", f.asked)
	}
	cfg.AllowPrivate = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	if _, err := f.login(f.provider(cfg), nil); err != nil {
		t.Error(err)
	}
	cfg.RootCAs = nil
	_, _, err = f.provider(cfg).Start(t.Context())
	wantCode(t, err, "oidc_unavailable")
}

func TestAnEndlessAnswerIsCut(t *testing.T) {
	f := newFake(t)
	f.answer = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for chunk := []byte(strings.Repeat(" ", 64<<10)); r.Context().Err() == nil; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	_, err := f.login(f.provider(f.config("generic")), nil)
	wantCode(t, err, "oidc_unavailable")
}

func TestLogoutTakesTheIDTokenBack(t *testing.T) {
	f := newFake(t)
	f.metadata = func(doc claims) { doc["end_session_endpoint"] = f.issuer + "/session/end?tenant=1" }
	p := f.provider(f.config("proconnect"))
	state := oidc.NewState()
	u, err := url.Parse(p.LogoutURL(t.Context(), "a.b.c", "https://collective.example/", state))
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"id_token_hint": {"a.b.c"}, "post_logout_redirect_uri": {"https://collective.example/"}, "state": {state}, "tenant": {"1"},
	}
	if diff := cmp.Diff(want, u.Query()); diff != "" || u.Path != "/session/end" || len(state) < 32 {
		t.Errorf("%s: %s", u, diff)
	}
	f.metadata = func(doc claims) { delete(doc, "end_session_endpoint") }
	if got := f.provider(f.config("generic")).LogoutURL(t.Context(), "a", "b", "c"); got != "" {
		t.Errorf("logout at %q", got)
	}
}

func TestAConfigurationIsCheckedWhole(t *testing.T) {
	_, err := oidc.New(oidc.Config{
		Key: "Pro Connect", Profile: "franceconnect", Issuer: "http://10.0.0.1/", SigningAlg: "none", PKCE: "maybe",
		TokenAuth: "jwt", RedirectURL: "/callback",
	}, time.Now)
	f, ok := err.(*fault.Error) //nolint:errorlint // it is not wrapped
	if !ok || f.Kind != fault.Invalid {
		t.Fatalf("got %v", err)
	}
	var names []string
	for _, field := range f.Fields {
		names = append(names, field.Name)
	}
	want := []string{"client_id", "client_secret", "key", "profile", "signing_alg", "pkce", "token_auth", "issuer", "redirect_url"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	_, err = oidc.New(oidc.Config{
		Key: "k", Profile: "generic", Issuer: "https://idp.example", ClientID: "x", ClientSecret: "short",
		SigningAlg: "HS256", RedirectURL: callback,
	}, time.Now)
	if f, ok := err.(*fault.Error); !ok || len(f.Fields) != 1 || f.Fields[0].Name != "client_secret" { //nolint:errorlint // it is not wrapped
		t.Errorf("a short HS256 secret: %v", err)
	}
}
