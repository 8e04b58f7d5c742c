// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/oidc"
)

// wantCode fails unless err is a fault of that code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// Each line is one lie. The provider is ProConnect's profile, the strictest, and tells the truth but for it.
func TestATokenThatLiesIsRefused(t *testing.T) {
	none := func([]byte) []byte { return nil }
	cases := []struct {
		name string
		lie  func(*fakeIdP)
		says string // what the log is told: the refusal must be for this lie, not for another reason
	}{
		{"alg none", func(f *fakeIdP) {
			f.seal = func(c claims) string { return f.jwt(c, "none", "", none) }
		}, "unexpected signature algorithm"},
		{"alg none with a signature", func(f *fakeIdP) {
			f.seal = func(c claims) string { return f.jwt(c, "none", "rsa", f.rs256(f.rsa)) }
		}, "unexpected signature algorithm"},
		{"HS256 with the public key as its secret", func(f *fakeIdP) {
			f.seal = func(c claims) string { return f.jwt(c, "HS256", "rsa", mac(f.publicPEM())) }
		}, "unexpected signature algorithm"},
		{"HS256 with the client's secret, which is not registered", func(f *fakeIdP) { f.alg = "HS256" },
			"unexpected signature algorithm"},
		{"RS256 in name under the key of another algorithm", func(f *fakeIdP) {
			f.seal = func(c claims) string { return f.jwt(c, "RS256", "ec", f.rs256(f.rsa)) }
		}, "verify"},
		{"a key nobody published", func(f *fakeIdP) {
			f.seal = func(c claims) string { return f.jwt(c, "RS256", "unknown", f.rs256(f.stranger)) }
		}, "verify"},
		{"a stranger's key under a known name", func(f *fakeIdP) {
			f.seal = func(c claims) string { return f.jwt(c, "RS256", "rsa", f.rs256(f.stranger)) }
		}, "verify"},
		{"a payload changed after it was signed", func(f *fakeIdP) {
			f.seal = func(c claims) string {
				parts := strings.Split(f.seals(c), ".")
				c["sub"] = "somebody-else"
				return parts[0] + "." + strings.Split(f.seals(c), ".")[1] + "." + parts[2]
			}
		}, "verify"},
		{"no signature", func(f *fakeIdP) {
			f.seal = func(c claims) string { return f.jwt(c, "RS256", "rsa", none) }
		}, "verify"},
		{"two parts", func(f *fakeIdP) {
			f.seal = func(c claims) string { return strings.Join(strings.Split(f.seals(c), ".")[:2], ".") }
		}, "three parts"},
		{"JSON serialization", func(f *fakeIdP) {
			f.seal = func(c claims) string {
				p := strings.Split(f.seals(c), ".")
				return `{"payload":"` + p[1] + `","signatures":[{"protected":"` + p[0] + `","signature":"` + p[2] + `"}],"x":".."}`
			}
		}, "three parts"},
		{"another issuer", edit(func(c claims) { c["iss"] = "https://evil.example" }), "issued by a different provider"},
		{"no issuer", without("iss"), "issued by a different provider"},
		{"another audience", edit(func(c claims) { c["aud"] = "another-client" }), "expected audience"},
		{"no audience", without("aud"), "expected audience"},
		{"several audiences and no authorized party", edit(func(c claims) { c["aud"] = []string{clientID, "another"} }), "azp"},
		{"several audiences and another authorized party", edit(func(c claims) {
			c["aud"], c["azp"] = []string{clientID, "another"}, "another"
		}), "azp"},
		{"another authorized party", edit(func(c claims) { c["azp"] = "another" }), "azp"},
		{"another nonce", edit(func(c claims) { c["nonce"] = strings.Repeat("x", 43) }), "nonce"},
		{"no nonce", without("nonce"), "nonce"},
		{"expired", func(f *fakeIdP) {
			f.idToken = func(c claims) { c["exp"] = f.at.Add(-time.Second).Unix() }
		}, "expired"},
		{"no expiry", without("exp"), "expired"},
		{"issued in the future", func(f *fakeIdP) {
			f.idToken = func(c claims) { c["iat"] = f.at.Add(2 * time.Minute).Unix() }
		}, "iat is in the future"},
		{"no date of issue", without("iat"), "iat is absent"},
		{"not valid yet", func(f *fakeIdP) {
			f.idToken = func(c claims) { c["nbf"] = f.at.Add(time.Hour).Unix() }
		}, "nbf"},
		{"no subject", without("sub"), "sub"},
		{"a subject too long", edit(func(c claims) { c["sub"] = strings.Repeat("x", 256) }), "sub"},
		{"a subject with a NUL", edit(func(c claims) { c["sub"] = "a\x00b" }), "sub"},
		{"a subject that is a number", edit(func(c claims) { c["sub"] = 12 }), "unmarshal"},
		{"another access token's hash", edit(func(c claims) { c["at_hash"] = b64(make([]byte, 16)) }), "at_hash"},
		{"unsigned userinfo", func(f *fakeIdP) { f.signed = false }, "userinfo is not signed"},
		{"userinfo with alg none", func(f *fakeIdP) {
			f.infoSeal = func(c claims) string { return f.jwt(c, "none", "", none) }
		}, "unexpected signature algorithm"},
		{"userinfo by a stranger", func(f *fakeIdP) {
			f.infoSeal = func(c claims) string { return f.jwt(c, "RS256", "rsa", f.rs256(f.stranger)) }
		}, "verify"},
		{"userinfo by HS256 with the public key", func(f *fakeIdP) {
			f.infoSeal = func(c claims) string { return f.jwt(c, "HS256", "rsa", mac(f.publicPEM())) }
		}, "unexpected signature algorithm"},
		{"userinfo of another subject", func(f *fakeIdP) {
			f.userinfo = func(c claims) { c["sub"] = "somebody-else" }
		}, "another subject"},
		{"userinfo of no subject", func(f *fakeIdP) {
			f.userinfo = func(c claims) { delete(c, "sub") }
		}, "another subject"},
		{"userinfo for another client", func(f *fakeIdP) {
			f.userinfo = func(c claims) { c["aud"] = "another" }
		}, "userinfo: aud"},
		{"userinfo of another issuer", func(f *fakeIdP) {
			f.userinfo = func(c claims) { c["iss"] = "https://evil.example" }
		}, "userinfo: iss"},
		{"userinfo that has expired", func(f *fakeIdP) {
			f.userinfo = func(c claims) { c["exp"] = f.at.Add(-time.Hour).Unix() }
		}, "userinfo: exp"},
		{"userinfo that is a page", func(f *fakeIdP) {
			f.answer = func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/html") }
		}, "text/html"},
		{"userinfo that says no", func(f *fakeIdP) {
			f.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }
		}, "401"},
		{"no id_token at all", func(f *fakeIdP) {
			f.token = func(w http.ResponseWriter, _ *http.Request) {
				f.write(w, "application/json", claims{"access_token": access, "token_type": "Bearer"})
			}
		}, "no id_token"},
		{"a token of another type", func(f *fakeIdP) {
			f.token = func(w http.ResponseWriter, _ *http.Request) {
				f.write(w, "application/json", claims{"access_token": access, "token_type": "DPoP"})
			}
		}, "token type"},
	}
	f := newFake(t)
	if _, err := f.login(f.provider(f.config("proconnect")), nil); err != nil {
		t.Fatalf("the truth is refused: %v", err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := f.again(t)
			c.lie(f)
			who, err := f.login(f.provider(f.config("proconnect")), nil)
			wantCode(t, err, "oidc_identity_refused")
			if err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("refused for another reason than %q: %v", c.says, err)
			}
			if who.Subject != "" || who.Email != "" {
				t.Errorf("refused, and yet known: %+v", who)
			}
		})
	}
}

func edit(change func(claims)) func(*fakeIdP) { return func(f *fakeIdP) { f.idToken = change } }

func without(name string) func(*fakeIdP) { return edit(func(c claims) { delete(c, name) }) }

// Where HS256 is registered it is the only one: the other confusion, and the wrong secret.
func TestWhereHS256IsRegisteredOnlyTheSecretSigns(t *testing.T) {
	whole := newFake(t)
	for name, seal := range map[string]func(*fakeIdP, claims) string{
		"RS256 by the provider's own key": func(f *fakeIdP, c claims) string { return f.jwt(c, "RS256", "rsa", f.rs256(f.rsa)) },
		"another secret":                  func(f *fakeIdP, c claims) string { return f.jwt(c, "HS256", "", mac([]byte("x"+secret))) },
		"an empty secret":                 func(f *fakeIdP, c claims) string { return f.jwt(c, "HS256", "", mac(nil)) },
		"alg none":                        func(f *fakeIdP, c claims) string { return f.jwt(c, "none", "", func([]byte) []byte { return nil }) },
		"HS512 by the right secret":       func(f *fakeIdP, c claims) string { return f.jwt(c, "HS512", "", mac([]byte(secret))) },
	} {
		t.Run(name, func(t *testing.T) {
			f := whole.again(t)
			f.alg = "HS256"
			f.seal = func(c claims) string { return seal(f, c) }
			cfg := f.config("proconnect")
			cfg.SigningAlg = "HS256"
			_, err := f.login(f.provider(cfg), nil)
			wantCode(t, err, "oidc_identity_refused")
		})
	}
}

func TestAnAnswerThatIsNotOfThisLoginIsRefused(t *testing.T) {
	whole := newFake(t)
	for name, change := range map[string]func(url.Values){
		"another state":           func(q url.Values) { q.Set("state", strings.Repeat("a", 43)) },
		"no state":                func(q url.Values) { q.Del("state") },
		"two states":              func(q url.Values) { q.Add("state", q.Get("state")) },
		"another provider (iss)":  func(q url.Values) { q.Set("iss", "https://evil.example") },
		"an empty iss":            func(q url.Values) { q.Set("iss", "") },
		"two iss":                 func(q url.Values) { q["iss"] = []string{"a", "b"} },
		"no code":                 func(q url.Values) { q.Del("code") },
		"two codes":               func(q url.Values) { q.Add("code", "another") },
		"an error, another state": func(q url.Values) { q.Set("error", "access_denied"); q.Set("state", "x") },
		"a code that is too long": func(q url.Values) { q.Set("code", strings.Repeat("x", 5000)) },
	} {
		t.Run(name, func(t *testing.T) {
			f := whole.again(t)
			_, err := f.login(f.provider(f.config("generic")), change)
			wantCode(t, err, "oidc_answer_refused")
			if f.asked["/token"] != 0 {
				t.Error("the provider was given the code")
			}
		})
	}
}

// RFC 9207, section 2.4: a provider that promises iss and leaves it out may be another one.
func TestAPromisedIssuerMustBeThere(t *testing.T) {
	f := newFake(t)
	f.metadata = func(doc claims) { doc["authorization_response_iss_parameter_supported"] = true }
	p := f.provider(f.config("generic"))
	_, err := f.login(p, nil)
	wantCode(t, err, "oidc_answer_refused")
	if _, err := f.login(p, func(q url.Values) { q.Set("iss", f.issuer) }); err != nil {
		t.Error(err)
	}
}

func TestAnEmptyFlowFinishesNothing(t *testing.T) {
	f := newFake(t)
	p := f.provider(f.config("generic"))
	_, err := p.Finish(t.Context(), oidc.Flow{At: f.at}, url.Values{"code": {"x"}, "state": {""}})
	wantCode(t, err, "oidc_answer_refused")
}

// A flow serves once: the caller takes it out of its keeping first, and the provider takes a code once.
// This is what a second use looks like when the provider alone sees it.
func TestACodeServesOnceAndALateFlowNever(t *testing.T) {
	f := newFake(t)
	p := f.provider(f.config("generic"))
	_, flow, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.nonce = flow.Nonce
	query := url.Values{"code": {"the-code"}, "state": {flow.State}}
	if _, err := p.Finish(t.Context(), flow, query); err != nil {
		t.Fatal(err)
	}
	f.token = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`)) // the test sees what comes of it
	}
	_, err = p.Finish(t.Context(), flow, query)
	wantCode(t, err, "oidc_too_late")

	f.token, f.at = nil, f.at.Add(oidc.MaxFlow+time.Second)
	_, err = p.Finish(t.Context(), flow, query)
	wantCode(t, err, "oidc_too_late")
	flow.At = f.at.Add(time.Hour)
	_, err = p.Finish(t.Context(), flow, query)
	wantCode(t, err, "oidc_too_late")
}

func TestErrorsOfTheProviderHaveTheirCodes(t *testing.T) {
	whole := newFake(t)
	for said, code := range map[string]string{
		"access_denied": "oidc_declined", "login_required": "oidc_again", "consent_required": "oidc_again",
		"interaction_required": "oidc_again", "server_error": "oidc_unavailable",
		"temporarily_unavailable": "oidc_unavailable", "invalid_scope": "oidc_misconfigured",
		"unauthorized_client": "oidc_misconfigured", "unmet_authentication_requirements": "oidc_level_refused",
		"Y000400": "oidc_misconfigured",
	} {
		f := whole.again(t)
		_, err := f.login(f.provider(f.config("generic")), func(q url.Values) { q.Set("error", said); q.Del("code") })
		wantCode(t, err, code)
	}
	for status, code := range map[int]string{
		http.StatusUnauthorized: "oidc_misconfigured", http.StatusBadGateway: "oidc_unavailable",
		http.StatusTooManyRequests: "oidc_unavailable", http.StatusFound: "oidc_misconfigured",
	} {
		f := whole.again(t)
		f.token = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		}
		_, err := f.login(f.provider(f.config("generic")), nil)
		wantCode(t, err, code)
		if f.asked["/elsewhere"] != 0 {
			t.Error("a redirection was followed, with the secret")
		}
	}
}
