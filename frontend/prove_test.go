// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"strings"
	"testing"

	"maillage/internal/member"
)

// TestAnOfficeWithAPasskeyIsToldThatThePasswordIsNotEnough is about the page that would otherwise take
// the password, thank for it, and ask again.
func TestAnOfficeWithAPasskeyIsToldThatThePasswordIsNotEnough(t *testing.T) {
	c := newClub(t, base)
	key := []member.Passkey{{ID: "k"}}
	for _, x := range []struct {
		office member.Role
		totp   bool
		keys   []member.Passkey
		told   bool
	}{
		{member.Organiser, false, key, true},
		{member.Administrator, false, key, true},
		{member.Organiser, true, key, false}, // its sign-in asked for a code
		{member.Organiser, false, nil, false},
		{"", false, key, false},
	} {
		c.said.me.Account.Office, c.said.me.TOTP, c.said.me.Passkeys = x.office, x.totp, x.keys
		told := strings.Contains(words(c.browse("member").see("/confirmer-identite"), "main"), "le mot de passe ne suffit pas")
		if told != x.told {
			t.Errorf("%+v: told %v", x, told)
		}
	}
}
