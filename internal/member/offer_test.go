// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"testing"

	"maillage/internal/member"
)

func TestASessionOpenedBeforeAMembershipIsOfferedToActForIt(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		organiser := h.office(member.Organiser, "o@collectif.example")
		j := h.join(h.body(grenoble, ""), "ana@free.fr", "Ana")
		offered := func(secret string) []member.Standing { return must1(h.Offered(t.Context(), h.actor(secret)))(t) }
		if got := offered(j.SignedIn.Secret); len(got) != 0 {
			t.Errorf("before anything is granted: %+v", got)
		}
		must(t, h.AcceptRequest(t.Context(), organiser, j.Membership.ID))
		got := offered(j.SignedIn.Secret)
		if len(got) != 1 || got[0].Membership.ID != j.Membership.ID || got[0].Body.Name == "" {
			t.Fatalf("offered %+v", got)
		}
		secret := must1(h.ActFor(t.Context(), h.actor(j.SignedIn.Secret), got[0].Membership.ID))(t)
		if by := h.actor(secret); by.Organisation != j.Body.ID {
			t.Errorf("acts as %+v", by)
		}
		if got = offered(secret); len(got) != 0 {
			t.Errorf("offered although they act: %+v", got)
		}
		// Whoever must change the password first is offered nothing; nor are programmes and visitors.
		must(t, h.ForcePasswordChange(t.Context(), h.office(member.Administrator, "a@collectif.example"), j.Account.ID))
		in := must1(h.SignIn(t.Context(), at("192.0.2.1"), "ana@free.fr", goodPassword))(t)
		if got = offered(in.Secret); len(got) != 0 {
			t.Errorf("offered before the password is changed: %+v", got)
		}
		for _, by := range []member.Actor{{}, organiser, {ID: j.Account.ID.Actor(), Account: j.Account.ID, Via: member.ViaToken}} {
			if got := must1(h.Offered(t.Context(), by))(t); len(got) != 0 {
				t.Errorf("%s is offered %+v", by.ID, got)
			}
		}
	})
}
