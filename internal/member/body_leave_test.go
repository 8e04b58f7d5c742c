// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"slices"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
)

func TestABodyLeavesInOneActionAndMayComeBack(t *testing.T) {
	eachQuickHouse(t, func(h *house) {
		ctx, body, other := t.Context(), h.body(grenoble, "grenoble.example"), h.body(echirolles, "echirolles.example")
		organiser := h.office(member.Organiser, "bureau@reseau.example")
		ana := h.join(body, "ana@grenoble.example", "Ana")
		bob := h.join(body, "bob@grenoble.example", "Bob")
		zoe := h.join(body, "zoe@free.fr", "Zoé")
		eve := h.join(other, "eve@echirolles.example", "Ève")
		invited, err := h.Invite(ctx, h.actor(ana.SignedIn.Secret), member.InvitationRequest{Body: body, Email: "paul@orange.example", Lang: "fr"})
		must(t, err)
		h.letters()

		wantCode(t, h.LeaveAsBody(ctx, h.actor(bob.SignedIn.Secret), body), fault.Missing, "organisation_missing")
		wantCode(t, h.LeaveAsBody(ctx, h.actor(eve.SignedIn.Secret), body), fault.Missing, "organisation_missing")
		wantCode(t, h.LeaveAsBody(ctx, member.Actor{}, body), fault.Anonymous, "sign_in_needed")
		stale := h.actor(ana.SignedIn.Secret)
		stale.ProvedAt = h.clock.Now().Add(-24 * time.Hour)
		wantCode(t, h.LeaveAsBody(ctx, stale, body), fault.Forbidden, "sign_in_again")
		must(t, h.LeaveAsBody(ctx, h.actor(ana.SignedIn.Secret), body))

		for who, j := range map[string]member.Joined{"ana": ana, "bob": bob, "zoe": zoe} {
			m, err := h.db.MembershipByID(ctx, j.Membership.ID)
			must(t, err)
			if m.State != member.Ended {
				t.Errorf("%s is %s", who, m.State)
			}
			if a := h.actor(j.SignedIn.Secret); a.Known() || a.Organisation != "" {
				t.Errorf("%s acts as %+v", who, a)
			}
		}
		if a := h.actor(eve.SignedIn.Secret); a.Organisation != other {
			t.Errorf("another body's member acts as %+v", a)
		}
		var told []string
		for _, l := range h.letters() {
			if l.Letter != "body_left" {
				t.Errorf("a letter %s to %s", l.Letter, l.Email)
			}
			told = append(told, l.Email)
		}
		slices.Sort(told)
		if want := []string{"ana@grenoble.example", "bob@grenoble.example", "bureau@reseau.example", "zoe@free.fr"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		open, err := h.Invitations(ctx, organiser, body)
		if must(t, err); len(open) != 0 {
			t.Errorf("open invitations: %+v (%s)", open, invited.ID)
		}
		k, err := h.reg.Organisation(ctx, body)
		must(t, err)
		if k.Facts.LeftOn == "" || k.Facts.EmailDomains == nil {
			t.Errorf("the body is %+v", k.Facts)
		}
		wantCode(t, h.LeaveAsBody(ctx, organiser, body), fault.Conflict, "body_left_already")

		// Whoever comes back with an address of the body proves nothing: it said that it left.
		ida := h.join(body, "ida@grenoble.example", "Ida")
		if ida.Membership.State != member.Pending || ida.Deciders != "organiser" {
			t.Fatalf("who comes back is %+v, decided by %s", ida.Membership, ida.Deciders)
		}
		must(t, h.AcceptRequest(ctx, organiser, ida.Membership.ID))
		k, err = h.reg.Organisation(ctx, body)
		must(t, err)
		m, merr := h.db.MembershipByID(ctx, ida.Membership.ID)
		must(t, merr)
		if k.Facts.LeftOn != "" || m.Role != member.Referent {
			t.Errorf("back: left on %q, %s", k.Facts.LeftOn, m.Role)
		}
		if next := h.join(body, "luc@grenoble.example", "Luc"); next.Membership.State != member.Accepted {
			t.Errorf("its domain proves again: %+v", next.Membership)
		}
	})
}

func TestABodyThatLeftHoldsNothingBackFromItsMembersOwnData(t *testing.T) {
	eachQuickHouse(t, func(h *house) {
		body := h.body(grenoble, "grenoble.example")
		ana := h.join(body, "ana@grenoble.example", "Ana")
		must(t, h.LeaveAsBody(t.Context(), h.actor(ana.SignedIn.Secret), body))
		me, err := h.Me(t.Context(), h.actor(ana.SignedIn.Secret))
		must(t, err)
		if me.Account.Email != "ana@grenoble.example" || len(me.Standings) != 0 {
			t.Errorf("what is left of Ana: %+v", me)
		}
		must(t, h.Erase(t.Context(), h.actor(ana.SignedIn.Secret), false, false))
	})
}
