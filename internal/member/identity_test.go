// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// fromProvider is what an identity provider says of Ana; the SIRET is Grenoble's.
func fromProvider() member.ExternalIdentity {
	return member.ExternalIdentity{Provider: "proconnect", Issuer: "https://idp.example", Subject: "ana-1", Email: anaEmail,
		Name: "Ana", SIRET: grenoble + "00016", PublicAgent: true, IDToken: "a.b.c"}
}

func TestAProviderThatVouchesForTheBodyGrantsMembershipOnceTheAddressIsConfirmed(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		h.body(grenoble, "") // no domain of its own: the address alone proves nothing
		v := at("192.0.2.10")
		_, s, err := h.SignInWith(t.Context(), v, fromProvider())
		must(t, err)
		if s == nil || s.Linked || s.Body.SIREN != grenoble {
			t.Fatalf("sign-up %+v", s)
		}
		_, err = h.ConfirmSignup(t.Context(), v, member.Confirmation{Signup: s.Token})
		wantCode(t, err, fault.Invalid, "code")
		code := letter(t, h.letters(), "confirm_email", anaEmail).Values["code"]
		j := must1(h.ConfirmSignup(t.Context(), v, member.Confirmation{Signup: s.Token, Code: code}))(t)
		if j.Membership.State != member.Accepted || j.Membership.Proof != member.ByProvider {
			t.Errorf("membership %+v", j.Membership)
		}
		in, s, err := h.SignInWith(t.Context(), v, fromProvider())
		must(t, err)
		by := h.actor(in.Secret)
		if s != nil || by.Account != j.Account.ID || by.Strong {
			t.Errorf("acts as %+v", by)
		}
		provider, token, err := h.SignOutToken(t.Context(), by)
		if err != nil || provider != "proconnect" || token != "a.b.c" {
			t.Errorf("to sign out there: %q %q %v", provider, token, err)
		}
	})
}

func TestAProviderNeverOpensAnAccountFoundByItsAddress(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		h.letters()
		in, s, err := h.SignInWith(t.Context(), at("192.0.2.10"), fromProvider())
		must(t, err)
		if in.Secret != "" || s == nil {
			t.Fatal("an account was opened")
		}
		all := h.letters()
		letter(t, all, "account_exists", anaEmail)
		for _, m := range all {
			if m.Letter == "confirm_email" {
				t.Error("a code was sent")
			}
		}
		must(t, h.LinkIdentity(t.Context(), ana, fromProvider()))
		letter(t, h.letters(), "second_factor_changed", anaEmail)
		in, _, err = h.SignInWith(t.Context(), at("192.0.2.10"), fromProvider())
		must(t, err)
		h.actor(in.Secret)
		other := h.join(h.body("216900811", "lyon.example"), "bea@lyon.example", "Béa")
		if err := h.LinkIdentity(t.Context(), h.actor(other.SignedIn.Secret), fromProvider()); !fault.Is(err, fault.Conflict) {
			t.Errorf("one person of the provider, two accounts: %v", err)
		}
		// Another subject, or another issuer, is another person.
		for _, change := range []func(*member.ExternalIdentity){
			func(i *member.ExternalIdentity) { i.Subject = "ana-2" }, func(i *member.ExternalIdentity) { i.Issuer = "https://evil.example" }} {
			i := fromProvider()
			change(&i)
			h.clock.Advance(2 * time.Hour)
			if in, _, err := h.SignInWith(t.Context(), at("198.51.100.10"), i); err != nil || in.Secret != "" {
				t.Errorf("%+v opened %+v, %v", i, in, err)
			}
		}
	})
}

func TestAProviderIsNoWayAroundTheSecondFactorOrADisabledAccount(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		must(t, h.LinkIdentity(t.Context(), ana, fromProvider()))
		h.enrol(ana)
		in, _, err := h.SignInWith(t.Context(), at("192.0.2.10"), fromProvider())
		must(t, err)
		if in.Secret != "" || in.Pending == "" {
			t.Error("opened without the code")
		}
		strong := fromProvider()
		strong.Strong = true
		in, _, err = h.SignInWith(t.Context(), at("192.0.2.10"), strong)
		must(t, err)
		if !h.actor(in.Secret).Strong {
			t.Error("the provider's second factor counts for nothing")
		}
		must(t, h.DisableAccount(t.Context(), h.office(member.Administrator, "a@collectif.example"), ana.Account, "Parti."))
		for _, i := range []member.ExternalIdentity{fromProvider(), strong, {Provider: "proconnect"}} {
			_, _, err = h.SignInWith(t.Context(), at("192.0.2.10"), i)
			wantCode(t, err, fault.Anonymous, "sign_in_refused")
		}
	})
}

func TestARoundTripToAProviderServesOnce(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		secret := must1(h.BeginIdentity(t.Context(), ana, "proconnect", json.RawMessage(`{"state":"x"}`)))(t)
		var won atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				provider, flow, by, err := h.TakeIdentity(t.Context(), secret)
				if err != nil {
					return
				}
				won.Add(1)
				if provider != "proconnect" || string(flow) != `{"state":"x"}` || by != ana.Account {
					t.Errorf("took %s %s %s", provider, flow, by)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("it served %d times", won.Load())
		}
		late := must1(h.BeginIdentity(t.Context(), member.Actor{}, "proconnect", json.RawMessage(`{}`)))(t)
		h.clock.Advance(member.CodeTTL)
		if _, _, _, err := h.TakeIdentity(t.Context(), late); !fault.Is(err, fault.Missing) {
			t.Errorf("ten minutes later: %v", err)
		}
	})
}
