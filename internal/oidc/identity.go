// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is kept of a provider's words, in code points and in items. What passes them is left
// out, not cut: half an address is somebody else's.
const (
	maxText  = 254
	maxItems = 100
)

// Identity is who came back. Issuer and Subject together name the person, always the same, and nothing
// else does: an address changes hands, and some providers let people type it. So Email is information,
// never a key, and never links an account.
type Identity struct {
	Issuer  string
	Subject string // at most 255 printable ASCII characters

	Email         string
	EmailVerified bool // the provider says that it verified it; ProConnect never says so
	GivenName     string
	FamilyName    string
	// SIRET is the establishment the person works for: 14 digits whose key is right, or nothing.
	SIRET string
	// Roles are the provider's words, such as ProConnect's "agent_public_territorial".
	Roles []string
	// IdP is the identity provider behind the provider, when there is one.
	IdP string
	// ACR and AMR say how the person was authenticated (RFC 8176), as the signed id_token does.
	ACR string
	AMR []string
	// IDToken is what LogoutURL wants back. It is a secret of the session.
	IDToken string
}

// person is what claims say of somebody, in an id_token or a userinfo.
type person struct {
	Subject string
	all     map[string]json.RawMessage
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *person) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &o.all); err != nil {
		return err
	}
	o.Subject = ""
	if raw, there := o.all["sub"]; there {
		return json.Unmarshal(raw, &o.Subject)
	}
	return nil
}

// text returns a claim, empty when it is absent, is no text, or is none that people can read.
func (o person) text(name string) string {
	var s string
	if json.Unmarshal(o.all[name], &s) != nil || !readable(s) {
		return ""
	}
	return strings.TrimSpace(s)
}

// identity gathers the person from userinfo and, for what it does not say, from the id_token.
func (p *Provider) identity(raw string, c idClaims, about person) Identity {
	// The address and the word on it must come from the same mouth.
	source := func(name string) person {
		if about.text(name) != "" {
			return about
		}
		return c.person
	}
	text := func(name string) string { return source(name).text(name) }
	who := Identity{
		Issuer: p.cfg.Issuer, Subject: c.Subject, IDToken: raw, ACR: c.ACR, AMR: kept(c.AMR),
		Email: text("email"), GivenName: text("given_name"), FamilyName: text(p.profile.familyName),
		IdP: text(p.profile.idp),
	}
	if s := strings.ReplaceAll(text("siret"), " ", ""); ValidSIRET(s) {
		who.SIRET = s
	}
	for _, from := range []person{about, c.person} {
		var roles textList
		if len(who.Roles) == 0 && json.Unmarshal(from.all["roles"], &roles) == nil {
			who.Roles = kept(roles)
		}
	}
	who.EmailVerified = who.Email != "" && isTrue(source("email").all["email_verified"])
	return who
}

// isTrue reads a boolean, which some providers write as a string.
func isTrue(raw json.RawMessage) bool { return string(raw) == "true" || string(raw) == `"true"` }

func readable(s string) bool {
	return strings.TrimSpace(s) != "" && utf8.RuneCountInString(s) <= maxText &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError })
}

func kept(list []string) []string {
	list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !readable(s) })
	return slices.Clip(list[:min(len(list), maxItems)])
}

// ValidSIRET reports whether s is a SIRET: 14 digits with a right key, which is Luhn's for everybody but
// La Poste (SIREN 356000000), whose establishments are numbered so that their digits add up to a multiple
// of five (Insee, "numéro SIRET").
func ValidSIRET(s string) bool {
	if len(s) != 14 || strings.Trim(s, "0123456789") != "" || strings.HasPrefix(s, "000000000") {
		return false
	}
	plain, luhn := 0, 0
	for i := range len(s) {
		d := int(s[i] - '0')
		plain += d
		if i%2 == 0 { // 14 digits: the doubled ones are the first, the third…
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		luhn += d
	}
	return luhn%10 == 0 || strings.HasPrefix(s, "356000000") && plain%5 == 0
}
