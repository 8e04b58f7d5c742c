// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// linkOf returns the secret at the end of a letter's link.
func linkOf(m member.Outgoing) string {
	_, link, _ := strings.Cut(m.Values["link"], "?")
	return link
}

// A thief begins a sign-up with an identity of their own and the address of somebody else, who follows
// the link of the message: the account made must not open to the thief's identity.
func TestALinkFollowedElsewhereDoesNotTieTheIdentityThatBeganTheSignUp(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.body(grenoble, "")
		thief := member.ExternalIdentity{Provider: "proconnect", Issuer: "https://idp.example", Subject: "thief",
			Email: "ana@mairie.example", Name: "Ana", SIRET: grenoble + "00018", PublicAgent: true, Strong: true}
		_, _, err := h.SignInWith(t.Context(), at("192.0.2.10"), thief)
		must(t, err)
		link := linkOf(letter(t, h.letters(), "confirm_email", "ana@mairie.example"))
		_, err = h.ConfirmSignup(t.Context(), at("192.0.2.20"), member.Confirmation{Link: link, Profile: member.Profile{Name: "Ana"}})
		wantCode(t, err, fault.Invalid, "password")
		j, err := h.ConfirmSignup(t.Context(), at("192.0.2.20"), member.Confirmation{Link: link, Password: goodPassword,
			Profile: member.Profile{Name: "Ana"}})
		must(t, err)
		if j.Membership.State != member.Pending {
			t.Errorf("the thief's standing became the victim's: %+v", j.Membership)
		}
		in, _, err := h.SignInWith(t.Context(), at("192.0.2.11"), thief)
		if err == nil && in.Secret != "" {
			t.Error("the identity that began the sign-up opens the account of who confirmed it")
		}
	})
}

// Who knows a password began a change of address; the change of password that is then forced must not
// be passed over by confirming that address.
func TestAForcedPasswordChangeIsNotPassedByAnAddressBegunBefore(t *testing.T) {
	eachHouse(t, func(h *house) {
		j, ana := h.ana()
		token, err := h.ChangeEmail(t.Context(), ana, at("192.0.2.10"), "thief@elsewhere.example")
		must(t, err)
		code := letter(t, h.letters(), "confirm_new_email", "thief@elsewhere.example").Values["code"]
		must(t, h.ForcePasswordChange(t.Context(), h.office(member.Administrator, "admin@collectif.example"), j.Account.ID))
		in, err := h.SignIn(t.Context(), at("192.0.2.10"), "ana@grenoble.example", goodPassword)
		must(t, err)
		thief := h.actor(in.Secret)
		wantCode(t, h.ConfirmEmail(t.Context(), thief, token, code), fault.Missing, "link_unknown")
		if _, err := h.AskToJoin(t.Context(), thief, "register:"+echirolles); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a session that must change its password asks for a membership: %v", err)
		}
	})
}

func TestAResetLinkToTheOldAddressDiesWithIt(t *testing.T) {
	eachHouse(t, func(h *house) {
		_, ana := h.ana()
		must(t, h.ForgotPassword(t.Context(), at("192.0.2.40"), "ana@grenoble.example"))
		reset := linkOf(letter(t, h.letters(), "reset_password", "ana@grenoble.example"))
		token, err := h.ChangeEmail(t.Context(), ana, at("192.0.2.10"), "ana@neuve.example")
		must(t, err)
		must(t, h.ConfirmEmail(t.Context(), ana, token, letter(t, h.letters(), "confirm_new_email", "ana@neuve.example").Values["code"]))
		wantCode(t, h.ResetPassword(t.Context(), at("192.0.2.40"), reset, "une phrase neuve et longue"), fault.Missing, "link_unknown")
	})
}

func TestAPasswordAloneDoesNotMoveTheAddressOfAnOfficeWithAPasskey(t *testing.T) {
	eachHouse(t, func(h *house) {
		admin := h.office(member.Administrator, "admin@collectif.example")
		must(t, h.db.SavePasskey(t.Context(), member.Passkey{ID: "a", Account: admin.Account, Label: "a", Credential: []byte(`{}`),
			CreatedAt: h.clock.Now()}))
		in, err := h.SignIn(t.Context(), at("192.0.2.10"), "admin@collectif.example", goodPassword)
		must(t, err)
		_, err = h.ChangeEmail(t.Context(), h.actor(in.Secret), at("192.0.2.10"), "thief@elsewhere.example")
		wantCode(t, err, fault.Forbidden, "passkey_needed")
	})
}

func TestWhoeverAsksForEveryBodyIsStopped(t *testing.T) {
	eachHouse(t, func(h *house) {
		_, ana := h.ana()
		asked := 0
		var err error
		for asked < 100 && err == nil {
			// Asked for and refused, again and again: each time the deciders are written to.
			var m member.Membership
			if m, err = h.AskToJoin(t.Context(), ana, "register:"+echirolles); err == nil {
				asked++
				err = h.RefuseRequest(t.Context(), member.System("test"), m.ID, "Non.")
			}
		}
		wantCode(t, err, fault.TooMany, "too_many_tries")
		if asked > 20 {
			t.Errorf("%d requests in a moment", asked)
		}
	})
}

// The failures of strangers at an address nobody had yet are not those of who comes to have it.
func TestFailuresFromBeforeAnAccountWasMadeAreNotItsOwn(t *testing.T) {
	eachQuickHouse(t, func(h *house) {
		for i := range member.HardStop * 12 {
			h.SignIn(t.Context(), at(fmt.Sprintf("198.51.100.%d", i%250+1)), "ana@grenoble.example", "mauvaise phrase de passe") //nolint:errcheck // what is counted is proved below
			h.clock.Advance(20 * time.Minute)
		}
		h.ana()
		h.clock.Advance(25 * time.Hour)
		in, err := h.SignIn(t.Context(), at("192.0.2.31"), "ana@grenoble.example", goodPassword)
		must(t, err)
		if in.Secret == "" {
			t.Error("no session")
		}
	})
}

func TestADisabledAccountTakesUpNoInvitationWhateverTheGateRemembers(t *testing.T) {
	eachHouse(t, func(h *house) {
		_, ana := h.ana()
		admin := h.office(member.Administrator, "admin@collectif.example")
		_, err := h.Invite(t.Context(), admin, member.InvitationRequest{Email: "ana@grenoble.example", Office: member.Administrator})
		must(t, err)
		link := linkOf(letter(t, h.letters(), "invitation", "ana@grenoble.example"))
		must(t, h.DisableAccount(t.Context(), admin, ana.Account, "Compte volé."))
		_, err = h.AcceptInvitationAs(t.Context(), ana, link) // ana as a replica still remembers her
		wantCode(t, err, fault.Anonymous, "sign_in_needed")
		a, err := h.db.AccountByID(t.Context(), ana.Account)
		must(t, err)
		if a.Office != "" {
			t.Errorf("it has the office %s", a.Office)
		}
	})
}

func TestAServiceTokenDoesNotMakeTheLinkOfAnInvitation(t *testing.T) {
	eachHouse(t, func(h *house) {
		admin := h.office(member.Administrator, "admin@collectif.example")
		i, err := h.Invite(t.Context(), admin, member.InvitationRequest{Email: "bob@collectif.example", Office: member.Administrator})
		must(t, err)
		programme := member.Actor{ID: "token:1", Role: member.Administrator, Via: member.ViaService}
		_, err = h.InvitationLink(programme, i.ID)
		wantCode(t, err, fault.Forbidden, "not_allowed")
		_, err = h.InvitationLink(member.System("test"), i.ID)
		must(t, err)
	})
}
