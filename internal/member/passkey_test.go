// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"testing"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// addPasskey registers a passkey for an account and returns it with the strong session.
func (h *house) addPasskey(by member.Actor) (*authenticator, member.Passkey, member.Actor) {
	h.t.Helper()
	device := newAuthenticator(h.t)
	options, ceremony, err := h.BeginPasskey(h.t.Context(), by)
	must(h.t, err)
	in, key, err := h.FinishPasskey(h.t.Context(), by, ceremony, "Clé du bureau", device.create(options))
	must(h.t, err)
	return device, key, h.actor(in.Secret)
}

func (h *house) byPasskey(device *authenticator) (member.SignedIn, error) {
	h.t.Helper()
	options, ceremony, err := h.BeginPasskeySignIn(h.t.Context())
	must(h.t, err)
	return h.FinishPasskeySignIn(h.t.Context(), at("192.0.2.20"), ceremony, device.get(options))
}

func TestAPasskeyOpensAStrongSessionOnceForEachCeremony(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		device, _, strong := h.addPasskey(ana)
		if !strong.Strong || letter(t, h.letters(), "second_factor_changed", anaEmail).Values["what"] != "passkey_added" {
			t.Error("the passkey was added in silence")
		}
		options, ceremony, err := h.BeginPasskeySignIn(t.Context())
		must(t, err)
		answer := device.get(options)
		in := must1(h.FinishPasskeySignIn(t.Context(), at("192.0.2.20"), ceremony, answer))(t)
		if by := h.actor(in.Secret); !by.Strong || by.Account != ana.Account || by.Role != member.Referent {
			t.Errorf("acts as %+v", by)
		}
		_, err = h.FinishPasskeySignIn(t.Context(), at("192.0.2.20"), ceremony, answer)
		wantRefused(t, err, "passkey_expired")
		options, ceremony, err = h.BeginPasskeySignIn(t.Context())
		must(t, err)
		_, err = h.FinishPasskeySignIn(t.Context(), at("192.0.2.20"), ceremony, answer)
		wantRefused(t, err, "passkey_refused")
		h.clock.Advance(member.CeremonyTTL)
		_, err = h.FinishPasskeySignIn(t.Context(), at("192.0.2.20"), ceremony, device.get(options))
		wantRefused(t, err, "passkey_expired")
	})
}

// wantRefused takes either kind: an expired ceremony is no proof that somebody else is there.
func wantRefused(t *testing.T, err error, code string) {
	t.Helper()
	if fault.Is(err, fault.Invalid) {
		wantCode(t, err, fault.Invalid, code)
		return
	}
	wantCode(t, err, fault.Anonymous, code)
}

func TestACopiedPasskeyIsRefused(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		device, _, _ := h.addPasskey(ana)
		copied := *device
		must1(h.byPasskey(device))(t)
		must1(h.byPasskey(device))(t)
		_, err := h.byPasskey(&copied)
		wantCode(t, err, fault.Anonymous, "passkey_cloned")
		must1(h.byPasskey(device))(t)
	})
}

func TestADisabledAccountsPasskeyIsRefusedLikeAnUnknownOne(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		device, _, _ := h.addPasskey(ana)
		must(t, h.DisableAccount(t.Context(), h.office(member.Administrator, "a@collectif.example"), ana.Account, "Parti."))
		_, err := h.byPasskey(device)
		wantCode(t, err, fault.Anonymous, "passkey_refused")
		stranger := newAuthenticator(t)
		stranger.handle = text64(make([]byte, 32))
		_, err = h.byPasskey(stranger)
		wantCode(t, err, fault.Anonymous, "passkey_refused")
	})
}

func TestASignUpByPasskeyBearsAMistypedCode(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		v, device := at("192.0.2.10"), newAuthenticator(t)
		s := must1(h.Join(t.Context(), v, member.JoinRequest{Body: h.body(grenoble, "grenoble.example"), Email: anaEmail, Name: "Ana"}))(t)
		code := letter(t, h.letters(), "confirm_email", anaEmail).Values["code"]
		options, ceremony, err := h.BeginSignupPasskey(t.Context(), s.Token)
		must(t, err)
		c := member.Confirmation{Signup: s.Token, Code: "wrong", Ceremony: ceremony, Passkey: device.create(options)}
		_, err = h.ConfirmSignup(t.Context(), v, c)
		wantCode(t, err, fault.Invalid, "code_wrong")
		c.Code = code
		j := must1(h.ConfirmSignup(t.Context(), v, c))(t)
		if !h.actor(j.SignedIn.Secret).Strong {
			t.Error("the session is not strong")
		}
		must1(h.byPasskey(device))(t)
		_, err = h.ConfirmSignup(t.Context(), v, c)
		wantCode(t, err, fault.Missing, "link_unknown")
	})
}

func TestTheLastWayInAndTheLastFactorOfAnOfficeStay(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		v, device := at("192.0.2.10"), newAuthenticator(t)
		s := must1(h.Join(t.Context(), v, member.JoinRequest{Body: h.body(grenoble, "grenoble.example"), Email: anaEmail, Name: "Ana"}))(t)
		code := letter(t, h.letters(), "confirm_email", anaEmail).Values["code"]
		options, ceremony, err := h.BeginSignupPasskey(t.Context(), s.Token)
		must(t, err)
		j := must1(h.ConfirmSignup(t.Context(), v, member.Confirmation{Signup: s.Token, Code: code, Ceremony: ceremony, Passkey: device.create(options)}))(t)
		ana := h.actor(j.SignedIn.Secret)
		only := text64(device.id)
		wantCode(t, h.RemovePasskey(t.Context(), ana, v, only), fault.Conflict, "last_way_in")
		identity := member.ExternalIdentity{Provider: "proconnect", Issuer: "https://idp.example", Subject: "ana"}
		must(t, h.LinkIdentity(t.Context(), ana, identity))
		must(t, h.RemovePasskey(t.Context(), ana, v, only))
		wantCode(t, h.UnlinkIdentity(t.Context(), ana, identity.Issuer, identity.Subject), fault.Conflict, "last_way_in")
		wantCode(t, h.UnlinkIdentity(t.Context(), ana, identity.Issuer, "somebody else"), fault.Missing, "identity_missing")

		h.office(member.Administrator, "a@collectif.example")
		in := must1(h.SignIn(t.Context(), v, "a@collectif.example", goodPassword))(t)
		_, key, admin := h.addPasskey(h.actor(in.Secret))
		if admin.Role != member.Administrator {
			t.Fatalf("acts as %+v", admin)
		}
		wantCode(t, h.RemovePasskey(t.Context(), admin, v, key.ID), fault.Conflict, "second_factor_needed")
		// The password alone does not set up what would open the office without the passkey.
		in = must1(h.SignIn(t.Context(), v, "a@collectif.example", goodPassword))(t)
		weak := h.actor(in.Secret)
		if weak.Organises() || in.MustEnrol || !in.UsePasskey || !must1(h.Me(t.Context(), weak))(t).UsePasskey {
			t.Errorf("by the password alone: %+v", in)
		}
		if must1(h.Me(t.Context(), admin))(t).UsePasskey {
			t.Error("the passkey is asked for although it was used")
		}
		_, err = h.BeginTOTP(t.Context(), weak)
		wantCode(t, err, fault.Forbidden, "passkey_needed")
		_, _, err = h.BeginPasskey(t.Context(), weak)
		wantCode(t, err, fault.Forbidden, "passkey_needed")
	})
}

func TestACeremonyIsOfTheAccountThatBeganIt(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		other := h.join(h.body("216900811", "lyon.example"), "bea@lyon.example", "Béa")
		bea, device := h.actor(other.SignedIn.Secret), newAuthenticator(t)
		options, ceremony, err := h.BeginPasskey(t.Context(), ana)
		must(t, err)
		_, _, err = h.FinishPasskey(t.Context(), bea, ceremony, "", device.create(options))
		wantCode(t, err, fault.Invalid, "passkey_expired")
		// A passkey that an account has is nobody else's.
		device, _, _ = h.addPasskey(ana)
		options, ceremony, err = h.BeginPasskey(t.Context(), bea)
		must(t, err)
		_, _, err = h.FinishPasskey(t.Context(), bea, ceremony, "", device.create(options))
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	})
}
