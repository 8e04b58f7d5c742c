// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"strings"
	"testing"

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
