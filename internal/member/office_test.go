// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"strings"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// invited invites somebody and returns the invitation and the secret of its message.
func (h *house) invited(by member.Actor, r member.InvitationRequest) (member.Invitation, string) {
	h.t.Helper()
	i := must1(h.Invite(h.t.Context(), by, r))(h.t)
	_, link, _ := strings.Cut(letter(h.t, h.letters(), "invitation", r.Email).Values["link"], "?")
	return i, link
}

func TestAnInvitationToAnOfficeIsTheAdministratorsToTakeBack(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		admin, organiser := h.office(member.Administrator, "a@collectif.example"), h.office(member.Organiser, "o@collectif.example")
		for _, r := range []member.InvitationRequest{{Office: member.Administrator}, {Office: member.Organiser},
			{Office: member.Organiser, Body: ana.Organisation}} {
			r.Email = "bob@collectif.example"
			i, link := h.invited(admin, r)
			for _, by := range []member.Actor{organiser, ana} {
				wantCode(t, h.RevokeInvitation(t.Context(), by, i.ID), fault.Missing, "invitation_missing")
			}
			must1(h.InvitationBy(t.Context(), link))(t)
			must(t, h.RevokeInvitation(t.Context(), admin, i.ID))
			_, err := h.InvitationBy(t.Context(), link)
			wantCode(t, err, fault.Missing, "link_unknown")
			h.clock.Advance(time.Hour)
		}
		// One into a body stays the organisers'.
		i, _ := h.invited(ana, member.InvitationRequest{Email: "cyr@grenoble.example", Body: ana.Organisation})
		must(t, h.RevokeInvitation(t.Context(), organiser, i.ID))
	})
}

func TestAdministratorsListTheInvitationsToAnOfficeAndNoOthers(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		admin := h.office(member.Administrator, "a@collectif.example")
		h.invited(ana, member.InvitationRequest{Email: "cyr@grenoble.example", Body: ana.Organisation})
		h.invited(admin, member.InvitationRequest{Email: "bob@collectif.example", Office: member.Organiser})
		all := must1(h.OfficeInvitations(t.Context(), admin))(t)
		if len(all) != 1 || all[0].Email != "bob@collectif.example" || all[0].Office != member.Organiser || all[0].Inviter != "Bureau" {
			t.Errorf("invitations %+v", all)
		}
		_, err := h.OfficeInvitations(t.Context(), h.office(member.Organiser, "o@collectif.example"))
		wantCode(t, err, fault.Forbidden, "not_allowed")
		_, err = h.OfficeInvitations(t.Context(), member.Actor{})
		wantCode(t, err, fault.Anonymous, "sign_in_needed")
	})
}

func TestAnInvitationOfAServiceTokenDiesWithTheToken(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		var tokens *member.Tokens
		h = newHouse(t, h.db, h.clock, func(c *member.Config) { c.Hasher, tokens = quick{}, c.Tokens })
		for _, end := range []func(id string){
			func(id string) { must(t, tokens.Revoke(t.Context(), id)) },
			func(string) { h.clock.Advance(2 * time.Hour) },
		} {
			made, _, err := tokens.Create(t.Context(), "Import", member.Administrator, "", time.Hour)
			must(t, err)
			_, link := h.invited(made.Actor(), member.InvitationRequest{Email: "bob@collectif.example", Office: member.Organiser})
			must1(h.InvitationBy(t.Context(), link))(t)
			end(made.ID)
			_, err = h.AcceptInvitation(t.Context(), at("192.0.2.20"), link, goodPassword, member.Profile{Name: "Bob"})
			wantCode(t, err, fault.Missing, "link_unknown")
		}
		// Nor is the message sent when the token was revoked before its turn came.
		made, _, err := tokens.Create(t.Context(), "Import", member.Administrator, "", 0)
		must(t, err)
		must1(h.Invite(t.Context(), made.Actor(), member.InvitationRequest{Email: "eve@collectif.example", Office: member.Organiser}))(t)
		must(t, tokens.Revoke(t.Context(), made.ID))
		for _, m := range h.letters() {
			t.Errorf("%s goes to %s all the same", m.Letter, m.Email)
		}
	})
}

func TestAnAccountIsShownToAdministratorsAlone(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		j, ana := h.ana()
		admin := h.office(member.Administrator, "a@collectif.example")
		a, standings, err := h.Account(t.Context(), admin, ana.Account)
		must(t, err)
		if a.Email != anaEmail || a.Password != "" || a.Handle != nil || len(standings) != 1 || standings[0].Membership.ID != j.Membership.ID || standings[0].Body.Name == "" {
			t.Errorf("shown %+v, %+v", a, standings)
		}
		for by, kind := range map[*member.Actor]fault.Kind{{}: fault.Anonymous, &ana: fault.Forbidden} {
			if _, _, err := h.Account(t.Context(), *by, ana.Account); !fault.Is(err, kind) {
				t.Errorf("%s: %v", by.ID, err)
			}
		}
		must(t, h.EraseAccount(t.Context(), admin, ana.Account, false))
		for _, id := range []member.AccountID{ana.Account, "absent"} {
			_, _, err := h.Account(t.Context(), admin, id)
			wantCode(t, err, fault.Missing, "account_missing")
		}
	})
}

func TestASetupUnderWayIsShownAgainToWhoeverBeganIt(t *testing.T) {
	eachQuick(t, func(h *house, _ *counting) {
		_, ana := h.ana()
		begun := must1(h.BeginTOTP(t.Context(), ana))(t)
		again := must1(h.TOTPBegun(t.Context(), ana, begun.Token))(t)
		if again.Secret != begun.Secret || again.URI != begun.URI || string(again.QR) != string(begun.QR) || again.Token != begun.Token {
			t.Errorf("%+v became %+v", begun, again)
		}
		other := h.office(member.Organiser, "o@collectif.example")
		_, err := h.TOTPBegun(t.Context(), other, begun.Token)
		wantCode(t, err, fault.Missing, "step_over")
		for range member.CodeTries {
			_, _, err := h.ConfirmTOTP(t.Context(), ana, begun.Token, "12")
			wantCode(t, err, fault.Invalid, "code_wrong")
		}
		_, _, err = h.ConfirmTOTP(t.Context(), ana, begun.Token, code(t, begun, h.clock.Now()))
		wantCode(t, err, fault.Missing, "step_over")
	})
}
