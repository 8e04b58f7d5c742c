// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestASIRETHasFourteenDigitsAndTheRightKey(t *testing.T) {
	for _, good := range []string{
		"21350238800019", // Rennes
		"13002526500013", // Dinum
		"35600000000048", // La Poste, by Luhn
		"35600000009075", // La Poste, an office: its digits add up to a multiple of five
	} {
		if !ValidSIRET(good) {
			t.Errorf("%s is refused", good)
		}
	}
	for _, bad := range []string{
		"", "21350238800018", "2135023880001", "213502388000190", "2135023880001x", "21350238800091",
		"00000000000000", "35600000009076", "２１３５０２３８８０００１９", "-2135023880019",
	} {
		if ValidSIRET(bad) {
			t.Errorf("%q is accepted", bad)
		}
	}
}

// claimed reads an identity out of a userinfo alone.
func claimed(t *testing.T, userinfo string) Identity {
	t.Helper()
	var about person
	if err := json.Unmarshal([]byte(userinfo), &about); err != nil {
		t.Fatal(err)
	}
	p := &Provider{cfg: Config{Issuer: "https://idp.example"}, profile: profiles()["proconnect"]}
	return p.identity("a.b.c", idClaims{Subject: "s"}, about)
}

// What is not what it should be is left out; it keeps nobody from entering.
func TestAWrongClaimIsLeftOut(t *testing.T) {
	got := claimed(t, `{"sub":"s","email":["a@b.example"],"given_name":"`+strings.Repeat("é", 255)+`",
		"usual_name":"Le\u0000Goff","siret":"21350238800018","roles":{"admin":true},"idp_id":null,"email_verified":true}`)
	want := Identity{Issuer: "https://idp.example", Subject: "s", IDToken: "a.b.c"}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b []string) bool { return len(a) == 0 && len(b) == 0 })); diff != "" {
		t.Error(diff)
	}
	got = claimed(t, `{"sub":"s","siret":"213 502 388 00019","given_name":" Ana ","roles":"agent_public, agent_public_etat"}`)
	if got.SIRET != "21350238800019" || got.GivenName != "Ana" || len(got.Roles) != 2 {
		t.Errorf("%+v", got)
	}
}

// Whatever a provider writes, what comes out fits in a row and on a page.
func FuzzClaims(f *testing.F) {
	f.Add(`{"sub":"a","email":"a@b.example","siret":"21350238800019","roles":["x"],"email_verified":"true"}`)
	f.Add(`{"sub":"a","given_name":"\ud800","roles":"a,b c;d"}`)
	f.Add(`{"sub":null,"roles":[null,""],"usual_name":{}}`)
	f.Fuzz(func(t *testing.T, userinfo string) {
		var about person
		if json.Unmarshal([]byte(userinfo), &about) != nil {
			return
		}
		p := &Provider{profile: profiles()["proconnect"]}
		who := p.identity("", idClaims{}, about)
		for _, s := range append([]string{who.Email, who.GivenName, who.FamilyName, who.IdP}, who.Roles...) {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || utf8.RuneCountInString(s) > maxText {
				t.Errorf("%q comes through", s)
			}
		}
		if who.SIRET != "" && !ValidSIRET(who.SIRET) || len(who.Roles) > maxItems || who.EmailVerified && who.Email == "" {
			t.Errorf("%+v", who)
		}
	})
}
